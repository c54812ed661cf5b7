# SPDX-License-Identifier: MIT
"""What a replay does with a bag: parameters, weights, and what is left out."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.fusion.config import FusionConfig, ModalityConfig
from emotion_ros.errors import ConfigError
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.text.config import SentimentConfig


@dataclass(frozen=True)
class ReplayConfig:
    """The configurations of the nodes; the modalities left out, and those given a weight."""

    vision: VisionConfig
    text: SentimentConfig
    fusion: FusionConfig
    modalities: Mapping[str, ModalityConfig]
    without: frozenset[str]
    weighted: frozenset[str]


def make_replay_config(args: argparse.Namespace) -> ReplayConfig:
    """Return what the arguments ask for; ConfigError when one of them cannot be used."""
    file = ParamsFile(args.params)
    fusion = file.config('fusion_node', FusionConfig)
    modalities = {name: file.modality(name) for name in fusion.modalities}
    weights = parse_weights(args.weight)
    for name in weights.keys() - {FACE, TEXT}:
        unlisted = ModalityConfig(half_life=fusion.text_half_life, timeout=fusion.text_hold)
        modalities[name] = replace(modalities.get(name, unlisted), weight=weights[name])
    return ReplayConfig(
        vision=file.config('vision_node', VisionConfig),
        text=file.config('sentiment_node', SentimentConfig),
        fusion=replace(
            fusion,
            face_weight=weights.get(FACE, fusion.face_weight),
            text_weight=weights.get(TEXT, fusion.text_weight),
        ),
        modalities=modalities,
        without=frozenset(args.without),
        weighted=frozenset(weights),
    )


def parse_weights(words: Sequence[str]) -> dict[str, float]:
    """Return {modality: weight} from words such as ``face=0.3``; ConfigError for others."""
    return dict(_parse_weight(word) for word in words)


def _parse_weight(word: str) -> tuple[str, float]:
    name, _, number = word.partition('=')
    try:
        weight = float(number)
    except ValueError:
        weight = float('nan')
    if not name or not isfinite(weight):
        raise ConfigError(f'--weight {word!r} is not MODALITY=NUMBER, such as face=0.3')
    FusionConfig.specs()['other_weight'].check(f'--weight {name}', weight)
    return name, weight
