# SPDX-License-Identifier: MIT
"""Options of the voice node: names, defaults, ranges and descriptions."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import PACKAGED
from emotion_ros.perception.models.backend import DEVICES
from emotion_ros.perception.voice.activity import KINDS


@dataclass(frozen=True)
class VoiceConfig(Options):
    """Options of the voice node, shared by the pipeline, the analysis of files and the demo."""

    voice_model: str = option(PACKAGED, 'packaged, or the path of a model card (.json)')
    vad: str = option(
        'auto',
        'voice activity detection: silero (package silero-vad), energy (level over the noise), '
        'auto: silero when it is installed',
        choices=KINDS,
    )
    min_segment: float = option(0.4, 'shorter speech is not classified (s)', low=0.1, high=5.0)
    max_segment: float = option(
        8.0, 'longer speech is cut into segments of this length (s)', low=1.0, high=30.0
    )
    update_period: float = option(
        1.0, 'time between two results while a person goes on speaking (s)', low=0.2, high=30.0
    )
    device: str = option('cpu', 'where the voice classifier runs', choices=DEVICES)

    def __post_init__(self) -> None:
        """Check every option, and that the shortest segment is not longer than the longest."""
        super().__post_init__()
        if self.min_segment > self.max_segment:
            raise ConfigError(
                f'min_segment: {self.min_segment:g} is above max_segment {self.max_segment:g}'
            )
