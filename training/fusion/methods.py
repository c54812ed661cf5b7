# SPDX-License-Identifier: MIT
"""Methods that fuse the votes on a voice and on a face into one distribution.

Every method has its own smoothing (votes added to every count) and is fitted with the same loss.
``pool`` is ``emotion_ros.core.fusion.opinion_pool``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.fusion.opinion_pool import pool, softmax
from training.fusion.pairs import pool_rows
from training.fusion.votes import VOTED, Votes

Floats = NDArray[np.float64]
Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Method:
    """``fuse`` maps votes and parameters to distributions [N, 6].

    ``read`` maps the free vector of an optimiser, beginning at ``start``, to parameters.
    """

    fuse: Callable[[Votes, Parameters], Floats]
    read: Callable[[Floats], Parameters]
    start: tuple[float, ...]


def smooth(counts: Floats, parameters: Parameters) -> Floats:
    """Return the shares of the votes, with ``smoothing`` added to every count."""
    raised = counts + parameters['smoothing']
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def voice_only(votes: Votes, parameters: Parameters) -> Floats:
    """Return the distribution of the voice."""
    return smooth(votes.voice, parameters)


def face_only(votes: Votes, parameters: Parameters) -> Floats:
    """Return the distribution of the face."""
    return smooth(votes.face, parameters)


def linear(votes: Votes, parameters: Parameters) -> Floats:
    """Return the weighted mean."""
    share = parameters['face']
    return share * face_only(votes, parameters) + (1 - share) * voice_only(votes, parameters)


def product(votes: Votes, parameters: Parameters) -> Floats:
    """Return the normalised product."""
    joint = face_only(votes, parameters) * voice_only(votes, parameters)
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))


def maximum(votes: Votes, parameters: Parameters) -> Floats:
    """Return the distribution with the higher maximum, the face's when they are equal."""
    face, voice = face_only(votes, parameters), voice_only(votes, parameters)
    voice_wins = voice.max(axis=1) > face.max(axis=1)
    return np.where(voice_wins[:, None], voice, face)


def fast_pool(votes: Votes, parameters: Parameters) -> Floats:
    """Return the weighted log-linear pool, all clips at once."""
    opinions = (voice_only(votes, parameters), face_only(votes, parameters))
    return pool_rows(opinions, _weights(parameters), np.asarray(parameters['prior']))


def core_pool(votes: Votes, parameters: Parameters) -> Floats:
    """Return the same by the function that runs on the robot, clip by clip."""
    pairs = zip(voice_only(votes, parameters), face_only(votes, parameters), strict=True)
    prior = np.asarray(parameters['prior'])
    rows = [pool(pair, _weights(parameters), prior) for pair in pairs]
    return np.array(rows).reshape(-1, len(VOTED))


def face_pool(votes: Votes, parameters: Parameters) -> Floats:
    """Return the pool without the voice: the face with a weight, over a prior."""
    weights = [parameters['weights']['face']]
    return pool_rows((face_only(votes, parameters),), weights, np.asarray(parameters['prior']))


def _weights(parameters: Parameters) -> list[float]:
    return [parameters['weights']['voice'], parameters['weights']['face']]


def _read_smoothing(free: Floats) -> Parameters:
    return {'smoothing': float(np.exp(free[0]))}


def _read_linear(free: Floats) -> Parameters:
    return {**_read_smoothing(free), 'face': float(1 / (1 + np.exp(-free[1])))}


def _read_pool(free: Floats) -> Parameters:
    """The prior has five free numbers, as it sums to 1."""
    voice, face = np.exp(free[1:3])
    return {
        **_read_smoothing(free),
        'weights': {'voice': float(voice), 'face': float(face)},
        'prior': softmax(np.append(free[3:], 0.0)).tolist(),
    }


def _read_face_pool(free: Floats) -> Parameters:
    within = np.clip(free, -LARGEST, LARGEST)
    return _read_pool(np.insert(within, 1, -np.inf))  # a voice of weight zero


LARGEST = 10.0  # of a free number: the optimiser may try more, where the prior vanishes
HALF_A_VOTE = float(np.log(0.5))
EQUAL_WEIGHTS_AND_PRIOR = (0.0, 0.0) + (0.0,) * (len(VOTED) - 1)

METHODS = {
    'voice': Method(voice_only, _read_smoothing, (HALF_A_VOTE,)),
    'face': Method(face_only, _read_smoothing, (HALF_A_VOTE,)),
    'linear': Method(linear, _read_linear, (HALF_A_VOTE, 0.0)),
    'product': Method(product, _read_smoothing, (HALF_A_VOTE,)),
    'max': Method(maximum, _read_smoothing, (HALF_A_VOTE,)),
    'pool': Method(fast_pool, _read_pool, (HALF_A_VOTE, *EQUAL_WEIGHTS_AND_PRIOR)),
}

FACE_POOL = Method(face_pool, _read_face_pool, (HALF_A_VOTE, *EQUAL_WEIGHTS_AND_PRIOR[1:]))
"""The pool without the voice: what the voice adds is the difference."""
