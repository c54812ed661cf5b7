# SPDX-License-Identifier: MIT
"""JSON of recognisers for whole files.

Whisper, whisper.cpp, the pipelines of Hugging Face, AssemblyAI, Deepgram, Google, Amazon, Azure
and IBM; rows of objects with a text, as pandas and annotation programs write them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from emotion_ros.perception.text.transcript.line import Line, plain, read_time

TEXTS = ('text', 'transcript', 'display', 'sentence', 'utterance')
STARTS = ('start', 'start_time', 'from')
ENDS = ('end', 'end_time', 'to')
MILLISECONDS, TICKS = 1e-3, 1e-7


def read_recogniser_json(root: object) -> Sequence[Line]:
    """Return the utterances; nothing when the shape is unknown. TypeError for odd offsets."""
    return [line for line in _lines(root) if line.text]


def _lines(root: object) -> Iterator[Line]:
    if isinstance(root, list):  # rows, or only their texts
        for row in root:
            if isinstance(row, str):
                yield Line(plain(row))
            elif isinstance(row, dict):
                data = row.get('data')
                yield _line(data if isinstance(data, dict) else row)
    if not isinstance(root, dict):
        return
    if isinstance(results := root.get('results'), dict):
        yield from _nested(results)
        return
    for key, read in _SHAPES.items():
        if key in root:
            yield from map(read, _dicts(root[key]))
            return


def _nested(results: Mapping[str, Any]) -> Iterator[Line]:
    """Yield the utterances of Deepgram or Amazon, or else whole transcripts."""
    for key in ('utterances', 'audio_segments'):
        if results.get(key):
            yield from map(_line, _dicts(results[key]))
            return
    channels = (_first(channel, 'alternatives') for channel in _dicts(results.get('channels')))
    yield from map(_line, [*channels, *_dicts(results.get('transcripts'))])


def _line(item: Mapping[str, Any], scale: float = 1.0) -> Line:
    start, end = (
        next((read_time(item[key], scale) for key in keys if key in item), None)
        for keys in (STARTS, ENDS)
    )
    return Line(_text(item), start, end, _speaker(item))


def _text(item: Mapping[str, Any]) -> str:
    return plain(next((t for key in TEXTS if isinstance(t := item.get(key), str)), ''))


def _speaker(item: Mapping[str, Any]) -> str:
    speaker = item.get('speaker', item.get('speaker_label'))
    return '' if speaker is None else str(speaker)


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _first(item: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return next(_dicts(item.get(key)), {})


def _azure(item: Mapping[str, Any]) -> Line:
    start = read_time(item.get('offsetInTicks'), TICKS)
    length = read_time(item.get('durationInTicks'), TICKS)
    end = None if start is None or length is None else start + length
    return Line(_text(_first(item, 'nBest')), start, end, _speaker(item))


def _hugging_face(item: Mapping[str, Any]) -> Line:
    times = item.get('timestamp')
    start, end = times if isinstance(times, list) and len(times) == 2 else (None, None)
    return _line({**item, 'start': start, 'end': end})


_SHAPES: Mapping[str, Callable[[Mapping[str, Any]], Line]] = {
    'results': lambda item: _line(_first(item, 'alternatives')),  # Google, IBM
    'recognizedPhrases': _azure,
    'utterances': lambda item: _line(item, MILLISECONDS),  # AssemblyAI
    'segments': _line,
    'transcription': lambda item: _line({**item, **(item.get('offsets') or {})}, MILLISECONDS),
    'chunks': _hugging_face,
}
"""The key of the list of utterances, and how each is read."""
