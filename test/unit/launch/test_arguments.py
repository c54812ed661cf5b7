# SPDX-License-Identifier: MIT
"""Arguments of the launch files: read from text, or refused with name, value and legal values."""

from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.launch.arguments import (
    DemoArguments,
    EmotionArguments,
    PipelineArguments,
    ReplayArguments,
    parse_arguments,
)


def parse(owner: type[PipelineArguments], **texts: str) -> PipelineArguments:
    """Return the arguments with some of them given."""
    defaults = {name: str(value).lower() for name, value in owner.defaults().items()}
    return parse_arguments(owner, defaults | texts)


@pytest.mark.parametrize('owner', [EmotionArguments, ReplayArguments, DemoArguments])
def test_the_defaults_are_legal(owner: type[PipelineArguments]) -> None:
    assert parse(owner) == owner()


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        *((text, True) for text in ('true', 'True', '1', 'yes', 'ON')),
        *((text, False) for text in ('false', 'False', '0', 'no', ' off ')),
    ],
)
def test_a_boolean_is_read_as_people_type_it(text: str, value: bool) -> None:
    assert parse(EmotionArguments, composed=text).composed is value


@pytest.mark.parametrize(
    ('owner', 'name', 'text', 'words'),
    [
        (EmotionArguments, 'composed', '', 'composed:= is not one of true, false, 1, 0, yes'),
        (EmotionArguments, 'composed', 'maybe', 'composed:=maybe is not one of true, false'),
        (ReplayArguments, 'loop', 'perhaps', 'loop:=perhaps is not one of true, false'),
        (DemoArguments, 'loop', '2', 'loop:=2 is not one of true, false'),
        (EmotionArguments, 'image_transport', 'jpg', "'jpg' is not one of auto, raw"),
        (DemoArguments, 'level', 'all', "'all' is not one of frames, modalities, state"),
        (EmotionArguments, 'log_level', 'loud', 'loud is not one of debug, info, warn, error'),
        (ReplayArguments, 'rate', 'fast', 'rate:=fast is not a number'),
        (ReplayArguments, 'rate', '0', 'rate: 0.0 is below 0.01'),
        (ReplayArguments, 'rate', 'nan', 'rate: nan is not a finite number'),
        (ReplayArguments, 'delay', '-1', 'delay: -1.0 is below 0'),
        (EmotionArguments, 'image_topic', '', 'image_topic:= is not a name'),
        (EmotionArguments, 'mute_topic', 'a b', 'mute_topic:=a b is not a name, such as'),
        (EmotionArguments, 'namespace', 'r-1', 'namespace:=r-1 is not a name'),
        (
            EmotionArguments,
            'params_file',
            'no.yaml',
            'params_file:=no.yaml: there is no such file',
        ),
        (EmotionArguments, 'params_file', '/', 'params_file:=/: there is no such file'),
        (ReplayArguments, 'bag', 'nowhere', 'bag:=nowhere: there is no such file'),
        (DemoArguments, 'storyboard', 'no.yaml', 'storyboard:=no.yaml: there is no such file'),
    ],
)
def test_a_bad_value_is_refused_in_one_line(
    owner: type[PipelineArguments], name: str, text: str, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(owner, **{name: text})
    assert words in str(caught.value)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
    ('name', 'text'),
    [
        ('namespace', '/'),
        ('namespace', 'lab/r1'),
        ('image_topic', '~/image'),
        ('log_level', 'WARN'),
        ('log_level', 'vision_node:=debug'),
    ],
)
def test_what_ros_takes_is_taken(name: str, text: str) -> None:
    assert getattr(parse(EmotionArguments, **{name: text}), name) == text


def test_a_path_may_begin_with_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('HOME', str(tmp_path))
    (tmp_path / 'mine.yaml').touch()
    parsed = parse(EmotionArguments, params_file='~/mine.yaml')
    assert parsed.params_file == str(tmp_path / 'mine.yaml')


def test_demo_has_no_argument_that_demo_source_cannot_serve() -> None:
    assert not {'image_transport', 'use_sim_time'} & DemoArguments.specs().keys()
