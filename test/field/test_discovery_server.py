# SPDX-License-Identifier: MIT
"""Robots whose nodes find each other through a Discovery Server of Fast DDS."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emotion_ros.runtime.discovery import discover_everything

TOPIC = '/camera/image_raw/compressed'
SERVER = 'fast-discovery-server'

pytestmark = pytest.mark.skipif(shutil.which(SERVER) is None, reason=f'there is no {SERVER}')


# In a process of its own: one that was the client of a server finds no other process afterwards.
SCRIPT = """
import sys
from threading import Event
from time import monotonic
import rclpy
from rclpy.context import Context
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage
from emotion_ros.nodes.graph.graph_info import published_types
from emotion_ros.nodes.graph.graph_survey import open_doctor
topic = sys.argv[1]
context = Context()
rclpy.init(context=context)
camera = Node('camera', context=context)
camera.create_publisher(CompressedImage, topic, 1)
deadline = monotonic() + 20.0
with open_doctor('') as doctor:
    while not (types := published_types(doctor, topic)) and monotonic() < deadline:
        Event().wait(0.05)
print(*types)
camera.destroy_node()
context.try_shutdown()
"""


@pytest.fixture
def server_port() -> Iterator[int]:
    """Return the UDP port of a new server on this machine."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    # In the wheels, the libraries of the server lie beside those of another package.
    bundled = [
        str(Path(sys.prefix, 'lib')),
        *map(str, Path(sys.prefix).rglob('ros_fastrtps.libs')),
    ]
    libraries = ':'.join([*bundled, os.environ.get('LD_LIBRARY_PATH', '')])
    # Since Fast DDS 3 a number comes first, which the tool "fastdds discovery" adds.
    for number in ([], ['42']):
        server = subprocess.Popen(
            [SERVER, *number, '-i', '0', '-l', '127.0.0.1', '-p', str(port)],
            env=os.environ | {'LD_LIBRARY_PATH': libraries},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        if is_running := 'Server' in server.stdout.readline():
            break
        server.communicate()
    try:
        assert is_running
        yield port
    finally:
        server.terminate()
        server.communicate()


def test_a_topic_that_a_node_has_not_opened_is_found(server_port: int, ros_domain: int) -> None:
    """Source: turtlebot/turtlebot4 498."""
    found = subprocess.run(
        [sys.executable, '-c', SCRIPT, TOPIC],
        env=os.environ
        | {
            'ROS_DOMAIN_ID': str(ros_domain),
            'ROS_DISCOVERY_SERVER': f'127.0.0.1:{server_port}',
            'ROS_SUPER_CLIENT': 'False',  # as the TurtleBot 4 sets it for services
        },
        capture_output=True,
        text=True,
    )
    assert found.stdout.split() == ['sensor_msgs/msg/CompressedImage'], found.stderr


def test_without_a_server_nothing_is_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv('ROS_DISCOVERY_SERVER', '')
    monkeypatch.delenv('ROS_SUPER_CLIENT', raising=False)
    discover_everything()
    assert 'ROS_SUPER_CLIENT' not in os.environ
