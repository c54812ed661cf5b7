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
import rclpy
from rclpy.context import Context
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage

from emotion_ros.nodes.graph.graph_info import published_types
from emotion_ros.nodes.graph.graph_survey import open_doctor
from emotion_ros.runtime.discovery import discover_everything
from graph import Graph

TOPIC = '/camera/image_raw/compressed'
SERVER = 'fast-discovery-server'

pytestmark = pytest.mark.skipif(shutil.which(SERVER) is None, reason=f'there is no {SERVER}')


@pytest.fixture
def camera(ros_domain: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """Return a camera, a client of a server that it shares with the graph made after it."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as free:
        free.bind(('127.0.0.1', 0))
        port = str(free.getsockname()[1])
    # In the wheels, the libraries of the server lie beside those of another package.
    bundled = [
        str(Path(sys.prefix, 'lib')),
        *map(str, Path(sys.prefix).rglob('ros_fastrtps.libs')),
    ]
    libraries = ':'.join([*bundled, os.environ.get('LD_LIBRARY_PATH', '')])
    command = [SERVER, '-i', '0', '-l', '127.0.0.1', '-p', port]
    server = subprocess.Popen(
        command,
        env=os.environ | {'LD_LIBRARY_PATH': libraries},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert 'running' in server.stdout.readline()
        monkeypatch.setenv('ROS_DISCOVERY_SERVER', f'127.0.0.1:{port}')
        monkeypatch.setenv('ROS_SUPER_CLIENT', 'False')  # as the TurtleBot 4 sets it for services
        context = Context()
        rclpy.init(context=context)
        node = Node('camera', context=context)
        node.create_publisher(CompressedImage, TOPIC, 1)
        yield node
        node.destroy_node()
        context.try_shutdown()
    finally:
        server.terminate()
        server.communicate()


@pytest.mark.usefixtures('camera')
def test_a_topic_that_a_node_has_not_opened_is_found():
    """Source: turtlebot/turtlebot4 498."""
    with open_doctor('') as doctor:
        graph = Graph()
        try:
            graph.until(lambda: published_types(doctor, TOPIC), f'a publisher of {TOPIC}')
        finally:
            graph.close()


def test_without_a_server_nothing_is_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv('ROS_DISCOVERY_SERVER', '')
    monkeypatch.delenv('ROS_SUPER_CLIENT', raising=False)
    discover_everything()
    assert 'ROS_SUPER_CLIENT' not in os.environ
