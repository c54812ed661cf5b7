# SPDX-License-Identifier: MIT
"""Texts to batches of similar length as token tables, some rewritten as recognised speech."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from training.text.asr import spoken, with_word_errors


def as_recognised(text: str, share: float, wer: float, rng: np.random.Generator) -> str:
    """Rewrite a ``share`` of the texts, each with word errors of 0, 1 or 2 times ``wer``."""
    if rng.random() >= share:
        return text
    recognised = spoken(text) or text
    return with_word_errors(recognised, wer * rng.integers(0, 3), rng)


def batches(
    texts: list[str], size: int, rng: np.random.Generator
) -> Iterator[NDArray[np.integer]]:
    """Random batches of texts of about one length, to reduce padding."""
    order = rng.permutation(len(texts))
    pool = size * 64
    for start in range(0, len(order), pool):
        near = np.array(sorted(order[start : start + pool], key=lambda i: len(texts[i])))
        chunks = [near[i : i + size] for i in range(0, len(near), size)]
        yield from (chunks[i] for i in rng.permutation(len(chunks)))


def encode(tokenizer: Tokenizer, texts: list[str]) -> tuple[Tensor, Tensor]:
    """Padded ids and mask, int64 [N, T]."""
    ids = [e.ids for e in tokenizer.encode_batch(texts)]
    table = np.zeros((len(ids), max(map(len, ids))), np.int64)
    mask = np.zeros_like(table)
    for row, tokens in enumerate(ids):
        table[row, : len(tokens)], mask[row, : len(tokens)] = tokens, 1
    return torch.from_numpy(table), torch.from_numpy(mask)
