# SPDX-License-Identifier: MIT
"""What cameras and phones really send, by public reports: a further report is one line more.

Each line has a name, where it was reported, the input, and either the picture that it must give
(as another input of the same kind) or the reason for which it is refused.
"""

import struct
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from camera_images import message, picture
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FacePipeline, make_face_pipeline
from emotion_ros.perception.image.bit_depth import HOLD_IMAGES, BitDepth
from emotion_ros.perception.image.compressed import decode_compressed
from emotion_ros.perception.image.decode import SUPPORTED_ENCODINGS, RawImage, decode_image
from emotion_ros.perception.image.file_headers import FILE_FORMATS

BGR = picture(64, 48)
NOISY = np.random.default_rng(3).integers(0, 255, (48, 64, 3), np.uint8)


def pack(suffix: str, image: Any = BGR, *flags: int) -> bytes:
    return bytes(cv2.imencode(suffix, image, flags)[1])


JPEG = pack('.jpg')
LONGER = pack('.jpg', NOISY, cv2.IMWRITE_JPEG_QUALITY, 100)
PROGRESSIVE = pack('.jpg', NOISY, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
RESTARTS = pack('.jpg', NOISY, cv2.IMWRITE_JPEG_RST_INTERVAL, 1)
GREY = pack('.jpg', NOISY[:, :, 0])
WEBP, LOSSLESS_WEBP = pack('.webp'), pack('.webp', BGR, cv2.IMWRITE_WEBP_QUALITY, 101)
TIFF = pack('.tiff')
PNG = pack('.png')
GREY01 = (NOISY[:, :, 0] > 127).astype(np.uint8) * 255


def segment(code: int, content: bytes, fill: int = 0) -> bytes:
    """Return a JPEG segment after a number of fill bytes."""
    return b'\xff' * (1 + fill) + struct.pack('>BH', code, len(content) + 2) + content


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    return jpeg[:2] + b''.join(segments) + jpeg[2:]


def filled(jpeg: bytes, code: int, count: int) -> bytes:
    """Return a JPEG with fill bytes before its first marker of this code."""
    at = jpeg.index(bytes([0xFF, code]))
    return jpeg[:at] + b'\xff' * count + jpeg[at:]


def before_last_scan(jpeg: bytes, extra: bytes) -> bytes:
    at = jpeg.rindex(b'\xff\xda')
    return jpeg[:at] + extra + jpeg[at:]


EXIF = segment(0xE1, b'Exif\0\0' + b'thumbnail' + JPEG)
HALF = JPEG[: len(JPEG) // 2]
EXTRA = RESTARTS.replace(b'\xff\xd0', b'\x12\x34\xff\xd0', 1)
BUFFER = JPEG + LONGER[len(JPEG) :]

JPEGS = [
    ('plain', '-', JPEG, JPEG),
    ('dahua trailer', 'rroller/dahua 658', JPEG + b'dhav\x59\x19\x01\x00', JPEG),
    ('junk behind', 'esp32-camera 162', JPEG + bytes(range(1, 65)), JPEG),
    ('line end', 'esp32-camera 162', JPEG + b'\r\n', JPEG),
    ('multipart boundary', 'esp32-camera 162', JPEG + b'\r\n--frame\r\nContent-Type: x', JPEG),
    ('0xFF padding', 'openMVG 303', JPEG + b'\xff' * 16, JPEG),
    ('much 0xFF padding', 'easyexif 7', JPEG + b'\xff' * 100_000, JPEG),
    ('zeros', 'usb_cam 389', JPEG + bytes(5_000), JPEG),
    ('a megabyte of zeros', 'usb_cam 346', JPEG + bytes(2**20), JPEG),
    ('rest of an older frame', 'usb_cam 378', BUFFER, JPEG),
    ('rest that lacks its end', 'usb_cam 378', BUFFER[:-7], JPEG),
    ('motion photo', 'image.nvim 379', JPEG + b'\0\0\0\x18ftypmp42' + bytes(3_000), JPEG),
    ('samsung trailer', 'sview 138', JPEG + b'\0\0\x01\x0aSEFHe\0\0\0SEFT', JPEG),
    ('raspberry pi', 'agent-framework 143', JPEG + bytes(3), JPEG),
    ('second picture behind', 'libjpeg-turbo 163', JPEG + LONGER, JPEG),
    ('half of a second one behind', 'libjpeg-turbo 163', JPEG + LONGER[:300], JPEG),
    ('end marker twice', 'own', JPEG + b'\xff\xd9', JPEG),
    ('thumbnail in EXIF', 'own', with_segments(JPEG, EXIF) + b'\r\n', JPEG),
    ('progressive', 'own', PROGRESSIVE + b'\r\n', PROGRESSIVE),
    (
        'end marker in a comment between scans',
        'T.81 B.2.4.5',
        before_last_scan(PROGRESSIVE, segment(0xFE, b'\xff\xd9')),
        PROGRESSIVE,
    ),
    ('restart markers', 'own', RESTARTS + b'\xff' * 16, RESTARTS),
    ('bytes before a marker', 'vision_opencv 160', EXTRA, EXTRA),
    ('grey', 'own', GREY + b'SEFT', GREY),
    ('beginning of a picture behind', 'own', JPEG + b'\xff\xd8\xff\xc0' + bytes(40), JPEG),
    ('bytes between segments', 'own', JPEG.replace(b'\xff\xc4', b'\0\0\xff\xc4', 1), JPEG),
    ('fill before the frame header', 'stb 421', filled(JPEG, 0xC0, 1), JPEG),
    ('fill before every table', 'OpenPDF 1247', filled(filled(JPEG, 0xDB, 3), 0xC4, 2), JPEG),
    ('fill before the scan', 'own', filled(JPEG, 0xDA, 5), JPEG),
    ('fill before the end', 'T.81 B.1.1.2', JPEG[:-2] + b'\xff' * 7 + JPEG[-2:], JPEG),
    ('3000 segments', 'own', with_segments(JPEG, *[segment(0xE5, b'x')] * 3000), JPEG),
    ('cut', 'lerobot 1487', HALF, 'bad_compressed'),
    ('cut, line end', 'lerobot 1487', HALF + b'\r\n', 'bad_compressed'),
    ('cut, zeros', 'usb_cam 389', HALF + bytes(5_000), 'bad_compressed'),
    ('cut, 0xFF', 'openMVG 303', HALF + b'\xff' * 16, 'bad_compressed'),
    ('cut, junk', 'esp32-camera 162', HALF + bytes(range(1, 65)), 'bad_compressed'),
    ('cut, video', 'image.nvim 379', HALF + b'\0\0\0\x18ftypmp42' + bytes(99), 'bad_compressed'),
    ('cut, next picture', 'pyorbbecsdk 123', HALF + LONGER, 'bad_compressed'),
    ('cut with a thumbnail', 'own', with_segments(JPEG, EXIF)[:-9], 'bad_compressed'),
    ('cut within the thumbnail', 'own', with_segments(JPEG, EXIF)[: len(EXIF)], 'bad_compressed'),
    ('cut between scans', 'own', PROGRESSIVE[: PROGRESSIVE.rindex(b'\xff\xda')], 'bad_compressed'),
    ('without the end marker', 'ruffle 8820', JPEG[:-2], 'bad_compressed'),
    ('tables only', 'own', JPEG[: JPEG.index(b'\xff\xda')] + b'\xff\xd9', 'bad_compressed'),
]


def ids(table: list[Any]) -> list[str]:
    return [name for name, *_ in table]


@pytest.mark.parametrize(('name', 'source', 'data', 'expected'), JPEGS, ids=ids(JPEGS))
def test_a_jpeg_is_its_picture_or_refused(name, source, data, expected):
    if isinstance(expected, bytes):
        np.testing.assert_array_equal(decode_compressed(data), as_opencv_reads(expected))
        return
    with pytest.raises(InvalidInput) as refused:
        decode_compressed(data)
    assert refused.value.reason == expected


def as_opencv_reads(data: bytes) -> Any:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def tiff(tags: dict[int, int], order: str = '<') -> bytes:
    """Return a TIFF file of nothing but a header and these tags, all of one long."""
    entries = b''.join(struct.pack(order + 'HHII', tag, 4, 1, v) for tag, v in tags.items())
    magic = b'II*\0' if order == '<' else b'MM\0*'
    return magic + struct.pack(order + 'IH', 8, len(tags)) + entries + bytes(4)


def webp(name: bytes, content: bytes) -> bytes:
    body = b'WEBP' + name + struct.pack('<I', len(content)) + content
    return b'RIFF' + struct.pack('<I', len(body)) + body


def vp8x(width: int, height: int) -> bytes:
    sides = [(side - 1).to_bytes(3, 'little') for side in (width, height)]
    return webp(b'VP8X', bytes(4) + b''.join(sides))


def bmp(width: int, height: int) -> bytes:
    header = struct.pack('<IIiiHH', 54, 40, width, height, 1, 24)
    return b'BM' + bytes(8) + header + bytes(64)


SMALL = {256: 64, 257: 48, 273: 8, 279: 8}
TILED = {256: 64, 257: 48, 322: 2**14, 323: 2**14, 324: 8, 325: 8}
BMP = pack('.bmp')
FILES = [
    ('webp', 'image_common 270', WEBP, WEBP),
    ('lossless webp', 'image_common 270', LOSSLESS_WEBP, LOSSLESS_WEBP),
    ('webp with a trailer', 'own', WEBP + b'\r\n', WEBP),
    ('tiff', 'image_common 77', TIFF, TIFF),
    ('plain tiff', 'own', pack('.tiff', BGR, cv2.IMWRITE_TIFF_COMPRESSION, 1), TIFF),
    ('tiff with a trailer', 'own', TIFF + bytes(99), TIFF),
    ('grey tiff', 'own', pack('.tiff', NOISY[:, :, 0]), pack('.png', NOISY[:, :, 0])),
    ('16-bit tiff', 'image_common 90', pack('.tiff', BGR.astype(np.uint16) * 257), PNG),
    ('bmp', 'own', BMP, PNG),
    ('bmp from the top', 'own', bmp(64, -48)[:54] + BGR.tobytes(), PNG),
    ('cut webp', 'own', WEBP[:-9], 'bad_compressed'),
    ('webp without a picture', 'own', webp(b'ALPH', bytes(20)), 'bad_compressed'),
    ('webp of 16384 px', 'own', vp8x(16384, 16384), 'too_large'),
    ('webp of 1 px', 'own', vp8x(1, 1), 'bad_size'),
    ('webp, only its header', 'own', vp8x(64, 48), 'bad_compressed'),
    ('cut tiff', 'own', TIFF[: len(TIFF) // 2], 'bad_compressed'),
    ('tiff whose pixels are cut', 'own', tiff({**SMALL, 279: 9_999}), 'bad_compressed'),
    ('tiff without pixels', 'own', tiff({256: 64, 257: 48}), 'bad_compressed'),
    ('tiff without a size', 'own', tiff({256: 64}), 'bad_compressed'),
    ('tiff without tags', 'own', b'II*\0\xff\xff\xff\x7f', 'bad_compressed'),
    ('big-endian tiff of 20000 px', 'own', tiff({256: 20_000, 257: 20_000}, '>'), 'too_large'),
    ('tiff in huge strips', 'own', tiff({**SMALL, 278: 2**30}), 'too_large'),
    ('tiff in huge tiles', 'own', tiff(TILED), 'too_large'),
    ('tiff of 60000 channels', 'own', tiff({**SMALL, 277: 60_000}), 'unsupported_encoding'),
    ('tiff of 32 bits', 'own', pack('.tiff', NOISY.astype(np.float32)), 'unsupported_encoding'),
    ('cut bmp', 'own', BMP[: len(BMP) // 2], 'bad_compressed'),
    ('bmp of 20000 px', 'own', bmp(20_000, 20_000), 'too_large'),
    ('cut png', 'lerobot 1487', PNG[:-20], 'bad_compressed'),
    ('yuyv', 'usb_cam 144', message(BGR, 'yuyv').data, 'unsupported_encoding'),
    ('h264', 'usb_cam 144', b'\0\0\0\x01\x67\x42' + bytes(99), 'unsupported_encoding'),
    ('depth', 'Azure_Kinect_ROS_Driver 175', bytes(12) + PNG, 'unsupported_encoding'),
    ('16-bit png', 'realsense-ros', pack('.png', BGR.astype(np.uint16) * 257), PNG),
    (
        'png of 1 bit',
        'own',
        pack('.png', GREY01, cv2.IMWRITE_PNG_BILEVEL, 1),
        pack('.png', GREY01),
    ),
    ('gif', 'own', b'GIF89a' + bytes(99), 'unsupported_encoding'),
    ('avif', 'own', b'\0\0\0\x1cftypavif' + bytes(99), 'unsupported_encoding'),
    ('base64', 'rosbridge', b64encode(JPEG), 'unsupported_encoding'),
    (
        'data address',
        'rosbridge',
        b'data:image/jpeg;base64,' + b64encode(JPEG),
        'unsupported_encoding',
    ),
    ('head of a part', 'web_video_server', b'--frame\r\n\r\n' + JPEG, 'unsupported_encoding'),
    ('a page', 'IP cameras', b'<html>404 not found</html>', 'unsupported_encoding'),
    ('heif', 'own', b'\0\0\0\x18ftypheic' + bytes(99), 'unsupported_encoding'),
]


@pytest.mark.parametrize(('name', 'source', 'data', 'expected'), FILES, ids=ids(FILES))
def test_a_picture_file_is_its_picture_or_refused(name, source, data, expected):
    if isinstance(expected, bytes):
        image = decode_compressed(data, formats=FILE_FORMATS)
        np.testing.assert_array_equal(image, as_opencv_reads(expected))
        return
    with pytest.raises(InvalidInput) as refused:
        decode_compressed(data, formats=FILE_FORMATS)
    assert refused.value.reason == expected


NV12, NV21 = message(BGR, 'nv12'), message(BGR, 'nv21')
NV24 = message(BGR, 'nv24')
PADDED = message(BGR, 'nv12', padding=16)  # step 80
MONO12, EMPTY = message(BGR, 'mono12'), {'width': 0, 'height': 0, 'step': 0}
OLD, TALL = bytes(64 * 48 // 2), {'height': 72}
RAW = [
    ('step is data / height', 'depthai-ros 20', NV12, {'step': 96}, ''),
    ('the same, padded', 'depthai-ros 20', PADDED, {'step': 120}, ''),
    ('height counts the chroma', 'own', NV12, {'height': 72}, ''),
    ('the same, padded', 'own', PADDED, {'height': 72}, ''),
    (
        'height counts the chroma, rounded up',
        'own',
        NV12,
        {**TALL, 'data': NV12.data + bytes(9)},
        '',
    ),
    ('step is data / height, rounded up', 'own', NV12, {'step': 96, 'data': NV12.data + OLD}, ''),
    ('step of a whole pixel', 'own', NV12, {'step': 192}, ''),
    ('no step', 'own', NV12, {'step': 0}, ''),
    ('half a step', 'own', NV12, {'step': 32}, ''),
    ('odd step', 'own', NV12, {'step': 67}, ''),
    ('2 bytes a pixel', 'IsaacSim 807', NV21, {'step': 128, 'data': NV21.data + OLD}, ''),
    ('4:4:4, step of 2 bytes a pixel', 'IsaacSim 807', NV24, {'step': 128}, ''),
    ('4:4:4, step is data / height', 'depthai-ros 20', NV24, {'step': 192}, ''),
    ('4:4:4, height counts the chroma', 'own', NV24, {'height': 144}, ''),
    ('big-endian bytes', 'depthai-ros', message(BGR, 'bgr8'), {'is_bigendian': True}, ''),
    ('4:4:4, too little', 'IsaacSim 807', NV24, {'step': 128, 'data': NV21.data}, 'short_data'),
    ('a byte too little', 'own', NV12, {'step': 96, 'data': NV12.data[:-1]}, 'short_data'),
    ('cut and padded', 'own', PADDED, {'data': PADDED.data[:-80]}, 'short_data'),
    ('no step, cut', 'o3de-ros2-gem 251', NV12, {'step': 0, 'data': NV12.data[:-1]}, 'bad_step'),
    ('no step', 'o3de-ros2-gem 251', message(BGR, 'bgr8'), {'step': 0}, 'bad_step'),
    ('step of a pixel', 'ROS-TCP-Connector 246', message(BGR, 'rgba8'), {'step': 4}, 'bad_step'),
    ('step of the source', 'usb_cam 288', message(BGR, 'rgb8'), {'step': 128}, 'bad_step'),
    ('empty', 'raspicam2_node 11', message(BGR, 'bgr8'), EMPTY, 'bad_size'),
    ('packed', 'V4L2 Y12', MONO12, {'step': 96}, 'unsupported_encoding'),
    ('step is data / height', 'own', message(BGR, 'i420'), {'step': 96}, ''),
    ('height counts the chroma', 'own', message(BGR, 'i420'), {'height': 72}, ''),
    ('step of 2 bytes a pixel', 'own', message(BGR, 'nv16'), {'step': 128}, ''),
    ('height counts the chroma', 'own', message(BGR, 'nv16'), {'height': 96}, ''),
    ('a byte too little', 'own', message(BGR, 'nv16'), {'data': bytes(6143)}, 'short_data'),
    ('a byte too little', 'own', message(BGR, 'yv12'), {'data': bytes(4607)}, 'short_data'),
]


@pytest.mark.parametrize(
    ('name', 'source', 'good', 'changes', 'reason'),
    RAW,
    ids=[f'{r[0]} {r[2].encoding}' for r in RAW],
)
def test_a_raw_image_is_its_picture_or_refused(name, source, good, changes, reason):
    if not reason:
        changed = decode_image(replace(good, **changes))
        np.testing.assert_array_equal(changed, decode_image(good))
        return
    with pytest.raises(InvalidInput) as refused:
        decode_image(replace(good, **changes))
    assert refused.value.reason == reason


NAMES = [
    ('bayerrg8', 'strawlab/camera_aravis 3', 'bayer_rggb8'),
    ('BayerGB12', 'pylon-ros-camera 225', 'bayer_gbrg12'),
    ('yuv420', 'ros/common_msgs 166', 'i420'),
    ('YV12', 'copper-rs 1217', 'yv12'),
    ('I420', 'copper-rs 1217', 'i420'),
    ('YUYV', 'copper-rs 1217', 'yuyv'),
    ('BGR8', 'own', 'bgr8'),
    ('RGB24', 'own', 'rgb8'),
    ('8uc3', 'own', '8UC3'),
    ('GREY', 'V4L2', 'mono8'),
    ('Y16', 'V4L2', 'mono16'),
    ('bgr-8', 'own', 'bgr8'),
    ('RGB8Packed', 'flir_camera_driver 162', 'rgb8'),
    ('BGR8Packed', 'GenICam', 'bgr8'),
    ('BGRa8', 'GenICam', 'bgra8'),
    ('YUV422_8', 'GenICam', 'yuyv'),
    ('YUV422_8_UYVY', 'GenICam', 'uyvy'),
    ('YUV422Packed', 'GenICam 1', 'uyvy'),
    ('YCbCr422_8', 'GenICam', 'yuyv'),
    ('BGR3', 'V4L2', 'bgr8'),
    ('RGB3', 'V4L2', 'rgb8'),
    ('BGRx', 'GStreamer', 'bgra8'),
    ('RGBx', 'GStreamer', 'rgba8'),
    ('XRGB8888', 'camera_ros 29', 'bgra8'),
    ('SRGGB8', 'libcamera', 'bayer_rggb8'),
    ('SGRBG10', 'libcamera', 'bayer_grbg10'),
    ('R8G8B8', 'Gazebo', 'rgb8'),
    ('RGB_INT8', 'Gazebo', 'rgb8'),
    ('L_INT8', 'Gazebo', 'mono8'),
    ('B8G8R8A8', 'Unity', 'bgra8'),
    ('TYPE_8UC3', 'OpenCV 1', '8UC3'),
    ('Y10', 'V4L2', 'mono10'),
    ('Y12', 'V4L2', 'mono12'),
    ('rgb8\0', 'own', 'rgb8'),
    ('Mono12Packed', 'GenICam 1', 'unsupported_encoding'),
    ('BayerRG12p', 'GenICam', 'unsupported_encoding'),
    ('RGB565', 'GStreamer', 'unsupported_encoding'),
    ('YVYU', 'V4L2', 'unsupported_encoding'),
    ('Z16', 'V4L2', 'unsupported_encoding'),
    ('32FC3', 'Isaac Sim', 'unsupported_encoding'),
    ('', 'zed-ros-wrapper 494', 'unsupported_encoding'),
    ('passthrough', 'spot_ros2 73', 'unsupported_encoding'),
    ('jpeg', 'gscam', 'unsupported_encoding'),
    ('mono12p', 'pylon', 'unsupported_encoding'),
]


@pytest.mark.parametrize(('name', 'source', 'expected'), NAMES, ids=[n or '-' for n, *_ in NAMES])
def test_an_encoding_in_another_spelling_is_the_usual_one_or_refused(name, source, expected):
    if expected in SUPPORTED_ENCODINGS:
        usual = message(BGR, expected)
        renamed = decode_image(replace(usual, encoding=name))
        np.testing.assert_array_equal(renamed, decode_image(usual))
        return
    with pytest.raises(InvalidInput) as refused:
        decode_image(replace(message(BGR, 'bgr8'), encoding=name))
    assert refused.value.reason == expected


PORTRAIT = cv2.imread(str(Path(__file__).parents[2] / 'config/demo/astronaut.jpg'))


def grey_scene() -> Any:
    scene = np.full((480, 640), 100, np.uint8)
    scene[40:440, 120:520] = cv2.cvtColor(PORTRAIT, cv2.COLOR_BGR2GRAY)
    return scene


SCENE = grey_scene()


def samples(bits: int, scene: Any = SCENE) -> Any:
    """Return a grey picture in the lower bits of 16."""
    return ((scene.astype(np.uint16) << 8) >> (16 - bits)).astype(np.uint16)


def raw16(values: Any, encoding: str = 'mono16', big: bool = False) -> RawImage:
    height, width = values.shape
    data = values.astype('>u2' if big else '<u2').tobytes()
    return RawImage(width, height, encoding, 2 * width, big, data)


def with_hot_pixels(values: Any) -> Any:
    hot = values.copy()
    hot[::97, ::97] = 65535
    hot[:, 300] = 65535
    hot[0] = np.random.default_rng(0).integers(0, 65536, hot.shape[1])  # metadata
    return hot


@pytest.fixture(scope='module')
def pipeline() -> FacePipeline:
    return make_face_pipeline(VisionConfig())


DEPTHS: list[tuple[str, str, Callable[[], Any]]] = [
    *(
        (
            f'{bits} bits',
            'Azure_Kinect_ROS_Driver 90',
            lambda b=bits: decode_image(raw16(samples(b))),
        )
        for bits in (16, 14, 13, 12, 11, 10, 9, 8)
    ),
    (
        'up to 1000',
        'hand_eye_calibration 72',
        lambda: decode_image(raw16(samples(10) // 103 * 100)),
    ),
    ('half of 12 bits', 'robot_cal_tools 22', lambda: decode_image(raw16(samples(12) // 2 + 60))),
    ('big-endian', 'okvis_ros 20', lambda: decode_image(raw16(samples(10), big=True))),
    ('16UC1', 'darknet_ros 365', lambda: decode_image(raw16(samples(10), '16UC1'))),
    ('hot pixels', 'own', lambda: decode_image(raw16(with_hot_pixels(samples(10))))),
    ('png', 'image_common 77', lambda: decode_compressed(pack('.png', samples(12)))),
    ('png of 10 bits', 'vision_opencv 383', lambda: decode_compressed(pack('.png', samples(10)))),
    ('black level', 'own', lambda: decode_image(raw16(samples(12) + 200))),
    ('stretched infrared', 'own', lambda: decode_image(raw16(samples(14) // 8 + 7_000))),
    ('tiff', 'image_common 90', lambda: decode_compressed(pack('.tiff', samples(10)))),
]


@pytest.mark.parametrize(('name', 'source', 'image'), DEPTHS, ids=ids(DEPTHS))
def test_a_face_is_read_with_whatever_bits_are_in_use(name, source, image, pipeline):
    pipeline.reset()
    [face] = pipeline.process(image(), 0.0).faces
    assert face.probabilities[3] >= 0.9


def test_16_bits_in_use_are_the_upper_byte():
    values = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    image = decode_image(raw16(values))
    np.testing.assert_array_equal(image[:, :, 0], values >> 8)


def test_a_stream_keeps_its_range_through_dark_images():
    depth = BitDepth()
    bright, dim = raw16(samples(12)), raw16(samples(12) // 8)
    first = decode_image(bright, depth).max()
    means = {round(float(decode_image(dim, depth).mean()), 3) for _ in range(HOLD_IMAGES - 1)}
    assert len(means) == 1
    assert decode_image(dim).mean() > 3 * means.pop()  # a picture by itself uses its own range
    assert decode_image(bright, depth).max() == first > 200


def test_a_stream_recovers_from_a_saturated_image():
    depth = BitDepth()
    decode_image(raw16(np.full((48, 64), 65535, np.uint16)), depth)
    image = raw16(samples(10)[:, :64])
    dark = decode_image(image, depth)
    for _ in range(HOLD_IMAGES):
        recovered = decode_image(image, depth)
    assert dark.max() < 8
    np.testing.assert_array_equal(recovered, decode_image(image))


@pytest.mark.parametrize('level', [0, 3, 60])
def test_a_lens_cap_stays_dark(level):
    values = np.random.default_rng(0).integers(0, level + 1, (48, 64)).astype(np.uint16)
    assert decode_image(raw16(values)).max() < 16
