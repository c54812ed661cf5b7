# SPDX-License-Identifier: MIT
"""The launch files: arguments, the processes they start, and real starts with ``ros2 launch``."""

import ast
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import time
from typing import Any

import psutil
import pytest
import yaml

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.errors import ConfigError
from emotion_ros.msg import EmotionState
from emotion_ros.nodes.inputs.input_monitor import PATIENCE_S
from graph import Graph

LAUNCH = Path(__file__).parents[2] / 'launch'
TIMEOUT_S = 60.0
PROFILES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')

needs_launch = pytest.mark.skipif(
    find_spec('launch_ros') is None, reason='launch_ros is not installed'
)
needs_ros2 = pytest.mark.skipif(
    shutil.which('ros2') is None, reason='the ros2 command is not installed'
)

EMOTION = {
    'namespace': '',
    'image_topic': '/camera/image_raw',
    'image_transport': 'auto',
    'speech_topic': '/speech_to_text',
    'audio_topic': '/audio',
    'mute_topic': 'mute',
    'robot_speech_topic': 'robot_speech',
    'use_sim_time': 'false',
    'composed': 'true',
    'enable_vision': 'true',
    'enable_text': 'true',
    'enable_voice': 'false',
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
    'audio_topic': 'audio',
    'enable_voice': 'true',
}
WRONG = '/**/fusion_node: {ros__parameters: {colour: red}}'
FUSION_ALONE = ('composed:=false', 'enable_vision:=false', 'enable_text:=false')
REPLAY = {'rate': '1.0', 'loop': 'false', 'topics': '', 'delay': '3.0'}
BAD_ARGUMENTS = [
    ('emotion', 'composed:=maybe', 'true, false'),
    ('emotion', 'respawn:=2', 'true, false'),
    ('emotion', 'image_transport:=jpg', 'raw, compressed'),
    ('emotion', 'params_file:=nowhere.yaml', 'no such file'),
    ('demo', 'loop:=perhaps', 'true, false'),
    ('demo', 'level:=all', 'frames, modalities, state'),
    ('demo', 'enable_text:=', 'true, false'),
    ('replay', 'loop:=sometimes', 'true, false'),
    ('replay', 'rate:=fast', 'not a number'),
    ('replay', 'delay:=-1', 'below 0'),
    ('replay', 'bag:=nowhere', 'no such file'),
    ('replay', 'topics:=/nothing', 'not in it'),
]


def without(arguments: dict[str, str], *names: str) -> dict[str, str]:
    """Return the arguments but these."""
    return {name: value for name, value in arguments.items() if name not in names}


def path_of(name: str) -> str:
    """Return the path of a launch file."""
    return str(LAUNCH / f'{name}.launch.py')


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    """Return a folder that looks like a recording of all inputs."""
    types = {
        '/camera/image_raw': 'sensor_msgs/msg/Image',
        '/speech_to_text': 'std_msgs/msg/String',
        '/emotion/faces': 'emotion_ros/msg/FaceEmotionArray',
    }
    listed = [
        {'topic_metadata': {'name': name, 'type': kind}, 'message_count': 1}
        for name, kind in types.items()
    ]
    folder = tmp_path / 'walk'
    folder.mkdir()
    document = {'rosbag2_bagfile_information': {'topics_with_message_count': listed}}
    (folder / 'metadata.yaml').write_text(yaml.safe_dump(document))
    return folder


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
        ('demo', without(EMOTION, 'image_transport', 'use_sim_time') | DEMO, set()),
        ('replay', without(EMOTION, 'use_sim_time') | REPLAY, {'bag'}),
    ],
)
def test_every_argument_has_a_description_and_its_default(name, defaults, without_default):
    from launch import LaunchContext
    from launch.utilities import perform_substitutions

    context = LaunchContext()
    arguments = description(name).get_launch_arguments()
    assert all(len(a.description) > 10 for a in arguments)
    assert {a.name for a in arguments if a.default_value is None} == without_default
    given = [a for a in arguments if a.default_value is not None]
    found = {a.name: perform_substitutions(context, a.default_value) for a in given}
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
        ('emotion', {'enable_voice': 'true'}, [['emotion_pipeline', '--voice']]),
        (
            'emotion',
            {'composed': 'false', 'enable_voice': 'true'},
            [['fusion_node'], ['sentiment_node'], ['vision_node'], ['voice_node']],
        ),
        ('emotion', {'dashboard': 'true'}, [['emotion_pipeline'], ['dashboard_node']]),
        (
            'emotion',
            {'dashboard': '1', 'composed': '0', 'enable_text': '0'},
            [['fusion_node'], ['vision_node'], ['dashboard_node']],
        ),
        ('demo', {}, [['emotion_pipeline', '--voice'], ['demo_source']]),
        (
            'demo',
            {'enable_voice': 'false'},
            [['emotion_pipeline'], ['demo_source']],
        ),
        (
            'demo',
            {'dashboard': 'true'},
            [['emotion_pipeline', '--voice'], ['dashboard_node'], ['demo_source']],
        ),
        (
            'demo',
            {'enable_text': 'false'},
            [['emotion_pipeline', '--no-text', '--voice'], ['demo_source']],
        ),
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
        ({}, '--rate 1.0 --topics /camera/image_raw /speech_to_text'),
        (
            {'loop': 'yes', 'delay': '0'},
            '--rate 1.0 --loop --topics /camera/image_raw /speech_to_text',
        ),
        ({'rate': '2', 'topics': '/speech_to_text'}, '--rate 2.0 --topics /speech_to_text'),
        ({'enable_vision': '0', 'enable_text': '0'}, '--rate 1.0 --topics /emotion/faces'),
    ],
)
def test_replay_plays_the_bag_that_the_nodes_take_the_time_from(bag, arguments, options):
    pipeline, player = commands_of('replay', {'bag': str(bag), **arguments})
    assert Path(pipeline[0]).name == 'emotion_pipeline'
    assert player == ['ros2', 'bag', 'play', str(bag), '--clock', *options.split()]


