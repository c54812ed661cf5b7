# SPDX-License-Identifier: MIT
"""The transformers engine, on a tiny random RoBERTa in a folder."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import pre_tokenizers

from emotion_ros.cli.self_test import check_hub_model
from emotion_ros.errors import ConfigError, MissingDependency, ModelError
from emotion_ros.perception.models.download import fetch
from emotion_ros.perception.models.registry import EXTERNAL_MODELS, FOLDER_VARIABLE
from emotion_ros.perception.text.classifier import make_text_engine
from emotion_ros.perception.text.engine import TextEngine
from emotion_ros.perception.text.transformers_engine import import_transformers, label_order
from model_server import serve_models, small_model
from tiny_roberta import save_roberta, tiny_roberta

torch = pytest.importorskip('torch')


@pytest.fixture(scope='module')
def transformers() -> Any:
    """transformers, as the engine imports it."""
    try:
        return import_transformers()
    except MissingDependency as error:
        pytest.skip(str(error))


@pytest.fixture
def folder(transformers: Any, tmp_path: Path) -> Path:
    """A model whose labels are in the order positive, negative, neutral."""
    return save_roberta(
        transformers, tmp_path, ('positive', 'negative', 'neutral'), (2.0, 1.0, 0.0)
    )


def hub(path: Path | str, device: str = 'cpu') -> TextEngine:
    return make_text_engine(f'hf:{path}', device)


def hub_files(transformers: Any, folder: Path) -> dict[str, bytes]:
    """A tiny model in the very files that CardiffNLP's repository has: no safetensors."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    specials = ['<s>', '<pad>', '</s>', '<unk>', '<mask>']
    words = [*specials, *alphabet]
    size = {'vocab_size': len(words), 'max_position_embeddings': 34, 'type_vocab_size': 1}
    model = tiny_roberta(
        transformers, ('negative', 'neutral', 'positive'), (0.0, 1.0, 2.0), **size
    )
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / 'pytorch_model.bin')
    roles = ('bos_token', 'pad_token', 'eos_token', 'unk_token', 'mask_token')
    return {
        'config.json': (folder / 'config.json').read_bytes(),
        'vocab.json': json.dumps({word: i for i, word in enumerate(words)}).encode(),
        'merges.txt': b'#version: 0.2\n',
        'special_tokens_map.json': json.dumps(dict(zip(roles, specials, strict=True))).encode(),
        'pytorch_model.bin': (folder / 'pytorch_model.bin').read_bytes(),
    }


def test_what_was_fetched_is_found_by_its_hub_name(
    transformers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cardiff = EXTERNAL_MODELS['roberta']
    bodies = hub_files(transformers, tmp_path)
    assert list(bodies) == [file.name for file in cardiff.files]
    small = small_model(bodies, cardiff.folder, cardiff.hub_name)
    monkeypatch.setitem(EXTERNAL_MODELS, 'roberta', small)
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / 'models'))
    with pytest.raises(ModelError, match='download it once: emotion-ros models fetch roberta'):
        hub(cardiff.hub_name)
    with serve_models() as server:
        server.bodies = bodies
        entry = fetch('roberta', opener=server.open)
    engine = hub(cardiff.hub_name)
    assert engine.name == cardiff.hub_name
    assert int(engine.classify('I am so happy today!').sentiment.argmax()) == 2
    assert check_hub_model(entry).passed
    (entry / 'merges.txt').write_bytes(b'#version: 0.3\n')
    with pytest.raises(ModelError, match='merges.txt: sha256 is'):
        hub(cardiff.hub_name)


def test_labels_are_put_into_our_order(folder: Path) -> None:
    result = hub(folder).classify('i am happy today')
    expected = np.exp([1.0, 0.0, 2.0]) / np.exp([1.0, 0.0, 2.0]).sum()
    np.testing.assert_allclose(result.sentiment, expected, atol=1e-6)
    assert np.isnan(result.emotion).all()
    assert result.emotion.shape == (7,)
    assert (result.tokens, result.known, result.truncated) == (4, 3, False)


