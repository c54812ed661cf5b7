# SPDX-License-Identifier: MIT
"""Provenance of states: program, models and parameters, without the paths of a machine."""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from emotion_ros.bag.replay_config import ReplayConfig
from emotion_ros.core.fusion.card import FusionCard
from emotion_ros.core.options import Options
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.text.pipeline import TextPipeline
from emotion_ros.perception.voice.pipeline import VoicePipeline

REPLAYED = 'emotion_ros_replay'
"""Key of the provenance (JSON) in custom_data of a bag whose states a replay computed."""

HASH_DIGITS = 12
UNKNOWN = 'not in the recording (record /diagnostics)'

Provenance = dict[str, str]


def replay_provenance(
    config: ReplayConfig,
    card: FusionCard,
    vision: FacePipeline | None,
    text: TextPipeline | None,
    voice: VoicePipeline | None = None,
) -> Provenance:
    """Return the models that compute the states, and the parameters that are not the default."""
    models: Provenance = {}
    if vision:
        face_card = vision.classifier.card
        models['face model'] = model_line(face_card.name, face_card.sha256)
        models['face detector'] = vision.detector.name
    if text:
        models['text model'] = model_line(text.model_name, text.model_sha256)
    if voice:
        models['voice model'] = model_line(voice.model_name, voice.model_sha256)
        models['voice activity'] = voice.vad_name
    models['fusion'] = model_line(card.name, card.sha256)
    return {**models, 'parameters': ', '.join(changed_parameters(config)) or 'all default'}


def recorded_provenance(diagnostics: Mapping[str, Mapping[str, str]]) -> Provenance:
    """Return the models that nodes reported in these key-value pairs, by the name of the node."""
    nodes = {
        node: ', '.join(
            filter(
                None,
                [
                    model_line(values['model'], values.get('model_sha256', '')),
                    f'detector {values["detector"]}' if 'detector' in values else '',
                ],
            )
        )
        for node, values in sorted(diagnostics.items())
        if values.get('model')
    }
    return {**(nodes or {'models': UNKNOWN}), 'parameters': 'not in the recording'}


def read_provenance(text: str) -> Provenance:
    """Return the provenance in custom_data; ValueError when it is not that."""
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError(f'{text!r} is not a JSON object')
    return {str(name): str(value) for name, value in values.items()}


def model_line(name: str, sha256: str) -> str:
    """Return the name of a model file and the first digits of its hash."""
    return f'{name}, sha256 {sha256[:HASH_DIGITS]}' if sha256 else name


def changed_parameters(config: ReplayConfig) -> Iterator[str]:
    """Yield ``node.name: value`` for every parameter that is not the default."""
    nodes: dict[str, Options] = {
        'vision_node': config.vision,
        'sentiment_node': config.text,
        'voice_node': config.voice,
        'fusion_node': config.fusion,
        **{f'fusion_node.{name}': of for name, of in config.modalities.items()},
    }
    for node, options in nodes.items():
        for name, default in options.defaults().items():
            value = getattr(options, name)
            if value != default:
                is_path = isinstance(value, str) and '/' in value
                yield f'{node}.{name}: {PurePath(value).name if is_path else value}'
