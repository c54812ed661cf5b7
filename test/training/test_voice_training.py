# SPDX-License-Identifier: MIT
"""Train, tune, export, evaluate: the whole voice command line, on synthetic sounds."""

import io
import json
import shutil
import struct
from dataclasses import replace
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
from training.fusion.voice_weights import load_confusions
from training.voice import evaluate, export, train
from training.voice.config import TrainConfig
from training.voice.cross_validation import cross_validate, speaker_interval
from training.voice.data import decode, load_clips
from training.voice.heads import Examples, balanced_weights, fit_emotions
from training.voice.network import spectrogram
from training.voice.noise import NOT_SPEECH
from training.voice.whisper import NAMES, WhisperEncoder, load_whisper, read_arrays

TINY = [
    '--layers',
    '2',
    '--copies',
    '1',
    '--noise-copies',
    '1',
    '--sounds',
    '8',
    '--members',
    '1',
    '--epochs',
    '1',
    '--hidden',
    '4',
    '--folds',
    '2',
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


def wav(samples: np.ndarray) -> bytes:
    """A sound file with samples in floating point."""
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format='WAV', subtype='FLOAT')
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
    train.main(command_line(data, whisper, folder))
    export.main(
        [
            *('--checkpoint', str(folder / 'best.safetensors'), '--data', str(data)),
            *('--confusions', str(folder / 'confusions.json')),
            *('--out', str(folder / 'voice_emotion.onnx')),
        ]
    )
    return folder / 'voice_emotion.onnx'


def command_line(data: Path, whisper: Path, folder: Path) -> list[str]:
    """The options of a short training."""
    places = {'--features': folder / 'features', '--out': folder, '--data': data}
    places['--whisper'] = whisper
    return [*(str(word) for pair in places.items() for word in pair), *TINY]


def test_the_card_begins_with_the_corpora_left_out_and_is_not_calibrated_on_val(
    weights: Path,
) -> None:
    card = load_card(weights)
    assert [head.name for head in card.outputs] == ['emotion', 'speech']
    mean, *corpora = card.metrics[:3]
    assert mean['split'] == 'mean of the corpora, each left out of the training'
    assert [row['n'] for row in corpora] == [14, 14]
    assert mean['value'] == pytest.approx(np.mean([row['value'] for row in corpora]), abs=1e-3)
    assert 'heads fitted on other speakers' in str(card.training['calibrated_on'])
    assert 'terms not known' in str(card.training['data'])
    assert str(card.training['command']).endswith('--data voice.parquet')


def test_the_confusions_for_the_fusion_are_of_clips_that_were_held_out(weights: Path) -> None:
    path = weights.with_name('confusions.json')
    known, elsewhere = (json.loads(path.read_text())[name] for name in ('known', 'elsewhere'))
    assert np.sum(known) == 14  # of train
    assert np.sum(elsewhere) == 28  # and of val
    assert load_confusions(path)[0].sum(axis=1) == pytest.approx(np.ones(7))


def test_a_run_goes_on_with_the_features_that_there_are(
    weights: Path, data: Path, whisper: Path, tmp_path: Path
) -> None:
    shutil.copytree(weights.with_name('features'), tmp_path / 'features')
    kept = tmp_path / 'features/train_1.npy'
    before = np.load(kept)
    (tmp_path / 'features/val.npy').unlink()
    np.save(kept, before + 1)
    train.main(command_line(data, whisper, tmp_path))
    assert np.array_equal(np.load(kept), before + 1)
    assert len(np.load(tmp_path / 'features/val.npy')) == 14
    other = [*command_line(data, whisper, tmp_path), '--snr-low', '5']
    with pytest.raises(ConfigError, match='features of other settings; give another --features'):
        train.main(other)


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
    low, high = found['ece15_by_chance'][1:]
    assert 0 < low < high < 1
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


def test_clips_of_any_rate_are_read_and_unlabelled_ones_left_out(data: Path) -> None:
    clips = load_clips(data, 'train')
    assert len(clips) == 14
    assert clips.labels.tolist() == [*range(7), *range(7)]
    assert decode(flac(0.5, rate=44_100)).shape == (8000,)
    left = np.linspace(-0.5, 0.5, RATE)
    stereo = np.column_stack([left, np.zeros(RATE)])
    assert decode(wav(stereo)) == pytest.approx(decode(wav(left / 2)), abs=1e-4)


