# SPDX-License-Identifier: MIT
"""Cards: what a good one says, and one clear line for each way to be wrong."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ModelError
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.models.signature import ImageInput, OutputHead, TextInput
from tiny_models import face_card, head, image_input, save_card, save_face

TEXT_INPUT = {
    'names': ['input_ids', 'attention_mask'],
    'tokenizer': 'tokenizer.json',
    'tokenizer_sha256': sha256(b'words').hexdigest(),
    'max_length': 64,
}


def text_card(**changes: Any) -> dict[str, Any]:
    return face_card(task='text_emotion', input=TEXT_INPUT | changes)


@pytest.mark.parametrize('given', ['face.json', 'face.onnx'])
def test_a_card_is_found_by_its_own_path_or_its_model(tmp_path: Path, given: str) -> None:
    save_face(tmp_path, b'model')
    card = load_card(tmp_path / given)
    assert card.task == 'face_emotion'
    assert card.model_path == tmp_path / 'face.onnx'
    assert card.input == ImageInput('image', 48, 48, 'gray', (127.0,), (64.0,))
    assert card.outputs == (OutputHead('emotion', EMOTIONS, 1.0),)
    assert card.read_model() == b'model'


def test_text_card_reads_its_tokenizer(tmp_path: Path) -> None:
    (tmp_path / 'tokenizer.json').write_bytes(b'words')
    (tmp_path / 'face.onnx').touch()
    card = load_card(save_card(tmp_path / 'text.json', text_card()))
    assert card.input == TextInput(
        ('input_ids', 'attention_mask'), 'tokenizer.json', sha256(b'words').hexdigest(), 64
    )
    assert card.read_tokenizer() == b'words'
    card.check_files()
    (tmp_path / 'tokenizer.json').write_bytes(b'other words')
    with pytest.raises(
        ModelError, match=f'tokenizer.json: sha256 is .* expected {"[0-9a-f]" * 8}'
    ):
        card.read_tokenizer()
    with pytest.raises(
        ModelError, match=f'tokenizer.json: sha256 is .* expected {"[0-9a-f]" * 8}'
    ):
        card.check_files()


BAD_CARDS = [
    ({}, "'task' is missing"),
    (face_card(sha256=None), "'sha256' is missing"),
    (face_card(task='weather'), "task: 'weather' is not one of face_emotion, text_emotion"),
    (face_card(task='text_emotion'), "input: unknown key 'name' .known: names, tokenizer"),
    (face_card(outputs=[]), 'one or more'),
    (face_card(outputs=[head('emotion'), head('emotion')]), 'each of another name'),
    (face_card(outputs=[head('emotion') | {'labels': [*EMOTIONS[1:]]}]), 'no class is angry'),
    (face_card(outputs=[head('emotion') | {'labels': ['joy']}]), "'joy' is not one of angry"),
    (
        face_card(outputs=[head('emotion') | {'labels': [*EMOTIONS, {'contempt': 'x'}]}]),
        "contempt: 'x' is not one of angry",
    ),
    (face_card(outputs=[head('emotion') | {'output': 'scores'}]), "'scores' is not one of logits"),
    (face_card(input=image_input(layout='chwn')), "'chwn' is not one of nchw, nhwc"),
    (face_card(input=image_input(align='eyes')), "align: 'eyes' is not one of none"),
    (face_card(input=image_input(scale=0)), 'scale: 0 is not a number'),
    (
        face_card(outputs=[head('emotion', temperature=0)]),
        'temperature: 0 is not a number from 0.01',
    ),
    (face_card(outputs=[head('emotion', float('nan'))]), 'temperature: nan is not a number'),
    (face_card(outputs=[head('emotion') | {'temprature': 2}]), "unknown key 'temprature'"),
    (face_card(input=image_input(std=[0])), r'std\[0\]: 0 is not a number'),
    (face_card(input=image_input(mean=[1, 2, 3])), 'mean: a list of 3 is not a list of 1 values'),
    (face_card(input=image_input(colour='hsv')), "colour: 'hsv' is not one of gray, bgr, rgb"),
    (face_card(input=image_input(width=48.0)), 'width: 48.0 is not a whole number'),
    (face_card(input=image_input(width=True)), 'width: True is not a whole number'),
    (face_card(input=image_input(crop=0.9)), "unknown key 'crop'"),
    (face_card(file='../face.onnx'), 'beside the card'),
    (face_card(file='/etc/passwd'), 'beside the card'),
    (face_card(sha256='abc'), '64 hexadecimal digits'),
    (text_card(tokenizer='../t.json'), 'beside the card'),
    (text_card(max_length=1), 'max_length: 1 is not'),
    (text_card(unpunctuated_quality=1.5), 'unpunctuated_quality: 1.5 is not a number from 0 to 1'),
    ([], 'a list is not a mapping with task, file'),
]


@pytest.mark.parametrize(('card', 'message'), BAD_CARDS)
def test_bad_card_is_one_line_that_names_file_and_fault(
    tmp_path: Path, card: dict[str, Any], message: str
) -> None:
    path = save_card(tmp_path / 'face.json', card)
    with pytest.raises(ModelError, match=message) as error:
        load_card(path)
    assert str(path) in str(error.value)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('content', [b'', b'{', b'\xff\xfe', b'[' * 100_000])
def test_card_that_is_not_json(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'face.json'
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r'face\.json: is not JSON'):
        load_card(path)


@pytest.mark.parametrize('name', ['absent.json', 'absent.onnx', 'absent.safetensors'])
def test_promise_2_missing_card_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=r'absent\.json: cannot be read: No such file'):
        load_card(tmp_path / name)


def test_model_beside_the_card_of_another_model(tmp_path: Path) -> None:
    save_face(tmp_path, b'', file='other.onnx')
    with pytest.raises(ModelError, match=r'describes other\.onnx, not face\.onnx'):
        load_card(tmp_path / 'face.onnx')


def test_promise_2_wrong_hash_names_file_expected_and_actual(tmp_path: Path) -> None:
    card = load_card(save_face(tmp_path, b'model'))
    (tmp_path / 'face.onnx').write_bytes(b'mode')
    with pytest.raises(ModelError) as error:
        card.read_model()
    for part in ('face.onnx', sha256(b'model').hexdigest(), sha256(b'mode').hexdigest()):
        assert part in str(error.value)


def test_promise_2_missing_model_is_named(tmp_path: Path) -> None:
    card = load_card(save_face(tmp_path, b'model'))
    (tmp_path / 'face.onnx').unlink()
    with pytest.raises(ModelError, match=r'face\.onnx: cannot be read: No such file'):
        card.read_model()


@pytest.mark.parametrize('suffix', ['.pt', '.pth', '.pkl', '.joblib', '.PT'])
def test_promise_67_pickles_are_refused(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ModelError, match='can run code'):
        load_card(tmp_path / f'face{suffix}')
    card = load_card(save_card(tmp_path / 'face.json', face_card(file=f'face{suffix}')))
    (tmp_path / f'face{suffix}').write_bytes(b'')
    with pytest.raises(ModelError, match='can run code'):
        card.read_model()


def test_a_card_is_for_its_task_only(tmp_path: Path) -> None:
    card = load_card(save_face(tmp_path, b''))
    assert card.require_task('face_emotion') is card
    with pytest.raises(ModelError, match="for 'face_emotion', not for 'text_emotion'"):
        card.require_task('text_emotion')
    with pytest.raises(ModelError, match='takes no text'):
        card.read_tokenizer()


def test_the_card_in_words_survives(tmp_path: Path) -> None:
    path = save_face(tmp_path, b'')
    card, raw = load_card(path), json.loads(path.read_text())
    assert card.training == raw['training']
    assert list(card.metrics) == raw['metrics']
