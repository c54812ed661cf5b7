# SPDX-License-Identifier: MIT
"""Runs to be compared: the focus person over time, from files of ``replay`` and ``batch``.

A run is {name of the bag: its points}; a file of one replay has the name ''.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from emotion_ros.bag.replay import open_replay
from emotion_ros.bag.replay_config import ReplayOptions
from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.evidence import VOICE
from emotion_ros.core.voice.results import find_voice
from emotion_ros.errors import ConfigError
from emotion_ros.files.checked import read_text
from emotion_ros.files.read_table import Table

JSON_LINES = ('.json', '.jsonl')
TABLES = ('.csv', '.tsv', '.txt')
FILES = (*TABLES, '.parquet', *JSON_LINES)
LABELS = {*EMOTIONS, Emotion.UNKNOWN.label}
TRUE = {'true', '1', '1.0', 'wahr', 'vrai', 'verdadero', 'vero'}
FALSE = {'', 'false', '0', '0.0', 'falsch', 'faux', 'falso'}
"""As JSON, pandas, R and the Excel of some countries write them, in lower case; '' is no."""


@dataclass(frozen=True)
class Point:
    """What is known of the focus person from ``at_s`` on (s from the start of the bag)."""

    at_s: float
    label: str
    confidence: float
    actionable: bool
    has_voice: bool = False

    @property
    def acted_on(self) -> str:
        """The label on which a robot may act; '' when there is none."""
        return self.label if self.actionable else ''


Run = dict[str, list[Point]]


def is_run_file(path: Path) -> bool:
    """Return whether ``read_run`` may read it; otherwise it should be a bag."""
    return path.is_file() and path.suffix in FILES


def has_stamps_only(path: Path) -> bool:
    """Return whether a file has no times of publication: the keys of JSON are the message's."""
    return path.suffix in JSON_LINES


def read_run(path: Path, by_stamp: bool) -> Run:
    """Return the run in a CSV, Parquet or JSON-lines file; ConfigError when it has none.

    ``by_stamp``: times are those of the headers, from the first on, as in JSON lines.
    """
    run: Run = defaultdict(list)
    number = 0
    try:
        for row in _rows(path):
            number += 1
            if _is_true(row.get('focus', True)):
                run[str(row.get('bag') or '')].append(_point(row, by_stamp))
    except ConfigError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ConfigError(
            f'{path}: row {number}: is no state of replay --csv, replay --json or batch '
            f'({type(error).__name__}: {error})'
        ) from error
    if not run:
        raise ConfigError(f'{path}: has no states')
    return {name: _from_start(points) if by_stamp else points for name, points in run.items()}


def replay_run(options: ReplayOptions, by_stamp: bool) -> Run:
    """Return the run of a replay; EmotionRosError when the bag or an option cannot be used."""
    points = []
    with open_replay(options) as replay:
        for publication in replay.publications(replay.observations()):
            state = publication.state
            at_s = replay.bag.seconds_from_start(publication.time_ns)
            if by_stamp:
                at_s = state.stamp_s
            has_voice = find_voice(state) is not None
            point = Point(at_s, state.label, state.confidence, state.actionable, has_voice)
            points.append(point)
    return {options.bag.resolve().name: _from_start(points) if by_stamp else points}


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix == '.parquet':
        from emotion_ros.sessions.table_file import read_records

        yield from read_records(path)
        return
    if path.suffix in TABLES:
        table = Table(path)
        numbers = ('at', 'stamp', 'confidence') if table.has_decimal_commas else ()
        for row in table.rows():
            yield {**row, **{n: row[n].replace(',', '.') for n in numbers if n in row}}
        return
    text = read_text(path)
    if text.lstrip().startswith('['):  # pandas' to_json without lines=True
        yield from json.loads(text)
    else:
        yield from map(json.loads, text.splitlines())


def _point(row: Mapping[str, Any], by_stamp: bool) -> Point:
    label = row['label']
    if label not in LABELS:
        raise ValueError(f'{label!r} is no label')
    header = row.get('header') or row
    at_s = float(header['stamp'] if by_stamp else row['at'])
    actionable = _is_true(row['actionable'])
    evidence = row.get('evidence') or ''  # ``face+voice``, in JSON a list
    has_voice = (
        VOICE in evidence.split('+')
        if isinstance(evidence, str)
        else any(one['modality'] == VOICE and one['used'] for one in evidence)
    )
    return Point(at_s, label, float(row['confidence']), actionable, has_voice)


def _is_true(value: object) -> bool:
    word = str(value).lower()
    if word not in TRUE | FALSE:
        raise ValueError(f'{value!r} is not true or false')
    return word in TRUE


def _from_start(points: list[Point]) -> list[Point]:
    return [replace(point, at_s=point.at_s - points[0].at_s) for point in points]
