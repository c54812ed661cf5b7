# SPDX-License-Identifier: MIT
"""Parts of launch descriptions that the launch files share; needs the package launch."""

import os
from collections.abc import Mapping
from typing import TypeVar

from launch import LaunchContext, SomeSubstitutionsType
from launch.actions import DeclareLaunchArgument, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events.process import ProcessExited

from emotion_ros.errors import EmotionRosError
from emotion_ros.files.resources import packaged_config
from emotion_ros.launch.arguments import PipelineArguments, parse_arguments
from emotion_ros.nodes.start import EXIT_BAD_CONFIG

A = TypeVar('A', bound=PipelineArguments)

# The variable of Humble and Jazzy, and that of later distributions.
PROFILES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')


def declare_arguments(
    owner: type[PipelineArguments], **defaults: SomeSubstitutionsType | None
) -> list[DeclareLaunchArgument]:
    """Return the launch arguments; ``defaults`` go before those of ``owner``, None is none."""
    texts: dict[str, SomeSubstitutionsType | None] = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in owner.defaults().items()
    }
    texts |= {'params_file': str(packaged_config('emotion.yaml')), **defaults}
    return [
        DeclareLaunchArgument(name, default_value=texts[name], description=spec.doc)
        for name, spec in owner.specs().items()
    ]


def read_arguments(context: LaunchContext, owner: type[A]) -> A:
    """Return the checked arguments; an exception here ends the launch with one line."""
    return parse_arguments(owner, context.launch_configurations)


def end_on_error(arguments: PipelineArguments) -> RegisterEventHandler:
    """Return a handler that ends the launch, exit code 1, when a process fails for good."""

    def check(event: ProcessExited, context: LaunchContext) -> None:
        is_final = not arguments.respawn or event.returncode == EXIT_BAD_CONFIG
        if event.returncode and is_final and not context.is_shutdown:
            require_success(event)

    return RegisterEventHandler(OnProcessExit(on_exit=check))


def require_success(event: ProcessExited) -> None:
    """Raise for a process that ended with an error: launch then stops all and returns 1."""
    if event.returncode:
        raise EmotionRosError(
            f'{event.process_name} ended with exit code {event.returncode}; see its last lines'
        )


def room_for_frames(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment in which raw frames fit through Fast DDS; a user's own is kept."""
    if any(name in environment for name in PROFILES):
        return {}
    return dict.fromkeys(PROFILES, str(packaged_config('fastdds.xml')))
