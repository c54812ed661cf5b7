# SPDX-License-Identifier: MIT
"""The page docs/api.md lists the public modules and exactly their public names."""

import re
from importlib import import_module

import pytest

from pages import ROOT

ROW = re.compile(r'^- `(emotion_ros[\w.]*)`: ([^(]+) \(', re.MULTILINE)
NAMES = {
    module: re.findall(r'`(\w+)`', names)
    for module, names in ROW.findall((ROOT / 'docs' / 'api.md').read_text(encoding='utf-8'))
}
NEEDS_ROS = {f'emotion_ros.{name}' for name in ('action', 'listener', 'msg', 'srv', 'testing')}


@pytest.mark.parametrize('module', NAMES)
def test_every_public_name_can_be_imported(module):
    if module in NEEDS_ROS:
        pytest.importorskip('rclpy')
    public = import_module(module)
    assert [name for name in NAMES[module] if not hasattr(public, name)] == []
    assert sorted(getattr(public, '__all__', NAMES[module])) == sorted(NAMES[module])


def test_the_modules_that_are_promised_to_users_are_listed():
    assert {'emotion_ros.listener', 'emotion_ros.testing', 'emotion_ros.errors'} <= set(NAMES)
