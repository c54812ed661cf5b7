# SPDX-License-Identifier: MIT
"""Options check themselves when built and name what is wrong."""

from dataclasses import dataclass, fields

import pytest

from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.options import Options, option
from emotion_ros.errors import ConfigError


@dataclass(frozen=True)
class Example(Options):
    """One option of each kind."""

    count: int = option(3, 'A count.', low=1, high=5)
    share: float = option(0.5, 'A share.', low=0.0, high=1.0)
    on: bool = option(True, 'A switch.')
    colour: str = option('red', 'A colour.', choices=('red', 'blue'))
    names: tuple[str, ...] = option((), 'Names.')


@pytest.mark.parametrize(
    'values',
    [
        {},
        {'count': 1},
        {'count': 5, 'share': 1.0, 'on': False, 'colour': 'blue', 'names': ('a',)},
    ],
)
def test_legal_values_are_kept(values):
    built = Example(**values)
    assert {f.name: getattr(built, f.name) for f in fields(built)} == Example.defaults() | values


@pytest.mark.parametrize(
    ('values', 'message'),
    [
        ({'count': 0}, 'count: 0 is below 1'),
        ({'count': 6}, 'count: 6 is above 5'),
        ({'count': 2.0}, 'count: 2.0 is a real number'),
        ({'count': True}, 'count: True is a bool, not an integer'),
        ({'share': 1}, 'share: 1 is an integer, not a real number'),
        ({'share': float('nan')}, 'share: nan is not a finite number'),
        ({'share': float('inf')}, 'share: inf is not a finite number'),
        ({'on': 1}, 'on: 1 is an integer, not a bool'),
        ({'colour': 'green'}, "colour: 'green' is not one of red, blue"),
        ({'names': 'a'}, "names: 'a' is a string, not a list of strings"),
        ({'names': (1,)}, 'names: (1,) is a list of something else, not a list of strings'),
        ({'colour': None}, 'colour: None is of type NoneType, not a string'),
    ],
)
def test_illegal_values_are_named(values, message):
    with pytest.raises(ConfigError) as raised:
        Example(**values)
    assert message in str(raised.value)


def test_every_option_of_the_fusion_is_described():
    specs = FusionConfig.specs()
    assert specs.keys() == {f.name for f in fields(FusionConfig)}
    assert all(len(spec.doc) > 10 for spec in specs.values())
