# SPDX-License-Identifier: MIT
"""A network camera: a local RTSP server of one video, as MPEG-TS over TCP (RFC 2326, 2250)."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

SDP = (
    'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n'
    'm=video 0 RTP/AVP 33\r\na=control:track\r\n'
)
ANSWERS = {
    'OPTIONS': 'Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n',
    'DESCRIBE': f'Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n',
    'SETUP': 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n',
    'PLAY': 'Session: 1\r\n',
}
MPEG_TS, PACKET_BYTES, TICKS = 33, 7 * 188, 900


@contextmanager
def rtsp_server(video: Path) -> Iterator[str]:
    """Serve an MPEG-TS file once, then close the connection; yield the address."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        thread = Thread(target=_serve, args=(server, video.read_bytes()))
        thread.start()
        yield f'rtsp://127.0.0.1:{server.getsockname()[1]}/live'
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(server: socket.socket, stream: bytes) -> None:
    with suppress(OSError):
        connection, _ = server.accept()
        with connection, connection.makefile('rb') as requests:
            method = ''
            while method != 'PLAY':
                method, number = _read_request(requests)
                body = SDP if method == 'DESCRIBE' else ''
                head = f'RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{ANSWERS[method]}\r\n'
                connection.sendall((head + body).encode())
            for number, at in enumerate(range(0, len(stream), PACKET_BYTES)):
                rtp = struct.pack('>BBHII', 0x80, MPEG_TS, number & 0xFFFF, number * TICKS, 1)
                rtp += stream[at : at + PACKET_BYTES]
                connection.sendall(b'$\0' + struct.pack('>H', len(rtp)) + rtp)


def _read_request(requests) -> tuple[str, str]:
    """Return method and CSeq; OSError at the end of the connection."""
    first, *fields = iter(lambda: requests.readline().decode().strip(), '')
    number = next(value for name, _, value in (f.partition(':') for f in fields) if name == 'CSeq')
    return first.split()[0], number.strip()
