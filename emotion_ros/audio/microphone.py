# SPDX-License-Identifier: MIT
"""A microphone of this machine, by PortAudio (package sounddevice)."""

from collections.abc import Callable
from typing import Any, Protocol

from emotion_ros.audio.config import MicrophoneConfig
from emotion_ros.errors import ConfigError, MissingDependency

INSTALL = 'pip install sounddevice; apt install libportaudio2'

OnSound = Callable[[bytes, float, bool], None]
"""Called with interleaved int16 samples, the seconds since the first one was recorded, and
whether some before them were lost."""


class Microphone(Protocol):
    """An open microphone that calls back from a thread."""

    def stop(self) -> None:
        """Stop; no callback comes afterwards."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


def open_microphone(config: MicrophoneConfig, on_sound: OnSound) -> Microphone:
    """Open and start the device; MissingDependency, or ConfigError with the devices there are."""
    try:
        import sounddevice  # an extra
    except (ImportError, OSError) as error:  # OSError: PortAudio is missing
        raise MissingDependency(f'a microphone needs sounddevice: {INSTALL}') from error

    def on_block(data: Any, frames: int, time: Any, status: Any) -> None:
        del frames
        on_sound(bytes(data), time.currentTime - time.inputBufferAdcTime, status.input_overflow)

    device = config.input_device
    try:
        stream = sounddevice.RawInputStream(
            samplerate=config.sample_rate,
            channels=config.channels,
            blocksize=round(config.chunk * config.sample_rate),
            device=int(device) if device.isdecimal() else device or None,
            dtype='int16',
            callback=on_block,
        )
        stream.start()
    except (sounddevice.PortAudioError, ValueError) as error:
        inputs = [d for d in sounddevice.query_devices() if d['max_input_channels']]
        names = ', '.join(
            f'{d["index"]}: {d["name"]} ({d["default_samplerate"]:.0f} Hz)' for d in inputs
        )
        raise ConfigError(f'microphone: {error}; input devices: {names or "none"}') from error
    microphone: Microphone = stream
    return microphone
