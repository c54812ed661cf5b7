# SPDX-License-Identifier: MIT
"""Animation of the dashboard for the README: ``python docs/tools/animation.py``.

Plays the demo's storyboard to the real nodes and writes docs/figures/dashboard.webp.
"""

import os
from pathlib import Path
from time import monotonic

import cv2
import numpy as np

from browser import chromium_page, load
from emotion_ros.demo.runner import node_arguments
from emotion_ros.sandbox.domain import free_domain, isolated
from emotion_ros.sandbox.processes import Programs
from screenshots import FIGURES, VIEW, free_port, start_dashboard, wait_for

FILE = FIGURES / 'dashboard.webp'
SIZE = (1280, 800)
WIDTH = 960
FROM_S, TO_S, PERIOD_S = 3.5, 26.0, 0.75
QUALITY = 60


def main() -> int:
    """Take a picture every PERIOD_S of the story and write them as one file."""
    environment = isolated(free_domain())
    os.environ.update(environment)
    pictures = []
    with chromium_page() as page, Programs(environment) as programs:
        programs.start('pipeline', 'emotion_ros.nodes.pipeline', node_arguments(None))
        port = free_port()
        start_dashboard(programs, port)
        load(page, f'http://127.0.0.1:{port}/', *SIZE)
        programs.start('demo_source', 'emotion_ros.demo.source_node')
        wait_for(page, f'{VIEW} === "no_person"')
        page.evaluate('about.show_image = true')
        began_s = monotonic()
        for at_s in np.arange(FROM_S, TO_S, PERIOD_S):
            page.wait_for_timeout(max(1000 * (began_s + at_s - monotonic()), 0.0))
            pictures.append(page.screenshot())
    write_animation(pictures, FILE)
    print(f'{FILE}: {len(pictures)} pictures, {FILE.stat().st_size / 1000:.0f} kB')
    return 0


def write_animation(pngs: list[bytes], path: Path) -> None:
    """Write PNG pictures as an endless animation of WIDTH px."""
    animation = cv2.Animation()
    frames = []
    for png in pngs:
        image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
        height = round(image.shape[0] * WIDTH / image.shape[1])
        frames.append(cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA))
    animation.frames = frames
    animation.durations = [round(PERIOD_S * 1000)] * len(frames)
    cv2.imwriteanimation(str(path), animation, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])


if __name__ == '__main__':
    raise SystemExit(main())
