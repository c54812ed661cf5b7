# SPDX-License-Identifier: MIT
"""Sounds to batches of padded spectrograms of about one length."""

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


def spectrograms(sounds: Sequence[Samples]) -> tuple[Tensor, Tensor]:
    """Return spectrograms [N, 80, frames], padded with zeros, and their frames int [N]."""
    mels = [log_mel(sound[-round(MAX_SECONDS * SAMPLE_RATE) :]) for sound in sounds]
    lengths = torch.tensor([mel.shape[1] for mel in mels])
    padded = torch.zeros(len(mels), mels[0].shape[0], int(lengths.max()))
    for row, mel in zip(padded, mels, strict=True):
        row[:, : mel.shape[1]] = torch.from_numpy(mel)
    return padded, lengths
