# SPDX-License-Identifier: MIT
"""Pictures, videos and webcams as samples; broken input is an error."""

import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.perception.image.source import Pictures, Stream, Webcam, open_image_source
from emotion_ros.perception.image.video_file import USUAL_RATE_HZ, Video
from emotion_ros.perception.voice.ffmpeg import find_ffmpeg
from image_files import RATE_HZ, cut, make_picture, make_video
from mjpeg_server import mjpeg_server
from rtsp_server import rtsp_server


def levels(source: Pictures | Video | Webcam) -> list[int]:
    samples = [sample for sample in source.samples() if sample.image_bgr is not None]
    return [round(float(np.mean(sample.image_bgr)) / 20) for sample in samples]


@pytest.mark.parametrize(('name', 'frames'), [('a.avi', 1), ('a.avi', 10), ('a.mp4', 10)])
def test_a_video_gives_every_frame_and_its_time(tmp_path: Path, name: str, frames: int) -> None:
    video = open_image_source([str(make_video(tmp_path / name, frames))])
    assert isinstance(video, Video)
    assert (video.count, video.rate_hz, video.is_moving) == (frames, RATE_HZ, True)
    samples = list(video.samples())
    assert [sample.at_s for sample in samples] == pytest.approx(
        [n / RATE_HZ for n in range(frames)]
    )
    assert {sample.source for sample in samples} == {str(tmp_path / name)}
    assert levels(Video(tmp_path / name)) == list(range(frames))


def test_a_video_that_was_cut_ends_with_an_error(tmp_path: Path) -> None:
    video = Video(cut(make_video(tmp_path / 'a.avi'), 0.9))
    *frames, last = video.samples()
    assert 0 < len(frames) < 10
    assert last.image_bgr is None
    assert str(last.error) == f'truncated: {len(frames)} of 10 frames can be read'


@pytest.mark.parametrize(
    ('name', 'codec'), [('a.mkv', 'ac3'), ('a.webm', 'libopus'), ('a.flv', 'aac'), ('a.ts', 'mp2')]
)
def test_sound_that_is_longer_than_the_images_is_no_error(
    tmp_path: Path, name: str, codec: str
) -> None:
    pytest.importorskip('imageio_ffmpeg')
    path = tmp_path / name
    video = {'a.webm': 'libvpx', 'a.flv': 'flv', 'a.ts': 'mpeg2video'}.get(name, 'mpeg4')
    inputs = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=25:d=1', '-f', 'lavfi', '-i', 'sine=d=3']
    command = [find_ffmpeg(), '-nostdin', '-v', 'error', *inputs, '-c:v', video, '-c:a', codec]
    subprocess.run([*command, str(path)], check=True)
    samples = list(Video(path).samples())
    assert [sample.error for sample in samples] == [None] * 25
    if name in ('a.mkv', 'a.webm'):  # whose header tells how many bytes there are
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 4])
        *_, last = Video(path).samples()
        assert 'frames can be read' in str(last.error)


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path) -> None:
    pytest.importorskip('imageio_ffmpeg')
    path = tmp_path / 'dv.mov'
    show = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:r=25:d=0.1', '-vf', 'setsar=3/2']
    command = [find_ffmpeg(), '-nostdin', '-v', 'error', *show, '-c:v', 'mpeg4', str(path)]
    subprocess.run(command, check=True)
    images = [sample.image_bgr for sample in Video(path).samples()]
    assert {image.shape for image in images} == {(48, 96, 3)}


def test_pictures_of_a_folder_come_by_name(tmp_path: Path) -> None:
    for name, level in (('b.png', 40), ('a.jpg', 20), ('c.JPEG', 60)):
        make_picture(tmp_path / name, level)
    (tmp_path / 'notes.txt').write_text('no picture')
    pictures = open_image_source([str(tmp_path), str(tmp_path / 'b.png')])
    assert (pictures.count, pictures.is_moving) == (4, False)
    assert levels(pictures) == [1, 2, 3, 2]


