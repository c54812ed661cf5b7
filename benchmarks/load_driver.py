# SPDX-License-Identifier: MIT
"""Sends a load to the pipeline of one version of the package and prints what it measures (JSON).

``benchmarks.compare`` runs this file in the folder and environment of either version: it imports
nothing of the package but its messages, and starts ``emotion_pipeline`` as it is there.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from array import array
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import cv2
import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import String

from emotion_ros.msg import EmotionState, FaceEmotionArray

TIMEOUT_S = 60.0
WARM_UP_S = 3.0
JPEG_QUALITY = 90
SPEECH_PERIOD_S = 0.5
SENTENCES = ('I am so happy today!', 'This is terrible!', 'Could you please bring me some water?')
DEPTH = 50
PROGRAM = (
    'from emotion_ros.nodes.start import start; '
    'raise SystemExit(start("emotion_ros.nodes.pipeline"))'
)
"""What the installed program ``emotion_pipeline`` does."""


class Robot(Node):
    """Camera and speech of one robot, and a record of what its pipeline answers."""

    def __init__(
        self, namespace: str, frames: NDArray[np.uint8], args: argparse.Namespace
    ) -> None:
        super().__init__('load', namespace=namespace)
        self.published_s: list[float] = []
        self.states: list[tuple[float, float]] = []  # stamp, arrival
        self.processed: dict[float, int] = {}  # stamp -> faces
        self._frames = [self._to_msg(frame, args.compressed) for frame in frames]
        topic, kind = (
            ('image/compressed', CompressedImage) if args.compressed else ('image', Image)
        )
        self._images = self.create_publisher(kind, topic, 1)
        self._talks, self._said, self._fps = args.talk, 0, args.fps
        if args.talk:
            self._speech = self.create_publisher(String, 'speech', DEPTH)
        self.create_subscription(EmotionState, 'emotion_state', self._on_state, DEPTH)
        self.create_subscription(FaceEmotionArray, 'emotion/faces', self._on_faces, DEPTH)
        self.own_executor = SingleThreadedExecutor()
        self.own_executor.add_node(self)

    def now_s(self) -> float:
        """Return ROS time."""
        return float(self.get_clock().now().nanoseconds / 1e9)

    def is_connected(self) -> bool:
        """Return whether the pipeline takes images."""
        return self._images.get_subscription_count() > 0

    def start(self) -> None:
        """Publish until the end."""
        self.create_timer(1.0 / self._fps, self._publish)
        if self._talks:
            self.create_timer(SPEECH_PERIOD_S, self._speak)

    def spin_until(self, is_done: Callable[[], bool], timeout_s: float) -> bool:
        """Serve callbacks; return whether the condition came to hold."""
        deadline_s = monotonic() + timeout_s
        while not is_done() and (left_s := deadline_s - monotonic()) > 0.0:
            self.own_executor.spin_once(timeout_sec=min(left_s, 0.05))
        return is_done()

    def _publish(self) -> None:
        frame = self._frames[len(self.published_s) % len(self._frames)]
        frame.header.stamp = self.get_clock().now().to_msg()
        self.published_s.append(_seconds(frame))
        self._images.publish(frame)

    def _speak(self) -> None:
        self._speech.publish(String(data=SENTENCES[self._said % len(SENTENCES)]))
        self._said += 1

    def _on_state(self, msg: Any) -> None:
        self.states.append((_seconds(msg), self.now_s()))

    def _on_faces(self, msg: Any) -> None:
        self.processed[_seconds(msg)] = len(msg.faces)

    @staticmethod
    def _to_msg(frame: NDArray[np.uint8], is_compressed: bool) -> Image | CompressedImage:
        if is_compressed:
            _, jpeg = cv2.imencode('.jpg', frame, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
            return CompressedImage(format='jpeg', data=array('B', jpeg.tobytes()))
        height, width = frame.shape[:2]
        msg = Image(height=height, width=width, encoding='bgr8', step=3 * width)
        msg.data = array('B', frame.tobytes())
        return msg


def measure(args: argparse.Namespace) -> dict[str, float]:
    """Run the pipelines under the load; RuntimeError when one does not answer."""
    frames = np.load(args.frames)
    rclpy.init()
    robots = [Robot(f'robot_{n}', frames, args) for n in range(args.robots)]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        began_s = monotonic()
        processes = [_start_pipeline(robot.get_namespace(), args) for robot in robots]
        _all(robots, lambda robot: robot.spin_until(lambda: robot.states, TIMEOUT_S), 'no state')
        start_s = monotonic() - began_s
        _all(
            robots, lambda robot: robot.spin_until(robot.is_connected, TIMEOUT_S), 'no subscriber'
        )
        for robot in robots:
            robot.start()
        _all(
            robots,
            lambda robot: robot.spin_until(
                lambda: args.faces in robot.processed.values(), TIMEOUT_S
            ),
            'not every face was found',
        )
        _all(robots, lambda robot: not robot.spin_until(lambda: False, WARM_UP_S), '')
        pids = [process.pid for process in processes]
        before_s, cpu_s, begin_s = monotonic(), _cpu_s(pids), robots[0].now_s()
        _all(robots, lambda robot: not robot.spin_until(lambda: False, args.seconds), '')
        cpu_percent = 100.0 * (_cpu_s(pids) - cpu_s) / (monotonic() - before_s)
        end_s = robots[0].now_s() - 0.5  # the last images need time to be answered
        rss_mb = sum(map(_rss_bytes, pids)) / 1e6
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
        for process in processes:
            process.wait(TIMEOUT_S)
    ages_ms, hits = [], []
    for robot in robots:
        stamps = [stamp_s for stamp_s in robot.published_s if begin_s <= stamp_s <= end_s]
        ages_ms += ages_of(stamps, robot.states)
        hits += [stamp_s in robot.processed for stamp_s in stamps]
    return {
        'p50_ms': float(np.quantile(ages_ms, 0.5)),
        'p95_ms': float(np.quantile(ages_ms, 0.95)),
        'processed_percent': 100.0 * float(np.mean(hits)),
        'cpu_percent': cpu_percent,
        'rss_mb': rss_mb,
        'start_s': start_s,
    }


def ages_of(stamps_s: Sequence[float], states: Sequence[tuple[float, float]]) -> list[float]:
    """Return how old (ms) the images of these stamps were when the first state of each came.

    ``states`` are stamp and arrival (s) of each; an image without a state has no age.
    """
    first: dict[float, float] = {}
    for stamp_s, arrival_s in states:
        first.setdefault(stamp_s, arrival_s)
    return [1e3 * (first[stamp_s] - stamp_s) for stamp_s in stamps_s if stamp_s in first]


def _start_pipeline(namespace: str, args: argparse.Namespace) -> subprocess.Popen[bytes]:
    transport = 'compressed' if args.compressed else 'raw'
    text = f'/**/vision_node: {{ros__parameters: {{image_transport: {transport}}}}}\n'
    params = args.frames.with_suffix('.yaml')
    params.write_text(text, encoding='utf-8')
    arguments = ['-r', f'__ns:={namespace}', '--params-file', str(params)]
    # The nodes as on a robot: the DDS profile of the environment is for the camera's process.
    environment = {k: v for k, v in os.environ.items() if not k.endswith('PROFILES_FILE')}
    return subprocess.Popen(
        [sys.executable, '-c', PROGRAM, '--ros-args', *arguments],
        env={**environment, 'ROS_PYTHON_CHECK_FIELDS': '0', 'PYTHONPATH': _python_path()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _python_path() -> str:
    return os.pathsep.join([str(Path.cwd()), os.environ.get('PYTHONPATH', '')])


def _all(robots: Sequence[Robot], action: Callable[[Robot], bool], failure: str) -> None:
    with ThreadPoolExecutor(len(robots)) as threads:
        if not all(threads.map(action, robots)):
            raise RuntimeError(failure)


def _cpu_s(pids: Sequence[int]) -> float:
    """Return the processor time of the processes so far (proc(5): utime and stime)."""
    fields = [Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split() for pid in pids]
    return sum(int(field[11]) + int(field[12]) for field in fields) / os.sysconf('SC_CLK_TCK')


def _rss_bytes(pid: int) -> int:
    pages = int(Path(f'/proc/{pid}/statm').read_text().split()[1])
    return pages * os.sysconf('SC_PAGE_SIZE')


def _seconds(msg: Any) -> float:
    return float(msg.header.stamp.sec + msg.header.stamp.nanosec / 1e9)


def main() -> int:
    """Measure one load and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('frames', type=Path, help='BGR images, uint8 [N, height, width, 3] (.npy)')
    parser.add_argument('--faces', type=int, default=1, help='how many are in each image')
    parser.add_argument('--fps', type=float, default=30.0)
    parser.add_argument('--robots', type=int, default=1, help='pipelines in namespaces')
    parser.add_argument('--seconds', type=float, default=10.0)
    parser.add_argument('--compressed', action='store_true')
    parser.add_argument('--talk', action='store_true', help='two sentences a second as well')
    print(json.dumps(measure(parser.parse_args())))
    return 0


if __name__ == '__main__':
    sys.exit(main())
