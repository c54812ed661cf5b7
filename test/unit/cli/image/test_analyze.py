# SPDX-License-Identifier: MIT
"""The command ``emotion-ros analyze``: what it prints, what it writes, what it refuses."""

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from emotion_ros.cli.main import main
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.perception.face.pipeline import FacePipeline, FaceReport
from emotion_ros.perception.image.video_file import Video
from image_files import cut, make_picture, make_video

ASTRONAUT = Path(__file__).parents[4] / 'config' / 'demo' / 'astronaut.jpg'

# Runs the command as it is on a machine that has no ROS and no rosbags.
WITHOUT_ROS = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ('rclpy', 'emotion_ros.msg', 'rosbags'):
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)
sys.meta_path.insert(0, Absent())
from emotion_ros.cli.main import main
raise SystemExit(main(sys.argv[1:]))
"""


def smiling_video(path: Path, frames: int = 6) -> Path:
    """Nobody for half of the frames, then the astronaut."""
    face = cv2.imread(str(ASTRONAUT))
    height, width = face.shape[:2]
    codec = cv2.VideoWriter.fourcc(*'MJPG')
    writer = cv2.VideoWriter(str(path), codec, 10.0, (width, height))
    for number in range(frames):
        writer.write(face if number >= frames // 2 else np.full_like(face, 90))
    writer.release()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a smile, nobody, and a broken picture."""
    folder = tmp_path / 'album'
    folder.mkdir()
    (folder / 'a.jpg').write_bytes(ASTRONAUT.read_bytes())
    make_picture(folder / 'b.png')
    cut(make_picture(folder / 'c.jpg'), 0.5)
    return folder


