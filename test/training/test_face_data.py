# SPDX-License-Identifier: MIT
"""FER2013 in its three forms; each kind of wrong file names itself."""

from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
import pandas as pd
import pytest

from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.errors import ConfigError, EmotionRosError, InvalidInput
from training.face.data import load_faces

VOTES = [0.0, 6.0, 0.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 1.0]


# The header of a PNG of 60,000 x 60,000 pixels.
HUGE = b'\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\0\0\0\0'
HUGE += crc32(HUGE[12:]).to_bytes(4, 'big')


def png(value: int = 90, side: int = 48) -> bytes:
    """A flat grey image."""
    return cv2.imencode('.png', np.full((side, side), value, np.uint8))[1].tobytes()


def parquet(folder: Path, **columns: object) -> Path:
    """One happy PublicTest face, changed by ``columns``; None removes a column."""
    row = {'image': png(), 'emotion': 'happy', 'usage': 'PublicTest', 'ferplus_votes': VOTES}
    row |= {name: value for name, value in columns.items() if value is not None}
    table = pd.DataFrame([{k: v for k, v in row.items() if columns.get(k, '') is not None}])
    table.to_parquet(folder / 'faces.parquet')
    return folder / 'faces.parquet'


def folders(base: Path) -> Path:
    """The Kaggle layout with one face per class, whose brightness is the class index."""
    for i, name in enumerate(EMOTIONS):
        for part, file in (('train', 'Training_1'), ('test', f'PublicTest_{i}')):
            (base / part / name).mkdir(parents=True)
            (base / part / name / f'{file}.png').write_bytes(png(i))
    (base / 'test' / 'happy' / 'PrivateTest_9.png').write_bytes(png(99))
    return base


def test_parquet_with_votes_in_our_order(tmp_path: Path) -> None:
    faces = load_faces(parquet(tmp_path), 'PublicTest')
    assert faces.images.shape == (1, 48, 48)
    assert faces.labels.tolist() == [Emotion.HAPPY]
    assert faces.votes[0, [Emotion.HAPPY, Emotion.ANGRY]].tolist() == [0.75, 0.25]
    assert faces.trust.tolist() == pytest.approx([0.9])


def test_votes_are_optional(tmp_path: Path) -> None:
    faces = load_faces(parquet(tmp_path, ferplus_votes=None), 'PublicTest')
    assert faces.trust.tolist() == [0] and faces.votes.sum() == 0


def test_kaggle_folders(tmp_path: Path) -> None:
    faces = load_faces(folders(tmp_path), 'PublicTest')
    assert faces.labels.tolist() == list(range(7))
    assert faces.images[:, 0, 0].tolist() == list(range(7))
    assert load_faces(tmp_path, 'PrivateTest').images[:, 0, 0].tolist() == [99]


def test_a_folder_for_validation_is_not_the_test_and_two_of_one_meaning_are_one(
    tmp_path: Path,
) -> None:
    base = folders(tmp_path)
    for name in (*EMOTIONS, 'fearful'):
        (base / 'valid' / name).mkdir(parents=True)
        (base / 'valid' / name / '1.png').write_bytes(png(20))
    (base / 'valid' / 'fearful' / '1.png').write_bytes(png(50))
    assert load_faces(base, 'PublicTest').images[:, 0, 0].tolist() == 3 * [20] + [50] + 4 * [20]
    assert 99 in load_faces(base, 'PrivateTest').images[:, 0, 0]


def test_what_operating_systems_leave_in_folders_is_left_out_and_named_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = folders(tmp_path)
    for name in ('angry', 'happy'):
        (base / 'train' / name / '.DS_Store').write_bytes(b'\0\0\0\1Bud1')
    (base / 'train' / 'sad' / 'Thumbs.db').write_bytes(b'\xd0\xcf\x11\xe0')
    (base / 'train' / 'sad' / '._Training_1.png').write_bytes(b'\0\5\x16\7')
    (base / 'train' / 'fear' / 'notes.txt').write_text('hello')
    (base / 'train' / 'fear' / '.ipynb_checkpoints').mkdir()
    assert load_faces(base, 'Training').labels.tolist() == list(range(7))
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        f'{base}/train: 6 of 13 files are no images, left out: '
        '.DS_Store, ._Training_1.png, .ipynb_checkpoints, Thumbs.db, notes.txt'
    )


def test_original_csv_has_another_order(tmp_path: Path) -> None:
    pixels = ' '.join(['7'] * 48 * 48)
    rows = [(label, pixels, 'Training') for label in range(7)]
    table = pd.DataFrame(rows, columns=['emotion', 'pixels', 'Usage'])
    table.to_csv(tmp_path / 'fer2013.csv', index=False)
    faces = load_faces(tmp_path / 'fer2013.csv', 'Training')
    names = [EMOTIONS[i] for i in faces.labels]
    assert names == ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral']


def test_larger_images_shrink(tmp_path: Path) -> None:
    faces = load_faces(parquet(tmp_path, image=png(5, side=96)), 'PublicTest')
    assert faces.images.shape == (1, 48, 48) and (faces.images == 5).all()


