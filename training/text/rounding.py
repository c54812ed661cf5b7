# SPDX-License-Identifier: MIT
"""Round weights to integers so that the outputs stay, not each weight by itself.

Rounding to nearest on the same steps as before takes back a short training, whose changes are
about a fifth of a step. Here the steps are chosen anew for each output, and the error of each
rounded weight is passed on to those not yet rounded, by how their inputs go together in training
texts (Frantar et al. 2023, "GPTQ: accurate post-training quantization").
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from tokenizers import Tokenizer
from torch import Tensor, nn

from training.text.batches import encode
from training.text.initial import multiplied
from training.text.network import TextNetwork

CLIPS = np.linspace(0.7, 1.0, 13)
"""Largest integer over largest weight: the least error of the outputs decides."""
DAMPING = 0.01
"""Of the mean square of the inputs, added to each: the texts are few."""
BATCH = 32


@dataclass(frozen=True)
class Rounded:
    """``integers`` [outputs, inputs] times ``steps`` [outputs] are the weights of one layer."""

    integers: NDArray[np.int8]
    steps: NDArray[np.float32]


@torch.inference_mode()
def input_products(
    network: TextNetwork, tokenizer: Tokenizer, texts: list[str]
) -> dict[str, NDArray[np.float64]]:
    """X'X [inputs, inputs] of the inputs of every linear layer of the encoder, by its name."""
    found: dict[str, NDArray[np.float64]] = {}
    kept: list[Tensor] = []

    def add(name: str) -> None:
        def hook(_module: nn.Module, inputs: tuple[Tensor, ...], _output: Tensor) -> None:
            rows = inputs[0][kept[0] > 0].double()
            found[name] = found.get(name, 0.0) + (rows.T @ rows).numpy()

        hooks.append(layers[name].register_forward_hook(hook))

    layers = {n: m for n, m in network.encoder.named_modules() if isinstance(m, nn.Linear)}
    hooks: list[torch.utils.hooks.RemovableHandle] = []
    for name in layers:
        add(name)
    network.eval()
    ordered = sorted(texts, key=len)
    for start in range(0, len(ordered), BATCH):
        ids, mask = encode(tokenizer, ordered[start : start + BATCH])
        kept[:] = [mask]
        network(ids, mask)
    for each in hooks:
        each.remove()
    return {f'encoder.{name}': products for name, products in found.items()}


def round_layer(
    weights: NDArray[np.floating], products: NDArray[np.floating], largest: int
) -> Rounded:
    """Round [outputs, inputs] to integers of at most ``largest``; ``products`` as above."""
    left = np.array(weights, np.float64)
    size = left.shape[1]
    squares = np.maximum(np.diag(products), 0.0)
    damped = products + (DAMPING * squares.mean() + 1e-9) * np.eye(size)
    steps = _best_steps(left, np.diag(damped), largest)
    passed_on = np.linalg.cholesky(np.linalg.inv(damped)).T
    integers = np.zeros(left.shape)
    for i in range(size):
        integers[:, i] = np.clip(np.rint(left[:, i] / steps), -largest, largest)
        error = (left[:, i] - integers[:, i] * steps) / passed_on[i, i]
        left[:, i + 1 :] -= np.outer(error, passed_on[i, i + 1 :])
    return Rounded(integers.astype(np.int8), steps.astype(np.float32))


def _best_steps(
    weights: NDArray[np.float64], squares: NDArray[np.float64], largest: int
) -> NDArray[np.float64]:
    highest = np.maximum(np.abs(weights).max(1), 1e-12)
    candidates = np.outer(CLIPS, highest) / largest
    errors = []
    for steps in candidates:
        integers = np.clip(np.rint(weights / steps[:, None]), -largest, largest)
        errors.append(((weights - integers * steps[:, None]) ** 2 * squares).sum(1))
    return np.asarray(candidates[np.argmin(errors, axis=0), np.arange(len(weights))])


def store(path: Path, layers: dict[str, Rounded]) -> None:
    """Put the integers and steps of ``layers`` into an exported int8 network."""
    model = onnx.load_model_from_string(path.read_bytes())
    stored = {each.name: each for each in model.graph.initializer}
    for name, weight in multiplied(model.graph):
        if name in layers:
            rounded = layers[name]
            for part, values in (('quantized', rounded.integers.T), ('scale', rounded.steps)):
                whole = f'{weight}_{part}'
                stored[whole].CopyFrom(
                    numpy_helper.from_array(np.ascontiguousarray(values), whole)
                )
    path.write_bytes(model.SerializeToString())
