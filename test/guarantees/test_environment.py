# SPDX-License-Identifier: MIT
"""Section E: two of a kind in one graph, starts and stops, no room for logs."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, time

import pytest
from rcl_interfaces.msg import Log

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.msg import EmotionState, FaceEmotionArray, TextSentiment
from emotion_ros.nodes.fusion_node import FusionNode
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.sandbox.processes import Programs
from fakes import HappyFaceClassifier, face_pipeline_factory
from graph import Graph
from lengths import length
from shared_memory import segments
from speaker import Speaker
from stills import Camera, bright_square

PROCESS_S = 60.0
FPS = 15.0
WITHOUT_LOG_FILES = '--disable-external-lib-logs'
FAULTS = Path(__file__).parents[2] / 'docs' / 'faults.md'


def warnings_in(said: list[Log], words: str) -> list[str]:
    """Return the warnings of our nodes that hold these words."""
    return [m.msg for m in said if m.level >= 30 and words in m.msg]


def test_promise_44_two_cameras_on_one_topic_are_told_once(graph):
    """Red when InputMonitor.check does not check the publishers."""
    said, faces = (
        graph.listen(Log, '/rosout', 100),
        graph.listen(FaceEmotionArray, 'emotion/faces'),
    )
    node = graph.add(VisionNode, face_pipeline_factory(HappyFaceClassifier()))
    Camera(graph, bright_square(), FPS)
    graph.until(lambda: faces, 'an answer')
    assert not warnings_in(said, 'publishers')
    Camera(graph, bright_square(), FPS)
    (warning,) = graph.until(lambda: warnings_in(said, '2 publishers'), 'the warning')
    assert '/image' in warning
    node.check_and_report()
    node.check_and_report()
    told = len(faces)
    graph.until(lambda: len(faces) > told + 3, 'images of both')
    assert warnings_in(said, 'publishers') == [warning]


def test_promise_44_a_second_node_of_the_same_name_is_told_once(graph):
    """Red when EmotionNode.check_and_report does not check its name."""
    said, states = graph.listen(Log, '/rosout', 100), graph.listen(EmotionState, 'emotion_state')
    node = graph.add(FusionNode)
    graph.until(lambda: states, 'a state')
    node.check_and_report()
    assert not warnings_in(said, 'fusion_node')
    other = graph.add(FusionNode)
    graph.monitor.expect_jump()
    graph.until(lambda: warnings_in(said, '/fusion_node'), 'the warning')
    for each in (node, other, node, other):
        each.check_and_report()
    told = len(states)
    graph.until(lambda: len(states) > told + 5, 'states of both')
    assert 1 <= len(warnings_in(said, '/fusion_node')) <= 2


def test_promise_45_starting_and_stopping_leaves_nothing_behind(graph, figure):
    """Red when run() in nodes/executor.py ends with ``os._exit`` and destroys no node."""
    states = graph.listen(EmotionState, 'emotion_state')
    cycles_s = []
    for _ in range(int(length(50, 3))):
        began_s = monotonic()
        own = one_cycle(graph, states)
        cycles_s.append(monotonic() - began_s)
        assert own
        assert not [path for path in own if path.exists()]
    figure('cycles', len(cycles_s), '')
    figure('slowest cycle', max(cycles_s), 's')
    assert max(cycles_s) <= length(10.0, 60.0)


def one_cycle(graph: Graph, states: list[EmotionState]) -> set[Path]:
    """Start the pipeline and stop it cleanly; return the shared memory that was its own."""
    graph.monitor.expect_jump()
    states.clear()
    began_s = time()

    def is_new() -> bool:
        return any(stamp_to_seconds(state.header.stamp) > began_s for state in states)

    with Programs({}) as programs:
        process = programs.start('emotion_pipeline', 'emotion_ros.nodes.pipeline').process
        graph.until(lambda: is_new() or programs.failed_process(), 'the first state', PROCESS_S)
        own = segments(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(PROCESS_S) == 0
    return own


READ_ONLY = 'mount -t tmpfs -o ro tmpfs "$ROS_LOG_DIR"'
FULL = (
    'mount -t tmpfs -o size=16k tmpfs "$ROS_LOG_DIR"; '
    'cat /dev/zero > "$ROS_LOG_DIR/filler" 2> /dev/null'
)


def command(node: str, mounts: str = '') -> list[str]:
    """Return the command of a node, after mounts that only it can see."""
    program = [sys.executable, '-m', f'emotion_ros.nodes.{node}']
    if not mounts:
        return program
    return ['unshare', '-rm', 'sh', '-c', f'{mounts}; exec "$@"', 'sh', *program]


def may_mount() -> bool:
    """Return whether this machine lets us mount file systems that only we can see."""
    try:
        mounts = ['unshare', '-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']
        return subprocess.run(mounts, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


needs_mounts = pytest.mark.skipif(not may_mount(), reason='no user namespaces here')


@pytest.mark.parametrize(
    'mounts',
    ['', pytest.param(READ_ONLY, marks=needs_mounts)],
    ids=['no_folder', 'read_only'],
)
def test_promise_46_without_a_place_for_logs_a_node_ends_with_one_line(tmp_path, mounts):
    """Red when run() in nodes/executor.py lets rclpy's RuntimeError through."""
    folder = tmp_path if mounts else under_a_file(tmp_path)
    done = subprocess.run(
        command('fusion_node', mounts),
        env={**os.environ, 'ROS_LOG_DIR': str(folder)},
        capture_output=True,
        text=True,
        timeout=PROCESS_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, '')
    (line,) = done.stderr.splitlines()
    assert line.startswith('emotion_ros: ')
    assert str(folder) in line


