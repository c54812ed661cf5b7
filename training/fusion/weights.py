# SPDX-License-Identifier: MIT
"""Fit the weights of face and words, and write them into the fusion card.

``python -m training.fusion.weights --data-folder DIR --json``: FER2013 PublicTest faces as the
shipped face model sees them, MELD dev utterances as the shipped text model hears them, paired by
emotion. **Optimistic**: in such pairs the two err independently, in one person they do not;
therefore the sum of the weights is 1.4 at most. The figures printed are cross-fitted (folds of
faces and of dialogues); what is written is fitted on all. The final temperature comes from
``training.fusion.sequences``, as it belongs to the label that lasts. Runs without torch.
"""

import argparse
import json
from collections.abc import Mapping
from math import floor
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.fusion.card import FusionCard, load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.fusion.weighting import resolve_decays
from training.card import write_card
from training.command import as_json, log, run
from training.fusion.beliefs import Images, SentimentTable, believe, hear, see
from training.fusion.evaluate import load_parameters
from training.fusion.fit_weights import MAX_SHARPNESS, fit_folds, fit_weights
from training.fusion.situations import Evidence, gain, measure, sensitivity, situations
from training.fusion.validation import Validation, add_options, load_validation
from training.text.asr import spoken, with_word_errors

CREMAD = Path(__file__).parent / 'cremad_pool.json'
BLUR_PX = 2.0
WORD_ERRORS = 0.2
NO_LIMIT = 5.0


def spoil(of: Validation, table: SentimentTable) -> Evidence:
    """Return what both models say of the validation data, as it is and spoilt."""
    rng = np.random.default_rng(0)
    misheard = hear(
        of.pipeline, of.speech.texts, lambda t: with_word_errors(spoken(t), WORD_ERRORS, rng)
    )
    return Evidence(
        faces=of.seen,
        blurred=see(of.model, blur(of.faces.images), of.faces.labels),
        texts=believe(of.heard, of.speech, table),
        misheard=believe(misheard, of.speech, table),
    )


def blur(images: Images, sigma_px: float = BLUR_PX) -> Images:
    """Return grey images [N, H, W] out of focus."""
    return np.stack([cv2.GaussianBlur(image, (0, 0), sigma_px) for image in images])


def sharpest(cremad: Path = CREMAD) -> float:
    """Return the sum of the weights that fit people's votes on real voices and faces best."""
    return float(sum(load_parameters(cremad)['pool']['weights'].values()))


def experiment(of: Evidence, card: FusionCard, cremad_sharpness: float) -> dict[str, Any]:
    """Return the fit on all pairs and the cross-fitted figures of every situation."""
    config = FusionConfig()
    all_of = situations(of, resolve_decays(config, card, {}))
    both = all_of['both']
    limit = min(MAX_SHARPNESS, cremad_sharpness)
    fitted = fit_weights(of.faces, of.texts, both.pairs, limit)
    folds = fit_folds(of.faces, of.texts, both.pairs, limit)
    free = fit_weights(of.faces, of.texts, both.pairs, NO_LIMIT)
    return {
        'faces': len(of.faces),
        'utterances': len(of.texts),
        'pairs': len(both.pairs),
        'weights': by_name((fitted.face, fitted.text)),
        'alone': by_name(fitted.alone),
        'sharpness': limit,
        'cremad_sharpness': cremad_sharpness,
        'weights_without_limit': by_name((free.face, free.text)),
        'situations': {name: measure(s, folds) for name, s in all_of.items()},
        'gain_over_face': gain(both, all_of['face alone'], folds),
        'gain_over_words': gain(both, all_of['words alone'], folds),
        'sensitivity': sensitivity(both, fitted),
    }


def write_weights(path: Path, result: Mapping[str, Any], command: str) -> None:
    """Replace weights and sharpness of a card, and what it says about them."""
    card = json.loads(path.read_text())
    card['weights'] = {name: floor_to(w) for name, w in result['weights'].items()}
    card['alone'] = {name: round(w, 3) for name, w in result['alone'].items()}
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


def by_name(weights: tuple[float, float]) -> dict[str, float]:
    """Return the weights of face and words as a fusion card has them."""
    return dict(zip((FACE, TEXT), weights, strict=True))


def floor_to(value: float, steps: int = 1000) -> float:
    """Return the value to three decimals, never more: the sum has a limit."""
    return floor(value * steps) / steps


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.fusion.weights', description=__doc__)
    add_options(parser)
    parser.add_argument('--cremad', type=Path, default=CREMAD, help='made by training.fusion.fit')
    args = parser.parse_args(argv)
    card = load_fusion_card(args.card)
    of = spoil(load_validation(args), card.sentiment_given_emotion)
    result = experiment(of, card, sharpest(args.cremad))
    write_weights(args.card, result, 'python -m training.fusion.weights --data-folder data --json')
    if not args.json:
        log(as_table(result))
    print(as_json(result))


def as_table(result: Mapping[str, Any]) -> str:
    """Return the situations as lines for people."""
    return '\n'.join(
        f'{name:<40} accuracy {f["accuracy"][0]:.3f} ({f["accuracy"][1]:.3f} to '
        f'{f["accuracy"][2]:.3f})  nll {f["nll"]:.3f}  ece {f["ece15"]:.3f}'
        for name, f in result['situations'].items()
    )


if __name__ == '__main__':
    run(main)
