# SPDX-License-Identifier: MIT
"""The voice in the sound of a video that is analyzed, on the clock of its frames."""

from collections.abc import Callable, Iterator
from pathlib import Path

from emotion_ros.bag.params_file import ParamsFile
from emotion_ros.cli.sound_analysis import Segment, classify_segments
from emotion_ros.errors import ConfigError, MissingDependency
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.ffmpeg import EncodedSound
from emotion_ros.perception.voice.pipeline import VoicePipeline, make_voice_pipeline
from emotion_ros.perception.voice.stream import AudioChunk

FIRST_TRACK, NO_SOUND = 1, 0


class VideoVoice:
    """The segments of speech of one track of a video; ``str`` says what was read.

    ``track`` counts from 1, 0 leaves the sound out, None is the first one if there is one that
    can be read. MissingDependency or ConfigError, when built, for a given track that cannot.
    """

    def __init__(
        self,
        path: Path,
        track: int | None,
        params: ParamsFile,
        make_pipeline: Callable[[VoiceConfig], VoicePipeline] = make_voice_pipeline,
    ) -> None:
        self._track = FIRST_TRACK if track is None else track
        self._config = params.config('voice_node', VoiceConfig)
        self._make_pipeline = make_pipeline
        self._sound: EncodedSound | None = None
        self._length_s, self._number = 0.0, 0
        self._note = 'left out'
        if track == NO_SOUND:
            return
        try:
            sound = EncodedSound.open(path)
        except (ConfigError, MissingDependency) as error:
            if track is not None:
                raise
            self._note = f'not read: {error}'
            return
        if not (sound.tracks or track):
            self._note = 'the video has none'
        elif self._track > sound.tracks:
            raise ConfigError(f'{path}: has {sound.tracks} tracks of sound, not {self._track}')
        else:
            self._sound = sound

    def segments(self) -> Iterator[Segment]:
        """Yield the segments, in order; call it once."""
        if self._sound is None:
            return
        name = str(self._sound.path)
        pipeline = self._make_pipeline(self._config)
        for report in classify_segments(pipeline, self._counted(self._sound)):
            self._number += 1
            yield Segment(name, report)

    def _counted(self, sound: EncodedSound) -> Iterator[AudioChunk]:
        for chunk in sound.chunks(self._track):
            self._length_s += chunk.duration_s
            yield chunk

    def __str__(self) -> str:
        if self._sound is None:
            return f'sound: {self._note}'
        tracks = self._sound.tracks
        of = f' (track {self._track} of {tracks}: --sound-track N)' if tracks > 1 else ''
        damage = f', damaged: {self._sound.problem}' if self._sound.problem else ''
        return f'sound: {self._length_s:.1f} s{of}, segments of speech: {self._number}{damage}'