@needs_launch
def test_replay_starts_the_player_later_so_that_the_clock_does_not_jump(bag):
    from launch.actions import ExecuteProcess, TimerAction

    found = actions_of('replay', {'bag': str(bag), 'delay': '7.5'})
    (timer,) = (action for action in found if isinstance(action, TimerAction))
    (player,) = timer.actions
    assert isinstance(player, ExecuteProcess)
    assert float(timer.period[0].text if isinstance(timer.period, list) else timer.period) == 7.5


@needs_launch
def test_the_delay_of_replay_is_over_before_the_nodes_warn():
    assert float(REPLAY['delay']) <= PATIENCE_S - 2.0


@needs_launch
@pytest.mark.parametrize('name', ['replay', 'demo'])
@pytest.mark.parametrize('own', [None, *PROFILES])
def test_who_sends_raw_frames_has_room_for_them(bag, monkeypatch, name, own):
    from launch.actions import ExecuteProcess
    from launch.utilities import perform_substitutions

    for variable in PROFILES:
        monkeypatch.delenv(variable, raising=False)
    if own:
        monkeypatch.setenv(own, 'mine.xml')
    *_, sender = (
        action
        for action in actions_of(name, {'bag': str(bag)})
        if isinstance(action, ExecuteProcess)
    )
    context = launch_context(name, {})
    words = [[perform_substitutions(context, w) for w in pair] for pair in sender.additional_env]
    assert [variable for variable, _ in words] == ([] if own else [*PROFILES])
    assert all(Path(path).name == 'fastdds.xml' and Path(path).is_file() for _, path in words)


@needs_launch
@pytest.mark.parametrize(('name', 'argument', 'words'), BAD_ARGUMENTS)
def test_a_bad_argument_is_refused_before_anything_starts(bag, name, argument, words):
    from launch.actions import ExecuteProcess

    key, value = argument.split(':=')
    started: list[Any] = []
    with pytest.raises(ConfigError, match=words):
        started.extend(actions_of(name, {'bag': str(bag), key: value}))
    assert not [action for action in started if isinstance(action, ExecuteProcess)]


@needs_ros2
@pytest.mark.parametrize(('name', 'argument', 'words'), BAD_ARGUMENTS[::4])
def test_a_bad_argument_ends_ros2_launch_with_one_line(bag, ros_domain, name, argument, words):
    with launched(name, f'bag:={bag}', argument) as process:
        printed, _ = process.communicate(timeout=TIMEOUT_S)
    (line,) = (line for line in printed.splitlines() if 'ERROR' in line)
    assert words in line
    assert 'process started' not in printed
    assert process.returncode == 1


