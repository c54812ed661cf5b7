# SPDX-License-Identifier: MIT
"""Spoken clips in folders, labelled by their names as the well-known corpora are."""

import re
from dataclasses import dataclass
from pathlib import Path

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError
from training.command import log
from training.tables import usual_label

SUFFIXES = ('.wav', '.flac', '.ogg')
VALIDATION_EVERY = 5
"""One of so many speakers is for validation."""


@dataclass(frozen=True)
class NamedClip:
    """A sound file and what its name says; ``emotion`` is '' for one that we do not have."""

    path: Path
    corpus: str
    speaker: str
    emotion: str


def _codes(text: str) -> dict[str, str]:
    return dict(pair.split('=') for pair in text.split())


_PATTERNS = {
    'ravdess': (
        re.compile(r'\d\d-01-(?P<code>\d\d)-\d\d-\d\d-\d\d-(?P<speaker>\d\d)'),
        _codes('01=neutral 02= 03=happy 04=sad 05=angry 06=fear 07=disgust 08=surprise'),
    ),
    'crema-d': (
        re.compile(r'(?P<speaker>\d{4})_[A-Z]{3}_(?P<code>[A-Z]{3})_[A-Z]{2}'),
        _codes('ANG=angry DIS=disgust FEA=fear HAP=happy NEU=neutral SAD=sad'),
    ),
    'emodb': (
        re.compile(r'(?P<speaker>\d\d)[a-c]\d\d(?P<code>[WLEAFTN])[a-z]'),
        _codes('W=angry L= E=disgust A=fear F=happy T=sad N=neutral'),
    ),
    'savee': (
        re.compile(r'(?P<speaker>DC|JE|JK|KL)_(?P<code>sa|su|[adfhn])\d\d'),
        _codes('a=angry d=disgust f=fear h=happy n=neutral sa=sad su=surprise'),
    ),
    'tess': (
        re.compile(r'(?P<speaker>OAF|YAF|OA)_\w+_(?P<code>[a-z]+)'),
        _codes('angry=angry disgust=disgust fear=fear happy=happy neutral=neutral sad=sad ')
        | {'ps': 'surprise'},
    ),
}
"""How the files of a corpus are called, and the codes of its emotions."""


def find_clips(folder: Path, split: str) -> list[NamedClip]:
    """Return the clips of a split (train, val), by speaker; ConfigError when there are none.

    Names are those of RAVDESS (speech), CREMA-D, EmoDB, SAVEE or TESS, else a folder is called
    after its emotion, in one of its speaker: ``<speaker>/<emotion>/*.wav``.
    """
    if split not in ('train', 'val'):
        raise ConfigError(f'{folder}: a folder has the splits train and val, not {split}')
    files = sorted(f for f in folder.rglob('*') if f.suffix.lower() in SUFFIXES)
    named = [clip for file in files if (clip := _read_name(file, folder))]
    clips = [clip for clip in named if clip.emotion]
    if len(named) < len(files):
        log(f'{folder}: {len(files) - len(named)} of {len(files)} sounds have no known name')
    if not clips:
        raise ConfigError(
            f'{folder}: no sound is named as in RAVDESS, CREMA-D, EmoDB, SAVEE or TESS, or lies '
            'in SPEAKER/EMOTION/'
        )
    speakers = sorted({(clip.corpus, clip.speaker) for clip in clips})
    held_out = set(speakers[VALIDATION_EVERY - 1 :: VALIDATION_EVERY])
    chosen = [c for c in clips if ((c.corpus, c.speaker) in held_out) == (split == 'val')]
    if not chosen:
        raise ConfigError(
            f'{folder}: {len(speakers)} speakers are too few for {split}: {VALIDATION_EVERY} at '
            'least'
        )
    return chosen


def _read_name(path: Path, folder: Path) -> NamedClip | None:
    for corpus, (pattern, codes) in _PATTERNS.items():
        match = pattern.fullmatch(path.stem)
        if match and match['code'] in codes:
            return NamedClip(path, corpus, match['speaker'], codes[match['code']])
    emotion = usual_label(path.parent.name)
    if emotion in EMOTIONS:
        return NamedClip(path, folder.name, path.parent.parent.name, emotion)
    return None
