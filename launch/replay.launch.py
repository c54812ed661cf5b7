# SPDX-License-Identifier: MIT
"""A rosbag2 recording in place of camera and speech, at the time of the recording."""

from pathlib import Path

from launch import LaunchContext, LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    OpaqueFunction,
    Shutdown,
)
from launch.conditions import IfCondition
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration

ARGUMENTS = [
    DeclareLaunchArgument('bag', description='path of the recording'),
    DeclareLaunchArgument(
        'rate', default_value='1.0', description='speed; 2.0 is twice as fast as real time'
    ),
    DeclareLaunchArgument(
        'loop', default_value='false', description='true: start again at the end'
    ),
    DeclareLaunchArgument(
        'topics',
        default_value='',
        description='topics to play, separated by spaces; empty: the image and speech topics, '
        'so that recorded states do not mix with new ones',
    ),
    DeclareLaunchArgument(
        'delay',
        default_value='5.0',
        description='time for the models to load first, in s, above 0',
    ),
]


def generate_launch_description() -> LaunchDescription:
    emotion = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(Path(__file__).with_name('emotion.launch.py'))),
        launch_arguments={'use_sim_time': 'true'}.items(),
    )
    # In this order: the player reads image_topic and speech_topic, declared in the included file.
    return LaunchDescription([*ARGUMENTS, emotion, OpaqueFunction(function=start_player)])


def start_player(context: LaunchContext) -> list[ExecuteProcess]:
    """Return ``ros2 bag play``, the source of /clock; its end is the end of the launch."""
    loop = IfCondition(LaunchConfiguration('loop')).evaluate(context)
    return [
        ExecuteProcess(
            cmd=[
                *('ros2', 'bag', 'play', LaunchConfiguration('bag'), '--clock'),
                *('--rate', LaunchConfiguration('rate')),
                *('--delay', LaunchConfiguration('delay')),
                *(['--loop'] if loop else []),
                *('--topics', *played_topics(context)),
            ],
            output='screen',
            on_exit=Shutdown(reason='the recording is over'),
        )
    ]


def played_topics(context: LaunchContext) -> list[str]:
    """Return the chosen topics, or those that the nodes listen to."""
    chosen = LaunchConfiguration('topics').perform(context).split()
    image = LaunchConfiguration('image_topic').perform(context)
    speech = LaunchConfiguration('speech_topic').perform(context)
    return chosen or [image, f'{image}/compressed', speech]
