# SPDX-License-Identifier: MIT
"""Vision on another computer, over a link that loses packets: ``python -m studies.wireless``.

Camera and fusion run in one network namespace, vision_node in another. A relay between the two
delays and drops Ethernet frames in both directions; no link layer sends them again. Needs root,
``ip`` and /dev/net/tun. Prints a table, and how soon vision is back after the link was down.
"""

import ctypes
import fcntl
import heapq
import os
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from multiprocessing import Array, Process
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.command import options
from benchmarks.driver import ages_ms
from benchmarks.figure import NotMeasured, format_value
from benchmarks.robot import Robot, image_messages, temporary_nodes
from benchmarks.scenario import Scenario
from benchmarks.synthetic_frames import frames_of

PROGRAMS = Path(__file__).parents[2] / 'install' / 'emotion_ros' / 'lib' / 'emotion_ros'
BITS_PER_S = 30e6
LONGEST_QUEUE_S = 0.2  # in a router; what is later is dropped
OUTAGE_S, TIMEOUT_S, LATE_S, WARM_UP_S = 8.0, 60.0, 1.0, 3.0
TUNSETIFF, IFF_TAP, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x2, 0x1000, 0x40000000
NAMESPACES = {'emotion_a': '10.99.0.1/24', 'emotion_b': '10.99.0.2/24'}


class Loss(NamedTuple):
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


def answers(robot: Robot, seconds: float) -> list[float]:
    """Return % of the images answered, median and p95 of the ages (ms), longest gap (s)."""
    begin_s = robot.now_s()
    robot.spin_for(seconds)
    end_s = robot.now_s()
    robot.spin_for(LATE_S)
    stamps_s = [stamp_s for stamp_s in robot.published_s if begin_s <= stamp_s <= end_s]
    answered_ms = ages_ms(stamps_s, robot.faces)
    arrivals_s = [m.arrival_s for m in robot.states if begin_s <= m.arrival_s <= end_s]
    p50, p95 = np.quantile(answered_ms or [np.nan], (0.5, 0.95)).tolist()
    gap_s = float(np.diff([begin_s, *arrivals_s, end_s]).max())
    return [100.0 * len(answered_ms) / len(stamps_s), p50, p95, gap_s]


def wait_for_faces(robot: Robot) -> float:
    """Return after how long (s) an image of from now on was answered; NotMeasured if none."""
    begin_s = robot.now_s()
    while not any(m.stamp_s > begin_s for m in robot.faces[-1:]):
        if robot.now_s() - begin_s > TIMEOUT_S:
            raise NotMeasured('no answer from vision_node')
        robot.spin_once(0.05)
    return robot.now_s() - begin_s


def main() -> int:
    """Measure and print."""
    args = options(__doc__, seconds=15, width=640, fps=15, quality=80).parse_args()
    width = int(args.width)
    camera = Scenario('camera', width, width * 3 // 4, is_moving=True, is_compressed=True)
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
        vision = ('--ros-args', '-p', 'image_transport:=compressed')
        for namespace, command in ((here, ('fusion_node',)), (there, ('vision_node', *vision))):
            program = ['ip', 'netns', 'exec', namespace, str(PROGRAMS / command[0]), *command[1:]]
            node = subprocess.Popen(program, stderr=subprocess.DEVNULL)
            stack.callback(node.wait)
            stack.callback(node.send_signal, signal.SIGINT)
        with open(f'/run/netns/{here}') as namespace_file:
            if ctypes.CDLL(None).setns(namespace_file.fileno(), CLONE_NEWNET):
                raise OSError('setns')
        images = image_messages(camera, frames_of(camera), int(args.quality))
        (robot,) = stack.enter_context(temporary_nodes(partial(Robot, images, False)))
        robot.start_images(args.fps)
        wait_for_faces(robot)
        robot.spin_for(WARM_UP_S)
        table = Table('link', box=box.MARKDOWN)
        for heading in ('images answered (%)', 'median (ms)', 'p95 (ms)', 'longest gap (s)'):
            table.add_column(heading, justify='right')
        for phase in PHASES:
            link[:] = [phase.delay_s, phase.share]
            table.add_row(phase.name, *map(format_value, answers(robot, args.seconds)))
        link[1] = 1.0
        robot.spin_for(OUTAGE_S)
        link[1] = PHASES[-1].share
        back_s = wait_for_faces(robot)
        Console(width=120).print(table)
        print(f'images of {len(images[0].data) / 1e3:.0f} kB at {args.fps:g} Hz')
        print(f'{back_s:.2f} s until faces come again, after {OUTAGE_S:g} s without a link')
    return 0


if __name__ == '__main__':
    sys.exit(main())