@needs_ros2
@pytest.mark.parametrize('name', ['replay', 'demo'])
def test_a_pipeline_with_a_wrong_configuration_ends_all(tmp_path, bag, ros_domain, name):
    wrong = tmp_path / 'wrong.yaml'
    wrong.write_text(WRONG)
    arguments = [f'bag:={bag}', 'delay:=50', 'respawn:=true', f'params_file:={wrong}']
    with launched(name, *arguments) as process:
        printed, _ = process.communicate(timeout=TIMEOUT_S)
    assert "unknown parameter 'colour'" in printed
    assert 'emotion_pipeline-1 ended with exit code 2' in printed
    assert process.returncode == 1


@needs_ros2
@pytest.mark.parametrize(('code', 'launch_code'), [(0, 0), (3, 1)])
def test_replay_ends_with_the_player(tmp_path, bag, ros_domain, monkeypatch, code, launch_code):
    """The player is a stand-in; all other words go to the real command."""
    real = shutil.which('ros2')
    stand_in = tmp_path / 'ros2'
    stand_in.write_text(f'#!/bin/sh\n[ "$1" = bag ] && exit {code}\nexec {real} "$@"\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    with launched('replay', f'bag:={bag}', 'delay:=0') as process:
        printed, _ = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == launch_code
    assert ('ended with exit code 3' in printed) == bool(code)


@needs_ros2
@pytest.mark.parametrize(
    ('arguments', 'names', 'inputs'),
    [
        (
            [],
            {'fusion_node', 'sentiment_node', 'vision_node'},
            ['/camera/image_raw', '/robot/mute'],
        ),
        (
            [
                *('composed:=false', 'image_transport:=compressed', 'image_topic:=eye'),
                *('mute_topic:=/tts/speaking', 'respawn:=1'),
            ],
            {'fusion_node', 'sentiment_node', 'vision_node'},
            ['/robot/eye/compressed', '/tts/speaking'],
        ),
        (
            ['enable_vision:=false', 'use_sim_time:=true'],
            {'fusion_node', 'sentiment_node'},
            ['/speech_to_text'],
        ),
    ],
)
def test_ros2_launch_brings_states(graph, weights, arguments, names, inputs):
    states = graph.listen(EmotionState, '/robot/emotion_state')
    graph.tester.create_subscription(EmotionState, '/robot/emotion_state', graph.monitor.check, 50)
    with launched('emotion', 'namespace:=robot', *arguments) as process:
        state = graph.until(lambda: states, 'a state', TIMEOUT_S)[0]
        graph.until(lambda: nodes_in(graph, '/robot') == names, f'{names}', TIMEOUT_S)
        for topic in inputs:
            graph.until(lambda t=topic: graph.tester.count_subscribers(t), topic)
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
    wrong.write_text(WRONG)
    with launched('emotion', *FUSION_ALONE, 'respawn:=true', f'params_file:={wrong}') as process:
        printed, _ = process.communicate(timeout=TIMEOUT_S)
    assert printed.count("unknown parameter 'colour'") == 1
    assert printed.count('process started') == 1


def description(name: str):
    """Return what a launch file describes."""
    from launch.launch_description_sources import get_launch_description_from_python_launch_file

    return get_launch_description_from_python_launch_file(path_of(name))


def launch_context(name: str, arguments: dict[str, str]):
    """Return a context in which these arguments of a launch file are given."""
    from launch import LaunchContext

    context = LaunchContext()
    context.launch_configurations.update(arguments)
    return context


def actions_of(name: str, arguments: dict[str, str]) -> Iterator[Any]:
    """Yield the actions that a launch file leads to, in order, without starting processes."""
    from launch.actions import ExecuteProcess, TimerAction

    context = launch_context(name, arguments)
    waiting = [description(name)]
    while waiting:
        entity = waiting.pop(0)
        yield entity
        if isinstance(entity, TimerAction):
            waiting = [*entity.actions, *waiting]
        elif not isinstance(entity, ExecuteProcess):
            waiting = [*(entity.visit(context) or []), *waiting]


def commands_of(name: str, arguments: dict[str, str]) -> list[list[str]]:
    """Return the command lines that a launch file leads to."""
    from launch.actions import ExecuteProcess
    from launch.utilities import perform_substitutions

    context = launch_context(name, arguments)
    return [
        [perform_substitutions(context, word) for word in action.cmd]
        for action in actions_of(name, arguments)
        if isinstance(action, ExecuteProcess)
    ]


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
