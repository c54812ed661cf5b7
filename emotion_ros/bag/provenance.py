# SPDX-License-Identifier: MIT
"""Provenance of states: program, models and parameters, without the paths of a machine."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import PurePath

from emotion_ros.bag.replay_config import FROM_HEADER, ReplayConfig, ReplayOptions
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


@dataclass(frozen=True)
class ReplayProvenance:
    """What computes the states of a replay; empty for a model that does not run.

    ``parameters`` are those that are not the default, with what else was chosen.
    """

    detector: str
    face_model: str
    face_sha256: str
    text_model: str
    text_sha256: str
    voice_model: str
    voice_sha256: str
    voice_activity: str
    fusion: str
    fusion_sha256: str
    parameters: str

    def columns(self) -> dict[str, str]:
        """Return the values for a table, by the names of its columns."""
        return {name: getattr(self, name) for name in REPLAY_COLUMNS}

    def lines(self) -> Provenance:
        """Return the values for a reader, by what they are."""
        models = {
            'face model': model_line(self.face_model, self.face_sha256),
            'face detector': self.detector,
            'text model': model_line(self.text_model, self.text_sha256),
            'voice model': model_line(self.voice_model, self.voice_sha256),
            'voice activity': self.voice_activity,
            'fusion': model_line(self.fusion, self.fusion_sha256),
        }
        named = {name: line for name, line in models.items() if line}
        return {**named, 'parameters': self.parameters or 'all default'}


REPLAY_COLUMNS = tuple(f.name for f in fields(ReplayProvenance) if f.name != 'fusion')


def replay_provenance(
    options: ReplayOptions,
    config: ReplayConfig,
    card: FusionCard,
    vision: FacePipeline | None,
    text: TextPipeline | None,
    voice: VoicePipeline | None,
) -> ReplayProvenance:
    """Return the models that compute the states, and what was chosen."""
    face_card = vision.classifier.card if vision else None
    left_out = [f'without: {modality}' for modality in sorted(options.without)]
    stamps = [f'stamps: {options.stamps}'] if options.stamps != FROM_HEADER else []
    return ReplayProvenance(
        detector=vision.detector.name if vision else '',
        face_model=face_card.name if face_card else '',
        face_sha256=face_card.sha256 if face_card else '',
        text_model=text.model_name if text else '',
        text_sha256=text.model_sha256 if text else '',
        voice_model=voice.model_name if voice else '',
        voice_sha256=voice.model_sha256 if voice else '',
        voice_activity=voice.vad_name if voice else '',
        fusion=card.name,
        fusion_sha256=card.sha256,
        parameters=', '.join([*changed_parameters(config), *left_out, *stamps]),
    )


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
