# SPDX-License-Identifier: MIT
"""demo_source over real DDS: the story is played once, in order, at the chosen level."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import Image
from std_msgs.msg import Header, String

from emotion_ros.conversions.from_msg import msg_to_state, stamp_to_seconds
from emotion_ros.demo.source_node import LATCHED, STARTED_TOPIC, DemoSourceNode
from emotion_ros.errors import ConfigError
from emotion_ros.msg import (
    Audio,
    EmotionEvidence,
    EmotionState,
    FaceEmotionArray,
    TextSentiment,
)
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from graph import Graph

STORY = """
- {at: 0.0, show: nobody, expect: {status: no_person, within_s: 1.0}}
- {at: 1.0, show: [{image: white.png, x: 0, y: 0, height_px: 480, emotion: happy}], say: one,
   sentiment: positive, expect: {status: ok, emotion: happy, within_s: 0.1}}
- {at: 2.0, say: two, sentiment: negative, expect: {conflict: true, within_s: 0.1}}
- {at: 3.0, show: camera_off, say: three}
"""
HAPPY, UNKNOWN = EmotionState.HAPPY, EmotionState.UNKNOWN


@pytest.fixture
def story(tmp_path) -> str:
    """Return the path of a storyboard with a white picture."""
    cv2.imwrite(str(tmp_path / 'white.png'), np.full((480, 640, 3), 255, np.uint8))
    path = tmp_path / 'story.yaml'
    path.write_text(STORY)
    return str(path)


def story_times(started: list[Header], headers: list[Header]) -> list[float]:
    zero_s = stamp_to_seconds(started[-1].stamp)
    return [stamp_to_seconds(h.stamp) - zero_s for h in headers]


def test_frames_and_words(graph: Graph, story: str):
    started = graph.listen(Header, STARTED_TOPIC, LATCHED)
    images = graph.listen(Image, 'image')
    speech = graph.listen(String, 'speech')
    graph.add(DemoSourceNode, storyboard=story)
    graph.until(lambda: len(speech) == 3, 'the last words')
    assert [msg.data for msg in speech] == ['one', 'two', 'three']
    assert [header.frame_id for header in started] == [story]
    times = story_times(started, [image.header for image in images])
    assert times[0] == pytest.approx(0.0, abs=1e-6)
    assert all(a < b for a, b in pairwise(times))
    assert 2.0 < times[-1] < 3.0
    assert {(i.width, i.height, i.encoding, i.step, len(i.data)) for i in images} == {
        (640, 480, 'bgr8', 1920, 640 * 480 * 3)
    }
    for t_s, image in zip(times, images, strict=True):
        assert bool(np.min(image.data) == 255) is (t_s >= 1.0)


def test_modalities(graph: Graph, story: str):
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    text = graph.listen(TextSentiment, 'emotion/text')
    graph.add(DemoSourceNode, storyboard=story, level='modalities')
    graph.until(lambda: len(text) == 3, 'the last words')
    assert [msg.sentiment for msg in text] == [2, 0, TextSentiment.UNKNOWN]
    assert [len(msg.faces) for msg in faces] == sorted(len(msg.faces) for msg in faces)
    assert len(faces[0].faces) == 0
    (face,) = faces[-1].faces
    assert (face.emotion, list(face.box_xyxy)) == (HAPPY, [0.0, 0.0, 0.75, 1.0])


def test_states(graph: Graph, story: str):
    states = graph.listen(EmotionState, 'emotion_state')
    graph.add(DemoSourceNode, storyboard=story, level='state')
    graph.until(lambda: states and states[-1].conflict, 'the conflict')
    seen = [(s.status, s.emotion, s.conflict) for s in states]
    assert list(dict.fromkeys(seen)) == [
        (EmotionState.STATUS_NO_PERSON, UNKNOWN, False),
        (EmotionState.STATUS_OK, HAPPY, False),
        (EmotionState.STATUS_OK, HAPPY, True),
    ]
    assert all(msg_to_state(state).label == state.label for state in states)


def test_the_story_waits_for_subscribers(graph: Graph, story: str):
    started = graph.listen(Header, STARTED_TOPIC, LATCHED)
    node = graph.add(DemoSourceNode, storyboard=story, wait_for_subscribers=60.0)
    ticks = []
    node.create_timer(0.05, lambda: ticks.append(1))
    graph.until(lambda: len(ticks) > 10, 'some ticks')
    assert started == []
    graph.listen(Image, 'image')
    speech = graph.listen(String, 'speech')
    graph.until(lambda: speech, 'the first words')
    assert speech[0].data == 'one'


def test_the_story_does_not_wait_for_ever(graph: Graph, story: str):
    started = graph.listen(Header, STARTED_TOPIC, LATCHED)
    graph.add(DemoSourceNode, storyboard=story, wait_for_subscribers=0.1)
    graph.until(lambda: started, 'the beginning')


def test_a_loop_begins_again(graph: Graph, story: str):
    started = graph.listen(Header, STARTED_TOPIC, LATCHED)
    speech = graph.listen(String, 'speech')
    graph.listen(Image, 'image')
    graph.add(DemoSourceNode, storyboard=story, loop=True)
    graph.until(lambda: len(speech) >= 5, 'the words of the second time')
    assert [msg.data for msg in speech][:5] == ['one', 'two', 'three', 'one', 'two']
    assert len(started) == 2


@pytest.mark.parametrize(
    ('parameters', 'error'),
    [
        ({'storyboard': '/absent/story.yaml'}, '/absent/story.yaml: cannot be read'),
        ({'level': 'pixels'}, "level: 'pixels' is not one of frames, modalities, state"),
        ({'rate': 0.0}, 'rate'),
        ({'tempo': 1.0}, "unknown parameter 'tempo'"),
    ],
)
def test_a_wrong_parameter_is_named(graph: Graph, parameters, error):
    with pytest.raises(ConfigError, match=error):
        graph.add(DemoSourceNode, **parameters)


def test_a_missing_picture_is_named_before_the_story_begins(graph: Graph, story: str):
    (Path(story).parent / 'white.png').unlink()
    with pytest.raises(ConfigError, match='white.png: cannot be read'):
        graph.add(DemoSourceNode, storyboard=story)


SPOKEN = """
- {at: 0.3, show: nobody, say: I am happy!, voice: happy}
- {at: 2.0, say: silent, expect: {status: no_person, within_s: 0.1}}
"""


def test_a_spoken_story_is_gapless_sound(graph: Graph, tmp_path):
    path = tmp_path / 'spoken.yaml'
    path.write_text(SPOKEN)
    started = graph.listen(Header, STARTED_TOPIC, LATCHED)
    sound = graph.listen(Audio, 'audio')
    graph.add(DemoSourceNode, storyboard=str(path))
    graph.until(lambda: sum(len(msg.samples) for msg in sound) > 2.2 * SAMPLE_RATE, 'the sound')
    assert {(msg.sample_rate, msg.channels) for msg in sound} == {(SAMPLE_RATE, 1)}
    times = story_times(started, [msg.header for msg in sound])
    ends = [t + len(m.samples) / SAMPLE_RATE for t, m in zip(times, sound, strict=True)]
    assert times[1:] == pytest.approx(ends[:-1], abs=1e-4)
    samples = np.concatenate([np.asarray(msg.samples, float) for msg in sound])
    loud = np.flatnonzero(np.abs(samples) > 1000) / SAMPLE_RATE + times[0]
    assert 0.3 <= loud[0] < 0.5
    assert loud[-1] < 2.0


def test_the_label_of_a_voice_is_evidence(graph: Graph, tmp_path):
    path = tmp_path / 'spoken.yaml'
    path.write_text(SPOKEN)
    found = graph.listen(EmotionEvidence, 'emotion/evidence')
    text = graph.listen(TextSentiment, 'emotion/text')
    graph.add(DemoSourceNode, storyboard=str(path), level='modalities')
    graph.until(lambda: len(text) == 2, 'the last words')
    assert [(msg.modality, msg.detail) for msg in found] == [('voice', 'Happy (90%)')]
    assert found[0].probabilities[HAPPY] == pytest.approx(0.9)
