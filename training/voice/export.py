# SPDX-License-Identifier: MIT
"""Checkpoint to packaged weights: ``python -m training.voice.export --data D``.

Writes float32 ONNX, fails unless ONNX Runtime and torch agree on real clips, quantises to int8,
and writes the card, with the temperature that training fitted to speakers left out.
"""

import argparse
import dataclasses
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.onnx_session import open_session
from emotion_ros.perception.models.signature import SPEECH_CLASSES
from emotion_ros.perception.voice.classifier import VoiceClassifier
from emotion_ros.perception.voice.log_mel import MELS, SAMPLE_RATE
from training import card, checkpoint
from training.command import log, run
from training.config import command_line, restore
from training.provenance import data_on_card
from training.voice.augment import Augmentation
from training.voice.config import TrainConfig
from training.voice.data import Clips, load_clips
from training.voice.evaluate import figures, predict, with_noise
from training.voice.network import VoiceNetwork, load_network, spectrogram
from training.voice.whisper import MAX_SECONDS

OPSET = 17
HEADS = {'emotion': EMOTIONS, 'speech': SPEECH_CLASSES}
REAL_CLIPS = 32
NOISE_DB = 10.0
SPLIT = 'val'
CONFUSIONS = ('known', 'elsewhere')


def write_onnx(network: VoiceNetwork, path: Path) -> None:
    """float32 ONNX with input ``mel`` [1, 80, frames] and two outputs of logits."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, MELS, 200),),
            str(path),
            input_names=['mel'],
            output_names=list(HEADS),
            dynamic_axes={'mel': {2: 'frames'}},
            opset_version=OPSET,
            dynamo=False,
        )


def check_onnx(network: VoiceNetwork, path: Path, clips: Clips) -> None:
    """ModelError unless the file and ``network`` agree on real clips."""
    session = open_session(path.read_bytes(), path)
    ours, onnx = [], []
    for clip in clips.samples[:: max(1, len(clips) // REAL_CLIPS)]:
        mel = spectrogram(clip)
        with torch.inference_mode():
            ours.append(np.concatenate([x.numpy() for x in network(mel)], axis=1))
        onnx.append(np.concatenate(session.run(list(HEADS), {'mel': mel.numpy()}), axis=1))
    card.require_agreement(np.concatenate(ours), np.concatenate(onnx), path)


def quantise(source: Path, target: Path) -> None:
    """Dynamic int8 of the matrix products, per channel and in reduced range (see text export)."""
    quantize_dynamic(
        source,
        target,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=['MatMul', 'Gemm'],
    )


def draft_card(path: Path, about: dict[str, Any], source: Path) -> dict[str, Any]:
    """The card without metrics."""
    config = restore(checkpoint.entry(about, 'recipe', source), TrainConfig, source)
    augmentation = restore(checkpoint.entry(about, 'augmentation', source), Augmentation, source)
    command = command_line('training.voice.train', config, augmentation)
    temperature = checkpoint.entry(about, 'temperature', source)
    return {
        'task': 'voice_emotion',
        'file': path.name,
        'sha256': card.file_sha256(path),
        'version': '1',
        'input': {
            'name': 'mel',
            'sample_rate': SAMPLE_RATE,
            'mels': MELS,
            'max_seconds': MAX_SECONDS,
        },
        'outputs': [
            {
                'name': name,
                'labels': list(labels),
                'temperature': round(temperature, 4) if name == 'emotion' else 1.0,
            }
            for name, labels in HEADS.items()
        ],
        'training': {
            'architecture': f'Whisper tiny.en encoder (frozen), convolutions and {config.layers} '
            'layers, mean and deviation over time, linear and hidden-layer heads averaged, int8',
            **data_on_card(about),
            'languages': 'en and de (acted), ur (spontaneous)',
            'command': f'{command} --data {about["data_file"]}',
            'commit': about['commit'],
            'calibrated_on': 'clips of train, also in noise, by heads fitted on other speakers '
            'and on other corpora',
            'chosen_on': 'speakers and corpora of train left out; val was seen meanwhile',
            'settings': dataclasses.asdict(config) | dataclasses.asdict(augmentation),
        },
        'metrics': [],
    }


def left_out_metrics(left_out: dict[str, dict[str, float]], command: str) -> list[dict[str, Any]]:
    """The figures of the corpora that were left out, and their mean first."""
    corpora = {name: row for name, row in left_out.items() if name != 'all'}
    mean = float(np.mean([row['uar'] for row in corpora.values()]))
    split = 'mean of the corpora, each left out of the training'
    return [
        card.metric('uar', mean, sum(int(row['n']) for row in corpora.values()), split, command),
        *(
            card.metric(
                'uar', row['uar'], int(row['n']), f'{name}, left out of the training', command
            )
            for name, row in corpora.items()
        ),
    ]


def write_confusions(path: Path, about: dict[str, Any], source: Path) -> None:
    """Write what ``training.fusion.voice_weights`` reads: predictions of heads for other clips."""
    known, elsewhere = (checkpoint.entry(about, name, source) for name in CONFUSIONS)
    content = {
        'known': known,
        'elsewhere': elsewhere,
        'provenance': {
            'known': f'clips of train of {about["data_file"]}, by heads fitted on other speakers',
            'elsewhere': 'clips of train and val, by heads fitted on the other corpora',
            'command': 'python -m training.voice.train, training.voice.export --confusions FILE',
        },
    }
    card.write_card(path, content)


def measured(path: Path, data: Path, clips: Clips) -> list[dict[str, Any]]:
    """Figures for the card: those of the evaluate command, in silence and in noise."""
    evaluating = (
        f'python -m training.voice.evaluate --weights emotion_ros/weights/{path.name} '
        f'--data {data.name} --split {SPLIT} --json'
    )
    split = f'{data.name} {SPLIT}'
    model = VoiceClassifier.load(str(path))
    found = figures(predict(model, clips)[0], clips)
    rows = [
        card.metric(name, found[name], len(clips), split, evaluating)
        for name in ('uar', 'uar_low', 'uar_high', 'accuracy', 'ece15')
    ]
    for corpus, values in found['corpora'].items():
        rows += [
            card.metric(name, values[name], values['n'], f'{split}, {corpus}', evaluating)
            for name in ('uar', 'uar_low', 'uar_high')
        ]
    noisy = with_noise(clips, NOISE_DB)
    in_noise = figures(predict(model, noisy)[0], noisy)
    command = f'{evaluating} --snr-db {NOISE_DB:g}'
    rows += [
        card.metric(name, in_noise[name], len(clips), f'{split}, {NOISE_DB:g} dB noise', command)
        for name in ('uar', 'ece15')
    ]
    log({f'{row["name"]} {row["split"]}': row['value'] for row in rows})
    return rows


def export(source: Path, data: Path, out: Path, confusions: Path | None) -> None:
    """Write ``out`` and the card beside it, and the confusions where there is a path for them."""
    network, about = load_network(source)
    valid = load_clips(data, SPLIT)
    large, small = out.with_suffix('.fp32.onnx'), out.with_suffix('.part.onnx')
    write_onnx(network, large)
    check_onnx(network, large, valid)
    quantise(large, small)
    large.unlink()
    os.replace(small, out)
    page = draft_card(out, about, source)
    card.write_card(out.with_suffix('.json'), page)
    left_out = checkpoint.entry(about, 'left_out', source)
    page['metrics'] = left_out_metrics(left_out, page['training']['command'])
    page['metrics'] += measured(out, data, valid)
    card.write_card(out.with_suffix('.json'), page)
    if confusions:
        write_confusions(confusions, about, source)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.voice.export', description=__doc__)
    parser.add_argument('--checkpoint', type=Path, default=Path('runs/voice/best.safetensors'))
    parser.add_argument(
        '--data', type=Path, required=True, help='parquet file, or folder of sounds'
    )
    parser.add_argument('--confusions', type=Path, help='JSON to write for the fusion')
    parser.add_argument('--out', type=Path, default=packaged_weights() / 'voice_emotion.onnx')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    export(args.checkpoint, args.data, args.out, args.confusions)


if __name__ == '__main__':
    run(main)
