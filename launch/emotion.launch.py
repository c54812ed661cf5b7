# SPDX-License-Identifier: MIT
"""Camera and speech in, emotion_state out."""

from launch import LaunchContext, LaunchDescription
from launch.actions import EmitEvent, OpaqueFunction
from launch.events import matches_action
from launch.events.process import ProcessExited, ShutdownProcess
from launch_ros.actions import Node

from emotion_ros.core.image_topics import AUTO
from emotion_ros.files.resources import packaged_config
from emotion_ros.launch.actions import declare_arguments, read_arguments
from emotion_ros.launch.arguments import EmotionArguments
from emotion_ros.nodes.start import EXIT_BAD_CONFIG

RESPAWN_DELAY_S = 2.0


def generate_launch_description() -> LaunchDescription:
    actions = [*declare_arguments(EmotionArguments), OpaqueFunction(function=start_nodes)]
    return LaunchDescription(actions)


def start_nodes(context: LaunchContext) -> list[Node]:
    """Return the pipeline, or one process for each node that is wanted, and the dashboard."""
    wanted = read_arguments(context, EmotionArguments)
    page = [process(wanted, 'dashboard_node')] if wanted.dashboard else []
    if wanted.composed:
        without = [] if wanted.enable_vision else ['--no-vision']
        without += [] if wanted.enable_text else ['--no-text']
        voice = ['--voice'] if wanted.enable_voice else []
        return [process(wanted, 'emotion_pipeline', [*without, *voice]), *page]
    names = ['fusion_node']
    names += ['sentiment_node'] if wanted.enable_text else []
    names += ['vision_node'] if wanted.enable_vision else []
    names += ['voice_node'] if wanted.enable_voice else []
    return [*(process(wanted, name) for name in names), *page]


def process(wanted: EmotionArguments, executable: str, arguments: list[str] | None = None) -> Node:
    """Return a process of this package, set up as the launch arguments say."""
    return Node(
        package='emotion_ros',
        executable=executable,
        namespace=wanted.namespace,
        arguments=arguments,
        # launch_ros would skip a params_file that has gone; the node calls it an error.
        ros_arguments=['--log-level', wanted.log_level, '--params-file', wanted.params_file],
        parameters=overrides(wanted),
        remappings=[
            ('image', wanted.image_topic),
            ('speech', wanted.speech_topic),
            ('audio', wanted.audio_topic),
            ('mute', wanted.mute_topic),
            ('robot_speech', wanted.robot_speech_topic),
        ],
        output='screen',
        respawn=wanted.respawn,
        respawn_delay=RESPAWN_DELAY_S,
        on_exit=stay_down,
    )


def overrides(wanted: EmotionArguments) -> list[str | dict[str, bool]]:
    """Return what is laid over params_file; an argument left at its default changes nothing."""
    laid_over: list[str | dict[str, bool]] = []
    if wanted.use_sim_time:
        laid_over.append({'use_sim_time': True})
    if wanted.image_transport != AUTO:  # a file, as it is for some nodes only
        laid_over.append(str(packaged_config(f'{wanted.image_transport}.yaml')))
    if wanted.show_image:
        laid_over.append(str(packaged_config('show_image.yaml')))
    return laid_over


def stay_down(event: ProcessExited, _: LaunchContext) -> EmitEvent | None:
    """Stop the respawning of a process whose configuration is wrong: it will stay so."""
    if event.returncode != EXIT_BAD_CONFIG:
        return None
    return EmitEvent(event=ShutdownProcess(process_matcher=matches_action(event.action)))
