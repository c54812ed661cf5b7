# SPDX-License-Identifier: MIT
"""What to replay, and with which configuration of the nodes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.core.evidence import FACE, TEXT, VOICE
from emotion_ros.core.fusion.config import FusionConfig, ModalityConfig
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.text.config import SentimentConfig
from emotion_ros.perception.voice.config import VoiceConfig

STAMPS = FROM_HEADER, FROM_RECEIPT = ('header', 'receipt')


@dataclass(frozen=True)
class ReplayOptions:
    """A bag, what of it is replayed, and what differs from the defaults of the nodes."""

    bag: Path
    source: str = ''  # one of topics.SOURCES; '': images when the bag has some
    image_topic: str = ''  # '': by type and usual name
    speech_topic: str = ''  # '': by usual name
    audio_topic: str = ''  # '': by type and usual name
    params: Path | None = None  # parameter file of the nodes
    stamps: str = FROM_HEADER  # one of STAMPS
    without: frozenset[str] = frozenset()  # modalities
    weights: Mapping[str, float] = field(default_factory=dict)  # by modality
    threads: int = 1  # of each network: decoding and processing already take a core each
    in_threads: bool = True  # decode, locate and classify at the same time; costs CPU time

    @property
    def changes_states(self) -> bool:
        """Whether the states would differ from recorded ones, so that they must be computed."""
        return bool(
            self.source
            or self.params
            or self.without
            or self.weights
            or self.image_topic
            or self.audio_topic
            or self.stamps != FROM_HEADER
        )


@dataclass(frozen=True)
class ReplayConfig:
    """The configurations of the nodes and of further modalities."""

    vision: VisionConfig
    text: SentimentConfig
    voice: VoiceConfig
    fusion: FusionConfig
    modalities: Mapping[str, ModalityConfig]


def make_replay_config(options: ReplayOptions) -> ReplayConfig:
    """Return the configuration; ConfigError when the parameter file cannot be used."""
    file = ParamsFile(options.params)
    fusion = file.config('fusion_node', FusionConfig)
    modalities = {name: file.modality(name) for name in fusion.modalities}
    weights = options.weights
    for name in weights.keys() - {FACE, TEXT, *({VOICE} - modalities.keys())}:
        unlisted = ModalityConfig(half_life=fusion.text_half_life, timeout=fusion.text_hold)
        modalities[name] = replace(modalities.get(name, unlisted), weight=weights[name])
    return ReplayConfig(
        vision=file.config('vision_node', VisionConfig),
        text=file.config('sentiment_node', SentimentConfig),
        voice=file.config('voice_node', VoiceConfig),
        fusion=replace(
            fusion,
            face_weight=weights.get(FACE, fusion.face_weight),
            text_weight=weights.get(TEXT, fusion.text_weight),
            voice_weight=weights.get(VOICE, fusion.voice_weight),
        ),
        modalities=modalities,
    )
