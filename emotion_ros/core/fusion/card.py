# SPDX-License-Identifier: MIT
"""The fitted numbers of the fusion and their provenance."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from math import isclose
from pathlib import Path

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.core.evidence import FACE, TEXT, VOICE
from emotion_ros.errors import ModelError
from emotion_ros.files.checked import CheckedValue, read_json

MAX_WEIGHT = 5.0
FITTED_MODALITIES = (FACE, TEXT, VOICE)
"""The modalities with fitted weights."""


def together(*modalities: str) -> str:
    """Return the name of a combination of fitted modalities, such as ``face+voice``."""
    return '+'.join(name for name in FITTED_MODALITIES if name in modalities)


COMBINATIONS = tuple(
    together(*names) for size in (1, 2, 3) for names in combinations(FITTED_MODALITIES, size)
)


@dataclass(frozen=True)
class FusionCard:
    """The contents of ``weights/fusion.json``.

    ``prior`` [7] is the distribution without evidence; ``sentiment_given_emotion`` [7][3] is
    P(sentiment | emotion), each row sums to 1. ``weights`` has the exponents in the log-linear
    pool for each of COMBINATIONS: ``weights['face+text']['face']`` is that of a face together
    with text. The sum of each is at most ``sharpness``, where 1 averages the opinions and more
    makes agreeing sources more confident than each by itself. ``temperature`` calibrates the
    result; ``sha256`` is of the file.
    """

    version: str
    prior: tuple[float, ...]
    sentiment_given_emotion: tuple[tuple[float, ...], ...]
    sharpness: float
    temperature: float
    weights: Mapping[str, Mapping[str, float]]
    provenance: Mapping[str, object]
    sha256: str = ''

    @property
    def name(self) -> str:
        """The file and its version, as diagnostics and reports name the model."""
        return f'fusion.json {self.version}'


def load_fusion_card(path: Path) -> FusionCard:
    """Return the checked card; ModelError, in one line that names the file, when it is bad."""
    raw = read_json(path).mapping(
        'version',
        'prior',
        'sentiment_given_emotion',
        'sharpness',
        'temperature',
        'weights',
        'provenance',
    )
    card = FusionCard(
        version=raw['version'].string(),
        prior=raw['prior'].numbers(len(EMOTIONS), low=1e-6, high=1),
        sentiment_given_emotion=tuple(
            row.numbers(len(SENTIMENTS), low=1e-6, high=1)
            for row in raw['sentiment_given_emotion'].items(len(EMOTIONS))
        ),
        sharpness=raw['sharpness'].number(low=0.1, high=MAX_WEIGHT),
        temperature=raw['temperature'].number(low=0.1, high=10),
        weights=_parse_weights(raw['weights']),
        provenance=raw.get('provenance', CheckedValue.metadata, {}),
        sha256=sha256(path.read_bytes()).hexdigest(),
    )
    for distribution in (card.prior, *card.sentiment_given_emotion):
        if not isclose(sum(distribution), 1.0, abs_tol=1e-6):
            raise ModelError(f'{path}: {list(distribution)} does not sum to 1')
    for name, weights in card.weights.items():
        if sum(weights.values()) > card.sharpness + 1e-9:
            raise ModelError(f'{path}: weights of {name} exceed the sharpness {card.sharpness}')
    return card


def _parse_weights(value: CheckedValue) -> dict[str, dict[str, float]]:
    raw = value.mapping(*COMBINATIONS)
    weights = {}
    for combination in COMBINATIONS:
        names = combination.split('+')
        numbers = raw[combination].mapping(*names)
        weights[combination] = {n: numbers[n].number(low=0, high=MAX_WEIGHT) for n in names}
    return weights
