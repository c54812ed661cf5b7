# SPDX-License-Identifier: MIT
"""The device of the machine by PortAudio: other rates, no device, and one that is unplugged."""

import sys
from threading import Event
from threading import enumerate as enumerate_threads
from types import SimpleNamespace

import pytest

from emotion_ros.audio import microphone
from emotion_ros.audio.config import MicrophoneConfig
from emotion_ros.audio.microphone import LOST_S, LastingMicrophone, open_microphone
from emotion_ros.errors import ConfigError


class PortAudioError(Exception):
    """What sounddevice raises."""


class SoundDevice:
    """A small sounddevice: one input with these rates, of which the first is its own."""

    PortAudioError = PortAudioError

    def __init__(self, *rates: int) -> None:
        self.rates, self.opened, self.streams = rates, {}, []
        self.initialised = 0

    def _terminate(self):
        assert all(stream.closed for stream in self.streams)

    def _initialize(self):
        self.initialised += 1

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
        self.streams.append(SimpleNamespace(start=lambda: None, closed=False))
        return self.streams[-1]


@pytest.fixture(autouse=True)
def _no_stream_of_another_test(monkeypatch):
    monkeypatch.setattr(microphone, 'opened_streams', [])


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


def test_the_list_of_devices_is_read_anew_unless_that_ends_another_stream(monkeypatch):
    device = SoundDevice(16_000)
    monkeypatch.setitem(sys.modules, 'sounddevice', device)
    open_microphone(MicrophoneConfig(), print)
    open_microphone(MicrophoneConfig(), print)
    assert device.initialised == 1
    for stream in device.streams:
        stream.closed = True
    open_microphone(MicrophoneConfig(), print)
    assert device.initialised == 2


def join_attempts() -> None:
    for thread in enumerate_threads():
        if thread.name == microphone.REOPENING:
            thread.join()


class Unpluggable:
    """Opens a device while it is plugged in, and notes when one was tried."""

    def __init__(self):
        self.plugged, self.tried, self.calls, self.now_s = True, Event(), [], 0.0

    def open(self, config, on_sound):
        self.calls.append('open')
        self.give = on_sound
        self.tried.set()
        if not self.plugged:
            raise ConfigError('microphone: Error querying device -1; input devices: none')
        return self

    def stop(self):
        self.calls.append('stop')

    def close(self):
        self.calls.append('close')


def lose(device):
    lasting = LastingMicrophone(MicrophoneConfig(), print, device.open, lambda: device.now_s)
    device.now_s += LOST_S
    assert lasting.check() == ''
    device.tried.clear()
    device.now_s += 0.2
    return lasting


def test_an_unplugged_device_is_named_and_opened_again_when_it_is_back():
    device = Unpluggable()
    lasting = lose(device)
    device.plugged = False
    assert lasting.check()
    assert device.tried.wait(10)
    join_attempts()
    assert lasting.check() == 'microphone: Error querying device -1; input devices: none'
    assert device.calls == ['open', 'close', 'open']  # nothing more before the pause is over
    device.plugged, device.now_s = True, device.now_s + 2.0
    lasting.check()
    join_attempts()
    device.give(b'12', 16_000, 0.0, False)
    assert lasting.check() == ''
    lasting.close()
    assert device.calls == ['open', 'close', 'open', 'open', 'stop', 'close']


def test_a_device_that_hangs_when_it_is_closed_does_not_stop_the_node():
    device, gone = Unpluggable(), Event()
    device.close = gone.wait
    lasting = lose(device)
    for seconds in (2, 62):
        problem = f'microphone: no sound for {seconds} s; is it unplugged?'
        assert lasting.check() == problem
        device.now_s += 60.0
    lasting.close()
    assert device.calls == ['open']
    gone.set()
    join_attempts()
    assert device.calls == ['open', 'open', 'stop']