def analyzed(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[str, str]:
    assert main(['analyze', *map(str, words)]) == 0
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_json_is_one_line_per_image(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    out, err = analyzed(capsys, folder, '--json')
    smile, nobody, broken = (json.loads(line) for line in out.splitlines())
    assert (smile['source'], smile['at'], smile['reason']) == (str(folder / 'a.jpg'), None, '')
    assert (smile['image_width'], smile['image_height']) == (400, 400)
    [face] = smile['faces']
    assert (face['face_id'], face['label'], face['emotion']) == (1, 'happy', 3)
    assert sum(face['probabilities']) == pytest.approx(1.0, abs=1e-4)
    assert (nobody['reason'], nobody['faces'], nobody['image_width']) == ('no_face', [], 64)
    assert (broken['reason'], broken['faces'], broken['image_width']) == ('bad_compressed', [], 0)
    assert err.startswith('images: 2, with a face: 1, not used: 1 bad_compressed (first: ')


def test_csv_is_one_line_per_face(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    out, _ = analyzed(capsys, folder, '--csv')
    smile, nobody, broken = csv.DictReader(io.StringIO(out))
    assert (smile['label'], smile['face_id'], smile['reason']) == ('happy', '1', '')
    assert sum(float(smile[emotion]) for emotion in EMOTIONS) == pytest.approx(1.0, abs=1e-4)
    assert 0.3 < float(smile['left']) < float(smile['right']) < 0.7
    assert (nobody['reason'], nobody['label'], nobody['happy']) == ('no_face', '', '')
    assert broken['reason'] == 'bad_compressed'


def test_the_table_has_a_row_per_image(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    out, _ = analyzed(capsys, folder)
    assert 'Happy (' in out
    assert 'no face' in out
    assert 'bad_compressed: a JPEG without' in out


def test_every_picture_is_looked_at_anew(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """In a video, a face that is suddenly elsewhere would be another person."""
    cv2.imwrite(str(tmp_path / 'a.png'), cv2.imread(str(ASTRONAUT)))
    cv2.imwrite(str(tmp_path / 'b.png'), np.roll(cv2.imread(str(ASTRONAUT)), 130, axis=1))
    out, _ = analyzed(capsys, tmp_path, '--json')
    faces = [json.loads(line)['faces'] for line in out.splitlines()]
    assert [[face['face_id'] for face in found] for found in faces] == [[1], [1]]


def test_a_video_is_followed_and_drawn_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    video = smiling_video(tmp_path / 'in.avi')
    out, err = analyzed(capsys, video, '--json', '-o', tmp_path / 'out.avi')
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line['at'] for line in lines] == pytest.approx([0.1 * n for n in range(6)])
    assert [[f['face_id'] for f in line['faces']] for line in lines] == [[], [], [], [1], [1], [1]]
    assert err.startswith('images: 6, with a face: 3, not used: none\n')
    plain, drawn = (list(Video(path).samples()) for path in (video, tmp_path / 'out.avi'))
    changed = [
        np.abs(a.image_bgr.astype(int) - b.image_bgr).max() > 100
        for a, b in zip(plain, drawn, strict=True)
    ]
    assert changed == [False] * 3 + [True] * 3


def test_the_table_of_a_video_has_rows_where_it_changes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out, _ = analyzed(capsys, smiling_video(tmp_path / 'in.avi'))
    rows = [line for line in out.splitlines() if line.startswith('│')]
    assert ['no face' in row for row in rows] == [True, False]
    assert 'face_1' in rows[1]


def test_a_picture_is_drawn_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    analyzed(capsys, ASTRONAUT, '-o', tmp_path / 'out.png')
    drawn, plain = cv2.imread(str(tmp_path / 'out.png')), cv2.imread(str(ASTRONAUT))
    assert drawn.shape == plain.shape
    share = (drawn != plain).any(axis=2).mean()
    assert 0.001 < share < 0.2


def test_with_force_a_picture_is_replaced(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / 'out.png').write_bytes(b'old')
    analyzed(capsys, ASTRONAUT, '-o', tmp_path / 'out.png', '--force')
    assert cv2.imread(str(tmp_path / 'out.png')) is not None


@pytest.mark.parametrize(
    ('words', 'label'),
    [
        ('I am so happy today!', 'positive'),
        ('This is terrible!', 'negative'),
        ('I feel neutral about this.', 'neutral'),
    ],
)
def test_words(capsys: pytest.CaptureFixture[str], words: str, label: str) -> None:
    out, _ = analyzed(capsys, '--text', words, '--json')
    report = json.loads(out)
    assert (report['text'], report['label'], report['reason']) == (words, label, '')
    assert sum(report['emotion_probabilities']) == pytest.approx(1.0, abs=1e-4)
    out, _ = analyzed(capsys, '--text', words, '--csv')
    [record] = csv.DictReader(io.StringIO(out))
    assert record['label'] == label
    assert float(record[f'sentiment_{label}']) == pytest.approx(report['confidence'], abs=1e-4)
    out, _ = analyzed(capsys, '--text', words)
    assert f'{label.capitalize()} (' in out


def test_words_in_another_language_have_a_reason_and_no_numbers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = 'Ich bin heute wirklich sehr traurig, mein Freund'
    report = json.loads(analyzed(capsys, '--text', words, '--json')[0])
    assert report['reason'] == 'unsupported_language'
    assert set(report['sentiment_probabilities']) == {None}
    [record] = csv.DictReader(io.StringIO(analyzed(capsys, '--text', words, '--csv')[0]))
    assert record['sentiment_positive'] == ''
    assert 'unsupported_language' in analyzed(capsys, '--text', words)[0]


LINES = 'I am so happy today!\n\nIch bin heute wirklich sehr traurig, mein Freund\n' + (
    'Thanks for watching!\n' + 2 * 'This is terrible!\n'
)


def test_a_file_of_sentences_is_a_line_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / 'said.txt'
    path.write_text(LINES)
    reports = [
        json.loads(line)
        for line in analyzed(capsys, '--text-file', str(path), '--json')[0].splitlines()
    ]
    assert [(report.get('label'), report['reason']) for report in reports] == [
        ('positive', ''),
        ('unknown', 'unsupported_language'),
        (None, 'hallucination'),
        ('negative', ''),
        ('negative', ''),
    ]
    monkeypatch.setattr('sys.stdin', io.TextIOWrapper(io.BytesIO(LINES.encode())))
    records = list(csv.DictReader(io.StringIO(analyzed(capsys, '--text-file', '-', '--csv')[0])))
    assert [record['reason'] for record in records] == [report['reason'] for report in reports]
    assert records[-1]['text'] == 'This is terrible!'
    assert 'not used' in analyzed(capsys, '--text-file', str(path))[0]


REFUSED = [
    ([], 'give pictures, a folder, a video, a webcam, a stream, or --text'),
    (['absent.jpg'], 'absent.jpg: no such file or folder'),
    (['99'], 'webcam 99: cannot be opened'),
    (['cut.jpg'], 'cut.jpg: bad_compressed: a JPEG without its end marker: truncated'),
    (['cut.mp4'], 'cut.mp4: the index of the video (moov) is missing'),
    (['a.jpg', '-o', 'out.gif'], 'out.gif: the output for a picture must end with'),
    (['a.jpg', '-o', 'a.jpg'], 'a.jpg: is an input and would be overwritten'),
    (['a.jpg', '-o', 'a.jpg', '--force'], 'a.jpg: is an input and would be overwritten'),
    (['a.jpg', '-o', 'cut.jpg'], 'cut.jpg: exists: choose another file, or --force'),
    (['a.avi', '-o', 'cut.mp4'], 'cut.mp4: exists: choose another file, or --force'),
    (['a.jpg', '-o', '/proc/out.jpg'], '/proc/out.jpg: cannot be written'),
    (['a.avi', '-o', '/proc/out.mp4'], '/proc/out.mp4: cannot be written'),
    (['a.avi', '-o', 'out.jpg'], 'out.jpg: the output for a video or webcam must end with'),
    (['--text', ''], '--text: empty: nothing was said'),
    (['--text', ' \t '], '--text: empty: nothing was said'),
    (
        ['--text', 'hello', 'you'],
        "--text takes one text, in quotes, and no images: 'you' is too much",
    ),
    (['--text', 'hello', '-o', 'out.jpg'], '--text has no picture to write: leave out --output'),
    (['--text-file', 'absent.txt'], 'absent.txt: cannot be read: no such file or folder'),
    (['--text-file', 'blank.txt'], 'blank.txt: there is no text in it'),
    (['--text-file', 'blank.txt', 'a.jpg'], '--text-file takes one file: leave out images'),
    (['--text-file', 'a.jpg'], 'a.jpg: is not UTF-8'),
    (['a.jpg', '--params', 'absent.yaml'], 'absent.yaml'),
    (['a.jpg', '--json', '--csv'], 'not allowed with argument'),
]


@pytest.mark.parametrize('output', ['photos/me.jpg', 'seen.jpg', 'photos/../photos/me.jpg'])
def test_a_picture_of_a_folder_is_not_overwritten(tmp_path: Path, output: str) -> None:
    (tmp_path / 'photos').mkdir()
    (tmp_path / 'seen.jpg').write_bytes(ASTRONAUT.read_bytes())
    link = tmp_path / 'photos' / 'me.jpg'
    link.symlink_to('../seen.jpg')
    done = run_alone(tmp_path, 'photos', '-o', output)
    assert (done.returncode, done.stdout) == (2, '')
    assert f'{output}: is an input and would be overwritten' in done.stderr
    assert link.is_symlink()
    assert (tmp_path / 'seen.jpg').read_bytes() == ASTRONAUT.read_bytes()


@pytest.mark.parametrize(('words', 'complaint'), REFUSED)
def test_refusals_are_one_line_and_leave_no_file(
    tmp_path: Path, words: list[str], complaint: str
) -> None:
    (tmp_path / 'a.jpg').write_bytes(ASTRONAUT.read_bytes())
    cut(make_picture(tmp_path / 'cut.jpg'), 0.5)
    (tmp_path / 'blank.txt').write_text(' \n\n')
    make_video(tmp_path / 'a.avi')
    cut(make_video(tmp_path / 'cut.mp4'), 0.3)
    before = {path: path.read_bytes() for path in sorted(tmp_path.iterdir())}
    done = run_alone(tmp_path, *words)
    assert done.returncode == 2
    assert complaint in done.stderr
    assert (done.stdout, done.stderr.count('\n')) == ('', 1)
    assert {path: path.read_bytes() for path in sorted(tmp_path.iterdir())} == before


def run_alone(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, without ROS, in this folder.

    What an earlier test has told FFmpeg must not reach it.
    """
    kept = {k: v for k, v in os.environ.items() if k != 'OPENCV_FFMPEG_LOGLEVEL'}
    return subprocess.run(
        [sys.executable, '-c', WITHOUT_ROS, 'analyze', *words],
        cwd=folder,
        env={**kept, 'PYTHONPATH': str(ASTRONAUT.parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_needs_neither_ros_nor_rosbags(tmp_path: Path) -> None:
    done = run_alone(tmp_path, str(ASTRONAUT))
    assert (done.returncode, 'Happy' in done.stdout) == (0, True)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_waits_for_no_import_that_only_others_need(tmp_path: Path) -> None:
    command = [sys.executable, '-X', 'importtime', '-m', 'emotion_ros', 'analyze', str(ASTRONAUT)]
    root = ASTRONAUT.parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    imported = {line.rpartition('|')[2].strip() for line in done.stderr.splitlines()}
    assert 'onnxruntime' in imported
    assert not imported & {'yaml', 'tokenizers', 'aiohttp', 'http.client', 'xml.etree'}


def test_on_a_terminal_a_bar_on_stderr_shows_how_far_it_is(folder: Path) -> None:
    ours, theirs = pty.openpty()
    words = [sys.executable, '-m', 'emotion_ros.cli.main', 'analyze', str(folder), '--json']
    root = ASTRONAUT.parents[2]
    process = subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    out, _ = process.communicate(timeout=60)
    shown = b''
    while chunk := _read(ours):
        shown += chunk
    os.close(ours)
    assert out.count(b'\n') == 3
    assert b'no face' in shown
    assert '━'.encode() in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b''


def test_ctrl_c_ends_a_webcam_and_the_table_is_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(smiling_video(tmp_path / 'in.avi', frames=40))
    opener = cv2.VideoCapture
    monkeypatch.setattr(cv2, 'VideoCapture', lambda *_: opener(path))
    process = FacePipeline.process
    before = signal.getsignal(signal.SIGINT)

    def process_and_interrupt(*arguments: Any) -> FaceReport:
        report = process(*arguments)
        if report.faces:
            os.kill(os.getpid(), signal.SIGINT)
        return report

    monkeypatch.setattr(FacePipeline, 'process', process_and_interrupt)
    out, err = analyzed(capsys, 0, '-o', tmp_path / 'out.avi')
    assert 'webcam 0' in out
    assert 'with a face: 1, not used: none' in err
    assert Video(tmp_path / 'out.avi').count
    assert signal.getsignal(signal.SIGINT) is before
