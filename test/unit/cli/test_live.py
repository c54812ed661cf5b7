# SPDX-License-Identifier: MIT
"""``emotion-ros live`` as a process without ROS; what cannot be used is one line."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import pytest

from emotion_ros.cli.live import open_feed
from emotion_ros.cli.main import main
from emotion_ros.live.scripted_person import ScriptedPerson
from image_files import make_picture, make_video
from mjpeg_server import mjpeg_server
from page_clients import PageClients

ROOT = Path(__file__).parents[3]
WITHOUT_ROS = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ('rclpy', 'emotion_ros.msg', 'rosbags'):
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
from emotion_ros.cli.main import main
sys.exit(main())
"""


@pytest.fixture
def clients() -> Iterator[PageClients]:
    clients = PageClients()
    yield clients
    clients.close()


class Live:
    """A running command: its lines and the address of its page."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process
        self.url = self.line_with('http://127.0.0.1:').strip()

    def line_with(self, text: str) -> str:
        """Return the next line on stdout that contains the text."""
        assert self.process.stdout
        return next(line for line in self.process.stdout if text in line)

    def type(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f'{line}\n')
        self.process.stdin.flush()

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C; return exit code and stderr."""
        self.process.send_signal(signal.SIGINT)
        _, stderr = self.process.communicate(timeout=30.0)
        return self.process.returncode, stderr


@contextmanager
def live(*arguments: object) -> Iterator[Live]:
    command = [sys.executable, '-c', WITHOUT_ROS, 'live', *map(str, arguments)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, 'BROWSER': 'echo opened=%s'},
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield Live(process)
        finally:
            process.kill()


def test_a_stream_and_typed_words_without_ros(tmp_path, clients):
    jpeg = make_picture(tmp_path / 'a.jpg', 90).read_bytes()
    with mjpeg_server(jpeg) as server, live('--camera', server.url, '--open') as command:
        assert command.line_with('opened=').strip() == f'opened={command.url}'
        page = clients.open(command.url)
        page.until(lambda now: now['frame'] and now['frame']['age'] < 1.0)
        assert page.messages[0]['topic'] == server.url.partition('?')[0]
        origin = command.url.rstrip('/')
        assert clients.post(f'{origin}/words', b'This is terrible!', Origin=origin)[0] == 202
        page.until(lambda now: now['transcript'])
        command.type('I am so happy today!\n\nThanks for watching!')
        assert command.line_with('9').startswith('positive 9')
        assert command.line_with('not') == 'not used: typical of silence\n'
        now = page.until(lambda now: len(now['transcript']) == 3)
        assert [line['sentiment'] for line in now['transcript'][:2]] == ['negative', 'positive']
        server.stopped.set()
        server.shutdown()
        server.server_close()
        lost = command.line_with('camera lost')
        assert lost == f'{server.url.partition("?")[0]}: camera lost: trying again in 0.5 s\n'
        page.until(lambda now: now['notice'].startswith('Camera lost: trying again in '))
        page.until(lambda now: now['state']['not_actionable_reason'] != '')
        with mjpeg_server(jpeg, server.server_address[1]):
            assert command.line_with('is back')
            page.until(lambda now: not now['notice'])
            assert command.stop() == (0, '')


def test_the_scripted_person_is_shown_without_a_webcam(monkeypatch, capsys):
    monkeypatch.setattr(cv2, 'VideoCapture', lambda *_: ABSENT)
    assert isinstance(open_feed(None), ScriptedPerson)
    out = capsys.readouterr().out
    assert out.startswith('webcam 0: cannot be opened (is it connected, and not in use?): showing')
    assert out.count('\n') == 1


def test_beside_a_voice_there_is_no_scripted_person(monkeypatch, capsys):
    monkeypatch.setattr(cv2, 'VideoCapture', lambda *_: ABSENT)
    assert open_feed(None, 'none') is None
    assert 'no camera instead' in capsys.readouterr().out


ABSENT = cv2.VideoCapture()
REFUSED = [
    (['--camera', 'absent.mp4'], 'absent.mp4: no such file or folder'),
    (['--camera', 'a.jpg'], 'a.jpg: is no camera, video or stream (for pictures: analyze)'),
    (['--camera', '99'], 'webcam 99: cannot be opened'),
    (['--camera', 'http://127.0.0.1:9/video'], 'http://127.0.0.1:9/video: no connection: '),
    (['--camera', 'none', '--no-text'], '--camera none and --no-text leave nothing to show'),
    (['--camera', 'a.avi', '--params', 'absent.yaml'], 'absent.yaml: cannot be read'),
    (['--camera', 'a.avi', '--audio', 'absent.wav'], 'absent.wav: cannot be read: No such file'),
    (['--camera', 'a.avi', '--audio', 'a.jpg'], 'a.jpg: holds no sound'),
    (['--audio', 'a.wav', '--microphone'], 'not allowed with argument --audio'),
    (['--microphone', 'no such device'], 'microphone'),
    (['--port', '0'], "argument --port: '0' is not within 1 to 65535"),
]


@pytest.mark.parametrize(('arguments', 'problem'), REFUSED)
def test_what_cannot_be_used_is_one_line(monkeypatch, tmp_path, capsys, arguments, problem):
    monkeypatch.chdir(tmp_path)
    make_picture(Path('a.jpg'))
    make_video(Path('a.avi'))
    assert exit_code(['live', *arguments]) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert err.count('\n') == 1


def test_a_taken_port_is_one_line(capsys):
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
        assert exit_code(['live', '--camera', 'none', '--port', str(port)]) == 2
    assert capsys.readouterr().err == (
        f'emotion-ros: error: the dashboard cannot listen on 127.0.0.1:{port}: '
        'Address already in use (choose another host or port)\n'
    )


def exit_code(arguments: list[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as error:
        return int(str(error.code))