@pytest.mark.parametrize(
    ('sound', 'reason'),
    [
        (b'', 'undecodable'),
        (b'RIFF', 'undecodable'),
        (None, 'undecodable'),
        (flac(0.03), 'too_short'),
        (wav(np.zeros(0)), 'too_short'),
        (wav(np.full(RATE, np.nan)), 'not_finite'),
    ],
    # libsndfile writes the time into a WAV of floats: it may not become part of a test's name
    ids=['empty', 'magic only', 'none', 'too short', 'no samples', 'NaN'],
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


def examples(count: int = 120) -> Examples:
    """Two corpora of two speakers with three emotions: feature 0 tells it, 1 the speaker."""
    rng = np.random.default_rng(0)
    labels, speaker = np.arange(count) % 3, np.arange(count) // 3 % 4
    features = rng.normal(size=(2, count, 6)).astype(np.float32) + 100
    features[..., 0] += 4 * labels
    features[..., 1] += 9 * speaker
    return Examples(features, labels, np.array(['en', 'de'])[speaker // 2], speaker.astype(str))


def test_a_head_separates_what_can_be_separated() -> None:
    of = examples()
    head = fit_emotions(of, TrainConfig(members=0, l2=1e-3, speaker_directions=1))
    assert (head.logits(of.features[1]).argmax(1) == of.labels).mean() > 0.9


def test_heads_with_a_hidden_layer_are_averaged_with_the_linear_one() -> None:
    of = examples()
    config = TrainConfig(members=2, hidden=8, epochs=20, batch=16, lr=1e-2, l2=1e-3)
    heads = fit_emotions(of, config)
    features = torch.from_numpy(of.features[1])
    one, two = (m(features).detach().numpy() for m in heads.members)
    assert np.abs(one - two).max() > 0.01
    linear = heads.linear(features).detach().numpy()
    assert heads.logits(of.features[1]) == pytest.approx(linear / 2 + (one + two) / 4, abs=1e-5)
    for member in heads.members:
        assert (member(features).argmax(1).numpy() == of.labels).mean() > 0.8


def test_a_head_does_not_see_how_speakers_differ() -> None:
    of = examples()
    config = TrainConfig(members=0, l2=1e-3, speaker_directions=1)
    moved = of.features[0].copy()
    moved[:, 1] += 9
    change = [
        np.abs(head.logits(moved) - head.logits(of.features[0])).max()
        for head in (
            fit_emotions(of, config),
            fit_emotions(of, replace(config, speaker_directions=0)),
        )
    ]
    assert change[0] < change[1] / 2


def test_clips_are_predicted_by_heads_that_did_not_see_them() -> None:
    of = examples()
    config = TrainConfig(members=0, l2=1e-3, speaker_directions=0, folds=2)
    # Every clip of one corpus has a wrong label: where it is left out, it is recognised.
    wrong = replace(of, labels=np.where(of.corpora == 'de', (of.labels + 1) % 3, of.labels))
    found = cross_validate(wrong, of.take(np.arange(6)), fit_emotions(wrong, config), config)
    assert found['other_corpora']['de']['uar'] < 0.2
    assert found['left_out']['all']['n'] == 126
    assert found['every_speaker']['all']['n'] == 126


def test_the_interval_of_few_speakers_is_wide() -> None:
    labels = np.arange(120) % 3
    logits = np.eye(7)[labels]
    logits[:60] = np.eye(7)[6]
    clips = Examples(np.zeros((1, 120, 1)), labels, np.full(120, 'a'), np.arange(120).astype(str))
    two = replace(clips, speakers=np.repeat(['x', 'y'], 60))
    for of, least, most in ((clips, 0.1, 0.25), (two, 1.0, 1.0)):
        low, high = speaker_interval(logits, of)
        assert least <= high - low <= most
        assert low <= 0.5 <= high


@pytest.mark.parametrize(('share', 'rare'), [(1.0, 0.5), (0.0, 0.1)])
def test_how_frequent_an_emotion_is_in_its_corpus_is_not_learned(share, rare) -> None:
    labels = (np.arange(400) % 10 == 0).astype(int)
    nothing = np.random.default_rng(0).normal(size=(1, 400, 3)).astype(np.float32)
    of = Examples(nothing, labels, np.full(400, 'a'), (np.arange(400) % 7).astype(str))
    config = TrainConfig(members=0, speaker_directions=0, prior_correction=share)
    odds = np.exp(fit_emotions(of, config).logits(np.zeros((1, 3), np.float32)))[0]
    assert odds[1] / odds[:2].sum() == pytest.approx(rare, abs=0.05)


def test_small_corpora_rare_classes_and_silent_speakers_count_more() -> None:
    of = Examples(
        np.zeros((1, 6, 1), np.float32),
        np.array([0, 0, 0, 1, 0, 1]),
        np.array(['a'] * 4 + ['b'] * 2),
        np.array(['x', 'x', 'y', 'x', 'x', 'x']),
    )
    all_even = TrainConfig(balance_corpora=1.0, balance_classes=1.0, balance_speakers=1.0)
    even = balanced_weights(of, all_even)
    assert even.mean() == pytest.approx(1)
    assert even[:3].sum() == pytest.approx(even[3])
    assert even[:4].sum() == pytest.approx(even[4:].sum())
    assert even[:2].sum() == pytest.approx(even[2])
    uneven = TrainConfig(balance_corpora=0.0, balance_classes=0.0, balance_speakers=0.0)
    assert balanced_weights(of, uneven) == pytest.approx(np.ones(6))
