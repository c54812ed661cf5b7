# SPDX-License-Identifier: MIT
"""Promises 8 to 13 and 17: what a camera may send, and what becomes of the rest."""

from array import array
from collections.abc import Callable
from dataclasses import replace
from timeit import repeat
from typing import Any

import cv2
import numpy as np
import psutil
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sensor_msgs.msg import CompressedImage, Image

from camera_images import ENCODINGS, EXACT_ENCODINGS, GREY_ENCODINGS, grey, message, picture
from emotion_ros.errors import InvalidInput
from emotion_ros.msg import FaceEmotionArray
from emotion_ros.nodes.messages.image_decoder import make_decoder
from emotion_ros.nodes.vision_node import VisionNode
from emotion_ros.perception.face.config import VisionConfig
from emotion_ros.perception.face.pipeline import FacePipeline
from emotion_ros.perception.image.decode import REJECT_REASONS, RawImage, decode_image
from fakes import HappyFaceClassifier, face_pipeline_factory
from graph import Graph, diagnostics_of
from lengths import length
from stills import bright_square, still

HUGE = 2**32 - 1
MB = 1e6


class Blind:
    """Finds nobody, so that nothing is drawn over a picture."""

    name = 'blind'

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Any]:
        """Return no face."""
        return []


def image_msg(raw: RawImage, graph: Graph | None = None) -> Image:
    """Return a picture as a message, stamped now if there is a graph."""
    msg = Image(width=raw.width, height=raw.height, encoding=raw.encoding, step=raw.step)
    msg.is_bigendian = int(raw.is_bigendian)
    msg.data = array('B', bytes(raw.data))
    if graph:
        msg.header.stamp = graph.tester.get_clock().now().to_msg()
    return msg


@pytest.fixture
def seen(graph) -> Callable[[RawImage], NDArray[np.int64]]:
    """Return the function that sends a picture and returns what the vision node saw."""
    graph.add(VisionNode, lambda config: FacePipeline(Blind(), HappyFaceClassifier(), config))
    camera = graph.publisher(Image, 'image')
    pictures = graph.listen(Image, 'emotion/debug_image')
    shown = graph.tester.count_publishers
    graph.until(lambda: shown('emotion/debug_image'), 'the debug image')

    def send(raw: RawImage) -> NDArray[np.int64]:
        sent = []

        def show() -> None:
            if not sent or not pictures:  # the first ones may come before the listener is known
                sent.append(image_msg(raw, graph))
                camera.publish(sent[-1])

        def drawn() -> list[Image]:
            stamps = [msg.header.stamp for msg in sent]
            return [p for p in pictures if p.header.stamp in stamps]

        image = graph.until(drawn, f'{raw.encoding} as it was seen', publish=show)[0]
        return np.array(image.data).reshape(image.height, image.width, 3).astype(int)

    return send


def test_promise_8_every_encoding_is_seen_alike(seen):
    """Red when _ENCODINGS has RGB2BGR for bgr8."""
    bgr = picture()
    for encoding in ENCODINGS:
        plain = np.repeat(grey(bgr)[:, :, None], 3, axis=2)
        expected = plain if encoding in GREY_ENCODINGS else bgr
        limit = 2 if encoding in EXACT_ENCODINGS else 8
        assert np.abs(seen(message(bgr, encoding)) - expected).mean() <= limit, encoding


@pytest.mark.parametrize('padding', [1, 64])
def test_promise_9_padded_rows_are_seen_as_the_plain_ones(seen, padding):
    """Red when decode_image takes width * channels for the step."""
    for encoding in ('bgr8', 'rgba8', 'mono16', 'yuyv', 'nv12', 'bayer_rggb8'):
        padded = seen(message(picture(), encoding, padding=padding))
        np.testing.assert_array_equal(padded, seen(message(picture(), encoding)))


def test_promise_10_big_endian_is_seen_as_little_endian(seen):
    """Red when decode_image does not look at is_bigendian."""
    big = seen(message(picture(), 'mono16', big=True))
    np.testing.assert_array_equal(big, seen(message(picture(), 'mono16')))


