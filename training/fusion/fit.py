# SPDX-License-Identifier: MIT
"""Fit the fusion methods to crowd votes: those on voice and on face against those on both.

``python -m training.fusion.fit --data FILE.parquet --out cremad_pool.json`` fits every method by
the likelihood of the audiovisual votes. The figures are those of actors that the fit has not seen
(folds of actors); the parameters written are fitted on all actors.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from emotion_ros.errors import ConfigError
from training.calibrate import fold_of_groups
from training.card import write_card
from training.command import as_json, log, run
from training.fusion.evaluate import agreement, as_table, divergence, figures
from training.fusion.methods import FACE_POOL, METHODS, Method, Parameters
from training.fusion.votes import VOTED, Votes, load_votes

Floats = NDArray[np.float64]

FOLDS = 5
DRAWS = 2000
LEVEL = (0.025, 0.975)


def fit(method: Method, votes: Votes) -> Parameters:
    """Return the parameters with the least mean KL(audiovisual votes || fused)."""

    def loss(free: Floats) -> float:
        fused = method.fuse(votes, method.read(free))
        return float(divergence(fused, votes.audiovisual).mean())

    found = minimize(loss, np.array(method.start), method='BFGS', options={'gtol': 1e-6})
    return method.read(found.x)


def cross_fitted(method: Method, votes: Votes, folds: int = FOLDS) -> Floats:
    """Return [N, 6], fused with parameters fitted on the actors of the other folds."""
    fold = fold_of_groups(votes.actor, folds)
    fused = np.empty(votes.face.shape)
    for held_out in range(folds):
        parameters = fit(method, votes.take(fold != held_out))
        fused[fold == held_out] = method.fuse(votes.take(fold == held_out), parameters)
    return fused


def voice_gain(votes: Votes, folds: int = FOLDS, seed: int = 0) -> dict[str, list[float]]:
    """Return what the voice adds to the face on actors not fitted on, with 95 % intervals.

    The pool of voice and face against the pool of the face alone: ``agreement`` (a share) and
    ``kl`` (nats less) as mean, low and high; the intervals resample actors.
    """
    both = cross_fitted(METHODS['pool'], votes, folds)
    face = cross_fitted(FACE_POOL, votes, folds)
    gains = {
        'agreement': agreement(both, votes.audiovisual).astype(float)
        - agreement(face, votes.audiovisual),
        'kl': divergence(face, votes.audiovisual) - divergence(both, votes.audiovisual),
    }
    actor = np.unique(votes.actor, return_inverse=True)[1]
    clips = np.bincount(actor)
    drawn = np.random.default_rng(seed).integers(len(clips), size=(DRAWS, len(clips)))
    intervals = {}
    for name, gain in gains.items():
        total = np.bincount(actor, gain)
        means = total[drawn].sum(axis=1) / clips[drawn].sum(axis=1)
        intervals[name] = [float(gain.mean()), *np.quantile(means, LEVEL).tolist()]
    return intervals


def fit_all(votes: Votes, source: str) -> dict[str, Any]:
    """Return the content of the file that ``evaluate --params`` reads."""
    if len(set(votes.actor)) < FOLDS:
        raise ConfigError(
            f'{source}: {len(set(votes.actor))} actors are too few for {FOLDS} folds'
        )
    return {
        'labels': list(VOTED),
        'methods': {name: fit(method, votes) for name, method in METHODS.items()},
        'cross_fitted': {
            name: figures(cross_fitted(method, votes), votes) for name, method in METHODS.items()
        },
        'voice_adds_to_face': voice_gain(votes),
        'provenance': {
            'data': f'{source}: {len(votes)} clips of {len(set(votes.actor))} actors '
            '(CREMA-D, Cao et al. 2014, ODbL)',
            'loss': 'mean KL(audiovisual votes || fused)',
            'folds': f'{FOLDS}, by actor; cross_fitted are the figures of actors not fitted on',
            'voice_adds_to_face': 'pool less the pool without voice, of actors not fitted on: '
            f'mean and 95 % interval of {DRAWS} draws of actors',
            'command': f'python -m training.fusion.fit --data {source} '
            '--out training/fusion/cremad_pool.json',
        },
    }


def rounded(content: dict[str, Any], digits: int = 6) -> dict[str, Any]:
    """Return the same JSON object with shorter numbers."""
    text = json.dumps(content)
    return dict(json.loads(text, parse_float=lambda number: round(float(number), digits)))


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.fusion.fit', description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='parquet file with crowd votes')
    parser.add_argument('--out', type=Path, required=True, help='JSON to write')
    args = parser.parse_args(argv)
    fitted = rounded(fit_all(load_votes(args.data), args.data.name))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_card(args.out, fitted)
    log(as_table(fitted['cross_fitted']))
    print(as_json(fitted))


if __name__ == '__main__':
    run(main)
