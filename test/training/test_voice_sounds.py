# SPDX-License-Identifier: MIT
"""Synthetic sounds and the augmentation: right level, repeatable, finite."""

import numpy as np
import pytest

pytest.importorskip('soundfile', reason='the voice training needs soundfile')

from emotion_ros.perception.voice.log_mel import SAMPLE_RATE
from training.voice import vad
from training.voice.augment import Augmentation, augment, change_speed
from training.voice.data import Clips
from training.voice.noise import BABBLE, NOISES, NOT_SPEECH, make_noise, mix_at_snr, normalised

RNG = np.random.default_rng
CLIP = normalised(np.sin(np.arange(16_000) / 8.0)) * 0.1
OTHERS = [CLIP, CLIP[::-1].copy()]
NOTHING = {name: 0.0 for name in Augmentation.defaults() if not name.startswith('snr')}


@pytest.mark.parametrize('kind', NOT_SPEECH)
def test_sounds_have_a_mean_square_of_one_and_differ(kind: str) -> None:
    sounds = [NOT_SPEECH[kind](8000, RNG(seed)) for seed in (0, 1)]
    for sound in sounds:
        assert sound.dtype == np.float32
        assert sound.shape == (8000,)
        assert (sound**2).mean() == pytest.approx(1, abs=1e-3)
    assert np.abs(sounds[0] - sounds[1]).max() > 0.1


@pytest.mark.parametrize('kind', [*NOISES, BABBLE])
@pytest.mark.parametrize('snr_db', [0, 10])
def test_noise_is_as_far_from_the_speech_as_asked(kind: str, snr_db: float) -> None:
    noise = make_noise(kind, len(CLIP), RNG(0), OTHERS)
    added = mix_at_snr(CLIP, noise, snr_db) - CLIP
    assert 10 * np.log10((CLIP**2).mean() / (added**2).mean()) == pytest.approx(snr_db, abs=0.1)


def test_without_any_augmentation_a_clip_stays_what_it_is() -> None:
    same = augment(CLIP, OTHERS, Augmentation(**NOTHING), RNG(0))
    assert same == pytest.approx(CLIP[:-1], abs=1e-4)


@pytest.mark.parametrize(
    'only', [None, 'speed', 'cut', 'reverberation', 'noise', 'telephone', 'clipping']
)
def test_augmented_clips_are_finite_and_repeatable(only: str | None) -> None:
    config = (
        Augmentation()
        if only is None
        else Augmentation(**NOTHING | {only: 0.5 if only == 'speed' else 1.0})
    )
    first, second = (augment(CLIP, OTHERS, config, RNG(3)) for _ in range(2))
    assert np.array_equal(first, second)
    assert np.isfinite(first).all()
    assert first.dtype == np.float32
    assert len(first) >= 0.3 * len(CLIP)
    assert first.shape != CLIP.shape or np.abs(first - CLIP).max() > 1e-3


def test_speed_changes_length_and_pitch() -> None:
    fast = change_speed(CLIP, 1.25)
    assert len(fast) == pytest.approx(len(CLIP) / 1.25, abs=2)
    peaks = [np.abs(np.fft.rfft(x)).argmax() * SAMPLE_RATE / len(x) for x in (CLIP, fast)]
    assert peaks[1] / peaks[0] == pytest.approx(1.25, rel=0.01)


def test_frames_of_a_clip_in_noise_are_known_and_found() -> None:
    clip = normalised(np.random.default_rng(0).normal(size=16_000))
    sound, is_speech = vad.in_noise(clip, 'pink', 20.0, RNG(0), OTHERS)
    assert len(sound) == 512 * len(is_speech)
    assert is_speech[32:61].all()
    assert not is_speech[:31].any()
    assert not is_speech[63:].any()
    clips = Clips([clip], np.zeros(1, int), np.array(['a']), np.array(['b']))
    rows = list(vad.speech_rows('energy', clips))
    assert [row['snr_db'] for row in rows] == list(vad.NOISE_DB)
    assert float(str(rows[0]['speech_found'])) > 0.9
    assert rows[0]['clips_missed'] == '0.000'
