# SPDX-License-Identifier: MIT
"""Frees the fixed input size of a published ONNX model, without the ``onnx`` package.

The zoo's YuNet is stored for 640x640 images and CenterFace for 32x32, though both networks
are fully convolutional. The size occurs once in the protobuf; that shape is replaced.
"""

from collections.abc import Iterator, Sequence

from emotion_ros.errors import ModelError

# ModelProto.graph, GraphProto.input, ValueInfoProto.type, TypeProto.tensor_type, .shape
_SHAPE_PATH = (7, 11, 2, 1, 2)
# TensorShapeProto with the dimensions 1, 3, 'h', 'w'
FREE_SHAPE = b'\x0a\x02\x08\x01\x0a\x02\x08\x03\x0a\x03\x12\x01h\x0a\x03\x12\x01w'
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def free_input_size(model: bytes) -> bytes:
    """Return the model with its first input declared as [1, 3, h, w], or raise ModelError."""
    try:
        return _replace(model, _SHAPE_PATH, FREE_SHAPE)
    except IndexError:
        raise ModelError('not an ONNX model: its protobuf ends too early') from None


def _replace(message: bytes, path: Sequence[int], content: bytes) -> bytes:
    """Return the message with the first sub-message at ``path`` exchanged."""
    if not path:
        return content
    for number, start, body, end in _fields(message):
        if number == path[0]:
            inner = _replace(message[body:end], path[1:], content)
            key = varint(number << 3 | _BYTES)
            return message[:start] + key + varint(len(inner)) + inner + message[end:]
    raise ModelError('not an ONNX model with a tensor as its first input')


def _fields(message: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield number, start, start of the content and end of every length-delimited field."""
    at = 0
    while at < len(message):
        start = at
        key, at = _read_varint(message, at)
        kind, length = key & 7, 0
        if kind == _VARINT:
            _, at = _read_varint(message, at)
        elif kind == _BYTES:
            length, at = _read_varint(message, at)
            yield key >> 3, start, at, at + length
        elif kind in (_FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
        else:
            raise ModelError(f'not an ONNX model: protobuf wire type {kind}')
        at += length


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    """Return a base-128 number and the place after it."""
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        shift += 7
        at += 1
    return value | message[at] << shift, at + 1


def varint(value: int) -> bytes:
    """Return a non-negative number in base 128, as protobuf writes it."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
