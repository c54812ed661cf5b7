# SPDX-License-Identifier: MIT
"""The device of the machine by PortAudio: rates that it does not have, and no device."""

import sys
from types import SimpleNamespace

import pytest

from emotion_ros.audio.config import MicrophoneConfig
from emotion_ros.audio.microphone import open_microphone
from emotion_ros.errors import ConfigError


class PortAudioError(Exception):
    """What sounddevice raises."""


class SoundDevice:
    """A small sounddevice: one input with these rates, of which the first is its own."""

    PortAudioError = PortAudioError

    def __init__(self, *rates: int) -> None:
        self.rates, self.opened = rates, {}

    def query_devices(self, device=None, kind=None):
        found = {'index': 3, 'name': 'USB Audio', 'max_input_channels': 1}
        if kind is None:
            return [found | {'default_samplerate': self.rates[0]}] if self.rates else []
        if not self.rates:
            raise PortAudioError('Error querying device -1')
        return found | {'default_samplerate': float(self.rates[0])}

    def check_input_settings(self, samplerate, **settings):
        if samplerate not in self.rates or settings['channels'] != 1:
            raise PortAudioError('Invalid sample rate')

    def RawInputStream(self, **settings):
        self.opened = settings
        return SimpleNamespace(start=lambda: None)


@pytest.mark.parametrize(
    ('rates', 'rate'), [((16_000,), 16_000), ((48_000, 16_000), 16_000), ((44_100,), 44_100)]
)
def test_a_device_without_the_wanted_rate_is_opened_at_its_own(monkeypatch, rates, rate):
    device, heard = SoundDevice(*rates), []
    monkeypatch.setitem(sys.modules, 'sounddevice', device)
    open_microphone(MicrophoneConfig(), lambda *sound: heard.append(sound))
    time = SimpleNamespace(currentTime=5.0, inputBufferAdcTime=4.9)
    device.opened['callback'](b'12', 1, time, SimpleNamespace(input_overflow=True))
    assert (device.opened['samplerate'], device.opened['blocksize']) == (rate, round(0.05 * rate))
    assert heard == [(b'12', rate, pytest.approx(0.1), True)]


@pytest.mark.parametrize(
    ('rates', 'options', 'words'),
    [
        ((), {}, 'microphone: Error querying device -1; input devices: none'),
        ((48_000,), {'channels': 2}, 'Invalid sample rate; input devices: 3: USB Audio'),
    ],
)
def test_without_a_device_that_fits_the_devices_are_named(monkeypatch, rates, options, words):
    monkeypatch.setitem(sys.modules, 'sounddevice', SoundDevice(*rates))
    with pytest.raises(ConfigError, match=words):
        open_microphone(MicrophoneConfig(**options), print)
