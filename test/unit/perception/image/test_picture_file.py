# SPDX-License-Identifier: MIT
"""Picture files of all kinds: read, or named with a remedy; what a folder also holds is named."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from emotion_ros.errors import ConfigError, InvalidInput
from emotion_ros.perception.image.picture_file import is_picture, read_picture
from emotion_ros.perception.image.source import open_image_source
from emotion_ros.perception.image.video_header import lacks_index
from image_files import HEIGHT, WIDTH, make_picture

HEIC = b'\0\0\0\x18ftypheic\0\0\0\0mif1heic' + bytes(99)
AVIF = b'\0\0\0\x18ftypmif1\0\0\0\0mif1avif' + bytes(99)


@pytest.mark.parametrize(
    ('name', 'data', 'problem'),
    [
        ('IMG_1.HEIC', HEIC, 'is a HEIC picture of a phone: heif-convert FILE FILE.jpg'),
        ('IMG_1.jpg', HEIC, 'is a HEIC picture'),
        ('a.jpg', b'<!DOCTYPE html>', 'is a web page'),
        ('a.png', b'version https://git-lfs.github.com/spec/v1\n', 'git lfs pull'),
        ('a.avif', AVIF, 'is not a readable picture or video'),
        ('a.pgm', b'', 'no bytes'),
    ],
)
def test_a_file_that_is_no_picture_for_us_is_named(
    tmp_path: Path, name: str, data: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(data)
    assert is_picture(tmp_path / name)
    with pytest.raises(InvalidInput, match=problem):
        read_picture(tmp_path / name)


def test_pictures_of_data_sets(tmp_path: Path) -> None:
    for name, magic, channels in (('face.pgm', 'P5', 1), ('face.ppm', 'P6', 3)):
        pixels = b'\x80' * (WIDTH * HEIGHT * channels)
        (tmp_path / name).write_bytes(f'{magic} {WIDTH} {HEIGHT} 255\n'.encode() + pixels)
        image, has_more = read_picture(tmp_path / name)
        assert (image.shape, has_more) == ((HEIGHT, WIDTH, 3), False)
        assert abs(int(image.mean()) - 128) <= 1


def test_what_a_folder_also_holds_is_named(tmp_path: Path) -> None:
    make_picture(tmp_path / 'a.png')
    pages = [np.full((HEIGHT, WIDTH, 3), level, np.uint8) for level in (20, 40)]
    assert cv2.imwritemulti(str(tmp_path / 'b.tiff'), pages)
    for name in ('talk.mp4', 'IMG_1.HEIC', '.DS_Store'):
        (tmp_path / name).write_bytes(HEIC)
    source = open_image_source([str(tmp_path)])
    samples = list(source.samples())
    assert [Path(sample.source).name for sample in samples] == ['IMG_1.HEIC', 'a.png', 'b.tiff']
    assert [sample.error is None for sample in samples] == [False, True, True]
    assert list(source.notes) == [
        'no pictures, left out: talk.mp4',
        'only the first image was used of b.tiff',
    ]


def test_a_folder_without_pictures_has_a_remedy(tmp_path: Path) -> None:
    (tmp_path / 'happy').mkdir()
    with pytest.raises(ConfigError, match=r'no pictures in it; for its sub-folders: .*/\*/$'):
        open_image_source([str(tmp_path)])
    for number in range(5):
        (tmp_path / f'{number}.mp4').touch()
    with pytest.raises(ConfigError, match=r'in it: 0\.mp4, 1\.mp4, 2\.mp4 and 2 more: give'):
        open_image_source([str(tmp_path)])


@pytest.mark.parametrize(
    ('boxes', 'expected'),
    [
        ([b'ftyp', b'mdat'], True),
        ([b'ftyp', b'mdat', b'moov'], False),
        ([b'ftyp', b'moov', b'mdat'], False),
        ([b'RIFF'], False),
    ],
)
def test_a_video_without_its_index(tmp_path: Path, boxes: list[bytes], expected: bool) -> None:
    data = b''.join((24).to_bytes(4, 'big') + kind + bytes(16) for kind in boxes)
    (tmp_path / 'a.mp4').write_bytes(data)
    assert lacks_index(tmp_path / 'a.mp4') is expected
    if expected:
        (tmp_path / 'a.mp4').write_bytes(data[:-9])
        assert lacks_index(tmp_path / 'a.mp4')