GOOD = message(picture(), 'bgr8')
VGA = message(picture(640, 480), 'bgr8')
MALFORMED = [
    ({'data': b''}, 'short_data'),
    ({'data': GOOD.data[:-1]}, 'short_data'),
    ({'width': 0}, 'bad_size'),
    ({'height': 0}, 'bad_size'),
    ({'step': 0}, 'bad_step'),
    ({'step': 3 * GOOD.width - 1}, 'bad_step'),
    ({'width': HUGE, 'height': HUGE, 'step': HUGE}, 'too_large'),
    ({'encoding': '32FC1'}, 'unsupported_encoding'),
    ({'encoding': ''}, 'unsupported_encoding'),
]


def start(graph: Graph, **parameters: Any) -> VisionNode:
    """Start a vision node that takes what is bright for a face."""
    return graph.add(
        VisionNode, face_pipeline_factory(HappyFaceClassifier()), min_face_px=8, **parameters
    )


def is_answered(graph: Graph, camera: Any, faces: list[FaceEmotionArray], msg: Any) -> bool:
    """Send an image and wait for what is said of it."""
    camera.publish(msg)
    stamp = msg.header.stamp
    same = lambda: any(f.header.stamp == stamp and f.faces for f in faces)  # noqa: E731
    return bool(graph.until(same, 'the answer to an image'))


def good_image(graph: Graph) -> Image:
    """Return an image with a face, stamped now."""
    return still(bright_square(), graph.tester.get_clock().now().to_msg())


def test_promise_11_a_malformed_image_is_counted_and_the_next_one_answered(graph):
    """Red when WorkerNode.reject does not count, or validate_image misses the step."""
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    diagnostics = graph.listen(DiagnosticArray, '/diagnostics')
    node = start(graph)
    camera = graph.publisher(Image, 'image')
    for changes, reason in MALFORMED:
        before = node.statistics.counts().get(f'rejected.{reason}', 0)
        camera.publish(image_msg(replace(GOOD, **changes), graph))
        counted = lambda: node.statistics.counts().get(f'rejected.{reason}') == before + 1  # noqa: B023, E731
        graph.until(counted, f'{changes}: {reason}')
        assert is_answered(graph, camera, faces, good_image(graph))
    counts = graph.until(
        lambda: (d := diagnostics_of(diagnostics, 'vision_node')).get('processed') == '9' and d,
        'the counts',
    )
    rejected = {k.partition('.')[2]: int(v) for k, v in counts.items() if 'rejected.' in k}
    reasons = [reason for _, reason in MALFORMED]
    assert rejected == {reason: reasons.count(reason) for reason in reasons}


def test_promise_11_refusing_costs_next_to_nothing(figure):
    """Red when decode_image copies the pixels before it validates."""
    slowest_s = 0.0
    for changes, _ in MALFORMED:
        raw = replace(VGA, **changes)
        slowest_s = max(slowest_s, min(repeat(lambda: refuse(raw), number=10, repeat=5)) / 10)  # noqa: B023
    figure('slowest rejection', slowest_s * 1e6, 'µs')
    assert slowest_s < 1e-3


def refuse(raw: RawImage) -> None:
    """Decode what cannot be decoded."""
    with pytest.raises(InvalidInput):
        decode_image(raw)


def file(suffix: str, image: NDArray[np.uint8]) -> bytes:
    """Return an image as a file."""
    return bytes(cv2.imencode(suffix, image)[1])


