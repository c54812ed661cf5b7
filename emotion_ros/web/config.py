# SPDX-License-Identifier: MIT
"""Parameters of dashboard_node."""

from dataclasses import dataclass

from emotion_ros.core.image_topics import AUTO, TRANSPORTS
from emotion_ros.core.options import Options, option
from emotion_ros.perception.text.config import SPEECH_TYPES


@dataclass(frozen=True)
class DashboardConfig(Options):
    """Parameters of dashboard_node."""

    host: str = option(
        '127.0.0.1',
        'address; any but 127.0.0.1 and ::1 opens the page to other machines',
    )
    port: int = option(8080, 'TCP port; 0: any free one', low=0, high=65535)
    rate: float = option(10.0, 'update rate of the page (Hz)', low=1.0, high=30.0)
    show_image: bool = option(False, 'show the camera image, which shows people')
    image_transport: str = option(AUTO, 'as of vision_node, for show_image', choices=TRANSPORTS)
    speech_type: str = option(AUTO, 'as of sentiment_node', choices=SPEECH_TYPES)
    rotate: int = option(
        0, 'as of vision_node, for show_image (degrees)', choices=(0, 90, 180, 270)
    )
