# SPDX-License-Identifier: MIT
"""The options of the demo source."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option

FRAMES, MODALITIES, STATE = LEVELS = ('frames', 'modalities', 'state')


@dataclass(frozen=True)
class DemoConfig(Options):
    """Parameters of the node that plays a storyboard."""

    storyboard: str = option('', 'path of the storyboard (YAML); empty: the packaged one')
    level: str = option(
        FRAMES,
        'what is published: camera frames and words, the two modalities as if read by perfect '
        'models, or the expected states themselves',
        choices=LEVELS,
    )
    rate: float = option(20.0, 'frames (or states) per second, in Hz', low=1.0, high=60.0)
    loop: bool = option(False, 'start again at the end')
    wait_for_subscribers: float = option(
        5.0, 'the story waits this long for somebody to listen, in s', low=0.0, high=60.0
    )
