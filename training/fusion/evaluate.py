# SPDX-License-Identifier: MIT
"""Compare methods of fusing voice and face with what people perceived from both.

``python -m training.fusion.evaluate --data FILE.parquet --params cremad_pool.json --json``

*agreement*: the likeliest emotion is the one with most audiovisual votes; where several share
the first place, each of them counts as right. *nll*: -log p of the emotion that the actor
intended, which no fit has seen. *kl*: KL(audiovisual votes || p), which is what the votes' own
negative log-likelihood exceeds their entropy by. *ece*: of the confidence, against agreement.
Logarithms are natural.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.files.checked import CheckedValue, read_json
from emotion_ros.sessions import metrics
from training.command import as_json, log, run
from training.fusion.methods import METHODS, Parameters, core_pool
from training.fusion.votes import VOTED, Votes, load_votes

Floats = NDArray[np.float64]

MOST_VOTES = 100.0
MOST_WEIGHT = 100.0


def figures(probabilities: Floats, votes: Votes) -> dict[str, float]:
    """Return the four figures of one method's distributions [N, 6]."""
    agrees = agreement(probabilities, votes.audiovisual)
    return {
        'agreement': float(agrees.mean()),
        'nll': metrics.nll(probabilities, votes.intended),
        'kl': float(divergence(probabilities, votes.audiovisual).mean()),
        'ece': metrics.ece(probabilities.max(axis=1), agrees),
    }


def agreement(probabilities: Floats, counts: Floats) -> NDArray[np.bool_]:
    """Return whether the likeliest class has as many votes as any other, [N]."""
    chosen = counts[np.arange(len(counts)), probabilities.argmax(axis=1)]
    return np.asarray(chosen == counts.max(axis=1))


def divergence(probabilities: Floats, counts: Floats) -> Floats:
    """Return KL(shares of the votes || probabilities) in nats, [N]."""
    shares = counts / counts.sum(axis=1, keepdims=True)
    ratio = np.where(shares > 0, shares, 1.0) / np.where(shares > 0, probabilities, 1.0)
    return np.asarray((shares * np.log(ratio)).sum(axis=1))


def evaluate(votes: Votes, parameters: Mapping[str, Parameters]) -> dict[str, Any]:
    """Return every figure of the command; the pool is the function that runs on the robot."""
    return {
        'n': len(votes),
        'methods': {
            name: figures(
                core_pool(votes, parameters[name])
                if name == 'pool'
                else method.fuse(votes, parameters[name]),
                votes,
            )
            for name, method in METHODS.items()
        },
    }


def load_parameters(path: Path) -> dict[str, Parameters]:
    """Read the output of ``training.fusion.fit``; ConfigError when it is something else."""
    try:
        raw = read_json(path).mapping()['methods'].mapping()
        return {name: _parameters(name, raw[name]) for name in METHODS}
    except ModelError as error:
        raise ConfigError(str(error)) from error


def _parameters(name: str, value: CheckedValue) -> Parameters:
    raw = value.mapping()
    values: dict[str, Any] = {'smoothing': raw['smoothing'].number(low=1e-6, high=MOST_VOTES)}
    if name == 'linear':
        values['face'] = raw['face'].number(low=0, high=1)
    if name == 'pool':
        weights = raw['weights'].mapping()
        values['weights'] = {
            mode: weights[mode].number(low=0, high=MOST_WEIGHT) for mode in ('voice', 'face')
        }
        values['prior'] = raw['prior'].numbers(len(VOTED), low=1e-6, high=1)
    return values


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog='python -m training.fusion.evaluate',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--data', type=Path, required=True, help='parquet file with crowd votes')
    parser.add_argument(
        '--params', type=Path, required=True, help='written by training.fusion.fit'
    )
    parser.add_argument('--json', action='store_true', help='print one JSON object only')
    args = parser.parse_args(argv)
    result = evaluate(load_votes(args.data), load_parameters(args.params))
    if not args.json:
        log(as_table(result['methods']))
    print(as_json(result))


def as_table(methods: Mapping[str, Mapping[str, float]]) -> str:
    """Return the figures as readable lines."""
    rows = [
        f'{name:<8}' + ''.join(f'  {key} {value:.4f}' for key, value in of.items())
        for name, of in methods.items()
    ]
    return '\n'.join(rows)


if __name__ == '__main__':
    run(main)
