# SPDX-License-Identifier: MIT
"""Spoken clips with emotion, speaker and corpus, from a parquet file."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.voice.log_mel import MIN_SAMPLES, SAMPLE_RATE, Samples
from emotion_ros.perception.voice.resample import MonoResampler
from training.tables import label_indices, read_table
from training.voice.folders import find_clips

COLUMNS = ('flac', 'corpus', 'speaker', 'emotion', 'split')


@dataclass(frozen=True)
class Clips:
    """``samples`` mono at 16 kHz; ``labels`` int [N]; ``corpora`` and ``speakers`` [N] names."""

    samples: list[Samples]
    labels: NDArray[np.int64]
    corpora: NDArray[np.str_]
    speakers: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.samples)

    def take(self, index: NDArray[np.integer]) -> 'Clips':
        """The clips at ``index``, in that order."""
        samples = [self.samples[i] for i in index]
        return Clips(samples, self.labels[index], self.corpora[index], self.speakers[index])


def load_clips(path: Path, split: str) -> Clips:
    """The labelled clips of one split of a parquet file with COLUMNS, or of a folder of sounds.

    ``flac`` holds the bytes of a sound file of any rate and number of channels. Rows without an
    emotion are left out. A missing column, an empty split or an unreadable sound is an error that
    names it.
    """
    if path.is_dir():
        return _from_folder(path, split)
    table = read_table(path, COLUMNS)
    table = table[table['split'] == split]
    if not len(table):
        raise ConfigError(f'{path}: has no {split} rows')
    table = table[table['emotion'].notna()]
    if not len(table):
        raise ConfigError(f'{path}: no {split} row has an emotion')
    return Clips(
        list(_decode_all(table, path)),
        label_indices(list(table['emotion']), EMOTIONS, path),
        np.array(table['corpus'], str),
        np.array(table['speaker'], str),
    )


def _from_folder(path: Path, split: str) -> Clips:
    named = find_clips(path, split)
    samples = []
    for clip in named:
        try:
            samples.append(decode(clip.path.read_bytes()))
        except InvalidInput as error:
            raise ConfigError(f'{clip.path}: {error}') from error
    return Clips(
        samples,
        label_indices([clip.emotion for clip in named], EMOTIONS, path),
        np.array([clip.corpus for clip in named], str),
        np.array([clip.speaker for clip in named], str),
    )


def _decode_all(table: pd.DataFrame, path: Path) -> Iterator[Samples]:
    for row, data in zip(table.index, table['flac'], strict=True):
        try:
            yield decode(data)
        except InvalidInput as error:
            raise ConfigError(f'{path}: row {row}: {error}') from error


def decode(data: bytes) -> Samples:
    """Return mono sound at 16 kHz of the bytes of a FLAC or WAV file.

    InvalidInput when they are none (``undecodable``), less than 50 ms (``too_short``) or have a
    sample that is not finite (``not_finite``).
    """
    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype='float32', always_2d=True)
    except (soundfile.LibsndfileError, TypeError) as error:
        raise InvalidInput('undecodable', f'not a sound file ({error})') from error
    mono = MonoResampler(rate, samples.shape[1]).convert(samples.reshape(-1))
    if len(mono) < MIN_SAMPLES:
        raise InvalidInput('too_short', f'{len(mono) / SAMPLE_RATE:.3f} s')
    if not np.isfinite(mono).all():
        raise InvalidInput('not_finite', 'a sample is NaN or infinite')
    return mono


def join(first: Clips, second: Clips) -> Clips:
    """Both as one."""
    return Clips(
        [*first.samples, *second.samples],
        np.concatenate([first.labels, second.labels]),
        np.concatenate([first.corpora, second.corpora]),
        np.concatenate([first.speakers, second.speakers]),
    )
