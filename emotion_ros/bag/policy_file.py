# SPDX-License-Identifier: MIT
"""Reading the rules of a controller from YAML.

A list of ``{behaviour: name, emotion: label or [labels], for_s, confidence, gap_s, cooldown_s}``;
only ``behaviour`` must be there.
"""

from pathlib import Path

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.core.trigger import Rule, Trigger
from emotion_ros.errors import ConfigError
from emotion_ros.files.checked import CheckedValue, parse_yaml, read_text

_NUMBERS = ('for_s', 'confidence', 'gap_s', 'cooldown_s')


def load_policy(path: Path) -> tuple[Rule, ...]:
    """Return the rules in a YAML file; ConfigError, with file and line, if it is wrong."""
    return parse_policy(read_text(path), str(path))


def parse_policy(text: str, where: str = 'policy') -> tuple[Rule, ...]:
    """Return the rules written in YAML; an error names ``where`` and the line."""
    rules = []
    for value in parse_yaml(text, where).items():
        raw = value.mapping('behaviour', 'emotion', *_NUMBERS)
        given = {name: raw.get(name, CheckedValue.number, None) for name in _NUMBERS}
        numbers = {name: number for name, number in given.items() if number is not None}
        with value.error_context():
            named = raw.get('emotion', lambda v: v.items() if v.is_list() else [v], [])
            trigger = Trigger(tuple(item.string(EMOTIONS) for item in named), **numbers)
            rules.append(Rule(raw['behaviour'].string(), trigger))
    if not rules:
        raise ConfigError(f'{where}: has no rule')
    return tuple(rules)
