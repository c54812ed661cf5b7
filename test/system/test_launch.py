# SPDX-License-Identifier: MIT
"""The launch files: arguments, the processes they start, and real starts with ``ros2 launch``."""

import ast
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import time

import psutil
import pytest

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.msg import EmotionState
from graph import Graph

LAUNCH = Path(__file__).parents[2] / 'launch'
TIMEOUT_S = 60.0

needs_launch = pytest.mark.skipif(
    find_spec('launch_ros') is None, reason='launch_ros is not installed'
)
needs_ros2 = pytest.mark.skipif(
    shutil.which('ros2') is None, reason='the ros2 command is not installed'
)

EMOTION = {
    'namespace': '',
    'image_topic': '/camera/image_raw',
    'image_transport': 'raw',
    'speech_topic': '/speech_to_text',
    'use_sim_time': 'false',
    'composed': 'true',
    'enable_vision': 'true',
    'enable_text': 'true',
    'dashboard': 'false',
    'show_image': 'false',
    'log_level': 'info',
    'respawn': 'false',
}
DEMO = {
    'storyboard': '',
    'level': 'frames',
    'loop': 'false',
    'image_topic': 'image',
    'speech_topic': 'speech',
    'enable_vision': 'True',
    'enable_text': 'True',
    'dashboard': 'false',
}
FUSION_ALONE = ('composed:=false', 'enable_vision:=false', 'enable_text:=false')
REPLAY = {'rate': '1.0', 'loop': 'false', 'topics': '', 'delay': '5.0'}


def path_of(name: str) -> str:
    """Return the path of a launch file."""
    return str(LAUNCH / f'{name}.launch.py')


@pytest.mark.parametrize('name', ['emotion', 'demo', 'replay'])
def test_promise_72_a_launch_file_keeps_to_what_humble_has(name):
    source = Path(path_of(name)).read_text()
    ast.parse(source, feature_version=(3, 10))
    assert 'respawn_max_retries' not in source


@needs_launch
@pytest.mark.parametrize(
    ('name', 'defaults', 'without_default'),
    [
        ('emotion', EMOTION, set()),
        ('demo', EMOTION | DEMO, set()),
        ('replay', EMOTION | REPLAY, {'bag'}),
    ],
)
def test_every_argument_has_a_description_and_its_default(name, defaults, without_default):
    from launch import LaunchContext
    from launch.utilities import perform_substitutions

    context = LaunchContext()
    context.launch_configurations['level'] = 'frames'
    arguments = description(name).get_launch_arguments()
    assert all(len(a.description) > 10 for a in arguments)
    assert {a.name for a in arguments if a.default_value is None} == without_default
    first = {a.name: a for a in reversed(arguments) if a.default_value is not None}
    found = {n: perform_substitutions(context, a.default_value) for n, a in first.items()}
    assert Path(found.pop('params_file')).name == 'emotion.yaml'
    assert found == defaults


@needs_launch
@pytest.mark.parametrize(
    ('name', 'arguments', 'started'),
    [
        ('emotion', {}, [['emotion_pipeline']]),
        ('emotion', {'enable_vision': 'false'}, [['emotion_pipeline', '--no-vision']]),
        ('emotion', {'enable_text': 'False'}, [['emotion_pipeline', '--no-text']]),
        (
            'emotion',
            {'composed': 'false'},
            [['fusion_node'], ['sentiment_node'], ['vision_node']],
        ),
        (
            'emotion',
            {'composed': '0', 'enable_text': '0'},
            [['fusion_node'], ['vision_node']],
        ),
        ('emotion', {'dashboard': 'true'}, [['emotion_pipeline'], ['dashboard_node']]),
        (
            'emotion',
            {'dashboard': '1', 'composed': '0', 'enable_text': '0'},
            [['fusion_node'], ['vision_node'], ['dashboard_node']],
        ),
        ('demo', {}, [['emotion_pipeline'], ['demo_source']]),
        (
            'demo',
            {'dashboard': 'true'},
            [['emotion_pipeline'], ['dashboard_node'], ['demo_source']],
        ),
        ('demo', {'enable_text': 'false'}, [['emotion_pipeline', '--no-text'], ['demo_source']]),
        (
            'demo',
            {'level': 'modalities'},
            [['emotion_pipeline', '--no-vision', '--no-text'], ['demo_source']],
        ),
        ('demo', {'level': 'state'}, [['demo_source']]),
        (
            'demo',
            {'level': 'state', 'dashboard': 'True'},
            [['dashboard_node'], ['demo_source']],
        ),
    ],
)
def test_the_arguments_choose_the_processes(name, arguments, started):
    commands = [c[: c.index('--ros-args')] for c in commands_of(name, arguments)]
    assert [[Path(program).name, *rest] for program, *rest in commands] == started


@needs_launch
@pytest.mark.parametrize(
    ('arguments', 'options'),
    [
        (
            {},
            '--clock --rate 1.0 --delay 5.0'
            ' --topics /camera/image_raw /camera/image_raw/compressed /speech_to_text',
        ),
        (
            {'rate': '2.0', 'loop': 'true', 'delay': '1.0', 'topics': '/a /b'},
            '--clock --rate 2.0 --delay 1.0 --loop --topics /a /b',
        ),
    ],
)
def test_replay_plays_the_bag_that_the_nodes_take_the_time_from(arguments, options):
    pipeline, player = commands_of('replay', {'bag': 'walk', **arguments})
    assert Path(pipeline[0]).name == 'emotion_pipeline'
    assert player == ['ros2', 'bag', 'play', 'walk', *options.split()]


