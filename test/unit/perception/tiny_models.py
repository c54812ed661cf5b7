# SPDX-License-Identifier: MIT
"""Real but tiny models for tests: a few numbers in ONNX, and the cards that describe them."""

import json
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS

SPECIAL = ('[UNK]', '[CLS]', '[SEP]')


def face_onnx(
    *,
    side: int = 48,
    labels: int = 7,
    channels: int = 1,
    name: str = 'image',
    output: str = 'emotion',
    batch: str | int = 'n',
    softmax: bool = False,
) -> onnx.ModelProto:
    """A model whose logit i is the mean of the picture's last channel times i.

    With ``softmax`` the outputs are the probabilities.
    """
    slope = np.zeros((channels, labels), np.float32)
    slope[-1] = np.arange(labels)
    nodes = [
        helper.make_node('ReduceMean', [name], ['mean'], axes=[2, 3], keepdims=0),
        helper.make_node('MatMul', ['mean', 'slope'], ['logits']),
        helper.make_node('Softmax' if softmax else 'Identity', ['logits'], [output]),
    ]
    shape = [batch, channels, side, side]
    image = helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    logits = helper.make_tensor_value_info(output, TensorProto.FLOAT, [batch, labels])
    return _model(nodes, [image], [logits], {'slope': slope})


def text_onnx(weights: np.ndarray) -> onnx.ModelProto:
    """A bag of tokens: their ``weights`` [tokens, 10] add up; 3 sentiments, then 7 emotions."""
    nodes = [
        helper.make_node('Gather', ['weights', 'input_ids'], ['vectors']),
        helper.make_node('Cast', ['attention_mask'], ['mask'], to=TensorProto.FLOAT),
        helper.make_node('Unsqueeze', ['mask', 'last'], ['column']),
        helper.make_node('Mul', ['vectors', 'column'], ['masked']),
        helper.make_node('ReduceSum', ['masked', 'tokens'], ['logits'], keepdims=0),
        helper.make_node('Split', ['logits', 'widths'], ['sentiment', 'emotion'], axis=1),
    ]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ['n', 't'])
        for name in ('input_ids', 'attention_mask')
    ]
    outputs = [
        helper.make_tensor_value_info('sentiment', TensorProto.FLOAT, ['n', 3]),
        helper.make_tensor_value_info('emotion', TensorProto.FLOAT, ['n', 7]),
    ]
    constants = {
        'weights': weights.astype(np.float32),
        'last': np.array([-1]),
        'tokens': np.array([1]),
        'widths': np.array([3, 7]),
    }
    return _model(nodes, inputs, outputs, constants)


def voice_onnx(slope: float = 1.0) -> onnx.ModelProto:
    """Logit i of the emotions is the mean of the spectrogram times i, of speech 0 and it."""
    weights = slope * np.array([[*range(7), 0, 1]], np.float32)
    nodes = [
        helper.make_node('ReduceMean', ['mel'], ['mean'], axes=[1, 2], keepdims=0),
        helper.make_node('Unsqueeze', ['mean', 'last'], ['column']),
        helper.make_node('MatMul', ['column', 'weights'], ['logits']),
        helper.make_node('Split', ['logits', 'widths'], ['emotion', 'speech'], axis=1),
    ]
    mel = helper.make_tensor_value_info('mel', TensorProto.FLOAT, [1, 80, 'frames'])
    outputs = [
        helper.make_tensor_value_info('emotion', TensorProto.FLOAT, [1, 7]),
        helper.make_tensor_value_info('speech', TensorProto.FLOAT, [1, 2]),
    ]
    constants = {'weights': weights, 'last': np.array([-1]), 'widths': np.array([7, 2])}
    return _model(nodes, [mel], outputs, constants)


def _model(
    nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: dict[str, np.ndarray]
) -> onnx.ModelProto:
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, 'tiny', inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)


def head(name: str, temperature: float = 1.0) -> dict[str, Any]:
    """One output of a card."""
    labels = EMOTIONS if name == 'emotion' else SENTIMENTS
    return {'name': name, 'labels': list(labels), 'temperature': temperature}


def face_card(model: bytes = b'', **changes: Any) -> dict[str, Any]:
    """The card of ``face_onnx``, with some of its fields changed (None leaves one out)."""
    card = {
        'task': 'face_emotion',
        'file': 'face.onnx',
        'sha256': sha256(model).hexdigest(),
        'version': '1',
        'input': image_input(),
        'outputs': [head('emotion')],
        'training': {'architecture': 'none'},
        'metrics': [{'name': 'accuracy', 'value': 0.5}],
    } | changes
    return {key: value for key, value in card.items() if value is not None}


def image_input(**changes: Any) -> dict[str, Any]:
    """The input of ``face_onnx``, with some of its fields changed."""
    shape = {'name': 'image', 'width': 48, 'height': 48, 'colour': 'gray'}
    return shape | {'mean': [127.0], 'std': [64.0]} | changes


def save_face(folder: Path, model: onnx.ModelProto | bytes, **changes: Any) -> Path:
    """Write a face model and its card; return the card's path."""
    data = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / 'face.onnx').write_bytes(data)
    return save_card(folder / 'face.json', face_card(data, **changes))


def save_voice(folder: Path, slope: float = 1.0, **changes: Any) -> Path:
    """Write a voice model and its card; return the card's path."""
    data = voice_onnx(slope).SerializeToString()
    (folder / 'voice.onnx').write_bytes(data)
    speech = {'name': 'speech', 'labels': ['other', 'speech'], 'temperature': 1.0}
    given = {'name': 'mel', 'sample_rate': 16_000, 'mels': 80, 'max_seconds': 8.0}
    card = face_card(
        data,
        **{'task': 'voice_emotion', 'file': 'voice.onnx', 'input': given}
        | {'outputs': [head('emotion'), speech]}
        | changes,
    )
    return save_card(folder / 'voice.json', card)


def word_tokenizer(words: Iterable[str]) -> Tokenizer:
    """A tokenizer that knows these words and brackets a text with [CLS] and [SEP]."""
    vocabulary = {word: i for i, word in enumerate((*SPECIAL, *words))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=SPECIAL[0]))
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(('[SEP]', 2), ('[CLS]', 1))
    return tokenizer


def save_text(folder: Path, words: dict[str, list[float]], **changes: Any) -> Path:
    """Write a text model in which each word adds its 10 logits; return the card's path."""
    weights = np.zeros((len(SPECIAL) + len(words), 10))
    weights[len(SPECIAL) :] = list(words.values())
    model = text_onnx(weights).SerializeToString()
    tokenizer = word_tokenizer(words).to_str().encode()
    (folder / 'text.onnx').write_bytes(model)
    (folder / 'tokenizer.json').write_bytes(tokenizer)
    card = face_card(
        model,
        task='text_emotion',
        file='text.onnx',
        input=text_input(tokenizer),
        outputs=[head('sentiment'), head('emotion')],
    )
    return save_card(folder / 'text.json', card | changes)


def text_input(tokenizer: bytes, **changes: Any) -> dict[str, Any]:
    """The input of ``text_onnx``, with some of its fields changed."""
    hashed = {'tokenizer': 'tokenizer.json', 'tokenizer_sha256': sha256(tokenizer).hexdigest()}
    return {'names': ['input_ids', 'attention_mask'], **hashed, 'max_length': 8} | changes


def save_card(path: Path, card: dict[str, Any]) -> Path:
    """Write a card; return its path."""
    path.write_text(json.dumps(card), encoding='utf-8')
    return path