JPEG, PNG = file('.jpg', bright_square()), file('.png', bright_square())
SIZE_AT = JPEG.index(b'\xff\xc0') + 5
BAD_FILES = [
    (b'', 'short_data'),
    (JPEG[: len(JPEG) // 2], 'bad_compressed'),
    (PNG[: len(PNG) // 2], 'bad_compressed'),
    (PNG[:80] + bytes([PNG[80] ^ 1]) + PNG[81:], 'bad_compressed'),
    (JPEG[:300] + bytes(200) + b'\xff\xd9', 'bad_compressed'),
    (b'GIF89a' + bytes(100), 'unsupported_encoding'),
    (file('.jpg', bright_square()[:1, :1]), 'bad_size'),
    (file('.png', bright_square()[:1, :1]), 'bad_size'),
    (JPEG[:SIZE_AT] + (20_000).to_bytes(2, 'big') * 2 + JPEG[SIZE_AT + 4 :], 'too_large'),
    (PNG[:16] + (20_000).to_bytes(4, 'big') * 2 + PNG[24:], 'too_large'),
]


def test_promise_12_a_bad_file_is_counted_and_costs_no_memory(graph, figure):
    """Red when decode_compressed does not validate the size before it decodes."""
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    node = start(graph, image_transport='compressed')
    camera = graph.publisher(CompressedImage, 'image/compressed')

    def compressed(data: bytes) -> CompressedImage:
        header = good_image(graph).header
        return CompressedImage(header=header, format='jpeg', data=array('B', data))

    assert is_answered(graph, camera, faces, compressed(JPEG))
    rss_mb = lambda: psutil.Process().memory_info().rss / MB  # noqa: E731
    before_mb = rss_mb()
    for data, reason in BAD_FILES:
        before = node.statistics.counts().get(f'rejected.{reason}', 0)
        camera.publish(compressed(data))
        counted = lambda: node.statistics.counts().get(f'rejected.{reason}') == before + 1  # noqa: B023, E731
        graph.until(counted, f'{data[:8]!r}: {reason}')
        assert rss_mb() - before_mb <= 50.0
        assert is_answered(graph, camera, faces, compressed(PNG))
    figure('more memory', rss_mb() - before_mb, 'MB')


SQUARE = (40 / 160, 20 / 120, 120 / 160, 100 / 120)


def test_promise_13_a_camera_may_change_its_mind(graph):
    """Red when TemplateTracker.update does not compare the shapes of the images."""
    faces = graph.listen(FaceEmotionArray, 'emotion/faces')
    start(graph, detect_every=3)
    camera = graph.publisher(Image, 'image')
    square = bright_square()
    for scale, encoding in [(1, 'mono8'), (4, 'mono8'), (4, 'bgr8'), (2, 'nv12'), (1, 'bgr8')] * 3:
        scaled = square.repeat(scale, axis=0).repeat(scale, axis=1)
        raw = message(np.repeat(scaled[:, :, None], 3, axis=2), encoding)
        assert is_answered(graph, camera, faces, image_msg(raw, graph))
        assert (faces[-1].image_width, faces[-1].image_height) == (raw.width, raw.height)
        assert faces[-1].faces[0].box_xyxy == pytest.approx(SQUARE, abs=0.05)


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        'width': st.integers(0, 70) | st.integers(0, HUGE),
        'height': st.integers(0, 40) | st.integers(0, HUGE),
        'step': st.integers(0, 300) | st.integers(0, HUGE),
        'encoding': st.sampled_from(ENCODINGS) | st.text(st.characters(codec='utf-8'), max_size=9),
        'is_bigendian': st.booleans(),
        'data': st.binary(max_size=300) | st.integers(0, 5_000).map(bytes),
    },
)


@settings(max_examples=int(length(10_000, 500)))
@given(st.sampled_from([message(picture(), encoding) for encoding in ENCODINGS]), CHANGES)
def test_promise_17_any_message_is_an_image_or_a_named_refusal(raw, changes):
    """Red when validate_image accepts an odd width for uyvy."""
    msg = image_msg(replace(raw, **changes))
    try:
        image = make_decoder(VisionConfig())(msg)
    except InvalidInput as refusal:
        assert refusal.reason in REJECT_REASONS
    else:
        height = image.shape[0]  # of planar images, a message may count the rows of chroma
        assert image.shape == (height, msg.width, 3)
        assert height == msg.height or (
            msg.encoding.startswith(('nv', 'i420', 'yv12')) and height < msg.height
        )
        assert image.dtype == np.uint8
