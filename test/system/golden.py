# SPDX-License-Identifier: MIT
"""The states that the test bag must give: kept in a file, compared with tolerance.

python test/system/golden.py            makes golden_states.jsonl anew, by a replay
"""

import json
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from emotion_ros.bag.offline_fusion import Publication
from emotion_ros.bag.replay import open_replay
from emotion_ros.cli.bag.arguments import replay_options
from emotion_ros.cli.main import make_parser
from emotion_ros.conversions.state_fields import state_to_fields, to_json
from emotion_ros.core.state import EmotionState
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.demo.evaluation import Outcome, TimedState, evaluate
from emotion_ros.demo.storyboard_file import load_storyboard
from emotion_ros.files.resources import packaged_weights
from make_bag import STORYBOARD, make_bag

GOLDEN = Path(__file__).with_name('golden_states.jsonl')
PARAMS = Path(__file__).with_name('params.yaml')
WEIGHTS = ('face_emotion.json', 'text_emotion.json')
TOLERANCE = 1e-3
ABOUT = {'latency'}
NUMBER = re.compile(r'\d+')

Fields = dict[str, Any]


def has_weights() -> bool:
    """Return whether the networks are there, without which no state can be compared."""
    return all((packaged_weights() / card).is_file() for card in WEIGHTS)


def replay_bag(bag: Path, *options: str) -> list[Publication]:
    """Return every publication of ``emotion-ros replay BAG`` with these options."""
    arguments = ['replay', str(bag), '--params', str(PARAMS), *options]
    args = make_parser(arguments).parse_args(arguments)
    with open_replay(replay_options(args)) as replay:
        return list(replay.publications(replay.observations()))


def to_lines(states: Iterable[EmotionState]) -> list[Fields]:
    """Return states as the golden file has them."""
    return [json.loads(to_json(state_to_fields(state))) for state in states]


def load_golden() -> list[Fields]:
    """Return the states of the golden file."""
    return [json.loads(line) for line in GOLDEN.read_text().splitlines()]


def differences(expected: object, seen: object, where: str = '') -> list[str]:
    """Return what differs, in words: numbers by more than TOLERANCE, all else at all.

    Numbers inside of texts are rounded percentages, and may differ by one.
    """
    if isinstance(expected, dict) and isinstance(seen, dict) and expected.keys() == seen.keys():
        keys = expected.keys() - ABOUT
        return [d for k in sorted(keys) for d in differences(expected[k], seen[k], f'{where}.{k}')]
    if isinstance(expected, list) and isinstance(seen, list) and len(expected) == len(seen):
        pairs = enumerate(zip(expected, seen, strict=True))
        return [d for i, (e, s) in pairs for d in differences(e, s, f'{where}[{i}]')]
    return [] if _alike(expected, seen) else [f'{where}: expected {expected!r}, seen {seen!r}']


def missed(moments: Sequence[tuple[int, EmotionState]], start_ns: int) -> list[str]:
    """Return, in words, the expectations of the storyboard that these states do not meet."""
    states = [TimedState((t - start_ns) / NANOSECONDS, state) for t, state in moments]
    results = evaluate(load_storyboard(STORYBOARD), states, float('inf'))
    return [
        f'{result.cue.at_s} s, {result.cue.title}: expected {result.expect}, '
        f'last seen {result.last}'
        for result in results
        if result.outcome is not Outcome.MET
    ]


def make_golden() -> int:
    """Write the golden file and return how many states it has."""
    with tempfile.TemporaryDirectory() as folder:
        bag = Path(folder) / 'bag'
        make_bag(bag)
        moments = replay_bag(bag)
    lines = [to_json(state_to_fields(moment.state)) for moment in moments]
    GOLDEN.write_text('\n'.join(lines) + '\n')
    return len(lines)


def _alike(expected: object, seen: object) -> bool:
    if isinstance(expected, float) and isinstance(seen, (int, float)):
        return abs(expected - seen) <= TOLERANCE
    if isinstance(expected, str) and isinstance(seen, str):
        pairs = zip(NUMBER.findall(expected), NUMBER.findall(seen), strict=False)
        close = all(abs(int(e) - int(s)) <= 1 for e, s in pairs)
        return close and NUMBER.sub('#', expected) == NUMBER.sub('#', seen)
    return expected == seen


if __name__ == '__main__':
    sys.stdout.write(f'{GOLDEN.name}: {make_golden()} states\n')
