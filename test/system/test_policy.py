# SPDX-License-Identifier: MIT
"""emotion-ros policy on a bag of the system tests."""

import csv
import json
from collections import Counter
from io import StringIO

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


@pytest.mark.usefixtures('weights')
def test_reactions_are_the_same_in_every_form(bags: Bags, tmp_path, capsys):
    rules = tmp_path / 'rules.yaml'
    rules.write_text(RULES)
    command = ['policy', str(bags()), '--rules', str(rules), '--reactions', '2']
    command += ['--behaviour-topic', '/speech_to_text']  # its words as names
    assert main([*command, '--json']) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    reactions = [line for line in lines if line['change'] == 'reaction']
    summaries = [line for line in lines if line['change'] == 'summary']
    assert sorted(line['n'] for line in summaries) == sorted(
        Counter(line['behaviour'] for line in reactions).values()
    )
    assert {line['behaviour'] for line in summaries} >= {'cheer'}
    assert len(summaries) > 1
    assert main([*command, '--csv']) == 0
    rows = list(csv.DictReader(StringIO(capsys.readouterr().out)))
    assert [(row['change'], row['behaviour']) for row in rows] == [
        (line['change'], line['behaviour']) for line in lines
    ]
    means = [row['change_valence'] for row in rows if row['change'] == 'summary']
    assert means == ['' if (v := one['change_valence']) is None else str(v) for one in summaries]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert all(line['behaviour'][:6] in printed for line in summaries)
    assert 'too few to compare' in printed


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ([], 'policy needs --rules FILE, --behaviour-topic TOPIC or both'),
        (['--behaviour-topic', '/behaviour'], 'no usable topic /behaviour; it has'),
        (['--behaviour-topic', '/camera/image_raw'], 'no usable topic /camera/image_raw; it has'),
    ],
)
def test_without_behaviours_there_is_a_line_on_stderr(options, message, bags: Bags, capsys):
    assert main(['policy', str(bags()), *options]) == 2
    assert message in capsys.readouterr().err


def test_a_wrong_rule_is_one_line_on_stderr(tmp_path, capsys):
    rules = tmp_path / 'rules.yaml'
    rules.write_text('- {behaviour: cheer, emotion: glad}')
    assert main(['policy', 'nowhere', '--rules', str(rules)]) == 2
    assert "rules.yaml: line 1: 'glad' is not one of" in capsys.readouterr().err
