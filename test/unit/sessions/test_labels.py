# SPDX-License-Identifier: MIT
"""Labels in a CSV file, in our words and in those of others."""

from pathlib import Path

import pytest

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.errors import ConfigError
from emotion_ros.sessions.labels import LabelFile, read_labels, read_mapping


def labels(tmp_path: Path, text: str, *mapping: str) -> LabelFile:
    (tmp_path / 'labels.csv').write_text(text, encoding='utf-8')
    return read_labels(tmp_path / 'labels.csv', read_mapping(mapping))


@pytest.mark.parametrize(
    ('word', 'mapping', 'label'),
    [
        ('happy', [], 'happy'),
        (' Happiness ', [], 'happy'),
        ('ANGER', [], 'angry'),
        ('3', ['fer2013'], 'happy'),
        ('4', ['fer2013'], 'sad'),
        ('1', ['affectnet'], 'happy'),
        ('6', ['affectnet'], 'angry'),
        ('bored', ['bored=neutral'], 'neutral'),
        ('joy', ['joy=surprise'], 'surprise'),
    ],
)
def test_a_word_stands_for_a_label(tmp_path: Path, word, mapping, label):
    [row] = labels(tmp_path, f'image,emotion\na.jpg,{word}\n', *mapping).rows
    assert EMOTIONS[row.label] == label


def test_rows_can_be_left_out_and_are_counted(tmp_path: Path):
    text = 'image,emotion\na.jpg,contempt\nb.jpg,7\nc.jpg,sad\n'
    read = labels(tmp_path, text, 'contempt=', 'affectnet')
    assert [row.subject for row in read.rows] == ['c.jpg']
    assert read.left_out == {'contempt': 1, '7': 1}


def test_the_columns_say_the_kind(tmp_path: Path):
    text = labels(tmp_path, '\ufefftext,sentiment\n"so, so",pos\n')
    assert (text.kind, text.head, SENTIMENTS[text.rows[0].label]) == (
        'text',
        'sentiment',
        'positive',
    )
    assert text.rows[0].subject == 'so, so'
    [row] = labels(tmp_path, 'bag,start,end,emotion,person\nrun,1.5,2,sad,face_2\n').rows
    assert (row.subject, row.start_s, row.end_s, row.person_id) == ('run', 1.5, 2.0, 'face_2')
    assert (
        labels(tmp_path, 'image,emotion\nx/a.jpg,sad\n').resolve('x/a.jpg') == tmp_path / 'x/a.jpg'
    )


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('', r'line 1: has the columns \(none\); needed: image,emotion or'),
        ('image,happiness\n', 'line 1: has the columns image, happiness; needed'),
        ('image,text,emotion\n', 'line 1: has the columns'),
        ('image,sentiment\n', 'line 1: has the columns'),
        ('bag,start,emotion\n', 'line 1: has the columns'),
        ('image,emotion\n', 'has no rows with a label'),
        (
            'image,emotion\na.jpg,sad\nb.jpg,sadd\n',
            "line 3: emotion 'sadd' is not one of angry, .*--map sadd=LABEL",
        ),
        ('image,emotion\na.jpg,3\n', "'3' is not one of .*--map fer2013 or --map affectnet"),
        ('image,emotion\na.jpg\n', 'line 2: emotion is empty'),
        ('image,emotion\n,sad\n', 'line 2: image is empty'),
        ('text,sentiment\nhi,happy\n', "'happy' is not one of negative, neutral, positive"),
        ('bag,start,end,emotion\nb,2,1,sad\n', 'line 2: start 2 is not before end 1'),
        ('bag,start,end,emotion\nb,-1,1,sad\n', "line 2: start: '-1' is not a number of seconds"),
        ('bag,start,end,emotion\nb,0,soon,sad\n', "line 2: end: 'soon' is not a number"),
    ],
)
def test_what_cannot_be_used_is_one_line_with_its_place(tmp_path: Path, text, problem):
    with pytest.raises(ConfigError, match=problem):
        labels(tmp_path, text)


@pytest.mark.parametrize('text', ['joy', 'joy=glad', '=happy', 'imagenet'])
def test_a_bad_mapping_is_an_error(text):
    with pytest.raises(ConfigError, match=f'--map {text!r} is not WORD=LABEL'):
        read_mapping([text])


def test_decimal_commas_and_paths_of_windows(tmp_path: Path):
    [row] = labels(tmp_path, 'bag;start;end;emotion\nrun;0,5;2,5;sad\n').rows
    assert (row.start_s, row.end_s) == (0.5, 2.5)
    (tmp_path / 'faces').mkdir()
    (tmp_path / 'faces' / 'a.jpg').touch()
    read = labels(tmp_path, 'image,emotion\nfaces\\a.jpg,sad\n')
    assert read.resolve(read.rows[0].subject) == tmp_path / 'faces' / 'a.jpg'


def test_numbers_of_a_sentiment_are_no_numbers_of_emotions(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"'1' is not one of .*\(--map 1=LABEL, or --map 1= to"):
        labels(tmp_path, 'text,sentiment\nhi,1\n')
