# SPDX-License-Identifier: MIT
"""Fit the weights of face and text, and write them into the fusion card.

``python -m training.fusion.weights --data-folder DIR --json``: FER2013 PublicTest faces and MELD
dev utterances as the packaged models classify them, paired by emotion. **Optimistic**: in such
pairs the errors of face and text are independent, in one person they are not; therefore the sum
of the weights is 1.4 at most. The figures printed are cross-fitted (folds of faces and of
dialogues); the weights written are fitted on all. ``training.fusion.sequences`` fits the final
temperature afterwards. Needs no torch.
"""

import argparse
import json
from collections.abc import Mapping
from math import floor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.optimize import minimize, minimize_scalar

from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card, together
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.weighting import resolve_decays
from emotion_ros.sessions import metrics
from training.card import write_card
from training.command import as_json, log, run
from training.fusion.evaluate import load_parameters
from training.fusion.pairs import Pairs, Weights, fuse_pairs
from training.fusion.predictions import (
    Floats,
    Images,
    Predictions,
    SentimentTable,
    ValidationSet,
    add_options,
    load_validation_set,
    observe_texts,
    predict_faces,
    text_predictions,
)
from training.fusion.scenarios import Conditions, gain, make_scenarios, measure, sensitivity
from training.text.asr import spoken, with_word_errors

CREMAD = Path(__file__).parent / 'cremad_pool.json'
BLUR_PX = 2.0
WORD_ERRORS = 0.2
NO_LIMIT = 5.0
MAX_SHARPNESS = 1.4
"""Largest sum of the weights: real faces and words share their errors, the pairs here do not."""
MAX_SOLO = 1.0
"""Alone, no input counts more than its own probabilities say."""
FACE_ONLY, TEXT_ONLY = (1.0, 0.0), (0.0, 1.0)


def fit_weights(
    faces: Predictions, texts: Predictions, pairs: Pairs, limit: float = MAX_SHARPNESS
) -> Weights:
    """Return the weights of least negative log-likelihood with a sum of at most ``limit``.

    The solo weights first, then the two together, at temperature 1: the pool depends on the
    ratio only.
    """
    labels = faces.labels[pairs.face]

    def loss(weights: Weights, freshness: tuple[float, float] = (1.0, 1.0)) -> float:
        return metrics.nll(fuse_pairs(faces, texts, pairs, [weights], freshness), labels)

    def fit_solo(freshness: tuple[float, float]) -> float:
        def solo_loss(free: float) -> float:
            return loss(Weights(0.0, 0.0, solo=(free, free)), freshness)

        return float(minimize_scalar(solo_loss, bounds=(0.0, MAX_SOLO), method='bounded').x)

    solo = fit_solo(FACE_ONLY), fit_solo(TEXT_ONLY)

    def joint_loss(free: Floats) -> float:
        face, text = np.maximum(free, 0.0).tolist()
        return loss(Weights(face, text, solo=solo))

    start = np.full(2, limit / 3)
    inside = {'type': 'ineq', 'fun': lambda free: limit - free.sum()}
    found = minimize(
        joint_loss, start, method='SLSQP', bounds=[(0, limit)] * 2, constraints=inside
    )
    face, text = np.clip(found.x, 0.0, None).tolist()
    return Weights(face, text, solo=solo)


def fit_folds(
    faces: Predictions, texts: Predictions, pairs: Pairs, limit: float = MAX_SHARPNESS
) -> list[Weights]:
    """Return, for each fold, the weights fitted on the other ones."""
    folds = range(int(pairs.fold.max()) + 1)
    return [fit_weights(faces, texts, pairs.take(pairs.fold != fold), limit) for fold in folds]


def predict_conditions(of: ValidationSet, table: SentimentTable) -> Conditions:
    """Return the predictions for the validation data, as it is and degraded."""
    rng = np.random.default_rng(0)
    misheard = observe_texts(
        of.text_pipeline,
        of.speech.texts,
        lambda text: with_word_errors(spoken(text), WORD_ERRORS, rng),
    )
    return Conditions(
        faces=of.face_predictions,
        blurred=predict_faces(of.face_model, blur(of.faces.images), of.faces.labels),
        texts=text_predictions(of.text_observations, of.speech, table),
        misheard=text_predictions(misheard, of.speech, table),
    )


