# SPDX-License-Identifier: MIT
"""``emotion-ros demo``: in which ROS domain it plays."""

import pytest

from emotion_ros.cli.demo import default_domain
from emotion_ros.errors import ConfigError
from emotion_ros.sandbox.domain import SAFE_DOMAINS


@pytest.mark.parametrize(('text', 'domain'), [('0', 0), ('34', 34), ('232', 232)])
def test_the_domain_of_the_user_is_obeyed(monkeypatch, text, domain):
    monkeypatch.setenv('ROS_DOMAIN_ID', text)
    assert default_domain() == domain


@pytest.mark.parametrize('text', [None, ''])
def test_without_one_an_unused_domain_is_taken(monkeypatch, text):
    if text is None:
        monkeypatch.delenv('ROS_DOMAIN_ID', raising=False)
    else:
        monkeypatch.setenv('ROS_DOMAIN_ID', text)
    assert 1 <= default_domain() <= SAFE_DOMAINS


@pytest.mark.parametrize('text', ['233', '-1', 'robot'])
def test_a_domain_that_does_not_exist_is_named(monkeypatch, text):
    monkeypatch.setenv('ROS_DOMAIN_ID', text)
    with pytest.raises(ConfigError, match=f'ROS_DOMAIN_ID: {text!r} is not within 0 to 232'):
        default_domain()
