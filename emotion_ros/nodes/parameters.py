# SPDX-License-Identifier: MIT
"""ROS parameters made from an Options dataclass: declared, described, ranged, checked."""

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from emotion_ros.core.options import Options, OptionSpec, OptionValue, check_option
from emotion_ros.errors import ConfigError
from emotion_ros.runtime.parameter_files import shared_parameters

C = TypeVar('C', bound=Options)

_UNBOUNDED = 1e9
# Parameters that rclpy declares or reads by itself.
_OWNED_BY_RCLPY = ('use_sim_time', 'start_type_description_service', 'qos_overrides.')


def declare_config(node: Node, options: type[C], prefix: str = '') -> C:
    """Declare every option as a parameter of ``node`` and return the configuration it got.

    Raises ConfigError, naming the parameter, for a wrong type or an illegal value.
    """
    values = {}
    overrides = node._parameter_overrides  # no public name for these on Humble
    for name, default in options.defaults().items():
        override = overrides.get(prefix + name)
        given: object = default if override is None else to_option(override.value)
        if given is None and isinstance(default, tuple):
            # An empty list in YAML has no type, and declaring it would fail.
            del overrides[prefix + name]
            given = ()
        try:
            check_option(options, name, given)
        except ConfigError as error:
            raise ConfigError(f'{node.get_name()}: parameter {prefix}{error}') from error
        described = descriptor(options.specs()[name], default)
        node.declare_parameter(prefix + name, to_parameter(default), described)
        values[name] = given
    return options(**values)


def refuse_unknown(node: Node) -> None:
    """Raise ConfigError when a value was given for an undeclared parameter.

    What ``/**:`` in a file gives to every node of a robot is only logged, unless it is a parameter
    of another node of this package or much like one.
    """
    unknown = [
        name
        for name in node._parameter_overrides
        if not node.has_parameter(name) and not name.startswith(_OWNED_BY_RCLPY)
    ]
    if not unknown:
        return
    from difflib import get_close_matches  # 4 ms, for an error only

    shared = shared_parameters(sys.argv)
    for name in unknown:
        owners = _owners()
        known = sorted(node.get_parameters_by_prefix(''))
        near = get_close_matches(name, [*owners, *known], cutoff=0.8)
        # What is nested in a file has dots in its name.
        file = next((shared[key] for key in shared if f'{name}.'.startswith(f'{key}.')), None)
        if file and not near:
            what = f'{file}: {name} below /**: is not used: it is not of emotion_ros'
            node.get_logger().info(what)
            continue
        is_owned = name in owners
        hint = f'write it below /**/{owners[name]}:' if is_owned else f'known: {", ".join(known)}'
        raise ConfigError(f'{node.get_name()}: unknown parameter {name!r} ({hint})')


def _owners() -> dict[str, str]:
    """Return the parameters of the nodes that share files, and which node has each."""
    from emotion_ros.core.fusion.config import FusionConfig  # for an error only
    from emotion_ros.perception.face.config import VisionConfig
    from emotion_ros.perception.text.config import SentimentConfig
    from emotion_ros.perception.voice.config import VoiceConfig

    owners: dict[str, type[Options]] = {
        'voice_node': VoiceConfig,
        'fusion_node': FusionConfig,
        'sentiment_node': SentimentConfig,
        'vision_node': VisionConfig,
    }
    return {name: node for node, options in owners.items() for name in options.defaults()}


def follow_changes(node: Node, config: C, apply: Callable[[C], None]) -> None:
    """Call ``apply`` with the new configuration whenever dynamic options are set.

    An illegal value is refused with the reason; the others of its set are refused with it.
    """
    current = config

    def on_set(parameters: list[Parameter]) -> SetParametersResult:
        nonlocal current
        names = type(config).defaults()
        changes = {p.name: to_option(p.value) for p in parameters if p.name in names}
        try:
            for name, value in changes.items():
                check_option(type(config), name, value)
            current = replace(current, **changes)
        except ConfigError as error:
            return SetParametersResult(successful=False, reason=str(error))
        if changes:
            apply(current)
        return SetParametersResult(successful=True)

    node.add_on_set_parameters_callback(on_set)


def descriptor(spec: OptionSpec, default: OptionValue) -> ParameterDescriptor:
    """Return the ROS description of an option: words, range, whether it can change."""
    described = ParameterDescriptor(description=spec.doc, read_only=not spec.dynamic)
    if spec.choices:
        described.additional_constraints = 'one of ' + ', '.join(map(str, spec.choices))
    low = -_UNBOUNDED if spec.low is None else spec.low
    high = _UNBOUNDED if spec.high is None else spec.high
    if isinstance(default, bool) or (spec.low is None and spec.high is None):
        return described
    if isinstance(default, int):
        whole = IntegerRange(from_value=int(low), to_value=int(high), step=1)
        described.integer_range = [whole]
    else:
        real = FloatingPointRange(from_value=float(low), to_value=float(high), step=0.0)
        described.floating_point_range = [real]
    return described


def to_option(value: object) -> object:
    """Return a parameter's value as an option's: arrays become tuples without empty strings."""
    if isinstance(value, (list, tuple)):
        return tuple(v for v in value if v != '')
    return value


def to_parameter(value: OptionValue) -> Any:
    """Return an option's value as a parameter's.

    The type of an empty array is unknown to ROS: one empty string stands for it.
    """
    if isinstance(value, tuple):
        return list(value) or ['']
    return value
