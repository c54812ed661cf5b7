# SPDX-License-Identifier: MIT
"""Averaging two checkpoints."""

import json

import pytest
import torch

from emotion_ros.errors import ConfigError, ModelError
from training import checkpoint
from training.text.average import main


@pytest.fixture
def pair(tmp_path):
    paths = tmp_path / 'a.safetensors', tmp_path / 'b.safetensors'
    for path, value in zip(paths, (0.0, 1.0), strict=True):
        tensors = {'w': torch.full((2, 3), value), 'ids': torch.tensor([int(value)])}
        checkpoint.save(path, tensors, {'init_from': 'x'})
    return [str(path) for path in paths]


def test_floats_are_mixed_and_the_origin_is_told(pair, tmp_path):
    out = tmp_path / 'c.safetensors'
    main([*pair, '--share', '0.75', '--out', str(out)])
    tensors, about = checkpoint.load(out)
    assert torch.equal(tensors['w'], torch.full((2, 3), 0.75))
    assert tensors['ids'].item() == 1
    assert about['init_from'] == f'x, then 0.75 of that and 0.25 of {pair[0]}'
    assert json.loads(out.with_suffix('.json').read_text()) == about


def test_other_shapes_and_shares_are_refused(pair, tmp_path):
    other = tmp_path / 'd.safetensors'
    checkpoint.save(other, {'w': torch.zeros(4)}, {'init_from': ''})
    with pytest.raises(ModelError, match='not the same network'):
        main([pair[0], str(other), '--out', str(tmp_path / 'e.safetensors')])
    with pytest.raises(ConfigError, match='--share 1.5'):
        main([*pair, '--share', '1.5', '--out', str(tmp_path / 'e.safetensors')])
