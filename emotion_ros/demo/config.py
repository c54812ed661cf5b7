# SPDX-License-Identifier: MIT
"""Parameters of demo_source."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option

FRAMES, MODALITIES, STATE = LEVELS = ('frames', 'modalities', 'state')


@dataclass(frozen=True)
class DemoConfig(Options):
    """Parameters of demo_source."""

    storyboard: str = option('', 'YAML file; empty: the packaged one')
    level: str = option(
        FRAMES,
        'publish images and speech, results of perfect models, or finished states',
        choices=LEVELS,
    )
    rate: float = option(20.0, 'frames or states per second (Hz)', low=1.0, high=60.0)
    loop: bool = option(False, 'start again at the end')
    wait_for_subscribers: float = option(
        5.0, 'longest wait for subscribers (s)', low=0.0, high=60.0
    )
