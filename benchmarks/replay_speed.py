# SPDX-License-Identifier: MIT
"""Speed of a replay: ``python -m benchmarks.replay_speed``.

Records a face in front of a 640x480 camera as JPEG, 30 frames per second, and runs
``emotion-ros replay --json`` on it as a separate process. Exit code 1 when that fails.
"""

import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import cv2

from benchmarks.command import options
from benchmarks.synthetic_frames import paint_heads, with_noise
from emotion_ros.bag.types import COMPRESSED_IMAGE, STRING
from emotion_ros.bag.writer import BagWriter
from emotion_ros.core.units import NANOSECONDS

WIDTH, HEIGHT, RATE_HZ = 640, 480, 30
JPEG_QUALITY = 90
START_S, SPEECH_EVERY_S = 1_700_000_000, 5


def main() -> int:
    """Record, replay, print one line; return the exit code of the replay."""
    seconds = round(60.0 * options(__doc__, minutes=10).parse_args().minutes)
    with TemporaryDirectory() as folder:
        bag = Path(folder) / 'bag'
        record(bag, seconds)
        began_s = perf_counter()
        command = (sys.executable, '-m', 'emotion_ros', 'replay', str(bag), '--json')
        code = subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
        took_s = perf_counter() - began_s
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_ms = 1e3 * (used.ru_utime + used.ru_stime) / (seconds * RATE_HZ)
    print(
        f'{seconds} s of {WIDTH}x{HEIGHT} JPEG at {RATE_HZ} Hz replayed in {took_s:.1f} s: '
        f'{seconds / took_s:.1f} times real time, {seconds * RATE_HZ / took_s:.0f} frames/s, '
        f'{cpu_ms:.2f} ms of processor time per frame, {used.ru_maxrss / 1024:.0f} MB '
        f'({len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f})'
    )
    return code


def record(path: Path, seconds: int) -> None:
    """Write the bag: the same frames again and again, and a sentence every SPEECH_EVERY_S."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    frames = with_noise(paint_heads(WIDTH, HEIGHT, 1))
    jpegs = [cv2.imencode('.jpg', frame, quality)[1].ravel() for frame in frames]
    with BagWriter(path) as writer:
        for number in range(seconds * RATE_HZ):
            time_ns = START_S * NANOSECONDS + number * NANOSECONDS // RATE_HZ
            data = jpegs[number % len(jpegs)]
            fields = {'header': {'stamp': time_ns / NANOSECONDS}, 'format': 'jpeg', 'data': data}
            writer.write(time_ns, '/camera/image_raw/compressed', COMPRESSED_IMAGE, fields)
            if number % (SPEECH_EVERY_S * RATE_HZ) == 0:
                writer.write(time_ns, '/speech_to_text', STRING, {'data': 'I am so happy today'})


if __name__ == '__main__':
    raise SystemExit(main())
