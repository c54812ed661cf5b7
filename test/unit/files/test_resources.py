# SPDX-License-Identifier: MIT
"""The files of config/ are found wherever the package lies."""

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.files import resources as module
from emotion_ros.files.resources import packaged_config


@pytest.mark.parametrize(
    ('code', 'config'),
    [
        ('checkout/emotion_ros/files', 'checkout/config'),
        ('ws/lib/python3.12/site-packages/emotion_ros/files', 'ws/share/emotion_ros/config'),
        ('opt/lib/python3/dist-packages/emotion_ros/files', 'opt/share/emotion_ros/config'),
    ],
)
def test_a_file_is_found_beside_the_code_or_in_the_share_folder(
    tmp_path, monkeypatch, code, config
):
    monkeypatch.setattr(module, '__file__', str(tmp_path / code / 'resources.py'))
    with pytest.raises(ConfigError, match='config/demo.yaml is not installed'):
        packaged_config('demo.yaml')
    (tmp_path / config).mkdir(parents=True)
    (tmp_path / config / 'demo.yaml').touch()
    assert packaged_config('demo.yaml') == tmp_path / config / 'demo.yaml'


@pytest.mark.parametrize(
    'name', ['demo.yaml', 'emotion.yaml', 'fastdds.xml', 'demo/astronaut.jpg']
)
def test_what_the_programs_need_is_there(name):
    assert packaged_config(name).is_file()
