# SPDX-License-Identifier: MIT
"""Mono sound at 16 kHz in, emotion of each segment of speech and the voice activity out.

The voice node, the analysis of files and the demo share it. ``add`` is cheap (voice activity
detection) and ``classify`` is not, so that a node can call them in different threads;
``process`` does both.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite, log10
from statistics import fmean
from time import perf_counter

import numpy as np

from emotion_ros.core.emotions import EMOTIONS, Emotion
from emotion_ros.core.observations import decide
from emotion_ros.errors import InvalidInput
from emotion_ros.perception.voice.activity import (
    FRAME,
    FRAME_S,
    EnergyDetector,
    SpeechDetector,
    make_speech_detector,
)
from emotion_ros.perception.voice.classifier import SegmentClassifier, VoiceClassifier
from emotion_ros.perception.voice.config import VoiceConfig
from emotion_ros.perception.voice.log_mel import SAMPLE_RATE, Samples
from emotion_ros.perception.voice.segmenter import Segmenter, SpeechSegment

NO_EMOTION = (float('nan'),) * len(EMOTIONS)
NOT_SPEECH, LOST_SOUND = 'not_speech', 'lost_sound'
MAX_STAMP_ERROR_S = 0.25
"""A stamp may be so far from where the previous chunk ended; chunks then follow each other."""
CLOCK_DRIFT = 0.005
"""The stamps may run faster or slower than the samples by this share."""
MAX_BURST_S = 2.0
"""Sound stamped when it was received may come in bursts of this length (PulseAudio, Wi-Fi)."""
BURST_DECAY_PER_S = 0.01
BACKWARD_JUMP_S = 3.0
"""A stamp that is further back begins a new stream; nearer ones overlap and are rejected."""
LEVEL_FRAMES = 4
CLIPPED = 0.985
DC_PER_FRAME = 0.06  # a time constant of half a second
MIN_SPEECH = 0.5
MIN_SPEECH_OF_ENERGY = 0.95
"""The energy detector takes songs for speech, too: the network must be sure of it."""
FULL_QUALITY_S = 1.5
FULL_QUALITY_SNR_DB = 15.0
MIN_LEVEL_DBFS = -60.0
MOST_LOST = 0.3
"""A segment of which more was lost does not count: the UAR falls from .73 to .57 there."""


@dataclass(frozen=True)
class VoiceActivity:
    """Level and voice activity of the microphone at one time.

    ``stamp_s`` is the end of the last frame of 32 ms, NaN before the first; ``level_dbfs`` the
    root mean square of the last 128 ms (-120: digital silence); ``clipping`` the share of these
    samples at full scale; ``segment_duration_s`` the length of the current segment, 0 without.
    """

    stamp_s: float = float('nan')
    speaking: bool = False
    level_dbfs: float = -120.0
    speech_probability: float = 0.0
    clipping: float = 0.0
    segment_duration_s: float = 0.0


@dataclass(frozen=True)
class VoiceReport:
    """The emotion of one segment of speech, from ``start_s`` to ``end_s``.

    Reports with the same ``start_s`` are of one segment that went on: the last one counts.
    ``is_paused`` is false while the person goes on speaking. Probabilities sum to 1. With a
    ``reason`` (not_speech, lost_sound) it does not count: probabilities are NaN, ``quality`` is
    0. ``quality`` is 0..1; ``inference_time_s`` includes the spectrogram.
    """

    start_s: float
    end_s: float
    is_paused: bool
    inference_time_s: float
    reason: str = ''
    probabilities: tuple[float, ...] = NO_EMOTION
    quality: float = 0.0

    @property
    def emotion(self) -> Emotion:
        """The likeliest emotion; UNKNOWN with a reason."""
        return decide(self.probabilities)[0]

    @property
    def confidence(self) -> float:
        """The probability of the likeliest emotion; 0 with a reason."""
        return decide(self.probabilities)[1]


class VoicePipeline:
    """Detects speech in one stream, cuts it into segments and classifies them."""

    def __init__(
        self,
        config: VoiceConfig,
        classifier: SegmentClassifier,
        detector: SpeechDetector,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._classifier = classifier
        self._detector = detector
        self._clock = clock
        is_energy = detector.name == EnergyDetector.name
        self._min_speech = MIN_SPEECH_OF_ENERGY if is_energy else MIN_SPEECH
        self._segmenter = Segmenter(config)
        self._burst_s = 0.0  # so much sound came lately before the time of its stamps
        self.reset()

    @property
    def model_name(self) -> str:
        """The file and version of the model."""
        return self._classifier.name

    @property
    def model_sha256(self) -> str:
        """The hash of the model file."""
        return self._classifier.sha256

    @property
    def vad_name(self) -> str:
        """The voice activity detector: silero or energy."""
        return self._detector.name

    @property
    def activity(self) -> VoiceActivity:
        """The voice activity at the end of the last chunk."""
        return self._activity

    def reset(self) -> None:
        """Forget the stream, with a segment that is not over: mute, or another microphone."""
        self._detector.reset()
        self._segmenter.reset()
        self._pending = np.empty(0, np.float32)
        self._expected_s = float('nan')  # the stamp of the next chunk
        self._late_s = 0.0  # so much sound in a row was stamped later than expected
        self._dc: float | None = None
        self._levels: deque[tuple[float, float]] = deque(maxlen=LEVEL_FRAMES)
        self._activity = VoiceActivity()

    def process(self, samples: Samples, stamp_s: float) -> list[VoiceReport]:
        """Take a chunk and classify the segments that are due; see ``add`` and ``classify``."""
        return [self.classify(segment) for segment in self.add(samples, stamp_s)]

    def add(self, samples: Samples, stamp_s: float) -> list[SpeechSegment]:
        """Take a chunk of any length, whose first sample is of ``stamp_s``; return what is due.

        A chunk that begins more than 0.25 s after the end of the previous one ends the segment
        there, unless the sound comes in bursts; one that is more than 3 s back begins a new
        stream. InvalidInput, and nothing of the chunk is used, when a sample is not finite
        (``not_finite``), the stamp is not (``bad_stamp``), or more than MAX_BURST_S were received
        ahead of the stamps (``overlap``): two microphones, or sound that is repeated.
        """
        if not isfinite(stamp_s):
            raise InvalidInput('bad_stamp', f'{stamp_s}')
        if samples.ndim != 1 or not np.isfinite(samples).all():
            raise InvalidInput('not_finite', 'a sample is NaN or infinite')
        due = self._synchronise(stamp_s, len(samples) / SAMPLE_RATE)
        self._pending = np.concatenate([self._pending, samples])
        frames = len(self._pending) // FRAME
        end_s = self._expected_s - len(self._pending) / SAMPLE_RATE
        for frame in self._pending[: frames * FRAME].reshape(frames, FRAME):
            end_s += FRAME_S
            due.append(self._add_frame(frame, end_s))
        self._pending = self._pending[frames * FRAME :]
        return [segment for segment in due if segment is not None]

    def finish(self) -> list[SpeechSegment]:
        """End the stream, as at the end of a file; return the segment that was still going on."""
        segment = self._segmenter.finish()
        self.reset()
        return [] if segment is None else [segment]

    def classify(self, segment: SpeechSegment, lost_s: float = 0.0) -> VoiceReport:
        """Classify a segment; its state is not touched, so that another thread may call it.

        ``lost_s`` is how much of its sound never came: what is there was joined.
        InvalidInput when the network fails (``bad_output``, ``inference_failed``).
        """
        started_s = self._clock()
        lost_share = lost_s / (segment.duration_s + lost_s)
        prediction = self._classifier.classify(segment.samples)
        quality = quality_of(segment) * prediction.speech * max(1 - lost_share / MOST_LOST, 0.0)
        reason = LOST_SOUND if lost_share >= MOST_LOST else ''
        if prediction.speech < self._min_speech or quality_of(segment) <= 0:
            reason = NOT_SPEECH
        return VoiceReport(
            start_s=segment.start_s,
            end_s=segment.end_s,
            is_paused=segment.is_paused,
            inference_time_s=self._clock() - started_s,
            reason=reason,
            probabilities=NO_EMOTION if reason else tuple(prediction.emotion.tolist()),
            quality=0.0 if reason else quality,
        )

    def _synchronise(self, stamp_s: float, duration_s: float) -> list[SpeechSegment | None]:
        """Compare the stamp with the end of the previous chunk; return a segment it ends."""
        error_s = stamp_s - self._expected_s
        finished: list[SpeechSegment | None] = []
        self._burst_s *= max(1 - BURST_DECAY_PER_S * duration_s, 0.0)
        self._late_s = self._late_s + duration_s if error_s > MAX_STAMP_ERROR_S else 0.0
        # The stamps at the end of a burst are those expected; after a loss all are later.
        latest_s = MAX_STAMP_ERROR_S + (self._burst_s if self._late_s <= MAX_BURST_S else 0.0)
        if -BACKWARD_JUMP_S <= error_s < -MAX_STAMP_ERROR_S:
            is_burst = error_s >= -MAX_STAMP_ERROR_S - duration_s
            if not is_burst or self._burst_s - error_s > MAX_BURST_S:
                words = f'begins {-error_s:.2f} s before the last chunk ended'
                raise InvalidInput('overlap', words)
            self._burst_s -= error_s
            self._expected_s = stamp_s  # no sound is received before it is made
        elif -MAX_STAMP_ERROR_S <= error_s <= latest_s:
            if error_s > MAX_STAMP_ERROR_S:
                self._burst_s = min(max(self._burst_s, error_s), MAX_BURST_S)
            most_s = CLOCK_DRIFT * duration_s
            self._expected_s += min(max(error_s, -most_s), most_s)
        else:  # a gap, a clock that jumped, or (NaN) the first chunk
            if error_s > 0:
                finished = list(self.finish())
            self.reset()
            self._expected_s = stamp_s
        self._expected_s += duration_s
        return finished

    def _add_frame(self, raw: Samples, end_s: float) -> SpeechSegment | None:
        mean = float(raw.mean())
        self._dc = mean if self._dc is None else self._dc + DC_PER_FRAME * (mean - self._dc)
        frame = raw - np.float32(self._dc)
        power = float(frame @ frame) / FRAME
        is_clipped = max(raw.max(), -raw.min()) >= CLIPPED
        self._levels.append((power, float((np.abs(raw) >= CLIPPED).mean()) if is_clipped else 0.0))
        probability = self._detector.probability(frame)
        segment = self._segmenter.add(frame, end_s, probability, to_dbfs(power))
        mean_power, clipping = (fmean(values) for values in zip(*self._levels, strict=True))
        self._activity = VoiceActivity(
            stamp_s=end_s,
            speaking=self._segmenter.is_speaking,
            level_dbfs=to_dbfs(mean_power),
            speech_probability=probability,
            clipping=clipping,
            segment_duration_s=self._segmenter.spoken_s,
        )
        return segment


def to_dbfs(power: float) -> float:
    """Return a mean square, 1 at full scale, in decibels; at least -120."""
    return 10 * log10(max(power, 1e-12))


def quality_of(segment: SpeechSegment) -> float:
    """Return how much evidence the sound gives the model, 0..1.

    It grows with the length up to FULL_QUALITY_S and with the level over the noise up to
    FULL_QUALITY_SNR_DB, and falls with the doubt of the voice activity detector.
    """
    if segment.speech_level_dbfs < MIN_LEVEL_DBFS:
        return 0.0
    snr_db = segment.speech_level_dbfs - segment.noise_level_dbfs
    length = min(segment.duration_s / FULL_QUALITY_S, 1.0)
    clarity = min(max(snr_db / FULL_QUALITY_SNR_DB, 0.2), 1.0)
    return float(length**0.5 * clarity * segment.speech_probability)


def make_voice_pipeline(config: VoiceConfig, threads: int = 2) -> VoicePipeline:
    """Return the pipeline with the configured model and detector loaded."""
    classifier = VoiceClassifier.load(config.voice_model, config.device, threads)
    return VoicePipeline(config, classifier, make_speech_detector(config.vad))
