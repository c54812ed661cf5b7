#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A process that was once the client of a Discovery Server finds no other process afterwards
#
# One would guess: ROS_DISCOVERY_SERVER is read for each context that rclpy makes, so a process
#   (a test suite, a diagnostic tool) that shuts one context down, takes the variable out of its
#   environment and makes another context is an ordinary participant again.
# True: with rclpy 7.1.6 over Fast DDS 2.14.5 the second context discovers nobody, not even
#   publishers that the same process had found before. The server need not even be running.
# So: give whatever uses a Discovery Server a process of its own.
# Source: this script. Date: 2026-11-29.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  ros-rclpy==7.1.6 ros-std-msgs==5.3.6 ros-rmw-fastrtps-cpp==8.4.3 ros-fastrtps==2.14.5
unset PYTHONPATH LD_LIBRARY_PATH ROS_DISCOVERY_SERVER
export AMENT_PREFIX_PATH="$folder/venv" ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST ROS_DOMAIN_ID=77
export RMW_IMPLEMENTATION=rmw_fastrtps_cpp
"$folder/venv/bin/python" - <<'PY'
import os
import subprocess
import sys
from time import monotonic, sleep

import rclpy
from rclpy.context import Context
from rclpy.node import Node

TALKER = """
import rclpy
from std_msgs.msg import String
rclpy.init()
node = rclpy.create_node('talker')
publisher = node.create_publisher(String, 'words', 1)
rclpy.spin(node)
"""


def publishers(wait_s: float) -> int:
    context = Context()
    rclpy.init(context=context)
    node = Node('observer', context=context)
    until_s = monotonic() + wait_s
    while not (count := node.count_publishers('/words')) and monotonic() < until_s:
        sleep(0.1)
    node.destroy_node()
    context.try_shutdown()
    return count


talker = subprocess.Popen([sys.executable, '-c', TALKER])
try:
    before = publishers(30)
    os.environ['ROS_DISCOVERY_SERVER'] = '127.0.0.1:11811'
    publishers(1)
    del os.environ['ROS_DISCOVERY_SERVER']
    after = publishers(15)
finally:
    talker.kill()
print('publishers of another process, found before:', before)
print('found after a context with a Discovery Server:', after)
sys.exit(0 if before == 1 and after == 0 else 'the behaviour has changed')
PY
