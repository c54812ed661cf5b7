"""The node processes as an operator meets them: clear refusals, clean ends."""

import signal
import subprocess
import sys
from array import array
from importlib.util import find_spec
from pathlib import Path

import pytest
from sensor_msgs.msg import Image

from emotion_ros.msg import EmotionState, FaceEmotionArray

START_S = 30.0
WEIGHTS = Path(__file__).parents[2] / 'emotion_ros' / 'weights'


def command(node: str, *arguments: str) -> list[str]:
    """Return the command line of a node."""
    return [sys.executable, '-m', f'emotion_ros.nodes.{node}', '--ros-args', *arguments]


def refused(node: str, *arguments: str) -> str:
    """Run a node that must refuse to start; return its one line on stderr."""
    done = subprocess.run(
        command(node, *arguments), capture_output=True, text=True, timeout=START_S, check=False
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith('emotion_ros:')]
    assert done.returncode == 2, done.stderr
    assert 'Traceback' not in done.stderr
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize(
    ('node', 'arguments', 'words'),
    [
        ('fusion', ['-p', 'rate:=fast'], "parameter rate: 'fast' is a string"),
        ('fusion', ['-p', 'rate:=1000.0'], 'parameter rate: 1000.0 is above 100'),
        ('fusion', ['-p', 'colour:=red'], "unknown parameter 'colour'"),
        ('fusion', ['--params-file', 'nowhere.yaml'], 'nowhere.yaml'),
        ('vision', ['-p', 'face_model:=nowhere.json'], 'nowhere.json'),
        ('vision', ['-p', 'face_detector:=eyes'], "face_detector: 'eyes' is not one of"),
        ('vision', ['-p', 'image_decoder:=magic'], "image_decoder: 'magic' is not one of"),
        ('sentiment', ['-p', 'text_model:=nowhere.json'], 'nowhere.json'),
        pytest.param(
            *('sentiment', ['-p', 'text_model:=hf:no/such-model'], 'no/such-model'),
            marks=pytest.mark.skipif(not find_spec('transformers'), reason='no transformers'),
        ),
    ],
)
def test_a_node_that_cannot_work_says_why_in_one_line(node, arguments, words):
    assert words in refused(node, *arguments)


@pytest.mark.parametrize('damage', ['truncated', 'changed', 'missing'])
def test_a_damaged_model_is_refused_with_both_hashes(tmp_path, damage):
    for name in ('face_emotion.onnx', 'face_emotion.json'):
        (tmp_path / name).write_bytes((WEIGHTS / name).read_bytes())
    model = tmp_path / 'face_emotion.onnx'
    content = model.read_bytes()
    if damage == 'missing':
        model.unlink()
    else:
        model.write_bytes(content[:-100] if damage == 'truncated' else b'x' + content[1:])
    line = refused('vision', '-p', f'face_model:={tmp_path}/face_emotion.json')
    assert 'face_emotion.onnx' in line
    assert damage == 'missing' or 'sha256' in line


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize('node', ['fusion', 'pipeline'])
def test_asked_to_stop_a_node_ends_cleanly(graph, node, number):
    states = graph.listen(EmotionState, 'emotion_state')
    process = subprocess.Popen(command(node), stderr=subprocess.PIPE, text=True)
    try:
        graph.until(lambda: states or process.poll() is not None, 'the first state', START_S)
        process.send_signal(number)
        _, stderr = process.communicate(timeout=10.0)
    finally:
        process.kill()
        process.wait()
    assert states, stderr
    assert process.returncode == 0, stderr
    assert 'Traceback' not in stderr


def test_asked_to_stop_in_the_middle_of_work_a_node_says_nothing(graph):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    images = graph.tester.create_publisher(Image, 'image', 1)
    picture = Image(width=640, height=480, encoding='mono8', step=640)
    picture.data = array('B', bytes(640 * 480))

    def show():
        picture.header.stamp = graph.tester.get_clock().now().to_msg()
        images.publish(picture)

    process = subprocess.Popen(command('vision'), stderr=subprocess.PIPE, text=True)
    try:
        graph.until(lambda: show() or len(faces) > 10, 'ten answers', START_S)
        process.send_signal(signal.SIGINT)
        graph.until(lambda: show() or process.poll() is not None, 'the end', 10.0)
        stderr = process.stderr.read() if process.stderr else ''
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, stderr) == (0, '')
