# SPDX-License-Identifier: MIT
"""Calibrate an exported text model: ``python -m training.text.calibration --data-folder D``.

Fits the temperature of each output and ``unpunctuated_quality``, and writes them and every figure
into the card; the export does so too. Needs no torch.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.opinion_pool import softmax
from emotion_ros.core.sentiment_to_emotion import emotion_from_sentiment
from emotion_ros.errors import ModelError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.backend import make_backend
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.text.classifier import TASK, TextClassifier, load_tokenizer
from emotion_ros.perception.text.normalize import is_unpunctuated
from emotion_ros.perception.text.pipeline import quality_of
from training import calibrate, card
from training.command import log, run
from training.text.data import GOEMOTIONS, MELD, SEMEVAL, Utterances, join, load_utterances
from training.text.evaluate import CALIBRATION_SPLIT, Predictions, figures, predict, rewrite

REPORTED = (
    # file, task, as a recogniser prints it, figures
    (SEMEVAL, 'sentiment', False, ('macro_recall', 'accuracy', 'ece15')),
    (SEMEVAL, 'sentiment', True, ('macro_recall',)),
    (MELD, 'sentiment', False, ('weighted_f1', 'macro_recall')),
    (MELD, 'emotion', False, ('weighted_f1', 'ece15')),
    (GOEMOTIONS, 'emotion', False, ('macro_f1', 'accuracy')),
)
CALIBRATED_ON = (
    'SemEval val (sentiment), MELD dev and GoEmotions val (emotion), MELD dev as recognised '
    '(unpunctuated_quality)'
)
WORD_ERRORS = 0.2
LEAST = 1e-12
Floats = NDArray[np.float64]
Heads = dict[str, dict[str, Any]]


def load_uncalibrated(path: Path) -> TextClassifier:
    """Return the model with all temperatures 1."""
    page = load_card(path).require_task(TASK)
    page = replace(page, outputs=tuple(replace(h, temperature=1.0) for h in page.outputs))
    return TextClassifier(page, make_backend(page), load_tokenizer(page))


def logs_of(predictions: Predictions, task: str) -> Floats:
    """Log-probabilities of one head, [N, C]."""
    return np.log(np.maximum(predictions.of(task), LEAST))


def fit(logs: Floats, utterances: Utterances, task: str) -> float:
    """Return the temperature of one head, fitted on texts with exactly one true class."""
    if task == 'sentiment':
        known, labels = utterances.sentiments >= 0, utterances.sentiments
    else:
        known = utterances.emotions.sum(1) == 1
        labels = utterances.emotions.argmax(1)
    return round(calibrate.fit_temperature(logs[known], labels[known]), 4)


def unpunctuated_quality(model: TextClassifier, heads: Heads, meld: Utterances) -> float:
    """Return the factor on the quality of texts as a recogniser prints them, 0..1.

    Networks are as sure of words without punctuation and with word errors as of written ones,
    and more often wrong. The factor is that between the weights of least negative log-likelihood
    of the two, all emotions being equally frequent.
    """
    heard = rewrite(meld.texts, asr=True, wer=WORD_ERRORS)
    several = np.flatnonzero([is_unpunctuated(text) for text in heard])
    labels = meld.emotions.argmax(1)
    weights = [
        _best_weight(evidence(model, heads, [texts[i] for i in several]), labels[several])
        for texts in (meld.texts, heard)
    ]
    return round(min(weights[1] / weights[0], 1.0), 3)


def evidence(model: TextClassifier, heads: Heads, texts: list[str]) -> Floats:
    """Return quality times the log-probabilities that the fusion gets, [N, 7]."""
    table = np.asarray(
        load_fusion_card(packaged_weights() / 'fusion.json').sentiment_given_emotion
    )
    rows = []
    for text in texts:
        prediction = model.classify(text)
        sentiment, emotion = (
            softmax(np.log(np.maximum(p, LEAST)) / heads[name]['temperature'])
            for name, p in (('sentiment', prediction.sentiment), ('emotion', prediction.emotion))
        )
        quality = quality_of(replace(prediction, reliability=1.0))
        rows.append(quality * np.log(emotion_from_sentiment(sentiment, table, emotion)))
    return np.array(rows)


def _best_weight(logs: Floats, labels: NDArray[np.int64]) -> float:
    rarity = 1 / np.bincount(labels, minlength=len(EMOTIONS))[labels]

    def loss(weight: float) -> float:
        right = softmax(weight * logs)[np.arange(len(labels)), labels]
        return float(-(rarity * np.log(right)).sum())

    return float(minimize_scalar(loss, bounds=(0.05, 2.0), method='bounded').x)


def finish_card(path: Path, page: dict[str, Any], valid: dict[str, Utterances]) -> None:
    """Fit the temperatures, measure everything that the card reports, and write the card.

    ``path`` is the model, with a card beside it; ``valid`` are the validation texts by file.
    """
    model = load_uncalibrated(path)
    predictions = {
        (name, asr): predict(model.classify, rewrite(valid[name].texts, asr=asr, wer=0.0))
        for name, asr in sorted({(name, asr) for name, _, asr, _ in REPORTED})
    }
    emotions = [logs_of(predictions[name, False], 'emotion') for name in (MELD, GOEMOTIONS)]
    heads = {head['name']: head for head in page['outputs']}
    heads['emotion']['temperature'] = fit(
        np.concatenate(emotions), join([valid[MELD], valid[GOEMOTIONS]]), 'emotion'
    )
    heads['sentiment']['temperature'] = fit(
        logs_of(predictions[SEMEVAL, False], 'sentiment'), valid[SEMEVAL], 'sentiment'
    )
    page['input']['unpunctuated_quality'] = unpunctuated_quality(model, heads, valid[MELD])
    page['metrics'] = []
    page.setdefault('training', {})['calibrated_on'] = CALIBRATED_ON
    for name, task, asr, wanted in REPORTED:
        logs = logs_of(predictions[name, asr], task)
        calibrated = softmax(logs / heads[task]['temperature'])
        values = figures(calibrated, valid[name], task, fitted_here=True)
        page['metrics'] += [_metric(path, name, task, asr, n, values) for n in wanted]
        latency = predictions[name, asr].latency_ms
        log(name, task, 'asr' if asr else 'raw', {n: round(values[n], 4) for n in wanted})
        log(f'ECE as shipped {values["ece15_as_shipped"]:.3f}, {latency:.1f} ms')
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


def load_validation(folder: Path) -> dict[str, Utterances]:
    """Return the validation split of each data set by its file name."""
    names = (SEMEVAL, MELD, GOEMOTIONS)
    return {name: load_utterances(folder / name, CALIBRATION_SPLIT) for name in names}


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m training.text.calibration', description=__doc__
    )
    parser.add_argument('--weights', type=Path, default=packaged_weights() / f'{TASK}.onnx')
    parser.add_argument('--data-folder', type=Path, required=True, help='with the parquet files')
    args = parser.parse_args(argv)
    load_card(args.weights)
    page = json.loads(args.weights.with_suffix('.json').read_text())
    if {head['name'] for head in page['outputs']} != {'sentiment', 'emotion'}:
        raise ModelError(f'{args.weights}: needs the outputs sentiment and emotion')
    finish_card(args.weights, page, load_validation(args.data_folder))


if __name__ == '__main__':
    run(main)