def blur(images: Images, sigma_px: float = BLUR_PX) -> Images:
    """Return grey images [N, H, W] out of focus."""
    return np.stack([cv2.GaussianBlur(image, (0, 0), sigma_px) for image in images])


def votes_sharpness(cremad: Path = CREMAD) -> float:
    """Return the sum of the weights that fit the votes on real voices and faces best."""
    return float(sum(load_parameters(cremad)['pool']['weights'].values()))


def experiment(of: Conditions, card: FusionCard, cremad_sharpness: float) -> dict[str, Any]:
    """Return the fit on all pairs and the cross-fitted figures of every scenario."""
    config = FusionConfig()
    all_of = make_scenarios(of, resolve_decays(config, card, {}))
    both = all_of['both']
    limit = min(MAX_SHARPNESS, cremad_sharpness)
    fitted = fit_weights(of.faces, of.texts, both.pairs, limit)
    folds = fit_folds(of.faces, of.texts, both.pairs, limit)
    free = fit_weights(of.faces, of.texts, both.pairs, NO_LIMIT)
    return {
        'faces': len(of.faces),
        'utterances': len(of.texts),
        'pairs': len(both.pairs),
        'weights': {FACE: fitted.face, TEXT: fitted.text},
        'alone': dict(zip((FACE, TEXT), fitted.solo, strict=True)),
        'sharpness': limit,
        'cremad_sharpness': cremad_sharpness,
        'weights_without_limit': {FACE: free.face, TEXT: free.text},
        'situations': {name: measure(s, folds) for name, s in all_of.items()},
        'gain_over_face': gain(both, all_of['face alone'], folds),
        'gain_over_words': gain(both, all_of['words alone'], folds),
        'sensitivity': sensitivity(both, fitted),
    }


def write_weights(path: Path, result: Mapping[str, Any], command: str) -> None:
    """Replace weights and sharpness of a card and their provenance."""
    card = json.loads(path.read_text())
    # Rounded down: the sum has a limit.
    card['weights'] |= {
        together(FACE, TEXT): {
            name: floor(1000 * w) / 1000 for name, w in result['weights'].items()
        },
        **{name: {name: round(w, 3)} for name, w in result['alone'].items()},
    }
    card['sharpness'] = result['sharpness']
    card['provenance'] |= {
        'weights': {
            'data': f'{result["pairs"]} pairs of {result["faces"]} FER2013 PublicTest faces and '
            f'{result["utterances"]} MELD dev utterances of the same emotion',
            'method': 'least negative log-likelihood; together their sum is at most the '
            'sharpness, alone each is at most 1',
            'caution': 'optimistic: paired by label, face and words err independently',
            'command': command,
        },
        'sharpness': f'at most {MAX_SHARPNESS}, because real sources share their errors; '
        'CREMA-D votes of voice and face against both are fitted best by '
        f'{result["cremad_sharpness"]:.2f} (training/fusion/cremad_pool.json; voice is not text)',
        'prior': 'uniform: how often a robot meets which emotion is not known',
    }
    write_card(path, card)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.fusion.weights', description=__doc__)
    add_options(parser)
    parser.add_argument(
        '--cremad', type=Path, default=CREMAD, help='written by training.fusion.fit'
    )
    args = parser.parse_args(argv)
    card = load_fusion_card(args.card)
    of = predict_conditions(load_validation_set(args), card.sentiment_given_emotion)
    result = experiment(of, card, votes_sharpness(args.cremad))
    write_weights(args.card, result, 'python -m training.fusion.weights --data-folder data --json')
    if not args.json:
        log(as_table(result))
    print(as_json(result))


def as_table(result: Mapping[str, Any]) -> str:
    """Return the scenarios as readable lines."""
    return '\n'.join(
        f'{name:<40} accuracy {f["accuracy"][0]:.3f} ({f["accuracy"][1]:.3f} to '
        f'{f["accuracy"][2]:.3f})  nll {f["nll"]:.3f}  ece {f["ece15"]:.3f}'
        for name, f in result['situations'].items()
    )


if __name__ == '__main__':
    run(main)
