# SPDX-License-Identifier: MIT
"""Rules of a controller in YAML."""

import pytest

from emotion_ros.bag.policy_file import load_policy, parse_policy
from emotion_ros.core.trigger import Rule, Trigger
from emotion_ros.errors import ConfigError

TWO = """
- {behaviour: comfort, emotion: sad, for_s: 3}
- {behaviour: cheer, emotion: [happy, surprise], confidence: 0.7, gap_s: 0.2, cooldown_s: 30}
"""


def test_rules_are_read_in_order():
    assert parse_policy(TWO) == (
        Rule('comfort', Trigger(('sad',), for_s=3.0)),
        Rule('cheer', Trigger(('happy', 'surprise'), confidence=0.7, gap_s=0.2, cooldown_s=30.0)),
    )


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('', 'p.yaml: is empty'),
        ('[]', 'p.yaml: has no rule'),
        ('behaviour: comfort', 'line 1: a mapping is not a list'),
        ('- {emotion: sad}', "line 1: 'behaviour' is missing"),
        ('- {behaviour: a}\n- {behaviour: b, emotion: angst}', "line 2: 'angst' is not one of"),
        ('- {behaviour: a, for: 3}', "line 1: unknown key 'for'"),
        ('- {behaviour: a, for_s: -3}', 'line 1: for_s: -3.0'),
        ('- {behaviour: a, confidence: 60}', 'line 1: confidence: 60.0'),
    ],
)
def test_a_wrong_file_is_told_with_its_line(text, words):
    with pytest.raises(ConfigError) as refusal:
        parse_policy(text, 'p.yaml')
    assert words in str(refusal.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r'none\.yaml: cannot be read'):
        load_policy(tmp_path / 'none.yaml')
