# SPDX-License-Identifier: MIT
"""``emotion-ros models card``: the card of a network that somebody else made."""

import json
from pathlib import Path

import numpy as np
import pytest

from emotion_ros.cli.main import main
from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.perception.face.classifier import FaceClassifier
from tiny_models import face_onnx

LABELS = 'neutral,happiness=happy,surprise,sadness=sad,anger=angry,disgust,fear,contempt=-'
ANSWERS = ['--task', 'face_emotion', '--labels', LABELS, '--size', '64', '--colour', 'gray']
ANSWERS += ['--mean', '0', '--std', '255']


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / 'ferplus.onnx'
    path.write_bytes(face_onnx(side=64, labels=8, output='Plus692').SerializeToString())
    return path


def test_flags_make_a_card_that_the_classifier_takes(model: Path, capsys) -> None:
    assert main(['models', 'card', str(model), *ANSWERS, '--data', 'FER+ (MIT)']) == 0
    assert f'face_model: {model.with_suffix(".json")}' in capsys.readouterr().out
    card = json.loads(model.with_suffix('.json').read_text())
    assert card['training']['data'] == ['FER+ (MIT)']
    assert card['outputs'][0]['tensor'] == 'Plus692'
    classifier = FaceClassifier.load(str(model.with_suffix('.json')))
    (row,) = classifier.classify(np.full((1, 64, 64), 200, np.uint8))
    assert EMOTIONS[int(row.argmax())] == 'fear'  # the last class but contempt
    assert row.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ('network', 'options', 'last'),
    [
        pytest.param(  # ONNX model zoo, emotion-ferplus-8
            {'side': 64, 'labels': 8, 'name': 'Input3', 'output': 'Plus692_Output_0', 'batch': 1},
            ['--labels', LABELS, '--mean', '0', '--std', '1'],
            'fear',
            id='FER+',
        ),
        pytest.param(  # EmotiEffLib, enet_b0_8_best_vgaf and others
            {'side': 224, 'labels': 8, 'channels': 3, 'name': 'input', 'output': 'output'},
            [
                '--labels',
                'anger=angry,contempt=-,disgust,fear,happiness=happy,neutral,sadness=sad,surprise',
                *('--colour', 'rgb', '--mean', '123.675,116.28,103.53'),
                *('--std', '58.395,57.12,57.375'),
            ],
            'surprise',
            id='EmotiEffLib',
        ),
        pytest.param(  # OpenCV zoo, facial_expression_recognition_mobilefacenet
            {'side': 112, 'channels': 3, 'name': 'data', 'output': 'label', 'batch': 1},
            [
                '--labels',
                'angry,disgust,fearful=fear,happy,neutral,sad,surprised=surprise',
                *('--colour', 'rgb', '--mean', '127.5', '--std', '127.5'),
            ],
            'surprise',
            id='MobileFaceNet',
        ),
    ],
)
def test_networks_of_known_layouts_classify_two_faces(tmp_path, network, options, last) -> None:
    path = tmp_path / 'net.onnx'
    path.write_bytes(face_onnx(**network).SerializeToString())
    given = ['--task', 'face_emotion', '--size', str(network['side']), '--colour', 'gray']
    assert main(['models', 'card', str(path), *given, *options]) == 0
    classifier = FaceClassifier.load(str(path))
    side, channels = network['side'], network.get('channels', 1)
    faces = np.zeros((2, side, side, channels), np.uint8)
    faces[:, :, :, 0] = 255 if channels == 3 else 1  # blue, which is the last channel of rgb
    rows = classifier.classify(faces[..., 0] if channels == 1 else faces)
    assert [EMOTIONS[int(row.argmax())] for row in rows] == [last, last]


def test_a_network_for_batches_of_four_is_refused(tmp_path: Path, capsys) -> None:
    path = tmp_path / 'net.onnx'
    path.write_bytes(face_onnx(side=64, batch=4).SerializeToString())
    assert main(['models', 'card', str(path), *ANSWERS, '--labels', ','.join(EMOTIONS)]) == 2
    assert 'batch: the model has 4, the card' in capsys.readouterr().err


