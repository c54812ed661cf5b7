# SPDX-License-Identifier: MIT
"""Pictures that a camera may send, and a camera that sends one of them over and over."""

from array import array
from itertools import cycle

import cv2
import numpy as np
from builtin_interfaces.msg import Time
from numpy.typing import NDArray
from rclpy.timer import Timer
from sensor_msgs.msg import Image

from emotion_ros.conversions.from_msg import stamp_to_seconds
from emotion_ros.demo.frame_renderer import FrameRenderer
from emotion_ros.demo.storyboard import Cue, Picture, Storyboard, View
from emotion_ros.demo.storyboard_file import packaged_storyboard
from emotion_ros.nodes.messages.stamps import seconds_to_stamp
from graph import Graph

WIDTH, HEIGHT = 640, 480
DRAWN_FACE = 'demo/drawn_neutral.jpg'
ONE_FACE = View((Picture('demo/astronaut.jpg', x=140, y=40, height_px=360),))

Grey = NDArray[np.uint8]


def bright_square() -> Grey:
    """Return a small black picture with a bright square, a drawn face, which fakes find."""
    drawn = cv2.imread(str(packaged_storyboard().parent / DRAWN_FACE), cv2.IMREAD_GRAYSCALE)
    face = cv2.resize(drawn[100:300, 100:300], (80, 80), interpolation=cv2.INTER_AREA)
    picture = np.zeros((120, 160), np.uint8)
    picture[20:100, 40:120] = cv2.normalize(face, np.empty_like(face), 100, 255, cv2.NORM_MINMAX)
    return picture


def large_square() -> Grey:
    """Return the same in 640 x 480."""
    return bright_square().repeat(4, axis=0).repeat(4, axis=1)


def smiling_face() -> Grey:
    """Return a picture of 640 x 480 in which the shipped models see one happy face."""
    renderer = FrameRenderer(Storyboard((Cue(0.0, show=ONE_FACE),)), packaged_storyboard().parent)
    return np.asarray(cv2.cvtColor(renderer.render(ONE_FACE, 0), cv2.COLOR_BGR2GRAY), np.uint8)


def still(picture: Grey, stamp: Time) -> Image:
    """Return a grey picture as a message."""
    height, width = picture.shape
    msg = Image(height=height, width=width, encoding='mono8', step=width)
    msg.header.stamp = stamp
    msg.header.frame_id = 'camera'
    msg.data = array('B', picture.tobytes())
    return msg


class Camera:
    """Films still pictures in turn at a rate, from the test's node; knows when it took each."""

    def __init__(self, graph: Graph, picture: Grey, fps: float, *others: Grey) -> None:
        self.shown_s: list[float] = []
        self._graph = graph
        self._msgs = cycle(still(each, Time()) for each in (picture, *others))
        self._timer: Timer | None = None
        self._publisher = graph.publisher(Image, 'image', 1)
        self.film(fps)

    def film(self, fps: float) -> None:
        """Go on at another rate."""
        self.stop()
        self._timer = self._graph.tester.create_timer(1.0 / fps, self.show)

    def stop(self) -> None:
        """Film nothing more."""
        if self._timer is not None:
            self._graph.tester.destroy_timer(self._timer)
            self._timer = None

    def show(self, age_s: float = 0.0) -> float:
        """Send the picture as if taken so long ago; return its stamp."""
        now_s = self._graph.tester.get_clock().now().nanoseconds / 1e9
        msg = next(self._msgs)
        msg.header.stamp = seconds_to_stamp(now_s - age_s)
        stamp_s = stamp_to_seconds(msg.header.stamp)
        self.shown_s.append(stamp_s)
        self._publisher.publish(msg)
        return stamp_s
