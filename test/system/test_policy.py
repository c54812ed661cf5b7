# SPDX-License-Identifier: MIT
"""emotion-ros policy on a bag of the system tests."""

import json

import pytest

from emotion_ros.cli.main import main
from make_bag import Bags

RULES = """
- {behaviour: cheer, emotion: happy, for_s: 1.0}
- {behaviour: comfort, emotion: sad}
"""


@pytest.mark.usefixtures('weights')
def test_a_smile_that_lasts_sets_off_its_behaviour(bags: Bags, tmp_path, capsys):
    rules = tmp_path / 'rules.yaml'
    rules.write_text(RULES)
    assert main(['policy', str(bags()), '--rules', str(rules), '--json']) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {event['behaviour'] for event in events} == {'cheer'}
    first = events[0]
    assert (first['change'], first['label'], first['person_id']) == ('began', 'happy', 'face_1')
    assert 5.0 < first['at'] < 7.2
    assert events[-1]['change'] == 'ended'
    assert 9.0 < events[-1]['at'] < 11.0  # with the bitter words


def test_a_wrong_rule_is_one_line_on_stderr(tmp_path, capsys):
    rules = tmp_path / 'rules.yaml'
    rules.write_text('- {behaviour: cheer, emotion: glad}')
    assert main(['policy', 'nowhere', '--rules', str(rules)]) == 2
    assert "rules.yaml: line 1: 'glad' is not one of" in capsys.readouterr().err
