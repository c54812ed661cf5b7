# SPDX-License-Identifier: MIT
"""Vision on another computer, over a link that loses packets: ``python -m benchmarks.wireless``.

Camera and fusion run in one network namespace, vision_node in another. A relay between the two
delays and drops Ethernet frames in both directions; no link layer sends them again. Needs root,
``ip`` and /dev/net/tun. Prints a table, and how soon vision is back after the link was down.
"""

import argparse
import ctypes
import fcntl
import heapq
import os
import select
import signal
import struct
import subprocess
import sys
from array import array
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import Array, Process
from pathlib import Path
from time import monotonic
from typing import Any

import cv2
import numpy as np
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rich import box
from rich.console import Console
from rich.table import Table
from sensor_msgs.msg import CompressedImage

from benchmarks.figure import format_value
from benchmarks.load_driver import ages_of
from benchmarks.synthetic_frames import paint_heads, swaying, with_noise
from emotion_ros.msg import EmotionState, FaceEmotionArray

PROGRAMS = Path(__file__).parents[1] / 'install' / 'emotion_ros' / 'lib' / 'emotion_ros'
TOPIC = '/camera/image_raw'
BITS_PER_S = 30e6
LONGEST_QUEUE_S = 0.2  # in a router; what is later is dropped
OUTAGE_S, TIMEOUT_S, LATE_S, WARM_UP_S = 8.0, 60.0, 1.0, 3.0
TUNSETIFF, IFF_TAP, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x2, 0x1000, 0x40000000
NAMESPACES = {'emotion_a': '10.99.0.1/24', 'emotion_b': '10.99.0.2/24'}


@dataclass(frozen=True)
class Loss:
    """What the link does: delay (s) of one way and share (0..1) of the packets that are lost."""

    name: str
    delay_s: float
    share: float


PHASES = (
    Loss('no delay, no loss', 0.0, 0.0),
    Loss('20 ms', 0.02, 0.0),
    Loss('20 ms, 2 % of the packets lost', 0.02, 0.02),
)


def relay(ends: Sequence[int], link: Any) -> None:
    """Carry frames between two TAP devices; ``link`` holds delay (s) and share that is lost."""
    chance = np.random.default_rng(1)
    waiting: list[tuple[float, int, int, bytes]] = []
    free_s = [0.0, 0.0]  # when each direction has sent what it was given
    number = 0
    poll = select.poll()
    for end in ends:
        poll.register(end, select.POLLIN)
    while True:
        while waiting and waiting[0][0] <= monotonic():
            *_, end, data = heapq.heappop(waiting)
            os.write(end, data)
        pause_ms = max(0.0, 1e3 * (waiting[0][0] - monotonic())) if waiting else 50.0
        for end, _ in poll.poll(pause_ms):
            data, now_s, side = os.read(end, 65536), monotonic(), ends.index(end)
            delay_s, lost = link
            sent_s = max(free_s[side], now_s) + 8 * len(data) / BITS_PER_S
            if chance.random() >= lost and sent_s - now_s <= LONGEST_QUEUE_S:
                free_s[side], number = sent_s, number + 1
                heapq.heappush(waiting, (sent_s + delay_s, number, ends[1 - side], data))


def make_namespace(name: str, address: str, stack: ExitStack) -> int:
    """Make a network namespace with a TAP device; return the descriptor of its other end."""
    end = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(end, TUNSETIFF, struct.pack('16sH', name.encode(), IFF_TAP | IFF_NO_PI))
    _ip('netns', 'add', name)
    stack.callback(_ip, 'netns', 'del', name)
    _ip('link', 'set', name, 'netns', name)
    _ip('-n', name, 'link', 'set', 'lo', 'up')
    _ip('-n', name, 'addr', 'add', address, 'dev', name)
    _ip('-n', name, 'link', 'set', name, 'up')
    _ip('-n', name, 'route', 'add', '224.0.0.0/4', 'dev', name)
    return end


def _ip(*arguments: str) -> None:
    subprocess.run(['ip', *arguments], check=True)


