# SPDX-License-Identifier: MIT
"""Sound files as people have them, and one clear line for what is none."""

import struct
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.files.sound_file import is_sound_file, read_sound

RATE = 8000
WAVE = np.stack([np.sin(np.arange(400) / 5), np.cos(np.arange(400) / 9)], axis=1) * 0.5


def wav(path: Path, samples: bytes, coding: int, bits: int, tail: bytes = b'') -> Path:
    """Write two channels at RATE; ``tail`` is what follows the format's 16 bytes."""
    width = 2 * bits // 8
    fmt = struct.pack('<HHIIHH', coding, 2, RATE, RATE * width, width, bits) + tail
    chunks = b'LIST' + struct.pack('<I', 3) + b'abc\0'  # of an odd size, padded
    chunks += b'fmt ' + struct.pack('<I', len(fmt)) + fmt
    chunks += b'data' + struct.pack('<I', len(samples)) + samples
    path.write_bytes(b'RIFF' + struct.pack('<I', len(chunks) + 4) + b'WAVE' + chunks)
    return path


def of_24_bits(values: np.ndarray) -> bytes:
    whole = (values * 2**31).astype('<i4').reshape(-1, 1).view(np.uint8)
    return whole[:, 1:].tobytes()


EXTENSIBLE_TAIL = struct.pack('<HHI', 22, 16, 3) + struct.pack('<H', 1) + b'\0' * 14
FORMS = {
    '8 bits': ((WAVE * 128 + 128).astype(np.uint8).tobytes(), 1, 8, b''),
    '16 bits': ((WAVE * 2**15).astype('<i2').tobytes(), 1, 16, b''),
    '24 bits': (of_24_bits(WAVE), 1, 24, b''),
    '32 bits': ((WAVE * 2**31).astype('<i4').tobytes(), 1, 32, b''),
    'float': (WAVE.astype('<f4').tobytes(), 3, 32, b''),
    'double': (WAVE.astype('<f8').tobytes(), 3, 64, b''),
    'extensible': ((WAVE * 2**15).astype('<i2').tobytes(), 0xFFFE, 16, EXTENSIBLE_TAIL),
}


@pytest.mark.parametrize('form', FORMS)
def test_every_form_of_wav_is_the_same_sound(form: str, tmp_path: Path) -> None:
    sound = read_sound(wav(tmp_path / 'a.wav', *FORMS[form]))
    np.testing.assert_allclose(sound.samples, WAVE, atol=0.009 if form == '8 bits' else 1e-4)
    assert (sound.sample_rate, sound.seconds) == (RATE, 0.05)
    assert sound.samples.dtype == np.float32


def test_of_a_file_that_is_cut_off_the_rest_is_read(tmp_path: Path) -> None:
    path = wav(tmp_path / 'a.wav', *FORMS['16 bits'])
    path.write_bytes(path.read_bytes()[:-203])
    np.testing.assert_allclose(read_sound(path).samples, WAVE[: 400 - 51], atol=1e-4)


def test_samples_that_are_no_numbers_are_silence(tmp_path: Path) -> None:
    samples = WAVE.astype('<f4')
    samples[3] = np.nan
    sound = read_sound(wav(tmp_path / 'a.wav', samples.tobytes(), 3, 32))
    assert sound.samples[3].tolist() == [0.0, 0.0]


def test_flac_is_read(tmp_path: Path) -> None:
    soundfile = pytest.importorskip('soundfile')
    soundfile.write(tmp_path / 'a.flac', WAVE, RATE)
    np.testing.assert_allclose(read_sound(tmp_path / 'a.flac').samples, WAVE, atol=1e-4)


@pytest.mark.parametrize(
    ('name', 'content', 'complaint'),
    [
        ('none.wav', None, 'cannot be read: No such file'),
        ('empty.wav', b'', 'no sound file that can be read'),
        ('page.wav', b'<html>404</html>', 'no sound file that can be read'),
        ('head.wav', b'RIFF\x24\0\0\0WAVE', 'no complete WAV'),
    ],
)
def test_what_is_no_sound_is_one_line(tmp_path: Path, name, content, complaint) -> None:
    pytest.importorskip('soundfile')
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=complaint) as error:
        read_sound(tmp_path / name)
    assert name in str(error.value) and '\n' not in str(error.value)


def test_a_file_without_samples_has_no_sound(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='has no sound in it'):
        read_sound(wav(tmp_path / 'a.wav', b'', 1, 16))


def test_sound_files_are_known_by_their_names() -> None:
    assert is_sound_file('talk.WAV') and is_sound_file('a/b.flac')
    assert not is_sound_file('talk.mp4') and not is_sound_file('0')
