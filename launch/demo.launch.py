# SPDX-License-Identifier: MIT
"""A scripted person in place of camera and speech: see the states without a robot."""

import os
from pathlib import Path
from typing import Any

from launch import LaunchDescription, SomeSubstitutionsType
from launch.actions import DeclareLaunchArgument, IncludeLaunchDescription
from launch.conditions import IfCondition, UnlessCondition
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration, PythonExpression
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from emotion_ros.demo.config import FRAMES, LEVELS, STATE, DemoConfig
from emotion_ros.files.resources import packaged_config

# The variable of Humble and Jazzy, and that of later distributions.
PROFILES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription(
        [
            option_argument('storyboard'),
            option_argument('level', choices=list(LEVELS)),
            option_argument('loop'),
            # Arguments of emotion.launch.py with other defaults.
            argument('namespace', '', 'namespace of nodes and topics'),
            argument('image_topic', 'image', 'where the camera images are played to'),
            argument('speech_topic', 'speech', 'where the words are played to'),
            argument('enable_vision', level_is(FRAMES), 'false: start no vision_node'),
            argument('enable_text', level_is(FRAMES), 'false: start no sentiment_node'),
            argument('dashboard', 'false', 'true: start dashboard_node too'),
            emotion(),
            dashboard_of_states(),
            demo_source(),
        ]
    )


def argument(
    name: str, default: SomeSubstitutionsType, description: str, **limits: Any
) -> DeclareLaunchArgument:
    """Return a launch argument."""
    return DeclareLaunchArgument(name, default_value=default, description=description, **limits)


def option_argument(name: str, **limits: Any) -> DeclareLaunchArgument:
    """Return the launch argument for an option of demo_source."""
    default = str(DemoConfig.defaults()[name]).lower()
    return argument(name, default, DemoConfig.specs()[name].doc, **limits)


def level_is(level: str) -> PythonExpression:
    """Return whether the argument ``level`` has this value."""
    return PythonExpression(["'", LaunchConfiguration('level'), f"' == '{level}'"])


def emotion() -> IncludeLaunchDescription:
    """Return emotion.launch.py, unless demo_source publishes the states itself."""
    return IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(Path(__file__).with_name('emotion.launch.py'))),
        condition=UnlessCondition(level_is(STATE)),
    )


def dashboard_of_states() -> Node:
    """Return dashboard_node, for the level at which emotion.launch.py is not included."""
    wanted = PythonExpression(
        [level_is(STATE), " and '", LaunchConfiguration('dashboard'), "'.lower() in ('true', '1')"]
    )
    return Node(
        package='emotion_ros',
        executable='dashboard_node',
        namespace=LaunchConfiguration('namespace'),
        condition=IfCondition(wanted),
        output='screen',
    )


def demo_source() -> Node:
    """Return the node that plays the storyboard."""
    types = {'storyboard': str, 'level': str, 'loop': bool}
    return Node(
        package='emotion_ros',
        executable='demo_source',
        namespace=LaunchConfiguration('namespace'),
        parameters=[
            {n: ParameterValue(LaunchConfiguration(n), value_type=t) for n, t in types.items()}
        ],
        remappings=[(n, LaunchConfiguration(f'{n}_topic')) for n in ('image', 'speech')],
        additional_env=room_for_frames(),
        output='screen',
    )


def room_for_frames() -> dict[str, str]:
    """Return the environment in which raw frames fit through Fast DDS; a user's own is kept."""
    if any(name in os.environ for name in PROFILES):
        return {}
    return dict.fromkeys(PROFILES, str(packaged_config('fastdds.xml')))
