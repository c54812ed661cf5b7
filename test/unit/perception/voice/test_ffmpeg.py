# SPDX-License-Identifier: MIT
"""Sound of video files by the real ffmpeg: its clock, its tracks, and files that are odd."""

import struct
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.errors import ConfigError, MissingDependency
from emotion_ros.perception.voice.ffmpeg import EncodedSound, find_ffmpeg
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from emotion_ros.perception.voice.sound_file import read_sound

pytest.importorskip('imageio_ffmpeg')
ONSET_S, LENGTH_S, RATE = 1.5, 3.0, 11_025
IMAGES = ['-f', 'lavfi', '-i', 'color=gray:s=64x48:r=10:d=3']
Make = Callable[..., Path]


@pytest.fixture(scope='module')
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stereo sound of an odd rate: silence, from ONSET_S on a tone."""
    at_s = np.arange(round(LENGTH_S * RATE)) / RATE
    samples = 20_000 * np.sin(2 * np.pi * 440 * at_s) * (at_s >= ONSET_S)
    path = tmp_path_factory.mktemp('sound') / 'tone.wav'
    with wave.open(str(path), 'wb') as file:
        file.setparams((2, 2, RATE, 0, 'NONE', ''))
        file.writeframes(np.repeat(samples, 2).astype('<i2').tobytes())
    return path


@pytest.fixture
def make(tone: Path, tmp_path: Path) -> Make:
    """Write a file with the arguments between the inputs and its name; TONE is the sound."""

    def run(name: str, *words: str) -> Path:
        given = [str(tone) if word == 'TONE' else word for word in words]
        path = tmp_path / name
        command = [find_ffmpeg(), '-nostdin', '-v', 'error', *given, f'file:{path}']
        subprocess.run(command, check=True)
        return path

    return run


def onset_s(sound: EncodedSound, track: int = 1) -> float:
    """When the tone begins, on the clock of the frames."""
    chunks = list(sound.chunks(track))
    assert {(chunk.sample_rate, chunk.channels) for chunk in chunks} == {(SAMPLE_RATE, 1)}
    samples = np.concatenate([chunk.samples for chunk in chunks])
    return float(chunks[0].stamp_s + np.flatnonzero(np.abs(samples) > 5000)[0] / SAMPLE_RATE)


@pytest.mark.parametrize(
    ('name', 'codec'), [('a.mp4', 'aac'), ('a.avi', 'pcm_s16le'), ("-i o'd: 1.webm", 'libopus')]
)
def test_sound_and_frames_have_one_clock(make: Make, name: str, codec: str) -> None:
    video = 'libvpx' if name.endswith('webm') else 'mpeg4'
    sound = EncodedSound.open(make(name, *IMAGES, '-i', 'TONE', '-c:v', video, '-c:a', codec))
    assert onset_s(sound) == pytest.approx(ONSET_S, abs=0.05)
    assert (sound.tracks, sound.problem) == (1, '')


@pytest.mark.parametrize(
    ('words', 'expected_s'),
    [
        (('-itsoffset', '1', *IMAGES, '-i', 'TONE'), ONSET_S - 1),
        ((*IMAGES, '-itsoffset', '1', '-i', 'TONE'), ONSET_S + 1),
    ],
    ids=['the frames begin later', 'the sound begins later'],
)
def test_times_count_from_the_first_frame(make: Make, words, expected_s) -> None:
    sound = EncodedSound.open(make('a.mkv', *words, '-c:v', 'mpeg4', '-c:a', 'pcm_s16le'))
    assert onset_s(sound) == pytest.approx(expected_s, abs=0.05)


def test_a_video_without_sound_has_no_track(make: Make) -> None:
    sound = EncodedSound.open(make('a.mp4', *IMAGES, '-c:v', 'mpeg4'))
    assert sound.tracks == 0
    with pytest.raises(ConfigError, match='has 0 tracks of sound, not 1'):
        list(sound.chunks())


def test_one_of_several_tracks_is_chosen(make: Make) -> None:
    late = ('-itsoffset', '1', '-i', 'TONE')
    tracks = ('-map', '0:v', '-map', '1:a', '-map', '2:a')
    sound = EncodedSound.open(
        make('a.mkv', *IMAGES, '-i', 'TONE', *late, *tracks, '-c:v', 'mpeg4', '-c:a', 'pcm_s16le')
    )
    assert sound.tracks == 2
    assert onset_s(sound, 2) - onset_s(sound, 1) == pytest.approx(1.0, abs=0.05)


def test_a_file_that_was_cut_is_read_as_far_as_it_goes(make: Make) -> None:
    path = make('a.mkv', *IMAGES, '-i', 'TONE', '-c:v', 'mpeg4', '-c:a', 'pcm_s16le')
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 7 // 10])
    sound = EncodedSound.open(path)
    length_s = sum(chunk.duration_s for chunk in sound.chunks())
    assert 1.0 < length_s < 2.7
    assert sound.problem == 'File ended prematurely'


def test_a_file_that_is_shorter_than_it_says_was_cut(make: Make) -> None:
    """FLV declares its length; of an end that is missing, ffmpeg may say nothing."""
    path = make('a.flv', *IMAGES, '-i', 'TONE', '-c:v', 'flv1', '-c:a', 'mp3')
    before, name, after = path.read_bytes().partition(b'duration\x00')
    path.write_bytes(before + name + struct.pack('>d', 9.0) + after[8:])
    sound = EncodedSound.open(path)
    list(sound.chunks())
    assert sound.problem.startswith('ends at 3.')
    assert sound.problem.endswith(' s of 9.0 s')


def test_sound_that_ends_before_the_images_is_whole(make: Make) -> None:
    sound = EncodedSound.open(make('a.mkv', *IMAGES, '-t', '1', '-i', 'TONE', '-c:v', 'mpeg4'))
    assert sum(chunk.duration_s for chunk in sound.chunks()) == pytest.approx(1.0, abs=0.1)
    assert sound.problem == ''


@pytest.mark.parametrize(
    'content',
    [b'no video', b'#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n'],
    ids=['text', 'playlist of the network'],
)
def test_what_is_no_video_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'a.m3u8'
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r'a\.m3u8: .*Invalid data found'):
        EncodedSound.open(path)


def test_without_ffmpeg_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('PATH', '')
    assert 'imageio_ffmpeg' in find_ffmpeg()
    monkeypatch.setitem(sys.modules, 'imageio_ffmpeg', None)
    with pytest.raises(MissingDependency, match='apt install ffmpeg, or pip install imageio-ffm'):
        find_ffmpeg()


def test_sound_files_that_need_a_codec_and_videos_are_read_as_sound(make: Make) -> None:
    for path in (make('a.m4a', '-i', 'TONE'), make('a.mkv', *IMAGES, '-i', 'TONE')):
        sound = read_sound(path)
        assert (sound.sample_rate, sound.channels) == (SAMPLE_RATE, 1)
        assert sound.duration_s == pytest.approx(LENGTH_S, abs=0.2)
    with pytest.raises(ConfigError, match='a.mp4: holds no sound'):
        read_sound(make('a.mp4', *IMAGES, '-c:v', 'mpeg4'))
