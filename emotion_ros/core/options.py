# SPDX-License-Identifier: MIT
"""Options: a frozen dataclass field that knows its description and its legal values.

One configuration dataclass per node is the single home of names, defaults, ranges and words;
the ROS parameters, the YAML check and the documentation tables are all made from it.
"""

from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any

from emotion_ros.errors import ConfigError

OptionValue = bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True)
class OptionSpec:
    """What may be put into one option.

    ``low``/``high`` are inclusive bounds of a number; ``choices`` the only legal strings
    (or whole numbers); ``dynamic`` says that it can be changed while the node runs.
    """

    doc: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str | int, ...] = ()
    dynamic: bool = False

    def check(self, name: str, value: OptionValue) -> None:
        """Raise ConfigError, naming the option and the value, unless the value is legal."""
        if self.choices and value not in self.choices:
            allowed = ', '.join(str(c) for c in self.choices)
            raise ConfigError(f'{name}: {value!r} is not one of {allowed}')
        if isinstance(value, float) and not isfinite(value):
            raise ConfigError(f'{name}: {value!r} is not a finite number')
        if self.low is not None and isinstance(value, (int, float)) and value < self.low:
            raise ConfigError(f'{name}: {value!r} is below {self.low:g}')
        if self.high is not None and isinstance(value, (int, float)) and value > self.high:
            raise ConfigError(f'{name}: {value!r} is above {self.high:g}')


def option(default: OptionValue, doc: str, **limits: Any) -> Any:
    """Return a dataclass field with this default whose metadata holds its OptionSpec."""
    return field(default=default, metadata={'spec': OptionSpec(doc, **limits)})


@dataclass(frozen=True)
class Options:
    """Base of the configuration dataclasses: checks every field when built."""

    def __post_init__(self) -> None:
        """Check type and range of every option."""
        for f in fields(self):
            check_option(type(self), f.name, getattr(self, f.name))

    @classmethod
    def specs(cls) -> dict[str, OptionSpec]:
        """Return the specification of every option, in the order of declaration."""
        return {f.name: f.metadata['spec'] for f in fields(cls)}

    @classmethod
    def defaults(cls) -> dict[str, OptionValue]:
        """Return the default of every option, in the order of declaration."""
        return {f.name: f.default for f in fields(cls)}  # type: ignore[misc]


def check_option(owner: type[Options], name: str, value: object) -> None:
    """Raise ConfigError unless ``value`` has the type of the default and is in range.

    A whole number is not accepted for a real one, nor a bool for a whole number: ROS
    parameters are typed, and silent conversions hide mistakes.
    """
    default = owner.defaults()[name]
    if _kind(value) != _kind(default):
        raise ConfigError(f'{name}: {value!r} is {_kind(value)}, not {_kind(default)}')
    owner.specs()[name].check(name, value)  # type: ignore[arg-type]


_KINDS = {
    bool: 'a bool',
    int: 'an integer',
    float: 'a real number (write 1.0, not 1)',
    str: 'a string',
}


def _kind(value: object) -> str:
    if isinstance(value, tuple):
        strings = all(isinstance(v, str) for v in value)
        return 'a list of strings' if strings else 'a list of something else'
    return _KINDS.get(type(value), f'of type {type(value).__name__}')