@needs_ros2
@pytest.mark.parametrize(
    ('arguments', 'names', 'image_topic'),
    [
        ([], {'fusion_node', 'sentiment_node', 'vision_node'}, '/camera/image_raw'),
        (
            ['composed:=false', 'image_transport:=compressed', 'image_topic:=eye', 'respawn:=1'],
            {'fusion_node', 'sentiment_node', 'vision_node'},
            '/robot/eye/compressed',
        ),
        (['enable_vision:=false', 'use_sim_time:=true'], {'fusion_node', 'sentiment_node'}, ''),
    ],
)
def test_ros2_launch_brings_states(graph, weights, arguments, names, image_topic):
    states = graph.listen(EmotionState, '/robot/emotion_state')
    graph.tester.create_subscription(EmotionState, '/robot/emotion_state', graph.monitor.see, 50)
    with launched('emotion', 'namespace:=robot', *arguments) as process:
        state = graph.until(lambda: states, 'a state', TIMEOUT_S)[0]
        graph.until(lambda: nodes_in(graph, '/robot') == names, f'{names}', TIMEOUT_S)
        if image_topic:
            graph.until(lambda: graph.tester.count_subscribers(image_topic), image_topic)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=TIMEOUT_S)
    assert state.status == EmotionState.STATUS_NO_INPUT
    assert process.returncode == 0
    assert 'Traceback' not in printed
    assert 'ERROR' not in printed


@needs_ros2
def test_the_demo_is_seen_on_emotion_state(graph, weights):
    states = graph.listen(EmotionState, 'emotion_state')
    with launched('demo'):
        graph.until(lambda: any(s.label == 'happy' for s in states), 'happy', TIMEOUT_S)
    assert any(s.status == EmotionState.STATUS_NO_PERSON for s in states)


@needs_ros2
@pytest.mark.parametrize('level', ['modalities', 'state'])
def test_the_demo_needs_no_networks_at_its_other_levels(graph, level):
    states = graph.listen(EmotionState, 'emotion_state')
    with launched('demo', f'level:={level}'):
        graph.until(lambda: any(s.label == 'happy' for s in states), 'happy', TIMEOUT_S)


@needs_ros2
def test_a_node_that_died_is_started_again(graph):
    states = graph.listen(EmotionState, 'emotion_state')
    with launched('emotion', *FUSION_ALONE, 'respawn:=true') as process:
        graph.until(lambda: states, 'a state', TIMEOUT_S)
        (node,) = psutil.Process(process.pid).children()
        node.kill()
        node.wait(TIMEOUT_S)
        died_s = time()
        # What the dead one said may still wait to be heard.
        new = lambda: [s for s in states if stamp_to_seconds(s.header.stamp) > died_s]  # noqa: E731
        graph.until(new, 'a state of the new process', TIMEOUT_S)
        assert [child.pid for child in psutil.Process(process.pid).children()] != [node.pid]


@needs_ros2
def test_a_wrong_configuration_is_said_once_whatever_respawn_says(tmp_path, ros_domain):
    wrong = tmp_path / 'wrong.yaml'
    wrong.write_text('/**/fusion_node: {ros__parameters: {colour: red}}')
    with launched('emotion', *FUSION_ALONE, 'respawn:=true', f'params_file:={wrong}') as process:
        printed, _ = process.communicate(timeout=TIMEOUT_S)
    assert printed.count("unknown parameter 'colour'") == 1
    assert printed.count('process started') == 1


@needs_ros2
@pytest.mark.parametrize('composed', ['true', 'false'])
def test_a_missing_params_file_is_an_error(ros_domain, composed):
    with launched('emotion', f'composed:={composed}', 'params_file:=nowhere.yaml') as process:
        printed, _ = process.communicate(timeout=TIMEOUT_S)
    assert 'nowhere.yaml' in printed
    assert 'exit code 2' in printed
    assert 'Traceback' not in printed


def description(name: str):
    """Return what a launch file describes."""
    from launch.launch_description_sources import get_launch_description_from_python_launch_file

    return get_launch_description_from_python_launch_file(path_of(name))


def commands_of(name: str, arguments: dict[str, str]) -> list[list[str]]:
    """Return the command lines that a launch file leads to, without starting them."""
    from launch import LaunchContext
    from launch.actions import ExecuteProcess
    from launch.utilities import perform_substitutions

    context = LaunchContext()
    context.launch_configurations.update(arguments)
    commands, waiting = [], [description(name)]
    while waiting:
        entity = waiting.pop(0)
        if isinstance(entity, ExecuteProcess):
            if entity.condition is None or entity.condition.evaluate(context):
                commands.append([perform_substitutions(context, word) for word in entity.cmd])
        else:
            waiting = [*(entity.visit(context) or []), *waiting]
    return commands


@contextmanager
def launched(name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start ``ros2 launch``; on leaving, it and its nodes have ended."""
    process = subprocess.Popen(
        ['ros2', 'launch', path_of(name), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIMEOUT_S)


def nodes_in(graph: Graph, namespace: str) -> set[str]:
    """Return the names of the nodes in a namespace."""
    nodes = graph.tester.get_node_names_and_namespaces()
    return {name for name, found in nodes if found == namespace}
