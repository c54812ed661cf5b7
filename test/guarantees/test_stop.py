# SPDX-License-Identifier: MIT
"""H. Stop: the programs of the package asked to end, at every moment of their lives."""

import os
import signal
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest
from ament_index_python.packages import get_package_prefix
from sensor_msgs.msg import Image

from emotion_ros.msg import EmotionState, FaceEmotionArray
from graph import Graph
from lengths import length
from running import START_S, with_fakes
from shared_memory import segments

PROGRAMS = Path(get_package_prefix('emotion_ros'), 'lib', 'emotion_ros')
ASKED = {
    'SIGINT': [signal.SIGINT],
    'SIGTERM': [signal.SIGTERM],
    'SIGINT twice': [signal.SIGINT, signal.SIGINT],
}
STOP_S = length(2.0, 8.0)
STOP_WHILE_STARTING_S = length(5.0, 8.0)
WIDTH, HEIGHT = 1920, 1080
SLOW = ('-p', f'detect_width:={WIDTH}', '-p', 'face_detector:=haar', '-p', 'detect_every:=1')


@contextmanager
def running(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a program in a process group of its own; on leaving, it has ended."""
    process = subprocess.Popen(
        [PROGRAMS / program, '--ros-args', *arguments],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def stop(process: subprocess.Popen[str], how: str, meanwhile: Callable[[], None]) -> float:
    """Ask a program to end, look at how it does, and return how long it took (s)."""
    begun_s = monotonic()
    for number in ASKED[how]:
        process.send_signal(number)
    while process.poll() is None and monotonic() < begun_s + 10.0:
        meanwhile()
    took_s = monotonic() - begun_s
    assert process.returncode == 0
    assert process.stderr is not None
    assert [line for line in process.stderr if not line.startswith('[INFO]')] == []
    assert [p for p in psutil.process_iter() if group_of(p.pid) == process.pid] == []
    return took_s


def group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return -1


def catches_sigterm(process: subprocess.Popen[str]) -> bool:
    """Return whether the first lines of the program have run."""
    status = Path(f'/proc/{process.pid}/status').read_text()
    caught = next(line for line in status.splitlines() if line.startswith('SigCgt'))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def has_loaded(process: subprocess.Popen[str], library: str) -> bool:
    return library in Path(f'/proc/{process.pid}/maps').read_text()


STARTING = {
    'its first lines': catches_sigterm,
    'loading rclpy': lambda process: has_loaded(process, 'librcl.so'),
    'loading the models': lambda process: has_loaded(process, 'onnxruntime'),
}


@pytest.mark.parametrize(('moment', 'how'), product(STARTING, ASKED))
def test_promise_61_asked_to_stop_while_it_starts(graph, figure, moment, how):
    """Red when start() in nodes/start.py leaves out SIGTERM (or SIGINT)."""
    with running('emotion_pipeline') as process:
        has_come = STARTING[moment]
        while not has_come(process):
            assert process.poll() is None
        took_s = stop(process, how, graph.serve)
    figure(f'stop while {moment}', took_s, 's')
    assert took_s <= STOP_WHILE_STARTING_S


@pytest.mark.parametrize(('program', 'how'), product(['fusion_node', 'emotion_pipeline'], ASKED))
def test_promise_61_asked_to_stop_when_idle(graph, figure, program, how):
    """Red when run() in nodes/executor.py catches no KeyboardInterrupt."""
    states = graph.listen(EmotionState, 'emotion_state')
    with running(program) as process:
        graph.until(lambda: states or process.poll() is not None, 'the first state')
        took_s = stop(process, how, graph.serve)
    figure(f'stop {program} when idle', took_s, 's')
    assert took_s <= STOP_S


@pytest.mark.parametrize('how', ASKED)
def test_promise_61_asked_to_stop_in_the_middle_of_work(graph, figure, how):
    """Red when run() in nodes/executor.py catches no KeyboardInterrupt."""
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    images = graph.tester.create_publisher(Image, 'image', 1)

    def show() -> None:
        images.publish(large_picture(graph))
        graph.serve()

    with running('vision_node', *SLOW) as process:
        graph.until(lambda: len(faces) >= 2, 'two answers', publish=show)
        took_s = stop(process, how, show)
    figure('stop in the middle of work', took_s, 's')
    assert took_s <= STOP_S


@pytest.mark.parametrize('moment', ['callback', 'inference'])
def test_promise_61_asked_to_stop_at_a_bad_moment(ros_domain, figure, moment):
    """Red when StopRequest always raises (callback), or run() only returns (inference)."""
    begun_s, used = monotonic(), set()
    process = subprocess.Popen(
        [sys.executable, '-m', 'stopping', moment],
        env={**os.environ, **with_fakes()},
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and monotonic() < begun_s + START_S:
        with suppress(psutil.Error):  # it has ended
            used |= segments(process.pid)
        sleep(0.01)
    figure(f'start and stop during {moment}', monotonic() - begun_s, 's')
    process.kill()
    _, errors = process.communicate()
    assert process.returncode == 0
    assert [line for line in errors.splitlines() if 'ERROR' not in line] == []
    assert not [path for path in used if path.exists()]


def large_picture(graph: Graph) -> Image:
    """Return an image that takes long to look through."""
    picture = Image(width=WIDTH, height=HEIGHT, encoding='mono8', step=WIDTH)
    picture.data = array('B', os.urandom(WIDTH) * HEIGHT)
    picture.header.stamp = graph.tester.get_clock().now().to_msg()
    return picture
