# SPDX-License-Identifier: MIT
"""The voice of a video: beside the faces, on their clock; and why there is none."""

import csv
import io
import json
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.cli.main import main
from emotion_ros.demo.synthetic_voice import speak
from emotion_ros.perception.image.video_file import Video
from emotion_ros.perception.voice.ffmpeg import find_ffmpeg
from image_files import RATE_HZ, make_video

pytest.importorskip('imageio_ffmpeg')
RATE = 16_000
BEGIN_S = 1.0


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``talk.mkv`` with a sentence in two tracks, and ``silent.avi``."""
    folder = tmp_path_factory.mktemp('video')
    words = speak('How are you today? I have good news.')
    pause = np.zeros(round(BEGIN_S * RATE), np.int16)
    with wave.open(str(folder / 'voice.wav'), 'wb') as file:
        file.setparams((1, 2, RATE, 0, 'NONE', ''))
        file.writeframes(np.concatenate([pause, words, pause]).tobytes())
    length = round((2 * BEGIN_S + len(words) / RATE) * RATE_HZ)
    make_video(folder / 'silent.avi', length)
    sound = ['-i', str(folder / 'voice.wav')]
    tracks = ['-map', '0:v', '-map', '1:a', '-map', '1:a', '-c:v', 'copy']
    command = [find_ffmpeg(), '-nostdin', '-v', 'error', '-i', str(folder / 'silent.avi')]
    subprocess.run([*command, *sound, *tracks, str(folder / 'talk.mkv')], check=True)
    return folder


def analyzed(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[str, str]:
    assert main(['analyze', *map(str, words)]) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_segments_of_speech_stand_among_the_frames(folder, capsys) -> None:
    out, err = analyzed(capsys, folder / 'talk.mkv', '--json')
    lines = [json.loads(line) for line in out.splitlines()]
    (voice,) = [line for line in lines if 'faces' not in line]
    assert voice['from'] == pytest.approx(BEGIN_S, abs=0.3)
    times = [line.get('at', line.get('to')) for line in lines]
    assert times == sorted(times)
    assert len(lines) == len(list(Video(folder / 'talk.mkv').samples())) + 1
    assert '(track 1 of 2: --sound-track N), segments of speech: 1\n' in err

    out, _ = analyzed(capsys, folder / 'talk.mkv', '--csv', '--sound-track', 2)
    records = list(csv.DictReader(io.StringIO(out)))
    (row,) = [record for record in records if record['modality'] == 'voice']
    assert (row['label'], float(row['at']), float(row['to'])) == (
        voice['emotion'],
        pytest.approx(voice['from'], abs=0.05),
        pytest.approx(voice['to'], abs=0.05),
    )
    assert {record['modality'] for record in records} == {'face', 'voice'}


def test_the_table_has_a_row_for_the_voice(folder, capsys) -> None:
    out, _ = analyzed(capsys, folder / 'talk.mkv')
    assert [line for line in out.splitlines() if ' voice ' in line and '%)' in line]


@pytest.mark.parametrize(
    ('words', 'note'),
    [(['silent.avi'], 'the video has none'), (['talk.mkv', '--sound-track', '0'], 'left out')],
)
def test_why_there_is_no_voice_is_said(folder, capsys, words, note) -> None:
    out, err = analyzed(capsys, folder / words[0], '--csv', *words[1:])
    assert 'voice' not in out
    assert err.endswith(f'sound: {note}\n')


def test_without_ffmpeg_faces_are_found_all_the_same(folder, capsys, monkeypatch) -> None:
    monkeypatch.setenv('PATH', '')
    monkeypatch.setitem(sys.modules, 'imageio_ffmpeg', None)
    out, err = analyzed(capsys, folder / 'talk.mkv', '--csv')
    assert 'no_face' in out
    assert 'sound: not read: ffmpeg is missing: apt install ffmpeg, or pip' in err
    assert main(['analyze', str(folder / 'talk.mkv'), '--sound-track', '1']) == 2
    assert 'ffmpeg is missing' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('name', 'track', 'complaint'),
    [
        ('talk.mkv', 3, 'talk.mkv: has 2 tracks of sound, not 3'),
        ('silent.avi', 1, 'silent.avi: has 0 tracks of sound, not 1'),
        ('voice.wav', 1, '--sound-track 1: the input is no video'),
    ],
)
def test_a_track_that_is_not_there(folder, capsys, name, track, complaint) -> None:
    assert main(['analyze', str(folder / name), '--sound-track', str(track)]) == 2
    assert complaint in capsys.readouterr().err


def test_frames_of_a_rate_that_varies_have_the_times_of_the_file(folder, tmp_path) -> None:
    path = tmp_path / 'vfr.mkv'
    every_fifth = ['-vf', "select='not(mod(n,5))+lt(t,1)'", '-fps_mode', 'vfr']
    command = [find_ffmpeg(), '-nostdin', '-v', 'error', '-i', str(folder / 'silent.avi')]
    subprocess.run([*command, *every_fifth, '-c:v', 'mpeg4', str(path)], check=True)
    times = [sample.at_s for sample in Video(path).samples() if sample.error is None]
    frames = range(len(list(Video(folder / 'silent.avi').samples())))
    expected = [n / RATE_HZ for n in frames if n % 5 == 0 or n < 10]
    assert times == pytest.approx(expected, abs=0.01)


def test_a_video_file_with_sound_only_is_sound(folder, capsys) -> None:
    path = folder / 'audio_only.webm'
    command = [find_ffmpeg(), '-nostdin', '-v', 'error', '-i', str(folder / 'voice.wav')]
    subprocess.run([*command, '-c:a', 'libopus', str(path)], check=True)
    out, err = analyzed(capsys, path, '--json')
    assert len(out.splitlines()) == 1
    assert 'segments of speech: 1\n' in err
