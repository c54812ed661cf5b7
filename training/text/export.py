# SPDX-License-Identifier: MIT
"""Checkpoint to packaged weights: ``python -m training.text.export --data-folder D``.

Writes float32 ONNX, fails unless ONNX Runtime and torch agree on real texts, quantises to int8,
fits one temperature per head on the output of the int8 model, and writes the card.
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
from emotion_ros.core.fusion.opinion_pool import softmax
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.onnx_session import open_session
from emotion_ros.perception.text.classifier import make_text_engine
from training import calibrate, card, checkpoint
from training.command import log, run
from training.config import command_line, restore
from training.provenance import data_on_card
from training.text.batches import encode
from training.text.config import TrainConfig
from training.text.data import Utterances, join, load_utterances
from training.text.evaluate import CALIBRATION_SPLIT, Predictions, figures, predict, rewrite
from training.text.network import MAX_LENGTH, TextNetwork, build_empty
from training.text.train import GOEMOTIONS, MELD, SEMEVAL, logits_of

OPSET = 17
INPUTS = ('input_ids', 'attention_mask')
HEADS = {'sentiment': SENTIMENTS, 'emotion': EMOTIONS}
REAL_TEXTS = 64
REPORTED = (
    # file, task, as a recogniser prints it, figures
    (SEMEVAL, 'sentiment', False, ('macro_recall', 'accuracy', 'ece15')),
    (SEMEVAL, 'sentiment', True, ('macro_recall',)),
    (MELD, 'sentiment', False, ('weighted_f1', 'macro_recall')),
    (MELD, 'emotion', False, ('weighted_f1', 'ece15')),
    (GOEMOTIONS, 'emotion', False, ('macro_f1', 'accuracy')),
)


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


def quantise(source: Path, target: Path, *, per_channel: bool, reduce_range: bool) -> None:
    """Dynamic int8: weights and embeddings stored as int8, activations quantised on the fly.

    AVX2 without VNNI adds pairs of products in 16 bits, which saturate unless the weights keep
    to seven bits (``reduce_range``).
    """
    quantize_dynamic(
        source,
        target,
        per_channel=per_channel,
        reduce_range=reduce_range,
        weight_type=QuantType.QInt8,
    )


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
            'init_from': about['init_from'],
            'calibrated_on': 'SemEval val (sentiment), MELD dev and GoEmotions val (emotion)',
            'settings': about['recipe'] | {'part': about['part']} | settings,
        },
        'metrics': [],
    }


def emotion_temperature(predictions: list[Predictions], sets: list[Utterances]) -> float:
    """Fitted on the texts with exactly one true emotion."""
    logs = np.log(np.maximum(np.concatenate([p.emotion for p in predictions]), 1e-12))
    marks = join(sets).emotions
    single = marks.sum(1) == 1
    return calibrate.fit_temperature(logs[single], marks[single].argmax(1))


def sentiment_temperature(predictions: Predictions, texts: Utterances) -> float:
    """Fitted on tweets as written."""
    logs = np.log(np.maximum(predictions.sentiment, 1e-12))
    return calibrate.fit_temperature(logs, texts.sentiments)


def finish_card(path: Path, page: dict[str, Any], valid: dict[str, Utterances]) -> None:
    """Fit both temperatures and measure everything that the card reports."""
    card.write_card(path.with_suffix('.json'), page)
    model = make_text_engine(str(path))
    predictions = {
        (name, asr): predict(model.classify, rewrite(valid[name].texts, asr=asr, wer=0.0))
        for name, asr in sorted({(name, asr) for name, _, asr, _ in REPORTED})
    }
    temperatures = {
        'sentiment': sentiment_temperature(predictions[SEMEVAL, False], valid[SEMEVAL]),
        'emotion': emotion_temperature(
            [predictions[name, False] for name in (MELD, GOEMOTIONS)],
            [valid[MELD], valid[GOEMOTIONS]],
        ),
    }
    for head in page['outputs']:
        head['temperature'] = round(temperatures[head['name']], 4)
    for name, task, asr, wanted in REPORTED:
        logs = np.log(np.maximum(predictions[name, asr].of(task), 1e-12))
        calibrated = softmax(logs / temperatures[task])
        values = figures(calibrated, valid[name], task, fitted_here=True)
        page['metrics'] += [_metric(path, name, task, asr, n, values) for n in wanted]
        latency = predictions[name, asr].latency_ms
        log(
            name,
            task,
            'asr' if asr else 'raw',
            {n: round(values[n], 4) for n in wanted},
            f'{latency:.1f} ms',
        )
    card.write_card(path.with_suffix('.json'), page)


def _metric(
    path: Path, name: str, task: str, asr: bool, figure: str, values: dict[str, Any]
) -> dict[str, Any]:
    command = (
        f'python -m training.text.evaluate --weights emotion_ros/weights/{path.name} '
        f'--data {name} --task {task} --split {CALIBRATION_SPLIT} --json'
    )
    split = f'{name} {CALIBRATION_SPLIT}, {task}' + (', ASR-like' if asr else '')
    command += ' --asr' if asr else ''
    return card.metric(figure, values[figure], values['n'], split, command)


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
    valid = {name: load_utterances(folder / name, 'val') for name in (SEMEVAL, MELD, GOEMOTIONS)}
    full, small = out.with_suffix('.fp32.onnx'), out.with_suffix('.part.onnx')
    write_onnx(network, full)
    check_onnx(network, tokenizer, full, valid[SEMEVAL].texts[:REAL_TEXTS])
    quantise(full, small, **settings)
    full.unlink()
    os.replace(small, out)
    shutil.copyfile(source.with_name('tokenizer.json'), out.with_name('tokenizer.json'))
    finish_card(out, draft_card(out, about, settings), valid)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.text.export', description=__doc__)
    parser.add_argument('--checkpoint', type=Path, default=Path('runs/text/best.safetensors'))
    parser.add_argument('--data-folder', type=Path, required=True, help='with the parquet files')
    parser.add_argument('--out', type=Path, default=packaged_weights() / 'text_emotion.onnx')
    parser.add_argument('--per-channel', action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument('--reduce-range', action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    settings = {'per_channel': args.per_channel, 'reduce_range': args.reduce_range}
    export(args.checkpoint, args.data_folder, args.out, settings)


if __name__ == '__main__':
    run(main)
