# SPDX-License-Identifier: MIT
"""Sound files: WAV of every width without further packages, and what is no sound."""

import wave
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.perception.voice.sound_file import cut_sound, read_sound, to_int16

RATE = 16_000


def write(path: Path, data: bytes, width: int = 2, channels: int = 1, rate: int = RATE) -> Path:
    with wave.open(str(path), 'wb') as file:
        file.setparams((channels, width, rate, 0, 'NONE', ''))
        file.writeframes(data)
    return path


@pytest.mark.parametrize(
    ('width', 'data', 'expected'),
    [
        (1, bytes([0, 128, 255]), [-32768, 0, 32512]),
        (2, np.array([-32768, 7, 32767], '<i2').tobytes(), [-32768, 7, 32767]),
        (3, b'\x00\x00\x80' + b'\xff\xff\x7f', [-32768, 32767]),
        (4, np.array([1 << 30], '<i4').tobytes(), [16384]),
    ],
)
def test_a_wav_of_every_width(tmp_path, width, data, expected):
    sound = read_sound(write(tmp_path / 'a.wav', data, width))
    assert (sound.samples.tolist(), sound.samples.dtype) == (expected, np.int16)
    assert (sound.sample_rate, sound.channels, sound.stamp_s) == (RATE, 1, 0.0)


def test_a_file_that_was_cut_short_is_read_as_far_as_it_goes(tmp_path):
    path = write(tmp_path / 'a.wav', np.ones(100, '<i2').tobytes(), channels=2)
    path.write_bytes(path.read_bytes()[:-3])
    assert len(read_sound(path).samples) == 98


@pytest.mark.parametrize(
    ('declared', 'expected'),
    [(3 * RATE, ['damaged: ends at 1.0 s of 3.0 s']), (RATE, []), (0x7FFFF000 // 2, [])],
    ids=['cut', 'whole', 'a pipe knows no length'],
)
def test_a_part_that_is_missing_is_told(tmp_path, declared, expected):
    path = write(tmp_path / 'a.wav', np.ones(RATE, '<i2').tobytes())
    content = bytearray(path.read_bytes())
    content[40:44] = (2 * declared).to_bytes(4, 'little')  # the size of the samples
    path.write_bytes(content)
    problems: list[str] = []
    assert len(read_sound(path, problems.append).samples) == RATE
    assert problems == [f'{path}: {problem}' for problem in expected]


def test_a_recording_whose_program_was_killed_is_read(tmp_path):
    path = write(tmp_path / 'a.wav', np.ones(100, '<i2').tobytes())
    data = bytearray(path.read_bytes())
    data[4:8] = data[40:44] = bytes(4)
    path.write_bytes(data)
    assert read_sound(path).samples.tolist() == [1] * 100


@pytest.mark.skipif(find_spec('imageio_ffmpeg') is None, reason='ffmpeg is not installed')
def test_a_rate_above_that_of_streams_is_reduced(tmp_path):
    tone = (8000 * np.sin(np.arange(9600) * 0.02)).astype('<i2')
    sound = read_sound(write(tmp_path / 'a.wav', tone.tobytes(), rate=96_000))
    assert (sound.sample_rate, sound.channels) == (RATE, 1)
    assert len(sound.samples) == pytest.approx(1600, abs=20)


@pytest.mark.skipif(find_spec('soundfile') is None, reason='soundfile is not installed')
@pytest.mark.parametrize(('suffix', 'subtype'), [('flac', 'PCM_16'), ('wav', 'FLOAT')])
def test_other_formats_where_soundfile_is_installed(tmp_path, suffix, subtype):
    import soundfile

    samples = np.linspace(-0.5, 0.5, 480, dtype=np.float32).reshape(-1, 2)
    soundfile.write(tmp_path / f'a.{suffix}', samples, 48_000, subtype=subtype)
    sound = read_sound(tmp_path / f'a.{suffix}')
    assert (sound.sample_rate, sound.channels) == (48_000, 2)
    assert np.abs(sound.samples / 32767 - samples.ravel()).max() < 1e-4


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (None, 'cannot be read: No such file or directory'),
        (b'', ''),
        (b'this is no sound at all', ''),
    ],
)
def test_what_is_no_sound(tmp_path, content, words):
    path = tmp_path / 'a.wav'
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match='a.wav') as raised:
        read_sound(path)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ('data', 'rate', 'words'),
    [(b'', RATE, 'holds no sound'), (b'12', 4000, 'unsupported_rate: 4000 Hz')],
)
def test_a_wav_that_cannot_be_used(tmp_path, data, rate, words):
    with pytest.raises(ConfigError, match=words):
        read_sound(write(tmp_path / 'a.wav', data, rate=rate))


def test_a_folder_is_no_sound(tmp_path):
    with pytest.raises(ConfigError, match='cannot be read'):
        read_sound(tmp_path)


def test_it_is_cut_into_chunks_without_loss(tmp_path):
    samples = np.arange(500, dtype='<i2')
    sound = read_sound(write(tmp_path / 'a.wav', samples.tobytes(), channels=2))
    chunks = list(cut_sound(sound, 0.005))
    assert np.concatenate([c.samples for c in chunks]).tolist() == samples.tolist()
    assert [len(c.samples) for c in chunks] == [160, 160, 160, 20]
    assert [c.stamp_s for c in chunks] == pytest.approx([0.0, 0.005, 0.01, 0.015])


def test_float_samples_are_clipped_and_nan_is_silence():
    found = to_int16(np.array([0.0, 1.0, -1.0, 2.0, -9.0, np.nan, np.inf]))
    assert found.tolist() == [0, 32767, -32767, 32767, -32768, 0, 32767]