def test_long_text_is_cut_to_its_end(folder: Path) -> None:
    result = hub(folder).classify('nonsense ' * 50 + 'i am sad')
    assert result.truncated
    assert (result.tokens, result.known) == (8, 3)


@pytest.mark.parametrize(
    ('labels', 'order'),
    [
        (('negative', 'neutral', 'positive'), [0, 1, 2]),
        (('Positive', 'NEGATIVE', 'Neutral'), [1, 2, 0]),
        (('LABEL_0', 'LABEL_1', 'LABEL_2'), [0, 1, 2]),
    ],
)
def test_label_names(labels: tuple[str, ...], order: list[int]) -> None:
    assert label_order(dict(enumerate(labels)), 'x') == order


@pytest.mark.parametrize(
    'labels',
    [(), ('negative', 'positive'), ('LABEL_0', 'LABEL_1'), ('1 star', '2 stars', '3 stars')],
)
def test_other_labels_are_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match=r'hf:x: labels are .* not .*neutral'):
        label_order(dict(enumerate(labels)), 'x')


def test_model_without_its_head_is_refused(transformers: Any, folder: Path) -> None:
    """transformers would fill it with random numbers."""
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder)
    base = {k: v for k, v in model.state_dict().items() if not k.startswith('classifier')}
    pytest.importorskip('safetensors.torch').save_file(
        base, folder / 'model.safetensors', metadata={'format': 'pt'}
    )
    with pytest.raises(ModelError, match=r'has no weights for classifier\.'):
        hub(folder)


def test_model_that_says_nan_is_refused(transformers: Any, tmp_path: Path) -> None:
    save_roberta(
        transformers, tmp_path, ('positive', 'negative', 'neutral'), (float('nan'), 0.0, 0.0)
    )
    with pytest.raises(ModelError, match='bad_output'):
        hub(tmp_path)


def test_name_that_is_nowhere_says_how_to_get_it(
    transformers: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, 'HF_HUB_CACHE', str(tmp_path))
    with pytest.raises(ModelError, match='download it once: hf download nobody/nothing'):
        hub('nobody/nothing')


def test_folder_without_a_model_is_named(transformers: Any, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f'hf:{tmp_path}: ') as error:
        hub(tmp_path)
    assert '\n' not in str(error.value)


def short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(file: Path) -> None:
    file.write_bytes(b'')


def braces(file: Path) -> None:
    file.write_text('{}')


@pytest.mark.parametrize(
    ('file', 'damage'),
    [
        ('model.safetensors', short),
        ('model.safetensors', empty),
        ('tokenizer.json', short),
        ('tokenizer.json', braces),
        ('config.json', short),
        ('config.json', braces),
    ],
)
def test_a_damaged_folder_is_named_in_one_line(
    folder: Path, file: str, damage: Callable[[Path], None]
) -> None:
    damage(folder / file)
    with pytest.raises(ModelError, match=f'hf:{folder}: ') as error:
        hub(folder)
    assert '\n' not in str(error.value)


def test_weights_that_are_no_weights_are_named_in_one_line(folder: Path) -> None:
    (folder / 'model.safetensors').unlink()
    (folder / 'pytorch_model.bin').write_bytes(b'cos\nsystem\n')
    with pytest.raises(ModelError, match=f'hf:{folder}: ') as error:
        hub(folder)
    assert '\n' not in str(error.value)


def test_weights_of_another_shape_are_named_in_one_line(folder: Path) -> None:
    config = json.loads((folder / 'config.json').read_text())
    (folder / 'config.json').write_text(json.dumps(config | {'hidden_size': 16}))
    with pytest.raises(ModelError, match=f'hf:{folder}: ') as error:
        hub(folder)
    assert '\n' not in str(error.value)


def test_device_that_torch_does_not_have(folder: Path) -> None:
    with pytest.raises(ConfigError, match="device: 'tensorrt'"):
        hub(folder, 'tensorrt')


def test_missing_transformers_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, 'transformers', None)
    with pytest.raises(MissingDependency, match=r'pip install torch transformers'):
        hub('anything')