@needs_mounts
def test_promise_46_a_full_disk_for_logs_stops_nobody(graph, tmp_path):
    """Red when EmotionNode writes its own file into the log folder."""
    heard = graph.listen(TextSentiment, 'emotion/text')
    process = subprocess.Popen(
        command('sentiment_node', FULL),
        env={**os.environ, 'ROS_LOG_DIR': str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        is_there = lambda: graph.tester.count_subscribers('speech')  # noqa: E731
        graph.until(lambda: is_there() or process.poll() is not None, 'the node', PROCESS_S)
        assert process.poll() is None
        assert os.statvfs(f'/proc/{process.pid}/root{tmp_path}').f_bavail == 0
        Speaker(graph)
        graph.until(lambda: len(heard) >= 3, 'its answers')
        process.send_signal(signal.SIGINT)
        _, printed = process.communicate(timeout=PROCESS_S)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0
    assert 'Traceback' not in printed


def under_a_file(folder: Path) -> Path:
    """Return a path that nobody can make a folder of, not even root."""
    (folder / 'file').touch()
    return folder / 'file' / 'log'


@pytest.mark.parametrize('start', ['without_log_files', 'removed_later'])
def test_promise_46_a_node_goes_on_without_log_files(graph, tmp_path, start):
    """Red when docs/faults.md names an argument that rcl does not know."""
    folder = tmp_path / 'log' if start == 'removed_later' else under_a_file(tmp_path)
    arguments = [] if start == 'removed_later' else ['--ros-args', WITHOUT_LOG_FILES]
    heard = graph.listen(TextSentiment, 'emotion/text')
    with Programs({'ROS_LOG_DIR': str(folder)}) as programs:
        programs.start('sentiment', 'emotion_ros.nodes.sentiment_node', arguments)
        subscribed = lambda: graph.tester.count_subscribers('speech') or programs.failed_process()  # noqa: E731
        graph.until(subscribed, 'the node', PROCESS_S)
        shutil.rmtree(folder, ignore_errors=True)
        Speaker(graph)
        graph.until(lambda: len(heard) >= 3 or programs.failed_process(), 'its answers')
        assert not programs.failed_process()
    assert WITHOUT_LOG_FILES in FAULTS.read_text()