def test_missing_answers_are_asked_for_on_a_terminal(model: Path, monkeypatch) -> None:
    asked = []
    answers = iter(['', LABELS, '', '', '0', '255'])
    monkeypatch.setattr('sys.stdin.isatty', lambda: True, raising=False)
    monkeypatch.setattr('builtins.input', lambda words: asked.append(words) or next(answers))
    assert main(['models', 'card', str(model)]) == 0
    assert asked[2] == 'Side of the input image (px) [64]: '
    card = json.loads(model.with_suffix('.json').read_text())
    assert (card['input']['width'], card['input']['std']) == (64, [255.0])


@pytest.mark.parametrize(
    ('changes', 'words'),
    [
        (['--labels', 'love'], "'love' is not one of angry"),
        (['--labels', ','.join(EMOTIONS)], '8'),
        (['--size', '48'], '64'),
        (['--mean', '1,2'], 'are not 1 numbers'),
        (['--mean', '0.5', '--std', '0.25'], 'are 0..255: --mean 127.5 --std 63.75'),
        (['--std', '0'], 'must be above 0'),
        (['--std', 'x'], "'x' are no numbers"),
        (['--out', 'elsewhere/card.json'], 'beside the model'),
    ],
)
def test_answers_that_do_not_fit_leave_no_card(model: Path, capsys, changes, words) -> None:
    assert main(['models', 'card', str(model), *ANSWERS, *changes]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert sorted(p.name for p in model.parent.iterdir()) == ['ferplus.onnx']


def test_without_a_terminal_the_missing_option_is_named(model: Path, capsys) -> None:
    assert main(['models', 'card', str(model)]) == 2
    assert '--task is missing' in capsys.readouterr().err


def test_a_card_is_never_replaced_but_tried(model: Path, capsys) -> None:
    def refused() -> str:
        before = card.read_text()
        assert main(['models', 'card', str(model), *ANSWERS]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.endswith('; choose another with --out, or remove it')
        assert card.read_text() == before
        return line

    card = model.with_suffix('.json')
    card.write_text('{}')
    assert 'ferplus.json: exists and is no card of ferplus.onnx' in refused()
    card.unlink()
    assert main(['models', 'card', str(model), *ANSWERS]) == 0
    assert 'ferplus.json: exists and fits ferplus.onnx' in refused()
    card.write_text(card.read_text().replace('"width": 64', '"width": 48'))
    assert 'ferplus.json: exists and does not fit (' in refused()


def test_classes_under_their_usual_names(model: Path) -> None:
    usual = 'Neutral, happiness, Surprise, sadness, anger, Disgust, fearful, contempt=-'
    assert main(['models', 'card', str(model), *ANSWERS, '--labels', usual]) == 0
    labels = json.loads(model.with_suffix('.json').read_text())['outputs'][0]['labels']
    assert labels[:3] == [{'Neutral': 'neutral'}, {'happiness': 'happy'}, {'Surprise': 'surprise'}]
    assert labels[6:] == [{'fearful': 'fear'}, {'contempt': None}]


def test_probabilities_are_not_taken_for_logits(tmp_path: Path, capsys) -> None:
    path = tmp_path / 'net.onnx'
    path.write_bytes(face_onnx(side=64, softmax=True).SerializeToString())
    given = ['models', 'card', str(path), *ANSWERS, '--labels', ','.join(EMOTIONS)]
    assert main(given) == 2
    assert 'that sum to 1: --output probabilities' in capsys.readouterr().err
    assert main([*given, '--output', 'probabilities']) == 0


@pytest.mark.parametrize(
    ('data', 'problem'),
    [
        (b'version https://git-lfs.github.com/spec/v1\n', 'git lfs pull'),
        (b'<!DOCTYPE html><html>', 'is a web page'),
    ],
)
def test_a_file_that_is_no_network_is_named(tmp_path: Path, capsys, data, problem) -> None:
    (tmp_path / 'net.onnx').write_bytes(data)
    assert main(['models', 'card', str(tmp_path / 'net.onnx'), *ANSWERS]) == 2
    assert problem in capsys.readouterr().err
