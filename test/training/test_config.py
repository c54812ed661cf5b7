# SPDX-License-Identifier: MIT
"""Training configurations: explained by --help, checked, restored, and told as a command."""

import argparse
from dataclasses import asdict

import pytest

from emotion_ros.core.options import Options
from emotion_ros.errors import ConfigError, ModelError
from training.config import add_options, command_line, read_options, restore
from training.face.augment import Augmentation
from training.face.config import TrainConfig
from training.text.config import TrainConfig as TextTrainConfig

CONFIGS = pytest.mark.parametrize('config', [TrainConfig, Augmentation, TextTrainConfig])


def read(config: type[Options], *options: str) -> Options:
    parser = argparse.ArgumentParser()
    add_options(parser, config)
    return read_options(parser.parse_args(options), config)


@CONFIGS
def test_help_explains_every_option(config):
    parser = argparse.ArgumentParser(prog='train')
    add_options(parser, config)
    text = ' '.join(parser.format_help().split())
    for name, spec in config.specs().items():
        assert f'--{name.replace("_", "-")}' in text
        assert ' '.join(spec.doc.split()) in text
        assert f'default {config.defaults()[name]}' in text


def test_help_names_the_range():
    parser = argparse.ArgumentParser(prog='train')
    add_options(parser, TrainConfig)
    text = ' '.join(parser.format_help().split())
    assert '(0 to 1); default 0.15' in text
    assert '(at least 1); default 30' in text


@CONFIGS
def test_a_checkpoint_and_a_command_give_the_same_configuration(config):
    assert read(config) == config()
    assert restore(asdict(config()), config, 'best.json') == config()
    assert command_line('training.x', config()) == 'python -m training.x'


def test_what_differs_is_in_the_command():
    options = ['--lr', '0.1', '--bf16', '--device', 'cuda']
    config = read(TrainConfig, *options)
    command = command_line('training.face.train', config, Augmentation(flip=False))
    assert command == 'python -m training.face.train --lr 0.1 --device cuda --bf16 --no-flip'


def test_a_value_out_of_range_is_named():
    with pytest.raises(ConfigError, match=r'votes_mix: 1\.5 is above 1'):
        read(TrainConfig, '--votes-mix', '1.5')


@pytest.mark.parametrize('values', [{'lr': -1.0}, {'speed': 3}])
def test_a_checkpoint_of_another_kind_is_named(values):
    with pytest.raises(ModelError, match=r'best\.json: '):
        restore(values, TrainConfig, 'best.json')
