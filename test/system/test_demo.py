# SPDX-License-Identifier: MIT
"""``emotion-ros demo`` as a user runs it: it passes, and it fails when something is wrong."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from altered_models import permuted_model
from emotion_ros.cli.demo import HOST, title
from emotion_ros.demo.runner import DemoOptions
from emotion_ros.files.resources import packaged_config
from output_contract import OutputMonitor, monitored
from shared_memory import segments

pytestmark = pytest.mark.usefixtures('weights')

TIMEOUT_S = 90.0
STORY = f"""
- {{at: 0.0, show: nobody, expect: {{status: no_person, within_s: 4.0}}}}
- at: 4.0
  show: [{{image: {packaged_config('demo/astronaut.jpg')}, x: 140, y: 40, height_px: 360}}]
  say: I am so happy today!
  expect: {{status: ok, emotion: happy, conflict: false, within_s: 2.0}}
- {{at: 6.0, say: This is terrible!, expect: {{status: ok, conflict: true, within_s: 1.5}}}}
"""
SPOKEN = """
- {at: 0.0, show: nobody, expect: {status: no_person, within_s: 4.0}}
- {at: 4.0, say: I feel neutral about this., voice: neutral, expect: {status: ok, within_s: 4.0}}
"""


@pytest.fixture
def story(tmp_path) -> Path:
    path = tmp_path / 'story.yaml'
    path.write_text(STORY)
    return path


@pytest.fixture(autouse=True)
def monitor(ros_domain) -> Iterator[OutputMonitor]:
    """Hold every state of every demo to the output contract."""
    with monitored(ros_domain) as monitor:
        yield monitor


@contextmanager
def demo(story: Path, domain: int, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the demo; on leaving, it and its programs have ended."""
    command = [sys.executable, '-m', 'emotion_ros.cli.main', 'demo', '--headless']
    command += ['--storyboard', str(story), '--domain', str(domain), *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT_S)


def test_the_title_says_where_the_page_is():
    assert title(DemoOptions(Path('a/story.yaml'), 7)) == (
        'A scripted person (story.yaml)\nTo listen in another terminal: export ROS_DOMAIN_ID=7'
    )
    served = DemoOptions(Path('story.yaml'), 7, dashboard_port=8081)
    assert title(served).startswith('Dashboard: http://127.0.0.1:8081/\n')


def result(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end; return the exit code and what was printed."""
    printed, _ = process.communicate(timeout=TIMEOUT_S)
    return process.returncode, printed


def wait_for_line(process: subprocess.Popen[str], words: str) -> None:
    """Read lines until one has these words."""
    assert process.stdout is not None
    assert any(words in line for line in process.stdout), f'{words!r} was never printed'


def program_of(process: subprocess.Popen[str], module: str) -> psutil.Process:
    """Return the one program of the demo that runs this module."""
    (found,) = (p for p in psutil.Process(process.pid).children() if module in p.cmdline())
    return found


def test_the_demo_passes_and_leaves_nothing_behind(story, ros_domain, monitor):
    with demo(story, ros_domain) as process:
        wait_for_line(process, 'no_person')
        programs = psutil.Process(process.pid).children()
        own = [segments(p) for p in (process.pid, *(program.pid for program in programs))]
        code, printed = result(process)
    assert '3 of 3 expectations met' in printed
    assert 'emotion-ros live ' in printed.split('expectations met')[1]
    assert code == 0, printed
    assert len(programs) == 2
    assert not any(program.is_running() for program in programs)
    assert all(own)
    assert not [path for path in set().union(*own) if path.exists()]
    assert monitor.checked > 50


def test_a_spoken_sentence_goes_through_the_voice_node(story, ros_domain):
    story.write_text(SPOKEN)
    with demo(story, ros_domain) as process:
        code, printed = result(process)
    assert code == 0, printed
    assert 'Text: Neutral' in printed
    assert ', Voice: ' in printed


def test_the_demo_fails_when_the_vision_node_is_killed(story, ros_domain):
    with demo(story, ros_domain, '--separate') as process:
        wait_for_line(process, 'no_person')
        program_of(process, 'emotion_ros.nodes.vision_node').kill()
        code, printed = result(process)
    assert code == 1
    assert 'vision_node ended with code -9' in printed
    assert 'missed' in printed


@pytest.mark.parametrize(
    ('task', 'node', 'parameter', 'missed'),
    [
        ('face_emotion', 'vision_node', 'face_model', 'MISSED: at 4.0 s'),
        ('text_emotion', 'sentiment_node', 'text_model', 'MISSED: at 6.0 s'),
    ],
)
def test_the_demo_fails_when_labels_are_permuted(
    story, ros_domain, tmp_path, task, node, parameter, missed
):
    params = tmp_path / 'params.yaml'
    value = permuted_model(task, tmp_path)
    params.write_text(f'{node}:\n  ros__parameters:\n    {parameter}: {value}\n')
    with demo(story, ros_domain, '--params', str(params)) as process:
        code, printed = result(process)
    assert code == 1
    assert missed in printed
    assert 'MET: at 0.0 s' in printed


def test_a_model_that_cannot_be_loaded_is_named(story, ros_domain, tmp_path):
    params = tmp_path / 'params.yaml'
    params.write_text('vision_node:\n  ros__parameters:\n    face_model: /absent/face.json\n')
    with demo(story, ros_domain, '--params', str(params)) as process:
        code, printed = result(process)
    assert code == 1
    assert '/absent/face.json' in printed


def test_without_a_terminal_it_ends_and_a_taken_port_does_not_matter(story, ros_domain):
    with socket.create_server((HOST, 0)) as server:
        taken = server.getsockname()[1]
        with demo(story, ros_domain, '--dashboard', '--port', str(taken)) as process:
            code, printed = result(process)
    assert code == 0, printed
    assert printed.startswith(f'Dashboard: http://{HOST}:')
    assert f':{taken}/' not in printed
    assert 'stopped' not in printed


def test_in_a_terminal_the_dashboard_is_served_until_it_is_interrupted(story, ros_domain):
    terminal, stdout = os.openpty()
    command = [sys.executable, '-m', 'emotion_ros.cli.main', 'demo', '--port', '18080']
    command += ['--storyboard', str(story), '--domain', str(ros_domain)]
    with (
        os.fdopen(terminal, 'rb', buffering=0) as output,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stdout
        ) as process,
    ):
        try:
            os.close(stdout)
            printed = b''
            while b'Ctrl-C ends it' not in printed:
                printed += output.read(4096)
            assert printed.startswith(b'Dashboard: http://127.0.0.1:')
            url = printed.split()[1].decode()
            assert f'Dashboard: {url} keeps showing' in printed.decode()
            with urllib.request.urlopen(url, timeout=TIMEOUT_S) as page:
                assert page.status == 200
            process.send_signal(signal.SIGINT)
            assert process.wait(TIMEOUT_S) in (0, 1)
        finally:
            process.kill()


def test_an_interrupted_demo_stops_its_programs(story, ros_domain):
    with demo(story, ros_domain) as process:
        wait_for_line(process, 'no_person')
        programs = psutil.Process(process.pid).children()
        os.kill(process.pid, signal.SIGTERM)
        code, printed = result(process)
    assert code == 130, printed
    assert programs
    assert not any(program.is_running() for program in programs)
