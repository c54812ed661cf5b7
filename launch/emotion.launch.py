# SPDX-License-Identifier: MIT
"""Camera and speech in, emotion_state out."""

from launch import LaunchContext, LaunchDescription
from launch.actions import DeclareLaunchArgument, EmitEvent, OpaqueFunction
from launch.conditions import IfCondition
from launch.events import matches_action
from launch.events.process import ProcessExited, ShutdownProcess
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from emotion_ros.files.resources import packaged_config
from emotion_ros.nodes.executor import EXIT_BAD_CONFIG

RESPAWN_DELAY_S = 2.0

ARGUMENTS = [
    DeclareLaunchArgument(
        'namespace',
        default_value='',
        description='namespace of nodes and topics, one per robot: r1 gives /r1/emotion_state',
    ),
    DeclareLaunchArgument(
        'image_topic',
        default_value='/camera/image_raw',
        description='camera images; without a leading / it is inside the namespace',
    ),
    DeclareLaunchArgument(
        'image_transport',
        default_value='raw',
        choices=['raw', 'compressed'],
        description='compressed: listen to <image_topic>/compressed (JPEG or PNG) instead',
    ),
    DeclareLaunchArgument(
        'speech_topic',
        default_value='/speech_to_text',
        description='recognised speech, std_msgs/String; without a leading / as above',
    ),
    DeclareLaunchArgument(
        'params_file',
        default_value=str(packaged_config('emotion.yaml')),
        description='parameters of the nodes (YAML); an unknown name in it is an error',
    ),
    DeclareLaunchArgument(
        'use_sim_time',
        default_value='false',
        description='true: the time is that of /clock (a bag, a simulator)',
    ),
    DeclareLaunchArgument(
        'composed',
        default_value='true',
        description='true: one process for all nodes; false: one process each',
    ),
    DeclareLaunchArgument(
        'enable_vision', default_value='true', description='false: start no vision_node'
    ),
    DeclareLaunchArgument(
        'enable_text', default_value='true', description='false: start no sentiment_node'
    ),
    DeclareLaunchArgument(
        'dashboard',
        default_value='false',
        description='true: start dashboard_node too, a page on http://127.0.0.1:8080 to look at',
    ),
    DeclareLaunchArgument(
        'show_image',
        default_value='false',
        description='true: the page of dashboard_node shows the camera image too',
    ),
    DeclareLaunchArgument(
        'log_level', default_value='info', description='debug, info, warn, error or fatal'
    ),
    DeclareLaunchArgument(
        'respawn',
        default_value='false',
        description='true: start a process again that ended, unless its configuration is wrong',
    ),
]


def generate_launch_description() -> LaunchDescription:
    return LaunchDescription([*ARGUMENTS, OpaqueFunction(function=start_nodes)])


def start_nodes(context: LaunchContext) -> list[Node]:
    """Return the pipeline, or one process for each node that is wanted, and the dashboard."""
    vision, text = is_true(context, 'enable_vision'), is_true(context, 'enable_text')
    page = [process(context, 'dashboard_node')] if is_true(context, 'dashboard') else []
    if is_true(context, 'composed'):
        without = [] if vision else ['--no-vision']
        without += [] if text else ['--no-text']
        return [process(context, 'emotion_pipeline', without), *page]
    wanted = {'fusion_node': True, 'sentiment_node': text, 'vision_node': vision}
    return [*(process(context, name) for name, is_in in wanted.items() if is_in), *page]


def process(context: LaunchContext, executable: str, arguments: list[str] | None = None) -> Node:
    """Return a process of this package, set up as the launch arguments say."""
    image = LaunchConfiguration('image_topic')
    return Node(
        package='emotion_ros',
        executable=executable,
        namespace=LaunchConfiguration('namespace'),
        arguments=arguments,
        # launch_ros would skip a params_file that does not exist; the node calls it an error.
        ros_arguments=[
            *('--log-level', LaunchConfiguration('log_level')),
            *('--params-file', LaunchConfiguration('params_file')),
        ],
        parameters=overrides(context),
        remappings=[
            ('image', image),
            ('image/compressed', [image, '/compressed']),
            ('speech', LaunchConfiguration('speech_topic')),
        ],
        output='screen',
        respawn=LaunchConfiguration('respawn'),
        respawn_delay=RESPAWN_DELAY_S,
        on_exit=stay_down,
    )


def overrides(context: LaunchContext) -> list[str | dict[str, bool]]:
    """Return what is laid over params_file; an argument left at its default changes nothing."""
    laid_over: list[str | dict[str, bool]] = []
    if is_true(context, 'use_sim_time'):
        laid_over.append({'use_sim_time': True})
    if LaunchConfiguration('image_transport').perform(context) == 'compressed':
        laid_over.append(str(packaged_config('compressed.yaml')))  # for some nodes only
    if is_true(context, 'show_image'):
        laid_over.append(str(packaged_config('show_image.yaml')))
    return laid_over


def stay_down(event: ProcessExited, _: LaunchContext) -> EmitEvent | None:
    """Stop the respawning of a process whose configuration is wrong: it will stay so."""
    if event.returncode != EXIT_BAD_CONFIG:
        return None
    return EmitEvent(event=ShutdownProcess(process_matcher=matches_action(event.action)))


def is_true(context: LaunchContext, argument: str) -> bool:
    """Return the value of a boolean argument; anything but true, false, 1, 0 is an error."""
    return IfCondition(LaunchConfiguration(argument)).evaluate(context)
