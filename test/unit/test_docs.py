# SPDX-License-Identifier: MIT
"""What the pages tell people to type exists: commands, arguments, parameters, topics, files."""

import re
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.bag.topics import FROM_EVIDENCE, FROM_IMAGES
from emotion_ros.bag.types import TOPICS as TOPICS_OF_BAGS
from emotion_ros.cli.main import COMMANDS, make_parser
from emotion_ros.cli.message_definition import read_definition
from emotion_ros.cli.messages import TOPICS
from emotion_ros.cli.parameters import NODES
from emotion_ros.launch.arguments import DemoArguments, EmotionArguments, ReplayArguments
from pages import PAGES, ROOT, code, commands, inline

PARAMETERS = {name for options in NODES.values() for name in options.specs()}
MESSAGES = [
    read_definition(path)
    for kind in ('msg', 'srv', 'action')
    for path in sorted(ROOT.glob(f'{kind}/*.{kind}'))
]
FIELDS = {line.name for m in MESSAGES for s in m.sections for b in s.blocks for line in b.lines}
CARD_KEYS = {'task'}
ROS_TOPICS = {'/clock', '/diagnostics', '/camera/image_raw', '/speech_to_text'}
OUR_TOPICS = {f'/{topic}' for node in TOPICS.values() for topic, _ in node}
LAUNCH_FILES = {
    'emotion.launch.py': EmotionArguments,
    'demo.launch.py': DemoArguments,
    'replay.launch.py': ReplayArguments,
}
LAUNCHED = re.compile(r'^(\w+):=')

on_every_page = pytest.mark.parametrize('page', PAGES, ids=lambda page: page.stem)


def spoken(page: Path) -> list[list[str]]:
    """Return the arguments of every ``emotion-ros`` on a page, however it is started."""
    doctor = commands(page, 'ros2', 'run', 'emotion_ros', 'doctor')
    on_ros = commands(page, 'ros2', 'run', 'emotion_ros', 'emotion-ros')
    return [*commands(page, 'emotion-ros'), *on_ros, *(['doctor', *words] for words in doctor)]


def launch_arguments(name: str) -> set[str]:
    """Return the arguments of a launch file."""
    return {*LAUNCH_FILES[name].specs()}


@on_every_page
def test_every_command_of_ours_is_understood(page, capsys):
    for words in spoken(page):
        try:
            make_parser(words[:1]).parse_args(words)
        except SystemExit:
            said = capsys.readouterr().err
            assert 'arguments are required' in said  # in running text, a command may be short
            assert ' '.join(words) in ' '.join(inline(page))


@on_every_page
def test_every_program_exists(page):
    programs = {path.name for path in (ROOT / 'scripts').iterdir()}
    for words in commands(page, 'ros2', 'run', 'emotion_ros'):
        assert words[0] in programs
    for words in commands(page, 'make'):
        assert re.search(rf'^{words[0]}:', (ROOT / 'Makefile').read_text(), re.MULTILINE), words
    for interpreter in ('python', 'python3'):
        for words in commands(page, interpreter):
            assert is_there(words), words


def is_there(words: list[str]) -> bool:
    if words[0] == '-m':
        return words[1] == 'http.server' or find_spec(words[1]) is not None
    return (ROOT / words[0]).exists()


@on_every_page
def test_every_launch_argument_exists(page):
    for name, *words in commands(page, 'ros2', 'launch', 'emotion_ros'):
        given = {match[1] for word in words if (match := LAUNCHED.match(word))}
        assert given <= launch_arguments(name)
    named = {match[1] for words in inline(page) if (match := LAUNCHED.match(words))}
    assert named <= set().union(PARAMETERS, *map(launch_arguments, LAUNCH_FILES))


@on_every_page
def test_every_parameter_exists(page, tmp_path):
    named = {m[1] for words in inline(page) if (m := re.match(r'([a-z_]+): \S', words))}
    assert named <= PARAMETERS | FIELDS | CARD_KEYS
    for node, name, _ in (c for c in commands(page, 'ros2', 'param', 'set') if len(c) == 3):
        assert NODES[node.rsplit('/', 1)[-1]].specs()[name].dynamic
    for _, *words in commands(page, 'ros2', 'run', 'emotion_ros'):
        given = [word for option, word in pairwise(words) if option == '-p']
        assert {LAUNCHED.match(word)[1] for word in given} <= PARAMETERS
    for block in code(page, 'yaml'):
        if 'ros__parameters' in block:
            check_parameter_file(block, tmp_path / 'params.yaml')


def check_parameter_file(block: str, path: Path) -> None:
    path.write_text(block)
    params = ParamsFile(path)
    for name in yaml.safe_load(block):
        node = name.rsplit('/', 1)[-1]
        config = params.config(node, NODES[node])
        for modality in getattr(config, 'modalities', ()):
            params.modality(modality)


@on_every_page
def test_every_topic_and_service_exists(page):
    for verb in ('echo', 'pub', 'info', 'hz'):
        for words in commands(page, 'ros2', 'topic', verb):
            (topic,) = (word for word in words if word.startswith('/'))
            assert topic in OUR_TOPICS | ROS_TOPICS
    for words in commands(page, 'ros2', 'bag', 'record'):
        recorded = {word.removesuffix('/compressed') for word in words if word.startswith('/')}
        assert recorded <= OUR_TOPICS | ROS_TOPICS
    for service, kind, _ in commands(page, 'ros2', 'service', 'call'):
        if service == '/fusion_node/set_privacy':
            assert kind == 'emotion_ros/srv/SetPrivacy'
            continue
        assert re.fullmatch(r'/(vision|sentiment|fusion)_node/enable', service)
        assert kind == 'std_srvs/srv/SetBool'


def test_what_is_recorded_is_what_a_replay_needs():
    recorded = [*commands(ROOT / 'docs/recording.md', 'ros2', 'bag', 'record', '-o', 'session')]
    evidence, images = (set(topics) for topics in recorded[:2])
    assert evidence == set(TOPICS_OF_BAGS.values())
    assert images == {'/camera/image_raw/compressed', '/speech_to_text'}
    replayed = [words[-1] for words in spoken(ROOT / 'docs/recording.md') if words[0] == 'replay']
    assert replayed[0] == FROM_EVIDENCE
    assert FROM_IMAGES in replayed


def test_every_command_has_a_line_on_some_page():
    named = {words[0] for page in PAGES for words in spoken(page)}
    assert set(COMMANDS) <= named


def test_every_file_of_the_glossary_exists():
    text = (ROOT / 'docs' / 'glossary.md').read_text(encoding='utf-8')
    terms = text.split('\n- ')[1:]
    named = [re.findall(r'`(\w+/[\w/.]+)`', term) for term in terms]
    assert [term for term, files in zip(terms, named, strict=True) if not files] == []
    files = [name for found in named for name in found]
    assert len(files) > 25
    folders = (ROOT / 'emotion_ros', ROOT)
    assert [f for f in files if not any((folder / f).exists() for folder in folders)] == []
