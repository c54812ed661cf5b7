# SPDX-License-Identifier: MIT
"""From camera to browser with ``emotion-ros live``: ``python -m benchmarks.live_page``.

Starts the command on a generated video of one face (640x480, 30 Hz) and receives the messages of
its page. Prints median and 95th percentile of the time from the capture stamp of an image to the
first message with its faces. Both clocks are the machine's monotonic one.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import aiohttp
import cv2

from benchmarks.bench import cpu_model, positive
from benchmarks.figure import Figure, format_value, summarise
from benchmarks.synthetic_frames import paint_heads, with_noise

WIDTH, HEIGHT, RATE_HZ = 640, 480, 30.0
WARM_UP_S = 3.0
LIMIT_MS = 100.0


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when the figure is above LIMIT_MS."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=positive, default=10.0, help='duration (default: 10)')
    args = parser.parse_args(argv)
    load = os.getloadavg()[0]
    with TemporaryDirectory() as folder:
        figure = measure(write_video(Path(folder) / 'face.avi'), args.seconds)
    cores = len(os.sched_getaffinity(0))
    median, p95 = format_value(figure.value), format_value(figure.p95)
    print(f'{figure.name}: median {median} ms, 95 % {p95} ms (aim: {LIMIT_MS:.0f} ms)')
    print(f'{cpu_model()}, {cores} cores, load before: {load:.1f}')
    return int((figure.p95 or 0.0) > LIMIT_MS)


def write_video(path: Path) -> Path:
    """Write a video of one face with sensor noise."""
    codec = cv2.VideoWriter.fourcc(*'MJPG')
    writer = cv2.VideoWriter(str(path), codec, RATE_HZ, (WIDTH, HEIGHT))
    for image in list(with_noise(paint_heads(WIDTH, HEIGHT, 1))) * 10:
        writer.write(image)
    writer.release()
    return path


def measure(video: Path, seconds: float) -> Figure:
    """Return the figure of one run of the command."""
    command = [sys.executable, '-m', 'emotion_ros', 'live', '--camera', str(video)]
    pipes = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'text': True}
    with subprocess.Popen(command, **pipes) as process:
        try:
            url = next(line.strip() for line in process.stdout or () if line.startswith('http'))
            delays_ms = asyncio.run(receive(url, seconds))
        finally:
            process.terminate()
    return summarise('image to page', 'ms', delays_ms, limit=LIMIT_MS)


async def receive(url: str, seconds: float) -> list[float]:
    """Return how old every image was, in ms, when the page got its faces."""
    delays_ms, last_s = [], 0.0
    async with aiohttp.ClientSession() as session, session.ws_connect(f'{url}live') as page:
        begin_s = monotonic() + WARM_UP_S
        async for message in page:
            now_s = monotonic()
            if now_s > begin_s + seconds:
                break
            fields = json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else {}
            frame = fields.get('frame')
            if frame and frame['header']['stamp'] > last_s:
                last_s = frame['header']['stamp']
                if now_s > begin_s:
                    delays_ms.append(1e3 * (now_s - last_s))
    return delays_ms


if __name__ == '__main__':
    raise SystemExit(main())
