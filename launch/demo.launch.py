# SPDX-License-Identifier: MIT
"""A scripted person in place of camera and speech: see the states without a robot."""

from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch_ros.actions import Node

from emotion_ros.core.image_topics import RAW
from emotion_ros.demo.config import FRAMES, STATE
from emotion_ros.launch.actions import (
    declare_arguments,
    end_on_error,
    read_arguments,
    room_for_frames,
)
from emotion_ros.launch.arguments import DemoArguments


def generate_launch_description() -> LaunchDescription:
    arguments = declare_arguments(DemoArguments)
    return LaunchDescription([*arguments, OpaqueFunction(function=start)])


def start(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Return the nodes that demo_source does not replace, and demo_source."""
    wanted = read_arguments(context, DemoArguments)
    # demo_source takes the place of the networks at the other levels, and of camera and clock.
    has_frames = wanted.level == FRAMES
    fixed = {
        'enable_vision': str(has_frames and wanted.enable_vision),
        'enable_text': str(has_frames and wanted.enable_text),
        'enable_voice': str(has_frames and wanted.enable_voice),
        'image_transport': RAW,
        'use_sim_time': 'false',
    }
    emotion = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(Path(__file__).with_name('emotion.launch.py'))),
        launch_arguments=fixed.items(),
    )
    page = [node(wanted, 'dashboard_node')] if wanted.dashboard else []
    source = node(
        wanted,
        'demo_source',
        parameters=[{n: getattr(wanted, n) for n in ('storyboard', 'level', 'loop')}],
        remappings=[
            ('image', wanted.image_topic),
            ('speech', wanted.speech_topic),
            ('audio', wanted.audio_topic),
        ],
        additional_env=room_for_frames(),
    )
    return [end_on_error(wanted), *(page if wanted.level == STATE else [emotion]), source]


def node(wanted: DemoArguments, executable: str, **options: object) -> Node:
    """Return a process of this package in the namespace."""
    return Node(
        package='emotion_ros',
        executable=executable,
        namespace=wanted.namespace,
        output='screen',
        **options,
    )
