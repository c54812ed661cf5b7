# SPDX-License-Identifier: MIT
"""The pictures of the demo are read as the story says, by every detector that is installed."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from docs.tools.draw_faces import FACES, FOLDER, picture
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.demo.frame_renderer import FrameRenderer
from emotion_ros.demo.storyboard import View
from emotion_ros.demo.storyboard_file import load_storyboard, packaged_storyboard
from emotion_ros.errors import MissingDependency
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.detectors.factory import KINDS
from emotion_ros.perception.face.pipeline import FacePipeline, make_face_pipeline

LEAST = 0.75
MOST_BYTES = 110_000
JPEG_ERROR = 40  # levels
STORY = load_storyboard(packaged_storyboard())
VIEWS = list(dict.fromkeys(cue.show for cue in STORY.cues if cue.show and cue.show.pictures))


@pytest.fixture(scope='module', params=KINDS[1:])
def pipeline(request: pytest.FixtureRequest) -> FacePipeline:
    """Return the shipped network behind one detector."""
    if not (packaged_weights() / 'face_emotion.json').is_file():
        pytest.skip('no face network')
    try:
        return make_face_pipeline(VisionConfig(face_detector=request.param))
    except MissingDependency as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize('view', VIEWS, ids=lambda view: '+'.join(p.image for p in view.pictures))
def test_every_face_of_the_story_is_read_as_it_is_meant(view: View, pipeline: FacePipeline):
    pipeline.reset()
    frame = FrameRenderer(STORY, packaged_storyboard().parent).render(view, 0)
    faces = sorted(pipeline.process(frame, 0.0).faces, key=lambda face: face.box_xyxy[0])
    meant = [p.emotion for p in sorted(view.pictures, key=lambda p: p.x)]
    assert [EMOTIONS[int(np.argmax(face.probabilities))] for face in faces] == [
        emotion.label for emotion in meant
    ]
    assert min(max(face.probabilities) for face in faces) >= LEAST


@pytest.mark.parametrize('label', FACES)
def test_the_drawings_are_those_of_the_parameters(label: str):
    shipped = cv2.imread(str(FOLDER / f'drawn_{label}.jpg')).astype(float)
    changed = np.abs(picture(*FACES[label]) - shipped).max(axis=2) > JPEG_ERROR
    assert changed.mean() < 0.001


def test_the_pictures_are_small():
    files: list[Path] = list(FOLDER.glob('*.jpg'))
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES
