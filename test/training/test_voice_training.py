# SPDX-License-Identifier: MIT
"""Train, tune, export, evaluate: the whole voice command line, on synthetic sounds."""

import io
import json
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip('soundfile', reason='the voice training needs soundfile')
pytest.importorskip('torch', reason='training needs torch')

import soundfile
import torch

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import ConfigError, InvalidInput, ModelError
from emotion_ros.perception.models.card import load_card
from emotion_ros.perception.voice.classifier import VoiceClassifier
from training.voice import evaluate, export, train
from training.voice.config import TrainConfig
from training.voice.data import decode, load_clips
from training.voice.heads import Head, balanced_weights, fit_emotions
from training.voice.network import spectrogram
from training.voice.noise import NOT_SPEECH
from training.voice.whisper import NAMES, WhisperEncoder, load_whisper, read_arrays

TINY = [
    '--layers',
    '2',
    '--copies',
    '1',
    '--sounds',
    '8',
    '--epochs',
    '1',
    '--hidden',
    '4',
    '--threads',
    '1',
]
RATE = 16_000


def flac(seconds: float = 0.5, seed: int = 0, rate: int = RATE) -> bytes:
    """A sound file of clicks."""
    file = io.BytesIO()
    samples = 0.1 * NOT_SPEECH['clicks'](round(seconds * rate), np.random.default_rng(seed))
    soundfile.write(file, samples, rate, format='FLAC')
    return file.getvalue()


def rows(split: str, corpus: str, count: int) -> list[dict[str, object]]:
    """Rows of a parquet file, with all emotions in turn and one without."""
    return [
        {
            'flac': flac(0.4 + 0.02 * i, seed=i),
            'corpus': corpus,
            'speaker': f'{split}{i % 2}',
            'emotion': None if i == count - 1 else EMOTIONS[i % 7],
            'split': split,
        }
        for i in range(count)
    ]


@pytest.fixture(scope='module')
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two corpora with the splits train, val and sealed."""
    path = tmp_path_factory.mktemp('voice') / 'voice.parquet'
    both = [r for s in ('train', 'val', 'sealed') for c in ('en', 'de') for r in rows(s, c, 8)]
    pd.DataFrame(both).to_parquet(path)
    return path


def ctranslate2(arrays: dict[str, np.ndarray]) -> bytes:
    """A CTranslate2 file of these float32 arrays."""

    def text(value: str) -> bytes:
        return struct.pack('<H', len(value) + 1) + value.encode() + b'\0'

    parts = [struct.pack('<I', 6), text('WhisperSpec'), struct.pack('<II', 3, len(arrays))]
    for name, values in arrays.items():
        array = values.astype('<f4')
        parts += [text(name), struct.pack(f'<B{array.ndim}I', array.ndim, *array.shape)]
        parts += [struct.pack('<BI', 0, array.nbytes), array.tobytes()]
    return b''.join(parts)


@pytest.fixture(scope='module')
def whisper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained encoder of two layers as CTranslate2 writes it."""
    torch.manual_seed(0)
    tensors = {k: v.detach().numpy() for k, v in WhisperEncoder(2).state_dict().items()}
    arrays = {
        f'encoder/conv{i}/{k}': tensors[f'conv{i}.{k}'] for i in (1, 2) for k in ('weight', 'bias')
    }
    arrays['encoder/position_encodings/encodings'] = tensors['positions']
    for i in range(2):
        arrays |= {
            f'encoder/layer_{i}/{theirs}': tensors[f'layers.{i}.{ours}']
            for ours, theirs in NAMES.items()
        }
    path = tmp_path_factory.mktemp('whisper') / 'model.bin'
    path.write_bytes(ctranslate2(arrays | {'decoder/bias': np.zeros(3)}))
    return path


