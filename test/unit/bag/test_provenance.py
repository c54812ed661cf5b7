# SPDX-License-Identifier: MIT
"""Provenance: models by one form of name, what is not the default, and no path of a machine."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from emotion_ros.bag.provenance import (
    UNKNOWN,
    ReplayProvenance,
    changed_parameters,
    read_provenance,
    recorded_provenance,
)
from emotion_ros.bag.replay_config import ReplayOptions, make_replay_config
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.models.card import load_card

OPTIONS = ReplayOptions(Path('bag'))


@pytest.mark.parametrize(
    ('weights', 'changed'),
    [
        ({}, []),
        ({'face': 0.5}, ['fusion_node.face_weight: 0.5']),
        ({'voice': 0.2}, ['fusion_node.voice_weight: 0.2']),
        ({'gesture': 0.2}, ['fusion_node.gesture.weight: 0.2']),
    ],
)
def test_only_what_is_not_the_default_is_named(weights, changed):
    config = make_replay_config(replace(OPTIONS, weights=weights))
    assert [line for line in changed_parameters(config) if 'weight' in line] == changed


def test_a_parameter_that_is_a_path_is_named_without_its_folder(tmp_path):
    params = tmp_path / 'params.yaml'
    params.write_text('vision_node: {ros__parameters: {face_model: /home/me/secret/face.json}}')
    config = make_replay_config(replace(OPTIONS, params=params))
    assert list(changed_parameters(config)) == ['vision_node.face_model: face.json']


@pytest.mark.parametrize(
    ('nodes', 'expected'),
    [
        ({}, {'models': UNKNOWN, 'parameters': 'not in the recording'}),
        (
            {'vision_node': {'model': 'a.onnx 1', 'model_sha256': 'f' * 64, 'detector': 'haar'}},
            {
                'vision_node': 'a.onnx 1, sha256 ffffffffffff, detector haar',
                'parameters': 'not in the recording',
            },
        ),
        (
            {'sentiment_node': {'model': 'hf:x/y', 'model_sha256': ''}, 'fusion_node': {}},
            {'sentiment_node': 'hf:x/y', 'parameters': 'not in the recording'},
        ),
    ],
)
def test_recorded_models_are_those_of_the_diagnostics(nodes, expected):
    assert recorded_provenance(nodes) == expected


@pytest.mark.parametrize('text', ['', '{', '[]', '1'])
def test_what_is_no_provenance_is_an_error(text):
    with pytest.raises(ValueError, match='.'):
        read_provenance(text)


def test_provenance_is_read_back():
    assert read_provenance('{"parameters": "all default"}') == {'parameters': 'all default'}


def test_every_model_is_named_by_file_and_version():
    names = [
        load_card(packaged_weights() / f'{name}_emotion.json').name for name in ('face', 'text')
    ]
    names.append(load_fusion_card(packaged_weights() / 'fusion.json').name)
    assert all(re.fullmatch(r'\w+\.(onnx|json) \d+', name) for name in names), names


def test_the_lines_of_a_replay_leave_out_what_did_not_run():
    replayed = ReplayProvenance(
        *('', '', ''),
        *('text.onnx 1', 'f' * 64),
        *('', '', ''),
        *('fusion 2', '', ''),
    )
    assert replayed.lines() == {
        'text model': 'text.onnx 1, sha256 ffffffffffff',
        'fusion': 'fusion 2',
        'parameters': 'all default',
    }
    assert replayed.columns()['face_model'] == ''
    assert replayed.columns()['text_sha256'] == 'f' * 64
