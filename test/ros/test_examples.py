# SPDX-License-Identifier: MIT
"""The example programs, as a reader of the docs would start them."""

import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from std_msgs.msg import String

from emotion_ros.core.emotions import Emotion
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.core.fusion.opinion_pool import pool
from emotion_ros.files.resources import packaged_weights
from emotion_ros.msg import EmotionEvidence, EmotionState, FaceEmotion, FaceEmotionArray
from emotion_ros.nodes.fusion_node import FusionNode
from examples import sure

EXAMPLES = Path(__file__).parents[2] / 'examples'
FACE_WEIGHT, POSTURE_WEIGHT = 0.8, 0.5
PROCESS_S = 60.0


@pytest.fixture
def start(ros_domain: int) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Return a function that starts an example; all are stopped at the end."""
    processes: list[subprocess.Popen[str]] = []

    def run(name: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(EXAMPLES / name), *arguments]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.terminate()
        process.communicate(timeout=10)


def test_a_fake_posture_changes_the_state_by_the_formula(graph, start):
    start('fake_posture.py', '--emotion', 'sad', '--confidence', '0.7')
    states = graph.listen(EmotionState, 'emotion_state')
    options = {'filter': 'none', 'face_weight': FACE_WEIGHT, 'other_weight': POSTURE_WEIGHT}
    graph.add(FusionNode, face_fresh_for=10.0, vision_timeout=10.0, fresh_for=10.0, **options)
    faces = graph.publisher(FaceEmotionArray, 'emotion/faces')

    def with_posture() -> list[EmotionState]:
        return [s for s in states if [e.modality for e in s.evidence] == ['face', 'posture']]

    show = lambda: faces.publish(happy_face(graph))  # noqa: E731
    state = graph.until(with_posture, 'a state with face and posture', PROCESS_S, show)[-1]
    assert [e.weight for e in state.evidence] == pytest.approx([FACE_WEIGHT, POSTURE_WEIGHT])
    assert state.probabilities == pytest.approx(expected(), abs=1e-4)
    assert state.summary == 'Vision: Happy (60%), Posture: Sad (70%)'


def test_a_posture_may_be_a_network_that_returns_numpy(graph):
    FakePosture = runpy.run_path(str(EXAMPLES / 'fake_posture.py'))['FakePosture']  # noqa: N806
    result = np.full(7, 1 / 7, np.float32), np.float32(0.7)
    heard = graph.listen(EmotionEvidence, 'emotion/evidence')
    posture = graph.add(lambda **options: FakePosture('sad', 0.7, **options))
    posture.observe = lambda: result
    graph.until(lambda: heard, 'the evidence')
    assert graph.errors == []
    assert heard[0].quality == pytest.approx(0.7)
    assert heard[0].probabilities == pytest.approx(result[0])


def test_a_posture_cannot_be_surer_than_sure():
    command = [sys.executable, str(EXAMPLES / 'fake_posture.py'), '--confidence', '80']
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert '--confidence 80.0 is not within 0..1' in done.stderr


@pytest.mark.parametrize('program', ['behaviour_node.py', 'behaviour_tree.py'])
def test_a_controller_cheers_with_the_happy_then_rests_and_logs_both(graph, start, program):
    said = graph.listen(String, 'behaviour')
    process = start(program)
    publisher = graph.publisher(EmotionState, 'emotion_state', timeout_s=PROCESS_S)
    happy = EmotionState(label='happy', emotion=int(Emotion.HAPPY), confidence=0.9)
    happy.person_id, happy.actionable = 'face_1', True

    cheers = lambda: said and said[-1].data.startswith('cheer')  # noqa: E731
    graph.until(cheers, 'the behaviour', PROCESS_S, lambda: publisher.publish(happy))
    graph.until(lambda: said[-1].data == 'rest', 'its end', PROCESS_S)
    process.terminate()
    _, logged = process.communicate(timeout=10)
    assert re.search('INFO.*cheer.*INFO.*rest', logged, re.DOTALL)


def happy_face(graph) -> FaceEmotionArray:
    msg = FaceEmotionArray(faces=[FaceEmotion(face_id=1, quality=1.0, detection_score=0.9)])
    msg.header.stamp = graph.tester.get_clock().now().to_msg()
    msg.faces[0].box_xyxy = [0.4, 0.4, 0.6, 0.6]
    msg.faces[0].probabilities = sure(Emotion.HAPPY, 0.6)
    return msg


def expected() -> np.ndarray:
    card = load_fusion_card(packaged_weights() / 'fusion.json')
    opinions = [sure(Emotion.HAPPY, 0.6), sure(Emotion.SAD, 0.7)]
    return pool(opinions, [FACE_WEIGHT, POSTURE_WEIGHT], np.array(card.prior), card.temperature)
