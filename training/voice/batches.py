# SPDX-License-Identifier: MIT
"""Sounds to spectrograms, and states of about one length to batches."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples, log_mel
from training.voice.whisper import MAX_SECONDS


def batches(
    lengths: NDArray[np.integer], size: int, rng: np.random.Generator
) -> Iterator[NDArray[np.integer]]:
    """Random batches of clips of about one length, to reduce padding."""
    order = rng.permutation(len(lengths))
    pool = size * 16
    for start in range(0, len(order), pool):
        near = order[start : start + pool]
        near = near[np.argsort(lengths[near], kind='stable')]
        chunks = [near[i : i + size] for i in range(0, len(near), size)]
        yield from (chunks[i] for i in rng.permutation(len(chunks)))


def spectrogram(sound: Samples) -> Tensor:
    """Return the spectrogram [1, 80, frames] of the end of a sound."""
    return torch.from_numpy(log_mel(sound[-round(MAX_SECONDS * SAMPLE_RATE) :]))[None]


def pad(states: Sequence[NDArray[np.floating]]) -> tuple[Tensor, Tensor]:
    """Return states of several lengths [T, C] as one tensor [N, T, C], and the lengths [N]."""
    lengths = torch.tensor([len(rows) for rows in states])
    padded = torch.zeros(len(states), int(lengths.max()), states[0].shape[1])
    for place, rows in zip(padded, states, strict=True):
        place[: len(rows)] = torch.from_numpy(rows.astype(np.float32))
    return padded, lengths
