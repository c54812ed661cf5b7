# SPDX-License-Identifier: MIT
"""All peers in one run; what is not there is left out, with a note."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from benchmarks.peers.comparison import Comparison
from benchmarks.peers.faces import compare_faces, make_face_question
from benchmarks.peers.peer import Peer
from benchmarks.peers.words import compare_texts, load_tweets
from emotion_ros.errors import ConfigError

Row = TypeVar('Row')

FER = Peer('fer')
TEXT_PEERS = (Peer('vader'), Peer('textblob'))
PEERS = (FER, *TEXT_PEERS)


def compare_peers() -> Comparison:
    """Ask all peers and ourselves."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        faces, face_notes = _unless_missing(
            lambda: compare_faces(make_face_question(), FER, folder)
        )
        texts, text_notes = _unless_missing(
            lambda: compare_texts(load_tweets(), TEXT_PEERS, folder)
        )
    return Comparison(faces, texts, [*face_notes, *text_notes])


def _unless_missing(
    compare: Callable[[], tuple[list[Row], list[str]]],
) -> tuple[list[Row], list[str]]:
    """Return what a comparison gives; without its data nothing but a note."""
    try:
        return compare()
    except ConfigError as missing:
        return [], [str(missing)]
