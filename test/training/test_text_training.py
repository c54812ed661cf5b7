# SPDX-License-Identifier: MIT
"""Train one step, export, evaluate: the whole text command line on a tiny encoder."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.text.classifier import make_text_engine
from training.text import evaluate

pytest.importorskip('torch', reason='training needs torch')
pytest.importorskip('transformers', reason='the text encoder needs transformers')

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from emotion_ros.perception.models.torch_backend import import_torchvision
from training import checkpoint
from training.text import calibration, export, head, train
from training.text.config import TrainConfig
from training.text.initial import read_onnx

WORDS = [f'{word}{i}' for word in ('good', 'bad', 'so', 'hello') for i in ('', 's', 'ly', 'er')]
SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
TINY = ['--epochs', '1', '--parts', '2', '--batch', '8', '--threads', '1']


@pytest.fixture(scope='module')
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of one layer with a vocabulary of 21 words."""
    import_torchvision()
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp('base')
    vocabulary = {word: i for i, word in enumerate([*SPECIAL, *WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=SPECIAL[1]))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single='[CLS] $A [SEP]', special_tokens=[('[CLS]', 2), ('[SEP]', 3)]
    )
    names = dict(zip(('pad_token', 'unk_token', 'cls_token', 'sep_token'), SPECIAL, strict=False))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    torch.manual_seed(0)
    size = {'hidden_size': 16, 'intermediate_size': 32, 'max_position_embeddings': 64}
    layers = {'num_hidden_layers': 1, 'num_attention_heads': 2}
    BertModel(BertConfig(vocab_size=len(vocabulary), **size, **layers)).save_pretrained(folder)
    return folder


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty random utterances per set and split."""
    folder, rng = tmp_path_factory.mktemp('texts'), np.random.default_rng(0)
    rows = [
        {
            'text': ' '.join(rng.choice(WORDS, rng.integers(1, 9))) + '!',
            'split': split,
            'sentiment': SENTIMENTS[i % 3],
            'emotion': EMOTIONS[i % 7],
            'emotions': [EMOTIONS[i % 7], EMOTIONS[i % 2]],
        }
        for split in ('train', 'val')
        for i in range(20)
    ]
    table = pd.DataFrame(rows)
    table.drop(columns=['emotion', 'emotions']).to_parquet(folder / train.SEMEVAL)
    table.drop(columns=['emotions']).to_parquet(folder / train.MELD)
    table.drop(columns=['sentiment', 'emotion']).to_parquet(folder / train.GOEMOTIONS)
    return folder


@pytest.fixture(scope='module')
def run_folder(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp('run')
    train.main(['--data-folder', str(data), '--base', str(base), '--out', str(out), *TINY])
    return out


@pytest.fixture(scope='module')
def weights(data: Path, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp('weights') / 'text_emotion.onnx'
    source = run_folder / 'best.safetensors'
    export.main(['--checkpoint', str(source), '--data-folder', str(data), '--out', str(out)])
    return out


def test_weights_come_with_card_and_tokenizer(weights: Path, base: Path) -> None:
    card = load_card(weights)
    assert [head.name for head in card.outputs] == ['sentiment', 'emotion']
    *data, encoder = card.training['data']
    assert data == [
        f'{name}: 20 texts (terms not known to the training)'
        for name in (train.SEMEVAL, train.MELD, train.GOEMOTIONS)
    ]
    assert encoder == f'encoder {base.name} (terms not known to the training)'
    assert 'not known' in str(card.training['licence'])
    assert len(card.metrics) == sum(len(names) for *_, names in calibration.REPORTED)
    assert sorted(p.name for p in weights.parent.iterdir()) == [
        'text_emotion.json',
        'text_emotion.onnx',
        'tokenizer.json',
    ]


@pytest.mark.parametrize(
    ('name', 'task'),
    [(train.SEMEVAL, 'sentiment'), (train.MELD, 'emotion'), (train.GOEMOTIONS, 'emotion')],
)
@pytest.mark.parametrize('heard', [[], ['--asr'], ['--wer', '0.2']])
def test_evaluate_prints_one_json_object(
    weights: Path, data: Path, capsys, name: str, task: str, heard: list[str]
) -> None:
    command = ['--weights', str(weights), '--data', str(data / name), '--task', task]
    evaluate.main([*command, '--split', 'val', '--json', *heard])
    figures = json.loads(capsys.readouterr().out)
    assert figures['n'] == 20
    assert set(figures) >= {
        'accuracy',
        'macro_recall',
        'macro_f1',
        'weighted_f1',
        'ece15',
        'ece15_as_shipped',
    }


def test_calibration_fits_the_export_again(weights: Path, data: Path, tmp_path: Path) -> None:
    for path in weights.parent.iterdir():
        shutil.copy(path, tmp_path)
    copy = tmp_path / weights.name
    page = json.loads(copy.with_suffix('.json').read_text())
    heads = [head | {'temperature': 3.0} for head in page['outputs']]
    copy.with_suffix('.json').write_text(json.dumps(page | {'outputs': heads, 'metrics': []}))
    calibration.main(['--weights', str(copy), '--data-folder', str(data)])
    assert load_card(copy).outputs == load_card(weights).outputs
    assert load_card(copy).input == load_card(weights).input
    assert 0 <= load_card(copy).text_input.unpunctuated_quality <= 1
    assert load_card(copy).metrics == load_card(weights).metrics


def test_sentiment_head_is_fitted_to_the_export(weights: Path, data: Path, tmp_path: Path) -> None:
    for path in weights.parent.iterdir():
        shutil.copy(path, tmp_path)
    copy = tmp_path / weights.name
    head.main(['--weights', str(copy), '--data-folder', str(data)])
    before, after = read_onnx(weights), read_onnx(copy)
    changed = {name for name in after if not after[name].equal(before[name])}
    assert changed == {'sentiment.weight', 'sentiment.bias'}
    assert load_card(copy).outputs[1] == load_card(weights).outputs[1]
    make_text_engine(str(copy))


def test_training_goes_on_from_the_export(
    weights: Path, base: Path, data: Path, tmp_path: Path
) -> None:
    command = ['--data-folder', str(data), '--base', str(base), '--out', str(tmp_path), *TINY]
    options = ['--frozen-layers', '1', '--bfloat16', '--smoothing', '0.1', '--meld-repeats', '2']
    train.main([*command, *options, '--init-from', str(weights)])
    before, (after, _) = read_onnx(weights), checkpoint.load(tmp_path / 'best.safetensors')
    changed = {name for name in after if not after[name].equal(before[name])}
    assert changed == {'sentiment.weight', 'sentiment.bias', 'emotion.weight', 'emotion.bias'}
    again = tmp_path / 'text_emotion.onnx'
    network, _ = export.load_network(tmp_path / 'best.safetensors')
    export.write_onnx(network, tmp_path / 'full.onnx')
    export.quantise(tmp_path / 'full.onnx', again, reduce_range=True)
    tokenizer = Tokenizer.from_file(str(tmp_path / 'tokenizer.json'))
    export.round_again(again, network, tokenizer, WORDS, reduce_range=True)
    rounded = read_onnx(again)
    assert all(rounded[name].equal(after[name]) for name in changed)
    assert all(
        rounded[name].allclose(weight, atol=float(weight.abs().max()) / 32)
        for name, weight in before.items()
        if name not in changed
    )


@pytest.mark.parametrize(('content', 'message'), [(b'abc', 'not an ONNX model'), (b'', 'absent')])
def test_initial_weights_of_another_kind(
    base: Path, data: Path, tmp_path: Path, content: bytes, message: str
) -> None:
    other = tmp_path / 'other.onnx'
    other.write_bytes(content)
    command = ['--data-folder', str(data), '--base', str(base), '--out', str(tmp_path), *TINY]
    with pytest.raises(ModelError, match=f'other.onnx: .*{message}'):
        train.main([*command, '--init-from', str(other)])


def test_evaluate_by_group(weights: Path, data: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / 'by.csv').write_text('row,half\n' + ''.join(f'{i},{i // 5}\n' for i in range(20)))
    command = ['--weights', str(weights), '--data', str(data / train.MELD), '--task', 'emotion']
    evaluate.main([*command, '--by', str(tmp_path / 'by.csv'), '--json'])
    by = json.loads(capsys.readouterr().out)['by']['half']
    assert [group['n'] for group in by.values()] == [5, 5, 5, 5]
    assert all(group['low'] <= group['weighted_f1'] <= group['high'] for group in by.values())


def test_evaluate_wants_the_labels_of_its_task(weights: Path, data: Path) -> None:
    command = ['--weights', str(weights), '--data', str(data / train.SEMEVAL)]
    with pytest.raises(ConfigError, match='has no emotion labels'):
        evaluate.main([*command, '--task', 'emotion'])


def test_resume_gives_what_one_run_gives(
    base: Path, data: Path, run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ['--data-folder', str(data), '--base', str(base), '--out', str(tmp_path), *TINY]
    monkeypatch.setattr(train, 'log_line', interrupt)
    with pytest.raises(KeyboardInterrupt):
        train.main(command)
    monkeypatch.undo()
    train.main([*command, '--resume'])
    whole, parts = (checkpoint.load(f / 'last.safetensors') for f in (run_folder, tmp_path))
    assert parts[1]['part'] == whole[1]['part'] == 2
    assert all(parts[0][k].equal(whole[0][k]) for k in whole[0])


def interrupt(*_: object) -> None:
    """Ctrl-C at the end of the first part."""
    raise KeyboardInterrupt


def test_frozen_layers_stay(base: Path) -> None:
    network = train.build(str(base))
    groups = train.parameter_groups(network, TrainConfig(frozen_layers=1))
    assert len(groups) == 1
    assert not any(p.requires_grad for p in network.encoder.parameters())


def test_checkpoint_of_another_shape_names_the_tensor(run_folder: Path, tmp_path: Path) -> None:
    tensors, about = checkpoint.load(run_folder / 'best.safetensors')
    tensors['emotion.weight'] = torch.zeros(8, 16)
    checkpoint.save(tmp_path / 'best.safetensors', tensors, about)
    with pytest.raises(ModelError, match=r'emotion\.weight is \(8, 16\).* needs \(7, 16\)'):
        export.load_network(tmp_path / 'best.safetensors')


def test_export_fails_when_onnx_disagrees(base: Path, tmp_path: Path) -> None:
    one, tokenizer = train.build(str(base)), train.load_tokenizer(str(base))
    export.write_onnx(one, tmp_path / 'text.onnx')
    with pytest.raises(ModelError, match='differ by'):
        export.check_onnx(train.build(str(base)), tokenizer, tmp_path / 'text.onnx', WORDS)


def test_rows_without_a_label_do_not_count() -> None:
    unlabelled = np.zeros((1, 7), bool)
    logits = (torch.randn(1, 3), torch.randn(1, 7))
    weights = (torch.ones(3), torch.ones(7))
    batch = train.Utterances(['hello'], np.array([-1]), unlabelled)
    assert train.multitask_loss(logits, batch, weights) == 0
    known = train.Utterances(['hello'], np.array([1]), unlabelled)
    expected = -logits[0].log_softmax(1)[0, 1]
    assert train.multitask_loss(logits, known, weights) == pytest.approx(float(expected))
    spread = -logits[0].log_softmax(1)[0].mean()
    smoothed = train.multitask_loss(logits, known, weights, 0.1)
    assert smoothed == pytest.approx(float(0.9 * expected + 0.1 * spread))


def test_batches_hold_every_text_once_and_alike_lengths() -> None:
    texts = ['x' * n for n in np.random.default_rng(0).integers(1, 90, 200)]
    got = list(train.batches(texts, 16, np.random.default_rng(0)))
    assert sorted(np.concatenate(got).tolist()) == list(range(200))
    assert max(np.ptp([len(texts[i]) for i in index]) for index in got) < 20
