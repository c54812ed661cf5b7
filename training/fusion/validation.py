# SPDX-License-Identifier: MIT
"""What the commands on faces and words share: their options, the models and the clean beliefs."""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.models.file import PACKAGED, packaged_weights
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.text.pipeline import TextPipeline, make_text_pipeline
from training.face.data import Faces, load_faces
from training.fusion.beliefs import Beliefs, Heard, Speech, hear, load_speech, see

FACES, SPEECH = 'fer2013_train_valid.parquet', 'meld_text.parquet'


@dataclass(frozen=True)
class Validation:
    """FER2013 PublicTest and MELD dev, and what the models see and hear in them."""

    model: FaceClassifier
    pipeline: TextPipeline
    faces: Faces
    seen: Beliefs
    speech: Speech
    heard: Heard

    def some_faces(self, count: int) -> Faces:
        """Return ``count`` faces drawn without a choice."""
        return self.faces.take(np.random.default_rng(0).permutation(len(self.faces))[:count])


def load_validation(args: argparse.Namespace) -> Validation:
    """Load what the options of ``add_options`` name; ConfigError when a file is not in order."""
    model = FaceClassifier.load(args.face_model, threads=args.threads)
    pipeline = make_text_pipeline(SentimentConfig(text_model=args.text_model))
    faces = load_faces(args.data_folder / FACES, 'PublicTest')
    speech = load_speech(args.data_folder / SPEECH)
    seen = see(model, faces.images, faces.labels)
    return Validation(model, pipeline, faces, seen, speech, hear(pipeline, speech.texts))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every command that runs the models."""
    parser.add_argument('--data-folder', type=Path, required=True, help='with the parquet files')
    parser.add_argument('--card', type=Path, default=packaged_weights() / 'fusion.json')
    parser.add_argument('--face-model', default=PACKAGED, help='packaged, or a card')
    parser.add_argument('--text-model', default=PACKAGED, help='packaged, or a card')
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--json', action='store_true', help='print one JSON object only')