def test_a_broken_picture_is_a_sample_with_its_error(tmp_path: Path) -> None:
    make_picture(tmp_path / 'a.png')
    cut(make_picture(tmp_path / 'b.jpg'), 0.5)
    (tmp_path / 'c.png').write_bytes(b'')
    (tmp_path / 'd.png').write_bytes(b'GIF89a and so on')
    samples = list(open_image_source([str(tmp_path)]).samples())
    reasons = [sample.error.reason if sample.error else '' for sample in samples]
    assert reasons == ['', 'bad_compressed', 'short_data', 'unsupported_encoding']


def test_a_picture_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    path = make_picture(tmp_path / 'a.jpg')
    data = path.read_bytes()
    exif = b'Exif\0\0MM\0*\0\0\0\x08' + bytes.fromhex('0001011200030000000100060000' + '00000000')
    path.write_bytes(data[:2] + b'\xff\xe1' + (len(exif) + 2).to_bytes(2, 'big') + exif + data[2:])
    [sample] = Pictures([path]).samples()
    assert sample.image_bgr is not None
    assert sample.image_bgr.shape == (64, 48, 3)


REFUSED = [
    ([''], 'has no pictures in it'),
    (['absent.png'], 'absent.png: no such file or folder'),
    (['99'], 'webcam 99: cannot be opened'),
    (['/dev/video99'], 'webcam 99: cannot be opened'),
    (['/dev/video99', 'a.png'], 'webcam 99: a webcam must be the only input'),
    (['/dev/null'], '/dev/null: is no file; a webcam is given as its number or /dev/videoN'),
    (['rtsp://127.0.0.1:9/cam'], 'rtsp://127.0.0.1:9/cam: no connection: Connection refused'),
    (['http://me:pass@word@127.0.0.1:9/a?key=1'], r'^http://127.0.0.1:9/a: no connection: Con'),
    (['http://127.0.0.1:99999/a'], r'^http://127.0.0.1:99999/a: Port out of range 0-65535'),
    (['http://127.0.0.1:9/a', 'a.png'], '^http://127.0.0.1:9/a: a stream must be the only input'),
    (['UDP://@:5000'], 'UDP://:5000: not read; known: rtsp://, '),
    (['file:///absent.png'], '/absent.png: no such file or folder'),
    (['notes.txt'], 'notes.txt: is not a readable picture or video'),
    (['empty.mp4'], 'empty.mp4: is not a readable picture or video'),
    (['cut.mp4'], 'cut.mp4: is not a readable picture or video'),
    (['a.avi', 'a.png'], 'a.avi: is not a picture; a video must be the only input'),
    (['a.avi', 'b.avi'], 'a.avi: is not a picture; a video must be the only input'),
]


@pytest.mark.parametrize(('words', 'problem'), REFUSED)
def test_what_cannot_be_opened_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: list[str],
    problem: str,
) -> None:
    (tmp_path / 'files').mkdir()
    monkeypatch.chdir(tmp_path / 'files')
    if words != ['']:
        make_picture(Path('a.png'))
        cut(make_video(Path('cut.mp4')), 0.5)
        Path('notes.txt').write_text('hello')
        Path('empty.mp4').write_bytes(b'')
        for name in ('a.avi', 'b.avi'):
            make_video(Path(name))
    with pytest.raises(ConfigError, match=problem):
        open_image_source([word or '.' for word in words])


