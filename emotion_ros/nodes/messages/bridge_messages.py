# SPDX-License-Identifier: MIT
"""To foxglove_msgs and hri_msgs (REP-155, ROS4HRI), which are imported only when used."""

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

from emotion_ros.core.expression import Expression
from emotion_ros.core.face_outline import FaceOutline
from emotion_ros.errors import MissingDependency
from emotion_ros.msg import FaceEmotion

FOXGLOVE, HRI = 'foxglove_msgs', 'hri_msgs'
LINE_PX = 2.0
FONT_PX = 16.0
RGBA = (0.31, 0.86, 0.31, 1.0)
BEHIND_TEXT_RGBA = (0.0, 0.0, 0.0, 0.6)


def require_msgs(package: str) -> ModuleType:
    """Return the messages of a package; MissingDependency, with what installs it, without."""
    try:
        return import_module(f'{package}.msg')
    except ImportError as error:
        deb = package.replace('_', '-')
        raise MissingDependency(
            f'{package} is not installed (apt: ros-$ROS_DISTRO-{deb})'
        ) from error


def outlines_to_msg(outlines: Iterable[FaceOutline], stamp: Time) -> Any:
    """Return a foxglove_msgs/ImageAnnotations; without outlines it removes the last ones."""
    msgs = require_msgs(FOXGLOVE)
    annotations = msgs.ImageAnnotations()
    for outline in outlines:
        box = msgs.PointsAnnotation(
            timestamp=stamp,
            type=msgs.PointsAnnotation.LINE_LOOP,
            points=[msgs.Point2(x=float(x), y=float(y)) for x, y in outline.corners_xy],
            outline_color=_colour(msgs, RGBA),
            thickness=LINE_PX,
        )
        x, y = outline.caption_xy
        caption = msgs.TextAnnotation(
            timestamp=stamp,
            position=msgs.Point2(x=float(x), y=float(y)),
            text=outline.caption,
            font_size=FONT_PX,
            text_color=_colour(msgs, RGBA),
            background_color=_colour(msgs, BEHIND_TEXT_RGBA),
        )
        annotations.points.append(box)
        annotations.texts.append(caption)
    return annotations


def expression_to_msg(expression: Expression, header: Header) -> Any:
    """Return a hri_msgs/Expression."""
    return require_msgs(HRI).Expression(
        header=header,
        expression=expression.expression,
        valence=float(expression.valence),
        arousal=float(expression.arousal),
        confidence=float(expression.confidence),
    )


def box_to_msg(face: FaceEmotion, header: Header) -> Any:
    """Return a hri_msgs/NormalizedRegionOfInterest2D."""
    x1, y1, x2, y2 = (float(value) for value in face.box_xyxy)
    roi = require_msgs(HRI).NormalizedRegionOfInterest2D
    return roi(header=header, xmin=x1, ymin=y1, xmax=x2, ymax=y2, c=float(face.detection_score))


def _colour(msgs: ModuleType, rgba: tuple[float, float, float, float]) -> Any:
    red, green, blue, alpha = rgba
    return msgs.Color(r=red, g=green, b=blue, a=alpha)
