# SPDX-License-Identifier: MIT
"""Labels that people gave: faces, lines of text, or intervals of bags, from a CSV file."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.errors import ConfigError
from emotion_ros.files.read_table import Table

EMOTION, SENTIMENT = 'emotion', 'sentiment'
LABELS = {EMOTION: EMOTIONS, SENTIMENT: SENTIMENTS}
SYNONYMS = {
    **{'anger': 'angry', 'disgusted': 'disgust', 'fearful': 'fear', 'scared': 'fear'},
    **{'happiness': 'happy', 'joy': 'happy', 'sadness': 'sad', 'surprised': 'surprise'},
    **{'neg': 'negative', 'neu': 'neutral', 'pos': 'positive'},
}
"""Other words for our labels; what is not here or in ``--map`` is an error."""

SCHEMES = {
    'fer2013': dict(enumerate((*EMOTIONS[:4], 'sad', 'surprise', 'neutral'))),
    'affectnet': dict(
        enumerate(('neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'angry', ''))
    ),
}
"""The numbers of known data sets; AffectNet's 7 is contempt, which is left out."""

IMAGES, TEXTS, INTERVALS = 'image', 'text', 'bag'
NEEDED = {IMAGES: (IMAGES,), TEXTS: (TEXTS,), INTERVALS: (INTERVALS, 'start', 'end')}


@dataclass(frozen=True)
class Labelled:
    """One row: what was labelled, and the index of its label. Times are s from the start."""

    line: int
    subject: str
    label: int
    start_s: float = 0.0
    end_s: float = 0.0
    person_id: str = ''


@dataclass
class LabelFile:
    """The rows of one kind; ``head`` is the column of labels, ``left_out`` counts by word."""

    path: Path
    kind: str
    head: str
    rows: list[Labelled] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def resolve(self, subject: str) -> Path:
        """Return the path of a file, which counts from the folder of the labels."""
        path = self.path.parent / Path(subject).expanduser()
        if path.exists() or '\\' not in subject:
            return path
        return self.path.parent / subject.replace('\\', '/')  # labelled on Windows


def read_labels(path: Path, mapping: Mapping[str, str]) -> LabelFile:
    """Return the labels in a CSV file; ConfigError, with the line, for what cannot be used.

    The columns say the kind: ``image``, ``text``, or ``bag`` with ``start`` and ``end``; and the
    label: ``emotion`` or, for texts, ``sentiment``. ``mapping`` goes from words of the file to
    labels; '' leaves a row out.
    """
    table = Table(path)
    columns = table.columns
    kinds = [kind for kind, needed in NEEDED.items() if set(needed) <= set(columns)]
    heads = [head for head in LABELS if head in columns]
    if len(kinds) != 1 or not heads or (heads[0] == SENTIMENT and kinds[0] != TEXTS):
        raise ConfigError(
            f'{path}: line 1: has the columns {", ".join(columns) or "(none)"}; needed: '
            'image,emotion or text,emotion or text,sentiment or bag,start,end,emotion'
        )
    labels = LabelFile(path, kinds[0], heads[0])
    for row in table.rows():
        if table.has_decimal_commas and labels.kind == INTERVALS:
            row = {**row, **{name: row[name].replace(',', '.') for name in ('start', 'end')}}
        _add_row(labels, table.line, row, mapping)
    if not labels.rows:
        raise ConfigError(f'{path}: has no rows with a label')
    return labels


def read_mapping(texts: Iterable[str]) -> dict[str, str]:
    """Return {word: label} of texts such as ``joy=happy``, ``contempt=`` or ``fer2013``."""
    mapping: dict[str, str] = {}
    legal = {*EMOTIONS, *SENTIMENTS, ''}
    for text in texts:
        word, equals, label = text.partition('=')
        if text in SCHEMES:
            mapping |= {str(number): name for number, name in SCHEMES[text].items()}
        elif not equals or not word or label not in legal:
            known = ', '.join([*SCHEMES, *EMOTIONS, *SENTIMENTS])
            raise ConfigError(f'--map {text!r} is not WORD=LABEL or a data set ({known})')
        else:
            mapping[word.strip().casefold()] = label
    return mapping


def _add_row(
    labels: LabelFile, line: int, row: Mapping[str, str], mapping: Mapping[str, str]
) -> None:
    place = f'{labels.path}: line {line}'
    subject = row[labels.kind]
    if not subject:
        raise ConfigError(f'{place}: {labels.kind} is empty')
    label = _label(row[labels.head], labels.head, mapping, place)
    if not label:
        word = row[labels.head]
        labels.left_out[word] = labels.left_out.get(word, 0) + 1
        return
    index = LABELS[labels.head].index(label)
    if labels.kind != INTERVALS:
        labels.rows.append(Labelled(line, subject, index))
        return
    start_s, end_s = (_seconds(row[name], f'{place}: {name}') for name in ('start', 'end'))
    if start_s >= end_s:
        raise ConfigError(f'{place}: start {start_s:g} is not before end {end_s:g}')
    person_id = row.get('person', '')
    labels.rows.append(Labelled(line, subject, index, start_s, end_s, person_id))


def _label(text: str, head: str, mapping: Mapping[str, str], place: str) -> str:
    """Return our label for a word, '' for one that is to be left out."""
    word = text.strip().casefold()
    label = mapping.get(word, SYNONYMS.get(word, word))
    if label in LABELS[head] or (label == '' and word in mapping):
        return label
    if not word:
        raise ConfigError(f'{place}: {head} is empty (or a quote before it is not closed)')
    if word.isdecimal() and head == EMOTION:
        cure = ' or '.join(f'--map {name}' for name in SCHEMES)
    else:
        quoted = shlex.quote(f'{word}=')
        cure = f'--map {quoted}LABEL, or --map {quoted} to leave it out'
    legal = ', '.join(LABELS[head])
    raise ConfigError(f'{place}: {head} {text.strip()!r} is not one of {legal} ({cure})')


def _seconds(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float('nan')
    if not isfinite(value) or value < 0.0:
        raise ConfigError(
            f'{place}: {text!r} is not a number of seconds from the start of the bag'
        )
    return value
