# SPDX-License-Identifier: MIT
"""Arguments of the launch files: defaults, descriptions and legal values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from emotion_ros.core.image_topics import AUTO, TRANSPORTS
from emotion_ros.core.options import Options, OptionValue, option
from emotion_ros.demo.config import FRAMES, LEVELS, DemoConfig
from emotion_ros.errors import ConfigError

A = TypeVar('A', bound='PipelineArguments')

BOOLEANS = {
    **{'true': True, 'false': False, '1': True, '0': False},
    **{'yes': True, 'no': False, 'on': True, 'off': False},
}
NAME = re.compile(r'(~?/)?[A-Za-z_]\w*(/[A-Za-z_]\w*)*', re.ASCII)
LOG_LEVEL = re.compile(r'(\S+:=)?(debug|info|warn|error|fatal)', re.IGNORECASE)
PATHS = ('params_file', 'bag', 'storyboard')


@dataclass(frozen=True)
class PipelineArguments(Options):
    """What every launch file takes."""

    namespace: str = option(
        '', 'namespace of nodes and topics, one per robot: r1 gives /r1/emotion_state'
    )
    image_topic: str = option(
        '/camera/image_raw',
        'camera images, raw or compressed; without a leading / it is inside the namespace',
    )
    speech_topic: str = option(
        '/speech_to_text',
        'recognised speech, std_msgs/String or another speech_type; without a leading / as above',
    )
    audio_topic: str = option(
        '/audio',
        'sound for enable_voice, of any type in docs/voice.md; without a leading / as above',
    )
    mute_topic: str = option(
        'mute', 'std_msgs/Bool: while it is true, speech is ignored; without a leading / as above'
    )
    robot_speech_topic: str = option(
        'robot_speech',
        'std_msgs/String: what the robot says, left out of speech; without a leading / as above',
    )
    params_file: str = option(
        '', 'parameters of the nodes (YAML); an unknown name in it is an error'
    )
    composed: bool = option(True, 'true: one process for all nodes; false: one process each')
    enable_vision: bool = option(True, 'false: start no vision_node')
    enable_text: bool = option(True, 'false: start no sentiment_node')
    enable_voice: bool = option(False, 'true: start voice_node')
    dashboard: bool = option(
        False, 'true: start dashboard_node too, a page on http://127.0.0.1:8080 to look at'
    )
    show_image: bool = option(False, 'true: the page of dashboard_node shows the camera image too')
    log_level: str = option('info', 'debug, info, warn, error or fatal')
    respawn: bool = option(
        False, 'true: start a process again that ended, unless its configuration is wrong'
    )

    def __post_init__(self) -> None:
        """Check types, ranges, names and paths; ConfigError, with argument and value."""
        super().__post_init__()
        for name in (
            'namespace',
            'image_topic',
            'speech_topic',
            'audio_topic',
            'mute_topic',
            'robot_speech_topic',
        ):
            value = getattr(self, name)
            if not NAME.fullmatch(value) and not (name == 'namespace' and value in ('', '/')):
                raise ConfigError(f'{name}:={value} is not a name, such as robot_1 or /lab/camera')
        if not LOG_LEVEL.fullmatch(self.log_level):
            raise ConfigError(
                f'log_level:={self.log_level} is not one of debug, info, warn, error, fatal'
            )
        for name in PATHS:
            path = getattr(self, name, '')
            if path and not (Path(path).is_file() or (name == 'bag' and Path(path).is_dir())):
                raise ConfigError(f'{name}:={path}: there is no such file')


@dataclass(frozen=True)
class EmotionArguments(PipelineArguments):
    """Arguments of emotion.launch.py."""

    image_transport: str = option(
        AUTO,
        'raw images, compressed ones (JPEG, PNG, TIFF or WebP), or auto: what is published',
        choices=TRANSPORTS,
    )
    use_sim_time: bool = option(False, 'true: the time is that of /clock (a bag, a simulator)')


@dataclass(frozen=True)
class ReplayArguments(PipelineArguments):
    """Arguments of replay.launch.py; the time is always that of the recording."""

    image_transport: str = option(
        AUTO,
        'play raw images, compressed ones (JPEG, PNG, TIFF or WebP), or auto: what the recording '
        'has',
        choices=TRANSPORTS,
    )
    enable_vision: bool = option(True, 'false: no vision_node, emotion/faces is played instead')
    enable_text: bool = option(True, 'false: no sentiment_node, emotion/text is played instead')
    enable_voice: bool = option(
        False,
        'true: start voice_node on the recorded sound; false: its recorded results are played',
    )
    bag: str = option('', 'path of the recording')
    rate: float = option(1.0, 'speed; 2.0 is twice as fast as real time', low=0.01, high=100.0)
    loop: bool = option(False, 'true: start again at the end')
    topics: str = option(
        '',
        'topics to play, separated by spaces; empty: the inputs of the nodes that are started, '
        'so that recorded states do not mix with new ones',
    )
    delay: float = option(
        3.0, 'time for the models to load before the recording starts, in s', low=0.0, high=600.0
    )


@dataclass(frozen=True)
class DemoArguments(PipelineArguments):
    """Arguments of demo.launch.py; demo_source sends raw images in system time."""

    image_topic: str = option('image', 'where the camera images are played to')
    speech_topic: str = option('speech', 'where the words are played to')
    audio_topic: str = option('audio', 'where the sound is played to')
    storyboard: str = option('', DemoConfig.specs()['storyboard'].doc)
    enable_vision: bool = option(
        True, 'false: no vision_node at level frames (else there is none)'
    )
    enable_text: bool = option(
        True, 'false: no sentiment_node at level frames (else there is none)'
    )
    enable_voice: bool = option(True, 'false: no voice_node at level frames (else there is none)')
    level: str = option(FRAMES, DemoConfig.specs()['level'].doc, choices=LEVELS)
    loop: bool = option(False, DemoConfig.specs()['loop'].doc)


def parse_arguments(owner: type[A], texts: Mapping[str, str]) -> A:
    """Return the arguments from their texts; ConfigError, with name and value, for a bad one."""
    defaults = owner.defaults().items()
    values: dict[str, Any] = {name: _parse(name, texts[name], value) for name, value in defaults}
    return owner(**values)


def _parse(name: str, text: str, default: OptionValue) -> OptionValue:
    word = text.strip()
    if isinstance(default, bool):
        if word.lower() not in BOOLEANS:
            raise ConfigError(f'{name}:={text} is not one of {", ".join(BOOLEANS)}')
        return BOOLEANS[word.lower()]
    if isinstance(default, float):
        try:
            return float(word)
        except ValueError:
            raise ConfigError(f'{name}:={text} is not a number') from None
    return str(Path(word).expanduser()) if word.startswith('~/') and name in PATHS else word
