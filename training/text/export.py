# SPDX-License-Identifier: MIT
"""Checkpoint to packaged weights: ``python -m training.text.export --data-folder D``.

Writes float32 ONNX, fails unless ONNX Runtime and torch agree on real texts, rounds to int8,
calibrates the int8 model, and writes the card.
"""

import argparse
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.onnx_session import open_session
from training import card, checkpoint
from training.command import run
from training.config import command_line, restore
from training.provenance import data_on_card, without_folders
from training.text.batches import as_recognised, encode
from training.text.calibration import finish_card, load_validation
from training.text.config import TrainConfig
from training.text.data import GOEMOTIONS, MELD, SEMEVAL, load_utterances
from training.text.network import MAX_LENGTH, TextNetwork, build_empty
from training.text.rounding import input_products, round_layer, store
from training.text.train import logits_of

OPSET = 17
INPUTS = ('input_ids', 'attention_mask')
HEADS = {'sentiment': SENTIMENTS, 'emotion': EMOTIONS}
REAL_TEXTS = 64
ROUNDING_TEXTS = 128
LARGEST, LARGEST_REDUCED = 127, 64
"""Integers of a weight, as ONNX Runtime takes them."""


def write_onnx(network: TextNetwork, path: Path) -> None:
    """float32 ONNX with int64 [N, T] inputs and two outputs of logits."""
    example = torch.ones(2, 8, dtype=torch.int64)
    axes = {name: {0: 'n', 1: 't'} for name in INPUTS} | {name: {0: 'n'} for name in HEADS}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            network.eval(),
            (example, example),
            str(path),
            input_names=list(INPUTS),
            output_names=list(HEADS),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )


def check_onnx(network: TextNetwork, tokenizer: Tokenizer, path: Path, texts: list[str]) -> None:
    """ModelError unless the file and ``network`` agree on real texts."""
    ids, mask = encode(tokenizer, texts)
    onnx = open_session(path.read_bytes(), path).run(
        list(HEADS), dict(zip(INPUTS, (ids.numpy(), mask.numpy()), strict=True))
    )
    for ours, theirs in zip(logits_of(network, tokenizer, texts), onnx, strict=True):
        card.require_agreement(ours, theirs, path)


def quantise(source: Path, target: Path, *, reduce_range: bool) -> None:
    """Dynamic int8: weights and embeddings stored as int8, activations quantised on the fly.

    AVX2 without VNNI adds pairs of products in 16 bits, which saturate unless the weights keep
    to seven bits (``reduce_range``). The two small heads stay float32.
    """
    quantize_dynamic(
        source,
        target,
        per_channel=True,
        reduce_range=reduce_range,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=[f'/{head}/Gemm{part}' for head in HEADS for part in ('', '_MatMul')],
    )


def round_again(
    path: Path, network: TextNetwork, tokenizer: Tokenizer, texts: list[str], *, reduce_range: bool
) -> None:
    """Round the weights of a quantised ``network`` so that its outputs on ``texts`` stay."""
    largest = LARGEST_REDUCED if reduce_range else LARGEST
    weights = network.state_dict()
    products = input_products(network, tokenizer, texts)
    store(
        path,
        {
            name: round_layer(weights[f'{name}.weight'].numpy(), each, largest)
            for name, each in products.items()
        },
    )


def some_training_texts(folder: Path) -> list[str]:
    """The same ROUNDING_TEXTS training texts of each set, half as a recogniser prints them."""
    rng = np.random.default_rng(0)
    texts = []
    for name in (SEMEVAL, MELD, GOEMOTIONS):
        train = load_utterances(folder / name, 'train').texts
        texts += [train[i] for i in rng.permutation(len(train))[:ROUNDING_TEXTS]]
    return [as_recognised(text, 0.5, 0.0, rng) for text in texts]


def draft_card(path: Path, about: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """The card with temperatures of one and without metrics."""
    config = restore(about['recipe'], TrainConfig, path)
    tokenizer = path.with_name('tokenizer.json')
    command = command_line('training.text.train', config)
    return {
        'task': 'text_emotion',
        'file': path.name,
        'sha256': card.file_sha256(path),
        'version': '1',
        'input': {
            'names': list(INPUTS),
            'tokenizer': tokenizer.name,
            'tokenizer_sha256': card.file_sha256(tokenizer),
            'max_length': MAX_LENGTH,
        },
        'outputs': [
            {'name': name, 'labels': list(labels), 'temperature': 1.0}
            for name, labels in HEADS.items()
        ],
        'training': {
            'architecture': f'{about["base"]} encoder, mean pooling, two linear heads, int8',
            **data_on_card(about),
            'command': f'{command} --data-folder data',
            'commit': about['commit'],
            'init_from': without_folders(about['init_from']),
            'settings': about['recipe'] | {'part': about['part']} | settings,
        },
        'metrics': [],
    }


def load_network(source: Path) -> tuple[TextNetwork, dict[str, Any]]:
    """The trained network and what its checkpoint says about it."""
    tensors, about = checkpoint.load(source)
    network = build_empty(about['encoder'])
    checkpoint.fill(network, tensors, source)
    return network, about


def export(source: Path, folder: Path, out: Path, settings: dict[str, bool]) -> None:
    """Write ``out``, its card and its tokenizer."""
    network, about = load_network(source)
    tokenizer = Tokenizer.from_file(str(source.with_name('tokenizer.json')))
    valid = load_validation(folder)
    full, small = out.with_suffix('.fp32.onnx'), out.with_suffix('.part.onnx')
    write_onnx(network, full)
    check_onnx(network, tokenizer, full, valid[SEMEVAL].texts[:REAL_TEXTS])
    quantise(full, small, reduce_range=settings['reduce_range'])
    if settings['compensated']:
        round_again(
            small,
            network,
            tokenizer,
            some_training_texts(folder),
            reduce_range=settings['reduce_range'],
        )
    full.unlink()
    os.replace(small, out)
    shutil.copyfile(source.with_name('tokenizer.json'), out.with_name('tokenizer.json'))
    page = draft_card(out, about, settings)
    card.write_card(out.with_suffix('.json'), page)
    finish_card(out, page, valid)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.text.export', description=__doc__)
    parser.add_argument('--checkpoint', type=Path, default=Path('runs/text/best.safetensors'))
    parser.add_argument('--data-folder', type=Path, required=True, help='with the parquet files')
    parser.add_argument('--out', type=Path, default=packaged_weights() / 'text_emotion.onnx')
    parser.add_argument('--reduce-range', action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        '--compensated',
        action=argparse.BooleanOptionalAction,
        default=True,
        help='round so that outputs on training texts stay; else each weight to the nearest',
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    settings = {'reduce_range': args.reduce_range, 'compensated': args.compensated}
    export(args.checkpoint, args.data_folder, args.out, settings)


if __name__ == '__main__':
    run(main)