@pytest.fixture(scope='module')
def weights(data: Path, whisper: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What train and export write."""
    folder = tmp_path_factory.mktemp('run')
    common = ['--data', str(data), '--whisper', str(whisper), *TINY]
    train.main([*common, '--out', str(folder)])
    train.main([*common, '--out', str(folder / 'de'), '--leave-out', 'de'])
    export.main(
        [
            *('--checkpoint', str(folder / 'best.safetensors'), '--data', str(data)),
            *('--left-out', str(folder / 'de/best.safetensors')),
            *('--out', str(folder / 'voice_emotion.onnx')),
        ]
    )
    return folder / 'voice_emotion.onnx'


def test_the_card_says_what_it_is_and_begins_with_the_corpus_left_out(weights: Path) -> None:
    card = load_card(weights)
    assert [head.name for head in card.outputs] == ['emotion', 'speech']
    assert card.metrics[0]['split'] == 'mean of the corpora, each left out of the training'
    assert card.metrics[0]['value'] == card.metrics[1]['value']
    assert card.metrics[1]['n'] == 14
    assert 'terms not known' in str(card.training['data'])
    assert str(card.training['command']).endswith('--data voice.parquet')


def test_evaluate_prints_the_promised_figures(
    weights: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ['--weights', str(weights), '--data', str(data), '--split', 'sealed', '--json']
    evaluate.main(options)
    found = json.loads(capsys.readouterr().out)
    assert found['n'] == 14
    assert set(found['corpora']) == {'en', 'de'}
    assert found['corpora']['de']['n'] == 7
    for name in ('accuracy', 'uar', 'ece15'):
        assert 0 <= found[name] <= 1
    assert found['latency_ms_median'] > 0
    assert found['rtf'] > 0
    evaluate.main([*options, '--snr-db', '10'])
    assert json.loads(capsys.readouterr().out)['nll'] != found['nll']


def test_the_shipped_form_gives_the_probabilities_of_the_network(
    weights: Path, data: Path
) -> None:
    # Quantisation moves them a little.
    clip = load_clips(data, 'val').samples[0]
    network, _ = export.load_network(weights.with_name('best.safetensors'))
    with torch.inference_mode():
        logits = (
            network(spectrogram(clip))[0][0].numpy() / load_card(weights).outputs[0].temperature
        )
    expected = np.exp(logits) / np.exp(logits).sum()
    assert VoiceClassifier.load(str(weights)).classify(clip).emotion == pytest.approx(
        expected, abs=0.05
    )


def test_only_the_encoder_is_read(whisper: Path) -> None:
    arrays = read_arrays(whisper)
    assert 'bias' not in arrays
    assert torch.equal(
        load_whisper(1, whisper).positions,
        torch.from_numpy(arrays['position_encodings/encodings']),
    )


@pytest.mark.parametrize(
    ('data_of', 'message'),
    [
        (lambda whole: b'', 'not a CTranslate2 model'),
        (lambda whole: whole[:5000], 'not a CTranslate2 model'),
        (lambda whole: b'\x80\x04' * 999, 'not a CTranslate2 model'),
        (lambda whole: ctranslate2({'encoder/other': np.zeros(2)}), 'not the encoder of Whisper'),
    ],
)
def test_another_file_is_one_error(
    tmp_path: Path, whisper: Path, data_of: object, message: str
) -> None:
    (tmp_path / 'model.bin').write_bytes(data_of(whisper.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ModelError, match=message):
        load_whisper(1, tmp_path / 'model.bin')


def test_left_out_must_be_a_corpus(data: Path) -> None:
    with pytest.raises(ConfigError, match='--leave-out fr: not one of de, en'):
        train.main(['--data', str(data), '--leave-out', 'fr'])


def test_clips_of_any_rate_are_read_and_unlabelled_ones_left_out(data: Path) -> None:
    clips = load_clips(data, 'train')
    assert len(clips) == 14
    assert clips.labels.tolist() == [*range(7), *range(7)]
    assert decode(flac(0.5, rate=44_100)).shape == (8000,)


@pytest.mark.parametrize(
    ('sound', 'reason'),
    [
        (b'', 'undecodable'),
        (b'RIFF', 'undecodable'),
        (None, 'undecodable'),
        (flac(0.03), 'too_short'),
    ],
)
def test_a_bad_sound_is_named(tmp_path: Path, sound: bytes | None, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        decode(sound)  # type: ignore[arg-type]
    assert caught.value.reason == reason
    row = rows('val', 'en', 2)[0] | {'flac': sound}
    pd.DataFrame([row]).to_parquet(tmp_path / 'bad.parquet')
    with pytest.raises(ConfigError, match=f'bad.parquet: row 0: {reason}'):
        load_clips(tmp_path / 'bad.parquet', 'val')


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'split': 'train'}, 'has no val rows'),
        ({'emotion': None}, 'no val row has an emotion'),
    ],
)
def test_a_table_without_clips_is_named(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    pd.DataFrame([rows('val', 'en', 2)[0] | change]).to_parquet(tmp_path / 'empty.parquet')
    with pytest.raises(ConfigError, match=message):
        load_clips(tmp_path / 'empty.parquet', 'val')


def test_a_head_separates_what_can_be_separated() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=200)
    features = rng.normal(size=(200, 5)).astype(np.float32) + 100
    features[:, 0] += 8 * labels
    head = Head(5, 3, hidden=8)
    fit_emotions(head, features, labels, np.ones(200), TrainConfig(epochs=30, lr=1e-2))
    predicted = head(torch.from_numpy(features)).argmax(1).numpy()
    assert (predicted == labels).mean() > 0.95


def test_small_corpora_and_rare_classes_count_more() -> None:
    labels = np.array([0, 0, 0, 1, 0, 1])
    corpora = np.array(['a'] * 4 + ['b'] * 2)
    even = balanced_weights(labels, corpora, 1.0)
    assert even.mean() == pytest.approx(1)
    assert even[:3].sum() == pytest.approx(even[3])
    assert even[:4].sum() == pytest.approx(even[4:].sum())
    assert balanced_weights(labels, corpora, 0.0) == pytest.approx(np.ones(6))
