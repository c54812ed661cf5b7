# SPDX-License-Identifier: MIT
"""Options of the voice node: names, defaults, ranges and descriptions."""

from dataclasses import dataclass

from emotion_ros.core.image_topics import AUTO
from emotion_ros.core.options import Options, option
from emotion_ros.core.voice.audio_topics import AUDIO_TYPES
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import PACKAGED
from emotion_ros.perception.models.backend import DEVICES
from emotion_ros.perception.voice.activity import KINDS


@dataclass(frozen=True)
class VoiceConfig(Options):
    """Options of the voice node, shared by the pipeline, the analysis of files and the demo."""

    audio_type: str = option(
        AUTO,
        'message type of the topic; auto: the one that is published',
        choices=AUDIO_TYPES,
    )
    sample_rate: int = option(
        0,
        'rate of AudioData (Hz), for a driver that publishes no audio_info; 0: as audio_info says',
        low=0,
        high=48_000,
    )
    channels: int = option(1, 'channels of AudioData where there is no audio_info', low=1, high=64)
    channel: int = option(
        -1,
        'the channel that counts, from 0; -1: the mean of all. Of a microphone array: the one '
        'that its firmware has processed',
        low=-1,
        high=63,
    )
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

    max_age: float = option(2.0, 'older sound is refused (s)', low=0.1, high=60.0, dynamic=True)
    max_future: float = option(
        0.5, 'sound stamped further ahead is refused (s)', low=0.0, high=60.0, dynamic=True
    )
    mute_hold: float = option(
        0.3,
        'how long mute lasts after its end (s): echo and delay of the loudspeaker',
        low=0.0,
        high=30.0,
        dynamic=True,
    )
    own_voice_window: float = option(
        0.5,
        'how long after the estimated end of robot_speech sound is ignored (s); 0: never',
        low=0.0,
        high=60.0,
        dynamic=True,
    )

    def __post_init__(self) -> None:
        """Check every option, and that the shortest segment is not longer than the longest."""
        super().__post_init__()
        if self.min_segment > self.max_segment:
            raise ConfigError(
                f'min_segment: {self.min_segment:g} is above max_segment {self.max_segment:g}'
            )
