# SPDX-License-Identifier: MIT
"""Folders of sounds whose names hold emotion and speaker."""

from pathlib import Path

import pytest

from emotion_ros.errors import ConfigError
from training.tables import label_indices
from training.voice.folders import find_clips


def touched(folder: Path, *names: str) -> Path:
    """Make empty sound files."""
    for name in names:
        path = folder / f'{name}.wav'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


@pytest.mark.parametrize(
    ('name', 'found'),
    [
        ('Actor_12/03-01-05-02-01-01-12', ('ravdess', '12', 'angry')),
        ('1001_DFA_HAP_XX', ('crema-d', '1001', 'happy')),
        ('03a01Wa', ('emodb', '03', 'angry')),
        ('DC_su09', ('savee', 'DC', 'surprise')),
        ('OAF_Fear/OAF_back_ps', ('tess', 'OAF', 'surprise')),
        ('anna/Sadness/take 1', ('data', 'anna', 'sad')),
    ],
)
def test_a_name_says_corpus_speaker_and_emotion(tmp_path: Path, name: str, found) -> None:
    (clip,) = find_clips(touched(tmp_path / 'data', name), 'train')
    assert (clip.corpus, clip.speaker, clip.emotion) == found


def test_one_of_five_speakers_is_held_out(tmp_path: Path) -> None:
    names = [f'{1000 + n}_DFA_{code}_XX' for n in range(6) for code in ('ANG', 'SAD')]
    data = touched(tmp_path, *names, 'notes')
    train, val = find_clips(data, 'train'), find_clips(data, 'val')
    assert {clip.speaker for clip in val} == {'1004'}
    assert (len(train), len(val)) == (10, 2)
    with pytest.raises(ConfigError, match='train and val, not test'):
        find_clips(data, 'test')


def test_calm_boredom_and_songs_are_none_of_ours(tmp_path: Path) -> None:
    data = touched(tmp_path, '03-01-02-01-01-01-01', '03a01La', '03-02-05-01-01-01-01')
    with pytest.raises(ConfigError, match='no sound is named as in RAVDESS'):
        find_clips(data, 'train')
    touched(tmp_path, '03-01-03-01-01-01-01')
    with pytest.raises(ConfigError, match='1 speakers are too few for val'):
        find_clips(data, 'val')


def test_words_of_other_data_sets() -> None:
    assert list(label_indices(['Positive', ' neg '], ('negative', 'positive'), 'f')) == [1, 0]