def test_a_file_comes_before_the_number_of_a_webcam(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    make_video(Path('a.avi')).rename('7')
    assert isinstance(open_image_source(['7']), Video)


@pytest.mark.parametrize(
    'suffix', ['.JPG', '.jfif', '.jpe', '.png', '.webp', '.bmp', '.tif', '.tiff', '.gif']
)
def test_every_kind_of_picture_is_one(tmp_path: Path, suffix: str) -> None:
    kind = {'.jfif': '.jpg', '.gif': '.png'}.get(suffix, suffix.lower())
    path = make_picture(tmp_path / f'b{kind}', 60).rename(tmp_path / f'b{suffix}')
    if suffix == '.gif':
        path.write_bytes(gif(1, 60))
    for inputs in ([path], [tmp_path]):
        pictures = open_image_source([str(name) for name in inputs])
        assert isinstance(pictures, Pictures)
        [sample] = pictures.samples()
        assert (sample.at_s, sample.error) == (None, None)
        assert levels(pictures) == [3]


def test_a_picture_of_another_name_is_known_by_its_content(tmp_path: Path) -> None:
    for name in ('photo', 'photo.jpg~', 'photo.jpg_large'):
        path = make_picture(tmp_path / 'a.jpg', 40).rename(tmp_path / name)
        assert levels(open_image_source([str(path)])) == [2]
    frames = b''.join(make_picture(tmp_path / 'a.jpg', 40).read_bytes() for _ in range(3))
    (tmp_path / 'a.mjpeg').write_bytes(frames)
    assert levels(open_image_source([str(tmp_path / 'a.mjpeg')])) == [2, 2, 2]


def exif_turned() -> bytes:
    """Return the tags of a picture that lies on its side."""
    return b'MM\0*\0\0\0\x08' + bytes.fromhex('000101120003000000010006000000000000')


def in_jpeg(data: bytes) -> bytes:
    exif = b'Exif\0\0' + exif_turned()
    return data[:2] + b'\xff\xe1' + (len(exif) + 2).to_bytes(2, 'big') + exif + data[2:]


def in_png(data: bytes) -> bytes:
    body = b'eXIf' + exif_turned()
    length, checksum = len(body) - 4, crc32(body)
    return data[:33] + length.to_bytes(4, 'big') + body + checksum.to_bytes(4, 'big') + data[33:]


def in_webp(data: bytes) -> bytes:
    sides = (63).to_bytes(3, 'little') + (47).to_bytes(3, 'little')
    extended = b'VP8X' + (10).to_bytes(4, 'little') + b'\x08\0\0\0' + sides
    exif = b'EXIF' + len(exif_turned()).to_bytes(4, 'little') + exif_turned()
    body = b'WEBP' + extended + data[12:] + exif
    return b'RIFF' + len(body).to_bytes(4, 'little') + body


@pytest.mark.parametrize(
    ('suffix', 'turn'),
    [('.jfif', in_jpeg), ('.jpe', in_jpeg), ('.png', in_png), ('.webp', in_webp)],
)
def test_a_picture_of_any_kind_is_turned_upright(
    tmp_path: Path, suffix: str, turn: Callable[[bytes], bytes]
) -> None:
    kind = '.jpg' if suffix == '.jfif' else suffix
    path = make_picture(tmp_path / f'a{kind}').rename(tmp_path / f'a{suffix}')
    path.write_bytes(turn(path.read_bytes()))
    [sample] = open_image_source([str(path)]).samples()
    assert sample.image_bgr is not None
    assert sample.image_bgr.shape == (64, 48, 3)


def gif(frames: int, level: int = 0) -> bytes:
    """Return a grey GIF of 64x48 px."""
    head = b'GIF89a' + bytes.fromhex('40003000 800000') + bytes([level] * 6)
    return head + b''.join(gif_frame() for _ in range(frames)) + b';'


def gif_frame() -> bytes:
    """Clear codes keep the width at 3 bits: two pixels after each, then the end."""
    codes = [code for _ in range(64 * 48 // 2) for code in (4, 0, 0)] + [5]
    bits = sum(code << 3 * place for place, code in enumerate(codes))
    data = bits.to_bytes(len(codes) * 3 // 8 + 1, 'little')
    blocks = [data[at : at + 255] for at in range(0, len(data), 255)]
    packed = b''.join(bytes([len(block)]) + block for block in blocks)
    descriptor = b',' + bytes.fromhex('00000000 40003000 00')
    return b'!\xf9\x04\0\x0a\0\0\0' + descriptor + b'\x02' + packed + b'\0'


@pytest.mark.parametrize(('frames', 'kind'), [(1, Pictures), (3, Video)])
def test_an_animated_gif_is_a_video(tmp_path: Path, frames: int, kind: type) -> None:
    path = tmp_path / 'a.gif'
    path.write_bytes(gif(frames))
    source = open_image_source([str(path)])
    assert isinstance(source, kind)
    assert levels(source) == [0] * frames
    assert levels(open_image_source([str(path), str(path)])) == [0, 0]


@pytest.mark.parametrize('content', [b'', b'GIF89a', b'GIF89a and so on', b'no GIF at all'])
def test_a_broken_gif_is_a_sample_with_its_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'a.gif'
    path.write_bytes(content)
    [sample] = open_image_source([str(path)]).samples()
    assert sample.error is not None


def test_a_file_address_is_a_path(tmp_path: Path) -> None:
    path = make_picture(tmp_path / 'a b.png', 40)
    assert levels(open_image_source([path.as_uri()])) == [2]


WEBCAMS = [['0'], ['/dev/video0'], ['/dev/video12'], ['/dev/../dev/video3']]


@pytest.mark.parametrize('words', WEBCAMS)
def test_a_webcam_is_its_number_or_device(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str]
) -> None:
    path, opened = str(make_video(tmp_path / 'a.avi')), []
    opener = cv2.VideoCapture
    monkeypatch.setattr(cv2, 'VideoCapture', lambda what, *_: opened.append(what) or opener(path))
    link = tmp_path / 'usb-camera'
    link.symlink_to(words[0])
    for name in (*words, str(link)) if words[0].startswith('/') else words:
        assert isinstance(open_image_source([name]), Webcam)
    assert set(opened) == {int(words[0].rpartition('video')[2])}


def test_a_webcam_runs_until_it_is_stopped_or_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = str(make_video(tmp_path / 'a.avi'))
    opener = cv2.VideoCapture
    monkeypatch.setattr(cv2, 'VideoCapture', lambda *_: opener(path))
    seconds = count(100.0, 0.25)
    webcam = Webcam(0, clock=lambda: next(seconds))
    assert [sample.at_s for sample in webcam.samples()] == [0.25 * n for n in range(1, 11)]
    webcam = Webcam(0)
    samples = webcam.samples()
    next(samples)
    webcam.stop()
    assert list(samples) == []


@pytest.mark.parametrize('said', [0.0, -1.0, float('nan'), float('inf'), 90000.0])
def test_a_rate_that_makes_no_sense_is_taken_as_usual(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: float
) -> None:
    path = make_video(tmp_path / 'a.avi')
    opener = cv2.VideoCapture

    class Odd:
        """A real capture but for its frame rate."""

        def __init__(self, what: str, reader: int, properties: list[int]) -> None:
            self._capture = opener(what, reader, properties)
            self.isOpened, self.read = self._capture.isOpened, self._capture.read

        def get(self, what: int) -> float:
            return said if what == cv2.CAP_PROP_FPS else self._capture.get(what)

    monkeypatch.setattr(cv2, 'VideoCapture', Odd)
    assert Video(path).rate_hz == USUAL_RATE_HZ


def test_a_stream_gives_images_until_it_breaks(tmp_path: Path) -> None:
    jpeg = make_picture(tmp_path / 'a.jpg', 40).read_bytes()
    with mjpeg_server(jpeg) as server:
        stream = open_image_source([server.url])
        assert isinstance(stream, Stream)
        samples = stream.samples()
        first, second = next(samples), next(samples)
        assert first.source == server.url.partition('?')[0]
        assert first.at_s is not None and second.at_s is not None
        assert first.at_s <= second.at_s
        assert levels(Stream(server.url, clock=lambda: server.stopped.set() or 0.0))  # the end
    assert all(sample.image_bgr is not None for sample in samples)


def test_a_network_camera_gives_every_image_until_it_ends(tmp_path: Path) -> None:
    with rtsp_server(make_video(tmp_path / 'a.ts', 12)) as url:
        stream = open_image_source([url])
        assert isinstance(stream, Stream)
        images = [sample.image_bgr for sample in stream.samples()]
    assert len(images) >= 10  # the last ones may stay in the decoder
    assert {image.shape for image in images if image is not None} == {(48, 64, 3)}


def test_what_answers_without_a_video_is_one_line(tmp_path: Path) -> None:
    with mjpeg_server(b'no picture') as server:
        server.stopped.set()
        with pytest.raises(ConfigError, match=r'/video: gives no video$'):
            open_image_source([server.url])
