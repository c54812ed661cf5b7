# SPDX-License-Identifier: MIT
"""Learn how the emotions of a dialogue follow each other.

``python -m training.text.dialogue --data meld_text.parquet`` counts pairs of labels in the
training dialogues and writes the file that ``perception.text.dialogue`` reads.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.text.dialogue import (
    FILE_NAME,
    MAX_CONTEXT,
    DialogueContext,
    EmotionTransitions,
)
from training.card import write_card
from training.command import run
from training.tables import read_table
from training.text.data import load_utterances

SMOOTHING = 14.0
"""Pairs that each row starts with, distributed as the emotions are."""


@dataclass(frozen=True)
class Turn:
    """Who speaks in which dialogue, and the number of the utterance there."""

    dialogue: str
    utterance: int
    speaker: str


def load_turns(path: Path, split: str) -> list[Turn]:
    """Return the turn of every row of a split.

    ConfigError without the columns, or when the utterances of a dialogue are not in order.
    """
    table = read_table(path, ('dialogue', 'utterance', 'speaker', 'split'))
    table = table[table['split'] == split]
    columns = (table[name] for name in ('dialogue', 'utterance', 'speaker'))
    turns = [Turn(str(d), int(u), str(s)) for d, u, s in zip(*columns, strict=True)]
    last: dict[str, int] = {}
    for turn in turns:
        if turn.utterance <= last.get(turn.dialogue, turn.utterance - 1):
            raise ConfigError(
                f'{path}: dialogue {turn.dialogue} goes back in time: utterance '
                f'{turn.utterance} after {last[turn.dialogue]}; sort the rows'
            )
        last[turn.dialogue] = turn.utterance
    return turns


def in_context(
    emotions: NDArray[np.float64],
    turns: Sequence[Turn],
    transitions: EmotionTransitions,
    size: int,
) -> NDArray[np.float64]:
    """Return the probabilities [N, 7], each corrected by up to ``size`` utterances before it."""
    contexts = {turn.dialogue: DialogueContext(transitions, size) for turn in turns}
    return np.array(
        [
            contexts[turn.dialogue].update(emotion, turn.speaker, 0.0)
            for emotion, turn in zip(emotions, turns, strict=True)
        ]
    )


def count_transitions(labels: Sequence[int], turns: Sequence[Turn]) -> EmotionTransitions:
    """Return how much more often than usual an emotion follows another."""
    counts = {name: np.zeros((len(EMOTIONS),) * 2) for name in ('continued', 'resumed', 'replied')}
    for name, before, after in _pairs(labels, turns):
        counts[name][before, after] += 1
    usual = (np.bincount(labels, minlength=len(EMOTIONS)) + 1) / (len(labels) + len(EMOTIONS))
    smooth = {name: count + SMOOTHING * usual for name, count in counts.items()}
    return EmotionTransitions(
        **{n: (s / s.sum(1, keepdims=True) / usual).round(4) for n, s in smooth.items()}
    )


def _pairs(labels: Sequence[int], turns: Sequence[Turn]) -> Iterator[tuple[str, int, int]]:
    """Yield the relation and both labels of every pair that DialogueContext would use."""
    said: dict[str, list[tuple[str, int]]] = {}
    for label, turn in zip(labels, turns, strict=True):
        before = said.setdefault(turn.dialogue, [])
        recent = list(reversed(before[-MAX_CONTEXT:]))
        own = next((i for i, (who, _) in enumerate(recent) if who == turn.speaker), None)
        if own is not None:
            yield ('resumed' if own else 'continued'), recent[own][1], label
        other = next((said for who, said in recent if who != turn.speaker), None)
        if other is not None:
            yield 'replied', other, label
        before.append((turn.speaker, label))


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.text.dialogue', description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='meld_text.parquet')
    parser.add_argument('--out', type=Path, default=packaged_weights() / FILE_NAME)
    args = parser.parse_args(argv)
    utterances = load_utterances(args.data, 'train')
    labels = utterances.emotions.argmax(1).tolist()
    learned = count_transitions(labels, load_turns(args.data, 'train'))
    tables = {
        name: getattr(learned, name).tolist() for name in ('continued', 'resumed', 'replied')
    }
    provenance = {
        'data': f'{args.data.name} train, {len(labels)} labels (MELD, Poria et al. 2019)',
        'method': f'counts + {SMOOTHING:g} P(emotion), divided by P(emotion)',
        'command': f'python -m training.text.dialogue --data {args.data.name}',
    }
    write_card(args.out, tables | {'provenance': provenance})
    print(json.dumps(provenance))


if __name__ == '__main__':
    run(main)
