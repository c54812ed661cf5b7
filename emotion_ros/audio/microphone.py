# SPDX-License-Identifier: MIT
"""A microphone of this machine, by PortAudio (package sounddevice).

PortAudio reports neither that a device is unplugged nor that one is plugged in: no more blocks
come, and its list of devices is that of the time at which it was loaded.
"""

from collections.abc import Callable
from threading import Lock, Thread
from time import monotonic
from typing import Any, Protocol

from emotion_ros.audio.config import MicrophoneConfig
from emotion_ros.errors import ConfigError, MissingDependency

INSTALL = 'pip install sounddevice; apt install libportaudio2'
LOST_S = 2.0
"""After so long without a block, and the length of two, a device counts as lost."""
REOPENING = 'reopen microphone'
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
CLOSE_TIMEOUT_S = 2.0
opened_streams: list[Any] = []

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

    opened_streams[:] = [stream for stream in opened_streams if not stream.closed]
    if not opened_streams:  # it would end the streams of others
        sounddevice._terminate()
        sounddevice._initialize()
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
    opened_streams.append(stream)
    microphone: Microphone = stream
    return microphone


class LastingMicrophone:
    """A microphone that is opened again when no more blocks come; ``check`` it every second.

    The pauses between the attempts double from FIRST_PAUSE_S to LONGEST_PAUSE_S; a thread makes
    them, as PortAudio may hang when it closes a device that is gone. MissingDependency or
    ConfigError, when built, if it cannot be opened.
    """

    def __init__(
        self,
        config: MicrophoneConfig,
        on_sound: OnSound,
        open_device: Callable[[MicrophoneConfig, OnSound], Microphone] = open_microphone,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._config, self._on_sound = config, on_sound
        self._open_device, self._clock = open_device, clock
        self._pause_s = FIRST_PAUSE_S
        self._error = ''
        self._lock = Lock()  # of what follows
        self._is_closed = False
        self._attempt = Thread()
        self._block_s = self._tried_s = clock()
        self._microphone: Microphone | None = open_device(config, self._take)

    def check(self) -> str:
        """Open the device again if it is lost and a pause is over; return what is wrong, or ''."""
        now_s = self._clock()
        missing_s = now_s - self._block_s
        if missing_s <= LOST_S + 2 * self._config.chunk:
            self._pause_s = FIRST_PAUSE_S
            return ''
        if now_s - self._tried_s >= self._pause_s and not self._attempt.is_alive():
            self._tried_s = now_s
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
            self._attempt = Thread(target=self._reopen, name=REOPENING, daemon=True)
            self._attempt.start()
        return self._error or f'microphone: no sound for {missing_s:.0f} s; is it unplugged?'

    def close(self) -> None:
        """Give the device back; no block comes afterwards."""
        with self._lock:
            self._is_closed = True
            microphone, self._microphone = self._microphone, None
        if microphone is not None:
            ending = Thread(target=_end, args=(microphone,), daemon=True)
            ending.start()
            ending.join(CLOSE_TIMEOUT_S)

    def _reopen(self) -> None:
        with self._lock:
            lost, self._microphone = self._microphone, None
        if lost is not None:
            lost.close()  # to stop it would wait for blocks that do not come
        try:
            found = self._open_device(self._config, self._take)
        except (ConfigError, MissingDependency) as error:
            self._error = str(error)
            return
        with self._lock:
            self._error = ''
            if not self._is_closed:
                self._microphone = found
                return
        _end(found)

    def _take(self, data: bytes, rate: int, age_s: float, is_after_loss: bool) -> None:
        self._block_s = self._clock()
        self._on_sound(data, rate, age_s, is_after_loss)


def _end(microphone: Microphone) -> None:
    microphone.stop()
    microphone.close()


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
