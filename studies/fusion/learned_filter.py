# SPDX-License-Identifier: MIT
"""Does a learned filter follow a face better than the hidden Markov model?

``python -m studies.fusion.learned_filter --data-folder DIR --json``: a GRU learns from synthetic
sequences (``training.fusion.synthetic_sequences``, one face per segment, no words) of one half of
the FER2013 PublicTest faces; all filters are measured on sequences of the other half. The GRU
stands before the fusion, whose own filter is then off; weights and stable label are the same.
``--save`` writes results/learned_filter.csv.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.perception.face.classifier import FaceClassifier
from studies.fusion.metrics.sequence_metrics import calibration, summary
from studies.tables import write_tables
from training.command import as_json, log, run
from training.face.data import load_faces
from training.fusion.predictions import FACES_FILE, Predictions, add_options, predict_faces
from training.fusion.synthetic_sequences import (
    SEGMENTS,
    SequencePlan,
    Sequences,
    frames_of_one_face,
    plan_sequence,
    run_sequences,
)

RESULTS = Path(__file__).with_name('results')
FILTERS = ('none', 'ema', 'hmm', 'gru')
HIDDEN, EPOCHS, LEARNING_RATE, WEIGHT_DECAY = 24, 60, 5e-3, 1e-3
HELD_OUT = 5
"""Every fifth training sequence chooses the epoch."""
FIGURES = ('detect_s_median', 'missed', 'hold', 'clear_s_median', 'false_switches_per_min')


class GruFilter(nn.Module):
    """Log-probabilities and quality [N, T, 8] of frames to logits [N, T, 7]."""

    def __init__(self) -> None:
        """Random weights; the first output is nearly the input."""
        super().__init__()
        classes = len(EMOTIONS)
        self.recurrent = nn.GRU(classes + 1, HIDDEN, batch_first=True)
        self.output = nn.Linear(HIDDEN, classes)

    def forward(self, frames: Tensor) -> Tensor:
        """Return the logits of every frame from it and those before it."""
        return self.output(self.recurrent(frames)[0]) + frames[..., :-1]

    @torch.no_grad()
    def filtered(self, frames: Predictions) -> Predictions:
        """Return the frames of one sequence with filtered probabilities."""
        logits = self(features(frames)[None])[0]
        return replace(frames, probabilities=logits.softmax(1).double().numpy())


@dataclass(frozen=True)
class FaceSequences:
    """Plans without words and the predictions of their frames."""

    plans: Sequence[SequencePlan]
    frames: Sequence[Predictions]

    def labels(self, i: int) -> NDArray[np.int64]:
        """Return the emotion shown in each frame of one sequence."""
        emotions = np.array([segment.emotion for segment in self.plans[i].segments])
        return np.asarray(emotions[self.plans[i].segment], np.int64)


def features(frames: Predictions) -> Tensor:
    """Return float [T, 8]: log-probabilities and quality."""
    logs = np.log(np.maximum(frames.probabilities, 1e-6))
    return torch.from_numpy(np.column_stack([logs, frames.quality])).float()


def make_face_sequences(
    model: FaceClassifier,
    images: NDArray[np.uint8],
    faces: Predictions,
    count: int,
    rng: np.random.Generator,
) -> FaceSequences:
    """Draw ``count`` sequences of the faces and classify their frames."""
    no_words = np.empty(0, np.int64)
    plans = [plan_sequence(faces, no_words, SEGMENTS, rng) for _ in range(count)]
    return FaceSequences(plans, frames_of_one_face(model, images, plans, rng))


def train(sequences: FaceSequences, seed: int = 0) -> GruFilter:
    """Return the filter of the epoch with the least loss on the sequences held out."""
    torch.manual_seed(seed)
    network = GruFilter()
    optimizer = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    count = len(sequences.plans)
    inputs = nn.utils.rnn.pad_sequence([features(f) for f in sequences.frames], batch_first=True)
    labels = nn.utils.rnn.pad_sequence(
        [torch.from_numpy(sequences.labels(i)) for i in range(count)],
        batch_first=True,
        padding_value=-100,
    )
    held_out = torch.arange(count) % HELD_OUT == 0
    best, least = network.state_dict(), float('inf')
    for epoch in range(EPOCHS):
        order = torch.randperm(int((~held_out).sum()))
        for batch in torch.nonzero(~held_out)[order, 0].split(8):
            loss = _loss(network(inputs[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            value = float(_loss(network(inputs[held_out]), labels[held_out]))
        if value < least:
            least = value
            best = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        log(f'\repoch {epoch + 1}/{EPOCHS}: {value:.3f}', end='')
    log()
    network.load_state_dict(best)
    return network


def _loss(logits: Tensor, labels: Tensor) -> Tensor:
    return functional.cross_entropy(logits.transpose(1, 2), labels)


def compare(sequences: FaceSequences, network: GruFilter, card: FusionCard) -> dict[str, Any]:
    """Return the figures of every filter."""
    every = Sequences(sequences.plans, sequences.frames, sequences.frames, texts=())
    learned = [network.filtered(frames) for frames in sequences.frames]
    figures: dict[str, Any] = {}
    for name in FILTERS:
        is_learned = name == 'gru'
        tracks = run_sequences(
            every,
            learned if is_learned else sequences.frames,
            FusionConfig(filter='none' if is_learned else name),
            card,
        )
        measured = calibration(tracks)
        figures[name] = {
            **{key: summary(tracks)[key] for key in FIGURES},
            'accuracy': measured['accuracy'],
            'ece15': measured['ece15'],
        }
    return figures


def table(figures: Mapping[str, Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """Return one row per filter, with the header."""
    header = ('filter', *next(iter(figures.values())))
    return [header, *((name, *row.values()) for name, row in figures.items())]


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m studies.fusion.learned_filter', description=__doc__
    )
    add_options(parser)
    parser.add_argument('--train', type=int, default=24, help='sequences to learn from')
    parser.add_argument('--test', type=int, default=12, help='sequences to measure on')
    parser.add_argument('--save', action='store_true', help='write results/learned_filter.csv')
    args = parser.parse_args(argv)
    if args.train < 2 or args.test < 1:
        parser.error('--train: at least 2; --test: at least 1')
    torch.set_num_threads(args.threads)
    model = FaceClassifier.load(args.face_model, threads=args.threads)
    faces = load_faces(args.data_folder / FACES_FILE, 'PublicTest')
    predictions = predict_faces(model, faces.images, faces.labels)
    rng = np.random.default_rng(0)
    halves = np.array_split(rng.permutation(len(faces)), 2)
    learned, measured = (
        make_face_sequences(model, faces.images[half], predictions.take(half), count, rng)
        for half, count in zip(halves, (args.train, args.test), strict=True)
    )
    figures = compare(measured, train(learned), load_fusion_card(args.card))
    print(as_json({'train': args.train, 'test': args.test, 'filters': figures}))
    if args.save:
        write_tables(RESULTS, {'learned_filter': table(figures)})


if __name__ == '__main__':
    run(main)
