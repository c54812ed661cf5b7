# SPDX-License-Identifier: MIT
"""Options of the sources of sound."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option


@dataclass(frozen=True)
class MicrophoneConfig(Options):
    """Options of microphone_source."""

    input_device: str = option(
        '', 'number or part of the name of the device; empty: the default one of the system'
    )
    sample_rate: int = option(16_000, 'samples per second (Hz)', low=8_000, high=48_000)
    channels: int = option(1, 'channels to record', low=1, high=64)
    chunk: float = option(0.05, 'length of a message (s)', low=0.005, high=1.0)
    frame_id: str = option('microphone', 'frame_id of the messages')


@dataclass(frozen=True)
class WavConfig(Options):
    """Options of wav_source."""

    file: str = option('', 'WAV; FLAC, OGG and others with soundfile, M4A and video with ffmpeg')
    loop: bool = option(False, 'true: start again at the end')
    chunk: float = option(0.05, 'length of a message (s)', low=0.005, high=1.0)
    wait_for_subscriber: bool = option(True, 'begin once a node subscribes to the sound')
    frame_id: str = option('wav', 'frame_id of the messages')
