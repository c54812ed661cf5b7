# SPDX-License-Identifier: MIT
"""Self-tests: intact models pass, others do not."""

from pathlib import Path

import pytest

from emotion_ros.cli.self_test import (
    FACE_XYXY,
    check_detector,
    check_face_model,
    check_text_model,
    check_voice_model,
    overlap,
)
from emotion_ros.errors import ModelError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.detectors.yunet import YuNet
from emotion_ros.perception.models.registry import EXTERNAL_MODELS
from tiny_models import face_onnx, save_face, save_text

POSITIVE, NEGATIVE = [0.0, 0.0, 3.0, *[0.0] * 7], [3.0, 0.0, 0.0, *[0.0] * 7]


def test_the_packaged_models_pass() -> None:
    face = check_face_model(packaged_weights() / 'face_emotion.json')
    voice = check_voice_model(packaged_weights() / 'voice_emotion.json')
    text = check_text_model(packaged_weights() / 'text_emotion.json')
    assert (face.passed, face.expected, face.output[:7]) == (True, 'Happy', 'Happy (')
    assert (text.passed, text.expected, text.output[:10]) == (True, 'Positive', 'Positive (')
    assert (voice.passed, voice.expected) == (True, 'no speech')


def test_a_face_model_that_has_learned_nothing_fails(tmp_path: Path) -> None:
    result = check_face_model(save_face(tmp_path, face_onnx()))
    assert not result.passed
    assert result.output.startswith(('Angry', 'Surprise'))


@pytest.mark.parametrize(('logits', 'passed'), [(POSITIVE, True), (NEGATIVE, False)])
def test_a_text_model(tmp_path: Path, logits: list[float], passed: bool) -> None:
    result = check_text_model(save_text(tmp_path, {'happy': logits}))
    assert result.passed is passed


def test_a_damaged_model_is_an_error(tmp_path: Path) -> None:
    card = save_face(tmp_path, face_onnx())
    (tmp_path / 'face.onnx').write_bytes(b'half')
    with pytest.raises(ModelError, match='sha256'):
        check_face_model(card)


def test_the_detector_finds_the_one_face(
    models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = models_folder / EXTERNAL_MODELS['yunet'].entry
    assert check_detector(path).passed
    monkeypatch.setattr(YuNet, 'detect', lambda self, image: [])
    result = check_detector(path)
    assert (result.passed, result.output) == (False, 'faces: none')


@pytest.mark.parametrize(
    ('box', 'expected'),
    [
        ((0.0, 0.0, 10.0, 10.0), 0.0),
        (FACE_XYXY, 1.0),
        ((159.0, 64.0, 250.0, 119.0), 0.5),
    ],
)
def test_overlap(box: tuple[float, float, float, float], expected: float) -> None:
    assert overlap(box, FACE_XYXY) == pytest.approx(expected)
