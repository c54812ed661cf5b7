# SPDX-License-Identifier: MIT
"""Crops in, probabilities out: shapes, normalisation, temperature and bad outputs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from emotion_ros.errors import InvalidInput, ModelError
from emotion_ros.perception.face.classifier import FaceClassifier
from emotion_ros.perception.models.card import load_card
from tiny_models import face_onnx, head, image_input, save_face


def save_tiny(folder: Path, **changes: Any) -> str:
    return str(save_face(folder, face_onnx(), **changes))


class Saying:
    """An engine that always says the same logits, and remembers what it was asked."""

    def __init__(self, logits: Any) -> None:
        self.logits = np.asarray(logits, np.float32)
        self.asked: list[NDArray[Any]] = []

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        self.asked.append(inputs['image'])
        return [self.logits]


@pytest.mark.parametrize('count', [0, 1, 5])
def test_one_row_of_probabilities_per_crop(tmp_path: Path, count: int) -> None:
    classifier = FaceClassifier.load(save_tiny(tmp_path))
    rows = classifier.classify(np.full((count, 48, 48), 140, np.uint8))
    assert rows.shape == (count, 7)
    np.testing.assert_allclose(rows.sum(axis=1), 1)
    assert (np.diff(rows, axis=1) > 0).all()


def test_no_crops_do_not_reach_the_network(tmp_path: Path) -> None:
    backend = Saying([[0] * 7])
    classifier = FaceClassifier(load_card(Path(save_tiny(tmp_path))), backend)
    classifier.classify(np.empty((0, 48, 48), np.uint8))
    assert backend.asked == []


def test_pixels_are_normalised_as_the_card_says(tmp_path: Path) -> None:
    path = save_tiny(tmp_path, input=image_input(mean=[100.0], std=[50.0]))
    backend = Saying([[0] * 7])
    FaceClassifier(load_card(Path(path)), backend).classify(np.full((1, 48, 48), 250, np.uint8))
    (tensor,) = backend.asked
    assert (tensor.shape, tensor.dtype) == ((1, 1, 48, 48), np.float32)
    np.testing.assert_array_equal(tensor, 3.0)


def test_temperature_flattens(tmp_path: Path) -> None:
    crops = np.full((1, 48, 48), 140, np.uint8)
    sharp = FaceClassifier.load(save_tiny(tmp_path)).classify(crops)
    path = save_tiny(tmp_path, outputs=[head('emotion', temperature=2.0)])
    expected = np.sqrt(sharp) / np.sqrt(sharp).sum()
    np.testing.assert_allclose(FaceClassifier.load(path).classify(crops), expected, rtol=1e-5)


@pytest.mark.parametrize(
    'logits', [[[np.nan] + [0] * 6], [[np.inf] + [0] * 6], [[0] * 6], [0] * 7, [[[0] * 7]]]
)
def test_promise_41_what_is_no_belief_never_gets_out(tmp_path: Path, logits: Any) -> None:
    classifier = FaceClassifier(load_card(Path(save_tiny(tmp_path))), Saying(logits))
    with pytest.raises(InvalidInput) as error:
        classifier.classify(np.zeros((1, 48, 48), np.uint8))
    assert error.value.reason == 'bad_output'


def test_the_crop_size_is_the_cards(tmp_path: Path) -> None:
    path = save_face(tmp_path, face_onnx(side=64), input=image_input(width=64, height=64))
    assert FaceClassifier.load(str(path)).crop_size == (64, 64)


PIXEL = (10, 20, 30)  # B, G, R


@pytest.mark.parametrize(
    ('changes', 'shape', 'channels'),
    [
        ({'colour': 'bgr'}, (1, 3, 48, 48), [9, 18, 27]),
        ({'colour': 'rgb'}, (1, 3, 48, 48), [29, 18, 7]),
        ({'colour': 'rgb', 'layout': 'nhwc'}, (1, 48, 48, 3), [29, 18, 7]),
        ({'colour': 'bgr', 'scale': 0.1}, (1, 3, 48, 48), [0, 0, 0]),
    ],
)
def test_colours_and_layouts_of_other_networks(
    tmp_path: Path, changes: dict[str, Any], shape: tuple[int, ...], channels: list[float]
) -> None:
    backend = Saying([[0] * 7])
    given = image_input(mean=[1, 2, 3], std=[1, 1, 1]) | changes
    classifier = FaceClassifier(load_card(Path(save_tiny(tmp_path, input=given))), backend)
    assert classifier.colour == changes['colour']
    classifier.classify(np.full((1, 48, 48, 3), PIXEL, np.uint8))
    (tensor,) = backend.asked
    assert tensor.shape == shape
    first = tensor[0, :, 0, 0] if shape[1] == 3 else tensor[0, 0, 0]
    assert first.tolist() == channels


FERPLUS = ['neutral', 'happy', 'surprise', 'sad', 'angry', 'disgust', 'fear']


@pytest.mark.parametrize(
    ('labels', 'output'),
    [
        ([*FERPLUS, {'contempt': None}], 'logits'),
        ([*FERPLUS, {'contempt': None}], 'probabilities'),
        ({name: name for name in FERPLUS} | {'contempt': None}, 'logits'),
    ],
)
def test_labels_in_another_order_with_a_class_that_we_do_not_have(
    tmp_path: Path, labels: Any, output: str
) -> None:
    p = np.array([[0.1, 0.3, 0.05, 0.05, 0.1, 0.1, 0.1, 0.2]])
    backend = Saying(p if output == 'probabilities' else np.log(p))
    outputs = [head('emotion') | {'labels': labels, 'output': output}]
    classifier = FaceClassifier(load_card(Path(save_tiny(tmp_path, outputs=outputs))), backend)
    (row,) = classifier.classify(np.zeros((1, 48, 48), np.uint8))
    expected = np.array([0.1, 0.1, 0.1, 0.3, 0.1, 0.05, 0.05]) / 0.8
    assert row == pytest.approx(expected, abs=1e-6)


def test_two_classes_of_the_model_may_be_one_of_ours(tmp_path: Path) -> None:
    outputs = [head('emotion') | {'labels': [*FERPLUS, {'laughing': 'happy'}]}]
    card = load_card(Path(save_tiny(tmp_path, outputs=outputs)))
    (row,) = FaceClassifier(card, Saying([[0] * 8])).classify(np.zeros((1, 48, 48), np.uint8))
    assert row[3] == pytest.approx(0.25)


def test_probabilities_that_are_none_are_a_bad_output(tmp_path: Path) -> None:
    outputs = [head('emotion') | {'output': 'probabilities'}]
    card = load_card(Path(save_tiny(tmp_path, outputs=outputs)))
    with pytest.raises(InvalidInput, match='does not sum to 1'):
        FaceClassifier(card, Saying([[1] * 7])).classify(np.zeros((1, 48, 48), np.uint8))


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'input': image_input(width=40)}, '40x48; face crops are square'),
        ({'outputs': [head('sentiment')]}, 'the one output emotion'),
        ({'outputs': [head('emotion'), head('sentiment')]}, 'the one output emotion'),
    ],
)
def test_other_models_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    card = load_card(Path(save_tiny(tmp_path, **changes)))
    with pytest.raises(ModelError, match=message):
        FaceClassifier(card, Saying([[0] * 7]))


def test_a_missing_card_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r'absent\.json: cannot be read'):
        FaceClassifier.load(str(tmp_path / 'absent.json'))
