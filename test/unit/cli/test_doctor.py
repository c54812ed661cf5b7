# SPDX-License-Identifier: MIT
"""The arguments of emotion-ros doctor."""

import pytest

from emotion_ros.cli.arguments import NAMESPACE
from emotion_ros.cli.main import main


@pytest.mark.parametrize('name', ['', '/', 'r1', '/r1', 'r1/', '/lab_2/r1', 'lab/_r1/arm/'])
def test_a_namespace(name):
    assert NAMESPACE.fullmatch(name)


@pytest.mark.parametrize(
    'name', ['robot 1', '1', 'r1/2', 'a//b', '//', '~', 'é', 'r1\n', 'a' * 40 + '-1']
)
def test_what_is_not_a_namespace_is_one_line_at_once(capsys, name):
    with pytest.raises(SystemExit, match='2'):
        main(['doctor', f'--namespace={name}'])
    assert f'{name!r} is not a namespace' in capsys.readouterr().err


@pytest.mark.parametrize('domain', ['abc', '-1', '233', '1e9', '99999999999'])
def test_a_domain_that_ros_cannot_have_is_one_line(monkeypatch, capsys, domain):
    monkeypatch.setenv('ROS_DOMAIN_ID', domain)
    assert main(['doctor', '--for', '0.1']) == 2
    error = f'emotion-ros: error: ROS_DOMAIN_ID: {domain!r} is not within 0 to 232\n'
    assert capsys.readouterr() == ('', error)


@pytest.mark.parametrize('seconds', ['ever', '', 'nan', '0', '-1', '3601'])
def test_a_bad_duration_is_one_line(capsys, seconds):
    with pytest.raises(SystemExit, match='2'):
        main(['doctor', f'--for={seconds}'])
    assert f'{seconds!r} is not a number of seconds' in capsys.readouterr().err
