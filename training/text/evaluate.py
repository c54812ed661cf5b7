# SPDX-License-Identifier: MIT
"""Evaluate a text model.

``python -m training.text.evaluate --weights W --data D --task T --json`` needs no
torch: the model runs as on the robot, from its card, one text at a time, with the rule for
negated feelings. The figures in the card are those of the network alone. ``--context`` reads the
columns dialogue, utterance and speaker and gives each utterance what was said before it.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.text.classifier import make_text_engine
from emotion_ros.perception.text.dialogue import MAX_CONTEXT, load_transitions
from emotion_ros.perception.text.engine import TextPrediction
from emotion_ros.perception.text.negation import classify_negated
from emotion_ros.sessions import metrics
from training import calibrate, groups
from training.command import as_json, log, run
from training.text.asr import spoken, with_word_errors
from training.text.data import SPLITS, Utterances, load_utterances, truth
from training.text.dialogue import in_context, load_turns

TASKS = {'sentiment': SENTIMENTS, 'emotion': EMOTIONS}
CALIBRATION_SPLIT = 'val'
SHORT_TOKENS = 32


@dataclass(frozen=True)
class Predictions:
    """Probabilities ``sentiment`` [N, 3] and ``emotion`` [N, 7]; median ms of short texts."""

    sentiment: NDArray[np.float64]
    emotion: NDArray[np.float64]
    latency_ms: float

    def of(self, task: str) -> NDArray[np.float64]:
        """Those of one task; ConfigError when the model has no such head."""
        chosen = self.sentiment if task == 'sentiment' else self.emotion
        if np.isnan(chosen).any():
            raise ConfigError(f'task {task!r}: this model has no such output')
        return chosen


def rewrite(texts: list[str], *, asr: bool, wer: float) -> list[str]:
    """The texts as written, or as a recogniser with this share of word errors gives them."""
    if not asr and not wer:
        return texts
    rng = np.random.default_rng(0)
    return [with_word_errors(spoken(text), wer, rng) for text in texts]


def predict(classify: Callable[[str], TextPrediction], texts: list[str]) -> Predictions:
    """Classify one by one, as on the robot."""
    classified, times = [], []
    for i, text in enumerate(texts):
        begun = time.perf_counter()
        classified.append(classify(text))
        if classified[-1].tokens <= SHORT_TOKENS:
            times.append(time.perf_counter() - begun)
        if i % 100 == 99:
            log(f'\r{i + 1}/{len(texts)}', end='')
    log()
    return Predictions(
        np.array([p.sentiment for p in classified]),
        np.array([p.emotion for p in classified]),
        float(np.median(times) * 1e3) if times else float('nan'),
    )


def labelled(utterances: Utterances, task: str) -> NDArray[np.intp]:
    """The indices of those with a label for ``task``; ConfigError when none has."""
    known = utterances.sentiments >= 0 if task == 'sentiment' else utterances.emotions.any(1)
    if not known.any():
        raise ConfigError(f'task {task!r}: the data has no {task} labels')
    return np.flatnonzero(known)


def figures(
    probabilities: NDArray[np.float64], utterances: Utterances, task: str, *, fitted_here: bool
) -> dict[str, Any]:
    """Every figure but the latency.

    ``fitted_here``: the temperature was fitted on these texts, so that the calibration error
    is taken with temperatures fitted on other folds; ``ece15_as_shipped`` with that of the card.
    """
    predicted = probabilities.argmax(1)
    true = truth(utterances, task, predicted)
    table = metrics.confusion(true, predicted, len(TASKS[task]))
    calibrated = probabilities
    if fitted_here:
        fixed = utterances.sentiments if task == 'sentiment' else utterances.emotions.argmax(1)
        calibrated = calibrate.cross_fitted(np.log(np.maximum(probabilities, 1e-12)), fixed)
    return {
        'n': len(utterances),
        'accuracy': metrics.accuracy(table),
        'macro_recall': metrics.macro_recall(table),
        'macro_f1': metrics.macro_f1(table),
        'weighted_f1': metrics.weighted_f1(table),
        'ece15': metrics.ece(calibrated.max(1), predicted == true),
        'ece15_as_shipped': metrics.ece(probabilities.max(1), predicted == true),
        'confusion': table.tolist(),
    }


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.text.evaluate', description=__doc__)
    parser.add_argument('--weights', required=True, help='.onnx with its card beside it')
    parser.add_argument('--data', type=Path, required=True, help='parquet file')
    parser.add_argument('--task', choices=TASKS, default='sentiment')
    parser.add_argument('--split', choices=SPLITS, default='val')
    parser.add_argument('--asr', action='store_true', help='rewrite as a recogniser prints')
    parser.add_argument('--wer', type=float, default=0.0, help='with this share of word errors')
    parser.add_argument(
        '--context',
        type=int,
        nargs='?',
        const=MAX_CONTEXT,
        default=0,
        choices=range(MAX_CONTEXT + 1),
        metavar='N',
        help=f'read each utterance with up to N (default {MAX_CONTEXT}) that were said before it',
    )
    groups.add_option(parser)
    parser.add_argument('--json', action='store_true', help='print one JSON object only')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    if args.context and args.task != 'emotion':
        raise ConfigError('--context changes emotions only: --task emotion')
    utterances = load_utterances(args.data, args.split)
    turns = load_turns(args.data, args.split) if args.context else []
    of: groups.Groups = {}
    if args.by:
        names = groups.names_in(args.data, 'speaker', 'split', args.split)
        of = groups.read_groups(args.by, len(utterances), names)
    index = labelled(utterances, args.task)
    of = {name: [values[i] for i in index] for name, values in of.items()}
    if not args.context:  # else who says the others counts
        utterances, index = utterances.take(index), np.arange(len(index))
    model = make_text_engine(args.weights)
    texts = rewrite(utterances.texts, asr=args.asr, wer=args.wer)
    predictions = predict(partial(classify_negated, model), texts)
    probabilities = predictions.of(args.task)
    if args.context:
        transitions = load_transitions(packaged_weights())
        probabilities = in_context(probabilities, turns, transitions, args.context)
    fitted_here = args.split == CALIBRATION_SPLIT
    result = figures(
        probabilities[index], utterances.take(index), args.task, fitted_here=fitted_here
    )
    if of:
        predicted = probabilities[index].argmax(1)
        true = truth(utterances.take(index), args.task, predicted)
        figure = metrics.macro_recall if args.task == 'sentiment' else metrics.weighted_f1
        result['by'] = groups.figures_by(of, true, predicted, len(TASKS[args.task]), figure)
    print(as_json(result | {'latency_ms_median': predictions.latency_ms}))


if __name__ == '__main__':
    run(main)
