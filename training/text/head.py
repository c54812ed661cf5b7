# SPDX-License-Identifier: MIT
"""Fit the sentiment head of an exported network anew: ``python -m training.text.head``.

A logistic regression, pulled towards the head that is there, on what the int8 encoder gives for
the last SemEval training texts, of which the training has seen few, as written and as a
recogniser prints them, and for those of MELD. Classes count almost alike, as SemEval's figure
counts them. Then the card is calibrated and measured again.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper
from scipy.optimize import minimize
from tokenizers import Tokenizer

from emotion_ros.core.emotions import SENTIMENTS
from emotion_ros.core.fusion.opinion_pool import softmax
from emotion_ros.errors import ModelError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.models.onnx_session import open_session
from emotion_ros.perception.text.classifier import TASK, load_tokenizer
from training import card
from training.command import run
from training.text.batches import as_recognised
from training.text.calibration import finish_card, load_validation
from training.text.data import MELD, SEMEVAL, Utterances, join, load_utterances

TEXTS = 8000
POWERS = {SEMEVAL: 1.0, MELD: 0.5}
"""Of the inverse class frequency: SemEval is scored by macro recall, MELD by weighted F1."""
PULL = 0.01
WORD_ERRORS = 0.08
WEIGHT, BIAS = 'sentiment.weight_Transposed', 'sentiment.bias'
Floats = NDArray[np.floating]


def training_texts(folder: Path) -> list[tuple[Utterances, float]]:
    """The sets to fit on and the power of each."""
    semeval = load_utterances(folder / SEMEVAL, 'train')
    last = semeval.take(np.random.default_rng(0).permutation(len(semeval))[-TEXTS:])
    rng = np.random.default_rng(0)
    heard = [as_recognised(text, 1.0, WORD_ERRORS, rng) for text in last.texts]
    heard_too = join([last, Utterances(heard, last.sentiments, last.emotions)])
    return [
        (heard_too, POWERS[SEMEVAL]),
        (load_utterances(folder / MELD, 'train'), POWERS[MELD]),
    ]


def pooled(path: Path, model: onnx.ModelProto, tokenizer: Tokenizer, texts: list[str]) -> Floats:
    """What the heads get for each text [N, D], one by one as on the robot."""
    (source,) = {node.input[0] for node in model.graph.node if WEIGHT in node.input}
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.append(onnx.ValueInfoProto(name=source))
    session = open_session(watched.SerializeToString(), path)
    found = []
    for encoding in tokenizer.encode_batch(texts):
        ids = np.array([encoding.ids], np.int64)
        feed = {'input_ids': ids, 'attention_mask': np.ones_like(ids)}
        found.append(session.run([source], feed)[0][0])
    return np.array(found)


def class_weights(labels: NDArray[np.integer], power: float) -> Floats:
    """A weight per text, 1 on average: the inverse frequency of its class to ``power``."""
    weights = np.bincount(labels, minlength=len(SENTIMENTS))[labels].astype(float) ** -power
    return np.asarray(weights / weights.mean())


def fit_head(
    features: Floats, labels: NDArray[np.integer], weights: Floats, start: Floats
) -> Floats:
    """Return the head [D + 1, C], bias last, of least weighted log-loss plus the pull."""
    inputs = np.hstack([features, np.ones((len(features), 1))])
    targets = np.eye(start.shape[1])[labels]
    each = weights / len(weights)

    def loss(flat: Floats) -> tuple[float, Floats]:
        head = flat.reshape(start.shape)
        probabilities = softmax(inputs @ head)
        away = np.vstack([head[:-1] - start[:-1], np.zeros((1, start.shape[1]))])
        right = np.maximum((probabilities * targets).sum(1), 1e-12)
        slope = inputs.T @ (each[:, None] * (probabilities - targets)) + 2 * PULL * away
        return float(-(each * np.log(right)).sum() + PULL * (away**2).sum()), slope.ravel()

    best = minimize(loss, start.ravel(), jac=True, method='L-BFGS-B')
    return np.asarray(best.x).reshape(start.shape)


def refit(path: Path, folder: Path, tokenizer: Tokenizer) -> None:
    """Put a new sentiment head into the model at ``path``."""
    model = onnx.load_model_from_string(path.read_bytes())
    stored = {each.name: each for each in model.graph.initializer}
    if WEIGHT not in stored:
        raise ModelError(f'{path}: has no float32 sentiment head: export it again')
    start = np.vstack([numpy_helper.to_array(stored[name]) for name in (WEIGHT, BIAS)])
    sets = training_texts(folder)
    features = [pooled(path, model, tokenizer, texts.texts) for texts, _ in sets]
    weights = [class_weights(texts.sentiments, power) for texts, power in sets]
    labels = np.concatenate([texts.sentiments for texts, _ in sets])
    head = fit_head(np.concatenate(features), labels, np.concatenate(weights), start)
    for name, values in ((WEIGHT, head[:-1]), (BIAS, head[-1])):
        stored[name].CopyFrom(numpy_helper.from_array(values.astype(np.float32), name))
    path.write_bytes(model.SerializeToString())


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.text.head', description=__doc__)
    parser.add_argument('--weights', type=Path, default=packaged_weights() / f'{TASK}.onnx')
    parser.add_argument('--data-folder', type=Path, required=True, help='with the parquet files')
    args = parser.parse_args(argv)
    tokenizer = load_tokenizer(load_card(args.weights))
    refit(args.weights, args.data_folder, tokenizer)
    page = json.loads(args.weights.with_suffix('.json').read_text())
    page['sha256'] = card.file_sha256(args.weights)
    page['training']['settings'] |= {'sentiment_head': 'fitted by training.text.head'}
    card.write_card(args.weights.with_suffix('.json'), page)
    finish_card(args.weights, page, load_validation(args.data_folder))


if __name__ == '__main__':
    run(main)