class Robot:
    """A camera in this process, and a record of what it gets back."""

    def __init__(self, width: int, fps: float, quality: int) -> None:
        frames = swaying(list(with_noise(paint_heads(width, width * 3 // 4, 1))))
        options = (cv2.IMWRITE_JPEG_QUALITY, quality)
        jpegs = [cv2.imencode('.jpg', frame, options)[1].tobytes() for frame in frames]
        self.image_kb = len(jpegs[0]) / 1e3
        self._images = [CompressedImage(format='jpeg', data=array('B', jpeg)) for jpeg in jpegs]
        rclpy.init()
        self._node = Node('camera')
        self._publisher = self._node.create_publisher(CompressedImage, f'{TOPIC}/compressed', 5)
        self._stamps_s: list[float] = []
        self.faces: list[tuple[float, float]] = []  # stamp, arrival
        self.states: list[tuple[float, float]] = []
        for kind, topic, answers in (
            (FaceEmotionArray, '/emotion/faces', self.faces),
            (EmotionState, '/emotion_state', self.states),
        ):
            self._node.create_subscription(
                kind, topic, lambda msg, to=answers: to.append((_stamp_s(msg), self.now_s())), 50
            )
        self._node.create_timer(1.0 / fps, self._publish)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)

    def now_s(self) -> float:
        """Return ROS time."""
        return float(self._node.get_clock().now().nanoseconds / 1e9)

    def wait_for_faces(self) -> float:
        """Return after how long (s) an image of from now on was answered; RuntimeError if none."""
        begin_s = self.now_s()
        deadline_s = monotonic() + TIMEOUT_S
        while not any(stamp_s > begin_s for stamp_s, _ in self.faces[-1:]):
            if monotonic() > deadline_s:
                raise RuntimeError('no answer from vision_node')
            self._executor.spin_once(timeout_sec=0.05)
        return self.now_s() - begin_s

    def measure(self, seconds: float) -> list[float]:
        """Return % of the images answered, median and p95 of the ages (ms), longest gap (s)."""
        begin_s = self.now_s()
        self.spin(seconds)
        end_s = self.now_s()
        self.spin(LATE_S)
        stamps_s = [stamp_s for stamp_s in self._stamps_s if begin_s <= stamp_s <= end_s]
        ages_ms = ages_of(stamps_s, self.faces) or [float('nan')]
        arrivals_s = [begin_s, *(at for _, at in self.states if begin_s <= at <= end_s), end_s]
        processed = 100.0 * len({stamp_s for stamp_s, _ in self.faces} & {*stamps_s})
        p50, p95 = np.quantile(ages_ms, (0.5, 0.95)).tolist()
        return [processed / len(stamps_s), p50, p95, float(np.diff(arrivals_s).max())]

    def spin(self, seconds: float) -> None:
        """Publish and record for so long."""
        end_s = monotonic() + seconds
        while monotonic() < end_s:
            self._executor.spin_once(timeout_sec=0.05)

    def _publish(self) -> None:
        image = self._images[len(self._stamps_s) % len(self._images)]
        image.header.stamp = self._node.get_clock().now().to_msg()
        self._stamps_s.append(_stamp_s(image))
        self._publisher.publish(image)


def _stamp_s(msg: Any) -> float:
    return float(msg.header.stamp.sec + msg.header.stamp.nanosec / 1e9)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=float, default=15.0, help='of each (default: 15)')
    parser.add_argument('--width', type=int, default=640, help='of the images (default: 640)')
    parser.add_argument('--fps', type=float, default=15.0)
    parser.add_argument('--quality', type=int, default=80, help='of the JPEG (default: 80)')
    args = parser.parse_args()
    with ExitStack() as stack:
        ends = [make_namespace(*item, stack) for item in NAMESPACES.items()]
        link = Array('d', [0.0, 0.0])
        carrier = Process(target=relay, args=(ends, link), daemon=True)
        carrier.start()
        stack.callback(carrier.kill)
        here, there = NAMESPACES
        # The nodes must not meet in shared memory, which namespaces of the network do not part.
        os.environ |= {
            'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4',
            'ROS_AUTOMATIC_DISCOVERY_RANGE': 'SUBNET',
        }
        for name in ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE'):
            os.environ.pop(name, None)
        vision = ('--ros-args', '-r', f'image:={TOPIC}', '-p', 'image_transport:=compressed')
        for namespace, command in ((here, ('fusion_node',)), (there, ('vision_node', *vision))):
            program = ['ip', 'netns', 'exec', namespace, str(PROGRAMS / command[0]), *command[1:]]
            node = subprocess.Popen(program, stderr=subprocess.DEVNULL)
            stack.callback(node.wait)
            stack.callback(node.send_signal, signal.SIGINT)
        with open(f'/run/netns/{here}') as namespace_file:
            if ctypes.CDLL(None).setns(namespace_file.fileno(), CLONE_NEWNET):
                raise OSError('setns')
        robot = Robot(args.width, args.fps, args.quality)
        robot.wait_for_faces()
        robot.spin(WARM_UP_S)
        table = Table('link', box=box.MARKDOWN)
        for heading in ('images answered (%)', 'median (ms)', 'p95 (ms)', 'longest gap (s)'):
            table.add_column(heading, justify='right')
        for phase in PHASES:
            link[:] = [phase.delay_s, phase.share]
            table.add_row(phase.name, *map(format_value, robot.measure(args.seconds)))
        link[1] = 1.0
        robot.spin(OUTAGE_S)
        link[1] = PHASES[-1].share
        back_s = robot.wait_for_faces()
        Console(width=120).print(table)
        print(f'images of {robot.image_kb:.0f} kB at {args.fps:g} Hz')
        print(f'{back_s:.2f} s until faces come again, after {OUTAGE_S:g} s without a link')
    return 0


if __name__ == '__main__':
    sys.exit(main())
