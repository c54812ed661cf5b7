# SPDX-License-Identifier: MIT
"""One person in front of a slow, uneven or flickering camera: ids and states.

A further report is one line more in CAMERAS.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
import pytest

from emotion_ros.bag.offline_fusion import FusionInput, OfflineFusion, Publication
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.config import FusionConfig
from emotion_ros.core.observations import FacesObservation
from emotion_ros.core.state import Status
from emotion_ros.core.units import NANOSECONDS
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.detectors.detector import FaceBox
from emotion_ros.perception.face.pipeline import FacePipeline, make_face_pipeline
from fakes import HappyFaceClassifier

PORTRAIT = cv2.imread(str(Path(__file__).parents[2] / 'config/demo/astronaut.jpg'))
PICTURE = np.asarray(cv2.resize(PORTRAIT, (240, 240)), np.uint8)
FACE = (96.0, 36.0, 164.0, 104.0)
START_S = 1_700_000_000.0
DEFAULTS: dict[str, float] = {}
WEIGHTS = packaged_weights()


def raised(period_s: float) -> dict[str, float]:
    """Return the options that docs/cameras.md advises for a slow camera."""
    return {
        'vision_timeout': min(2.5 * period_s, 10.0),
        'face_fresh_for': min(1.5 * period_s, 10.0),
    }


@dataclass(frozen=True)
class Camera:
    """A camera and what must come of it.

    ``images`` repeats: 1 is an image with the face, 0 a dark one, '.' one that is lost on the
    way. ``jitter`` is the largest deviation of a stamp, in periods; ``seconds`` the duration.
    ``found`` is the least share of the images with the face in which it is found, ``ok`` and
    ``actionable`` the least shares of the states after the first quarter.
    """

    name: str
    rate_hz: float
    options: dict[str, float]
    images: str = '1'
    jitter: float = 0.0
    found: float = 1.0
    ok: float = 0.0
    actionable: float = 0.0
    seconds: float = 40.0

    def frames(self) -> Iterator[tuple[float, bool]]:
        """Yield stamp (s) and whether the face can be seen."""
        noise = np.random.default_rng(7)
        for k, kind in zip(range(int(self.seconds * self.rate_hz)), cycle(self.images)):
            offset = noise.uniform(-self.jitter, self.jitter)
            if kind != '.':
                yield START_S + (k + 0.5 + offset) / self.rate_hz, kind == '1'


CAMERAS = [
    Camera('5 Hz', 5.0, DEFAULTS, jitter=0.2, ok=1.0, actionable=0.95),
    Camera('2 Hz', 2.0, DEFAULTS, ok=1.0, actionable=0.95),
    Camera('2 Hz, jitter', 2.0, DEFAULTS, jitter=0.1, ok=0.9, actionable=0.9),
    Camera('1.2 Hz', 1.2, DEFAULTS),
    Camera('1 Hz, jitter', 1.0, DEFAULTS, jitter=0.1),
    Camera('0.8 Hz', 0.8, DEFAULTS),
    Camera('0.5 Hz, jitter', 0.5, DEFAULTS, jitter=0.3),
    Camera('0.2 Hz', 0.2, DEFAULTS, seconds=100.0),
    Camera('2 Hz, raised', 2.0, raised(0.5), jitter=0.2, ok=1.0, actionable=0.95),
    Camera('1 Hz, raised', 1.0, raised(1.0), jitter=0.1, ok=1.0, actionable=0.95),
    Camera('0.8 Hz, raised', 0.8, raised(1.25), ok=1.0, actionable=0.95),
    Camera('0.8 Hz, as reported', 0.8, {'vision_timeout': 5.0, 'face_fresh_for': 3.0}, ok=1.0),
    Camera('0.5 Hz, raised', 0.5, raised(2.0), jitter=0.2, ok=1.0, actionable=0.95),
    Camera('0.2 Hz, raised', 0.2, raised(5.0), ok=1.0, actionable=0.95, seconds=100.0),
    Camera('0.2 Hz, jitter', 0.2, raised(5.0), jitter=0.2, ok=0.9, seconds=100.0),
    Camera('0.8 Hz, one in three lost', 0.8, raised(1.25), images='11.', ok=0.6),
    Camera('0.8 Hz, one in three dark', 0.8, raised(1.25), images='110', ok=0.6),
    Camera('0.5 Hz, two in four dark', 0.5, raised(2.0), images='1100', ok=0.6),
    Camera('5 Hz in bursts', 5.0, raised(2.0), images='111.......', ok=1.0),
    Camera('5 Hz, one bad in five', 5.0, DEFAULTS, images='11110', ok=1.0, actionable=0.95),
    Camera('10 Hz, one bad in five', 10.0, DEFAULTS, images='11110', ok=1.0, actionable=0.95),
    Camera('30 Hz, every other dark', 30.0, DEFAULTS, images='10', ok=1.0, seconds=8.0),
    Camera('30 Hz, stalls', 30.0, DEFAULTS, images=60 * '1' + 75 * '.', ok=0.3, seconds=18.0),
    Camera('30 Hz, dark seconds', 30.0, DEFAULTS, images=60 * '1' + 25 * '0', seconds=18.0),
]


class Lit:
    """Finds the face wherever the image is not black."""

    name = 'lit'

    def detect(self, image_bgr: np.ndarray) -> list[FaceBox]:
        return [FaceBox(FACE, 0.9)] if image_bgr.any() else []


def observe(vision: FacePipeline, camera: Camera) -> list[FusionInput]:
    inputs: list[FusionInput] = []
    for stamp_s, is_lit in camera.frames():
        report = vision.process(PICTURE if is_lit else PICTURE * 0, stamp_s)
        vision.run_deferred()
        observation = FacesObservation(stamp_s=stamp_s, faces=report.faces)
        inputs.append((round(stamp_s * NANOSECONDS), observation))
    return inputs


def fuse(inputs: list[FusionInput], options: dict[str, float]) -> list[Publication]:
    fusion = OfflineFusion(
        FusionConfig(**options),  # type: ignore[arg-type]
        load_fusion_card(WEIGHTS / 'fusion.json'),
    )
    return list(fusion.run(inputs, inputs[0][0], inputs[-1][0]))


@pytest.mark.parametrize('camera', CAMERAS, ids=lambda camera: camera.name)
def test_a_person_who_stays_is_one_person(camera: Camera) -> None:
    vision = FacePipeline(Lit(), HappyFaceClassifier(), VisionConfig())  # type: ignore[arg-type]
    inputs = observe(vision, camera)
    check(camera, inputs)


def check(camera: Camera, inputs: list[FusionInput]) -> None:
    reports = [observation for _, observation in inputs]
    lit = sum(is_lit for _, is_lit in camera.frames())
    ids = {face.face_id for report in reports for face in report.faces}  # type: ignore[union-attr]
    assert ids == {1}
    assert sum(bool(report.faces) for report in reports) >= camera.found * lit  # type: ignore[union-attr]
    publications = fuse(inputs, camera.options)
    assert {len(p.states) for p in publications} == {1}
    states = [p.state for p in publications[len(publications) // 4 :]]
    assert sum(state.status is Status.OK for state in states) >= camera.ok * len(states)
    assert sum(state.actionable for state in states) >= camera.actionable * len(states)


@pytest.mark.parametrize('timeout_s', [1.0, 5.0, 10.0])
def test_who_comes_to_the_same_place_leaves_no_ghost(timeout_s: float) -> None:
    camera = Camera('a person leaves, another comes', 30.0, DEFAULTS, images=60 * '1' + 40 * '0')
    vision = FacePipeline(Lit(), HappyFaceClassifier(), VisionConfig())  # type: ignore[arg-type]
    publications = fuse(observe(vision, camera), {'vision_timeout': timeout_s})
    assert max(len(p.states) for p in publications) == 1
    people = [p.state.person_id for p in publications if p.state.person_id]
    assert people == sorted(people, key=lambda person: int(person.removeprefix('face_')))
    assert len(set(people)) > 5


@pytest.mark.parametrize('rate_hz', [0.8, 5.0])
def test_the_real_pipeline_keeps_one_id(rate_hz: float) -> None:
    options, seconds = raised(1 / rate_hz), 15 / rate_hz
    camera = Camera('real', rate_hz, options, '11101', jitter=0.1, ok=0.8, seconds=seconds)
    check(camera, observe(make_face_pipeline(VisionConfig()), camera))