@pytest.mark.parametrize(
    ('columns', 'usage', 'error', 'says'),
    [
        ({}, 'Training', ConfigError, 'has no Training faces'),
        ({}, 'Test', ConfigError, "'Test'"),
        ({'image': None}, 'PublicTest', ConfigError, 'no column image'),
        ({'usage': None}, 'PublicTest', ConfigError, 'no column usage'),
        ({'emotion': 'joyful'}, 'PublicTest', InvalidInput, "'joyful' is not one of angry"),
        ({'image': b'no image'}, 'PublicTest', InvalidInput, 'not an image'),
        ({'image': b''}, 'PublicTest', InvalidInput, 'not an image'),
        ({'image': HUGE}, 'PublicTest', InvalidInput, 'not an image'),
        ({'image': 'face.png'}, 'PublicTest', InvalidInput, 'not an image'),
        ({'image': {'bytes': b''}}, 'PublicTest', InvalidInput, 'not an image'),
        ({'ferplus_votes': [1.0] * 8}, 'PublicTest', InvalidInput, r'\[1.* not 10 FER\+ votes'),
        ({'ferplus_votes': [-1.0] * 10}, 'PublicTest', InvalidInput, r'not 10 FER\+ votes'),
        ({'ferplus_votes': 'many'}, 'PublicTest', InvalidInput, r'many are not 10'),
    ],
)
def test_wrong_tables(
    tmp_path: Path, columns: dict, usage: str, error: type[EmotionRosError], says: str
) -> None:
    with pytest.raises(error, match=says) as raised:
        load_faces(parquet(tmp_path, **columns), usage)
    assert '\n' not in str(raised.value)


def test_wrong_files(tmp_path: Path) -> None:
    (tmp_path / 'not.parquet').write_bytes(b'hello')
    with pytest.raises(ConfigError, match=r'not\.parquet: not a readable parquet'):
        load_faces(tmp_path / 'not.parquet', 'PublicTest')
    with pytest.raises(ConfigError, match=r'absent\.parquet'):
        load_faces(tmp_path / 'absent.parquet', 'PublicTest')


ONE_ROW = 'emotion,pixels,Usage\n{},{},PublicTest\n'


@pytest.mark.parametrize(
    ('content', 'error', 'says'),
    [
        ('', ConfigError, 'not a readable CSV'),
        ('a,b\n"', ConfigError, 'not a readable CSV'),
        ('a,b\n1,2\n', ConfigError, 'no column emotion, pixels, Usage'),
        (ONE_ROW.format(3, '1 2 3'), InvalidInput, 'not 48x48 pixels'),
        (ONE_ROW.format(3, '1 2 x'), InvalidInput, 'not 48x48 pixels'),
        (ONE_ROW.format(3, ' '.join(['256'] * 48 * 48)), InvalidInput, 'not 48x48 pixels'),
        (ONE_ROW.format(7, ' '.join(['0'] * 48 * 48)), InvalidInput, "'7' is not one of angry"),
    ],
)
def test_wrong_csv(tmp_path: Path, content: str, error: type[EmotionRosError], says: str) -> None:
    (tmp_path / 'fer.csv').write_text(content)
    with pytest.raises(error, match=rf'fer\.csv: .*{says}') as raised:
        load_faces(tmp_path / 'fer.csv', 'PublicTest')
    assert '\n' not in str(raised.value)


def test_absent_csv(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r'absent\.csv: not a readable CSV'):
        load_faces(tmp_path / 'absent.csv', 'PublicTest')


def test_folder_without_a_class(tmp_path: Path) -> None:
    base = folders(tmp_path)
    (base / 'train' / 'disgust' / 'Training_1.png').unlink()
    (base / 'train' / 'disgust').rmdir()
    with pytest.raises(ConfigError, match='no folder for disgust'):
        load_faces(base, 'Training')


def test_folders_under_other_names(tmp_path: Path) -> None:
    base = folders(tmp_path)
    (base / 'test').rename(base / 'validation')
    for part in ('train', 'validation'):
        for name, other in (('angry', 'Anger'), ('happy', 'Happiness'), ('sad', 'sadness')):
            (base / part / name).rename(base / part / other)
    assert len(load_faces(base, 'Training')) == len(
        load_faces(folders(tmp_path / 'b'), 'Training')
    )
    assert len(load_faces(base, 'PublicTest'))
    (base / 'train' / 'fear').rename(base / 'train' / '3')
    with pytest.raises(ConfigError, match=r'no folder for fear \(it has 3, Anger, Happiness, '):
        load_faces(base, 'Training')


def test_columns_of_kaggle_have_spaces(tmp_path: Path) -> None:
    pixels = ' '.join(['0'] * 48 * 48)
    (tmp_path / 'icml.csv').write_text(f'emotion, Usage, pixels\n3,PublicTest,{pixels}\n')
    assert len(load_faces(tmp_path / 'icml.csv', 'PublicTest')) == 1
