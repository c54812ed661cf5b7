# SPDX-License-Identifier: MIT
"""A microphone of this machine, by PortAudio (package sounddevice)."""

from collections.abc import Callable
from typing import Any, Protocol

from emotion_ros.audio.config import MicrophoneConfig
from emotion_ros.errors import ConfigError, MissingDependency

INSTALL = 'pip install sounddevice; apt install libportaudio2'

OnSound = Callable[[bytes, int, float, bool], None]
"""Called with interleaved int16 samples, their rate (Hz), the seconds since the first one was
recorded, and whether some before them were lost."""


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

    try:
        found = config.input_device
        device = int(found) if found.isdecimal() else found or None
        info = sounddevice.query_devices(device, 'input')
        rate = _supported_rate(sounddevice, device, config, round(info['default_samplerate']))

        def on_block(data: Any, frames: int, time: Any, status: Any) -> None:
            del frames
            age_s = time.currentTime - time.inputBufferAdcTime
            on_sound(bytes(data), rate, age_s, status.input_overflow)

        stream = sounddevice.RawInputStream(
            samplerate=rate,
            channels=config.channels,
            blocksize=round(config.chunk * rate),
            device=device,
            dtype='int16',
            callback=on_block,
        )
        stream.start()
    except (sounddevice.PortAudioError, ValueError) as error:
        inputs = [d for d in sounddevice.query_devices() if d['max_input_channels']]
        names = ', '.join(f'{d["index"]}: {d["name"]}' for d in inputs)
        raise ConfigError(f'microphone: {error}; input devices: {names or "none"}') from error
    microphone: Microphone = stream
    return microphone


def _supported_rate(
    sounddevice: Any, device: int | str | None, config: MicrophoneConfig, default: int
) -> int:
    """Return the wanted rate, or that of the device, which may have no other (plain ALSA)."""
    wanted = {'device': device, 'channels': config.channels, 'dtype': 'int16'}
    try:
        sounddevice.check_input_settings(samplerate=config.sample_rate, **wanted)
    except sounddevice.PortAudioError:
        sounddevice.check_input_settings(samplerate=default, **wanted)
        return default
    return config.sample_rate
