# SPDX-License-Identifier: MIT
"""A rosbag2 recording in place of camera and speech, at the time of the recording."""

from pathlib import Path

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    ExecuteProcess,
    IncludeLaunchDescription,
    OpaqueFunction,
    Shutdown,
    TimerAction,
)
from launch.events.process import ProcessExited
from launch.launch_description_sources import PythonLaunchDescriptionSource

from emotion_ros.launch.actions import (
    declare_arguments,
    end_on_error,
    read_arguments,
    require_success,
    room_for_frames,
)
from emotion_ros.launch.arguments import ReplayArguments
from emotion_ros.launch.recorded_topics import played_topics


def generate_launch_description() -> LaunchDescription:
    arguments = declare_arguments(ReplayArguments, bag=None)
    return LaunchDescription([*arguments, OpaqueFunction(function=start)])


def start(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Return the nodes, and the player, which starts when they have had time to load."""
    wanted = read_arguments(context, ReplayArguments)
    player = play(wanted, played_topics(wanted))
    emotion = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(str(Path(__file__).with_name('emotion.launch.py'))),
        launch_arguments={'use_sim_time': 'true'}.items(),
    )
    # Not `ros2 bag play --delay`: its /clock runs during the delay, then jumps back.
    return [end_on_error(wanted), emotion, TimerAction(period=wanted.delay, actions=[player])]


def play(wanted: ReplayArguments, topics: list[str]) -> ExecuteProcess:
    """Return ``ros2 bag play``, the source of /clock; its end is the end of the launch."""
    return ExecuteProcess(
        cmd=[
            *('ros2', 'bag', 'play', wanted.bag, '--clock', '--rate', str(wanted.rate)),
            *(['--loop'] if wanted.loop else []),
            *('--topics', *topics),
        ],
        additional_env=room_for_frames(),
        output='screen',
        on_exit=end,
    )


def end(event: ProcessExited, context: LaunchContext) -> Shutdown | None:
    """End the launch with the recording; with exit code 1 when it could not be played."""
    if context.is_shutdown:
        return None
    require_success(event)
    return Shutdown(reason='the recording is over')
