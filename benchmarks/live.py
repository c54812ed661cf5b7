"""The running process, measured from outside over real DDS."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic

import numpy as np
import psutil
from sensor_msgs.msg import Image

from benchmarks.figure import Figure, NotMeasured, slope, summarise
from benchmarks.probe import Answer, Probe, in_own_context
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.state import Status
from emotion_ros.tools.programs import Program, Programs

STARTS = 3
IDLE_S = 3.0
WARM_UP_S = 1.0
UTTERANCES = 30
PAUSE_S = 0.2  # between utterances: faster than fusion's max_rate, states would be left out
TIMEOUT_S = 30.0
POLL_S = 0.05
SAME_STAMP_S = 1e-6  # stamps that were seconds on their way are rounded
MOST_FRAMES = 0.9
SENTENCES = (
    'I am so happy today!',
    'This is terrible!',
    'I feel neutral about this.',
    'Well, I did not expect to see you here, of all places, at this time of the night.',
    'Could you please bring me a glass of water?',
)


@dataclass(frozen=True)
class Reaction:
    """How long an utterance took: its models, and until two topics carried it."""

    inference_ms: float
    text_ms: float
    state_ms: float


class Live:
    """The pipeline's process, and the probe that talks to it."""

    def __init__(self, probe: Probe, programs: Programs, program: Program) -> None:
        self.probe = probe
        self._programs = programs
        self._process = psutil.Process(program.process.pid)

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Take in answers until the condition holds; NotMeasured when it cannot any more."""
        deadline_s = monotonic() + TIMEOUT_S
        while not condition():
            if casualty := self._programs.casualty():
                raise NotMeasured(casualty)
            if monotonic() > deadline_s:
                raise NotMeasured(f'{what} did not come within {TIMEOUT_S:g} s')
            self.probe.spin_once(POLL_S)

    def cpu_percent(self, seconds: float) -> float:
        """Go on for this long; return how much of one core the process had, in percent."""
        before_s, began_s = self._cpu_s(), monotonic()
        self.probe.spin_for(seconds)
        return 100.0 * (self._cpu_s() - before_s) / (monotonic() - began_s)

    def rss_mb(self) -> float:
        """Return the memory of the process that is in RAM, in 10^6 bytes."""
        return float(self._process.memory_info().rss / 1e6)

    def _cpu_s(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


def measure_live(
    arguments: Sequence[str], frames: Sequence[Image], seconds: float, fps: float
) -> list[Figure]:
    """Start the pipeline STARTS times; put the last one through its paces."""
    starts = []
    for _ in range(STARTS):
        with running(arguments, frames) as live:
            starts.append(start_s(live))
            if len(starts) == STARTS:
                figures = measure_running(live, seconds, fps)
    return [summarise('start to first message', 's', starts, limit=5.0), *figures]


@contextmanager
def running(arguments: Sequence[str], frames: Sequence[Image]) -> Iterator[Live]:
    """Start the pipeline as a process of its own, with somebody already listening."""
    with in_own_context(partial(Probe, frames)) as probe, Programs({}) as programs:
        program = programs.start('emotion_pipeline', 'emotion_ros.nodes.pipeline', arguments)
        yield Live(probe, programs, program)


def start_s(live: Live) -> float:
    """Return how long a process that has just been started takes to its first message."""
    began_s = monotonic()
    live.until(lambda: live.probe.states, 'emotion_state')
    return monotonic() - began_s


def measure_running(live: Live, seconds: float, fps: float) -> list[Figure]:
    """Idle, then under a camera, then under speech; the memory comes last."""
    live.until(live.probe.is_heard, 'a subscriber of image and speech')
    idle = live.cpu_percent(IDLE_S)
    return [
        *measure_camera(live, seconds, fps),
        *measure_speech(live),
        Figure('CPU without input', '% of a core', idle, limit=10.0),
        Figure('memory (RSS)', 'MB', live.rss_mb(), limit=350.0),
    ]


def measure_camera(live: Live, seconds: float, fps: float) -> list[Figure]:
    """Show a camera for some seconds, after a warm-up."""
    probe = live.probe
    probe.start_camera(fps)
    live.until(lambda: any(a.msg.faces for a in probe.faces), 'a face in emotion/faces')
    probe.spin_for(WARM_UP_S)
    begin_s = probe.now_s()
    cpu = live.cpu_percent(seconds)
    end_s = probe.now_s()
    live.until(lambda: probe.faces[-1].stamp_s > end_s, 'a frame after the last')
    probe.stop_camera()
    shown = [stamp_s for stamp_s in probe.shown_s if begin_s <= stamp_s <= end_s]
    faces = within(probe.faces, begin_s, end_s)
    states = within(first_states(probe.states), begin_s, end_s)
    refuse_unseen(faces)
    return [
        *latencies(faces, states),
        Figure('frames processed', '%', percent(faces, shown), limit=95.0, at_least=True),
        Figure('growth of the age', 'ms/s', growth_ms(faces), limit=1.0, comparable=False),
        Figure(f'CPU at {fps:g} fps', '% of a core', cpu),
    ]


def latencies(faces: Sequence[Answer], states: Sequence[Answer]) -> list[Figure]:
    """Return how long a frame takes, in ms: inside the node and to those who listen."""
    inference = [1e3 * a.inference_s for a in faces]
    return [
        summarise('frame inside vision_node', 'ms', inference, limit=40.0),
        summarise('frame to emotion/faces', 'ms', [1e3 * a.age_s for a in faces]),
        summarise('frame to emotion_state', 'ms', [1e3 * a.age_s for a in states], limit=60.0),
    ]


def measure_speech(live: Live) -> list[Figure]:
    """Say one sentence after the other, each after the answer to the one before."""
    reactions = [react(live, SENTENCES[n % len(SENTENCES)]) for n in range(UTTERANCES)]
    return [
        summarise('utterance inside sentiment_node', 'ms', [r.inference_ms for r in reactions]),
        summarise('utterance to emotion/text', 'ms', [r.text_ms for r in reactions]),
        summarise('utterance to emotion_state', 'ms', [r.state_ms for r in reactions]),
    ]


def react(live: Live, sentence: str) -> Reaction:
    """Say a sentence and wait until it has been taken in; pause after it."""
    probe = live.probe
    said_s, before = probe.now_s(), len(probe.texts)
    probe.say(sentence)
    live.until(lambda: len(probe.texts) > before, 'emotion/text')
    text = probe.texts[-1]
    live.until(lambda: state_of(probe.states, text), 'an emotion_state with the words')
    state = state_of(probe.states, text)[0]
    probe.spin_for(PAUSE_S)
    heard_s = text.stamp_s - said_s
    return Reaction(
        inference_ms=1e3 * text.inference_s,
        text_ms=1e3 * (heard_s + text.age_s),
        state_ms=1e3 * (heard_s + state.age_s),
    )


def state_of(states: Sequence[Answer], text: Answer) -> list[Answer]:
    """Return the states, first one first, that have taken in these words."""
    return [s for s in states if abs(s.stamp_s - text.stamp_s) < SAME_STAMP_S]


def first_states(states: Sequence[Answer]) -> list[Answer]:
    """Return the first state on each new evidence; the ticks between repeat it."""
    known = [s for s in states if s.msg.status == Status.OK]
    return [s for s, last in zip(known[1:], known, strict=False) if s.stamp_s > last.stamp_s]


def within(answers: Sequence[Answer], begin_s: float, end_s: float) -> list[Answer]:
    """Return the answers to what was stamped between."""
    return [a for a in answers if begin_s <= a.stamp_s <= end_s]


def percent(faces: Sequence[Answer], shown: Sequence[float]) -> float:
    """Return how many of the frames shown were answered."""
    answered = {a.stamp_s for a in faces}
    return 100.0 * float(np.mean([stamp_s in answered for stamp_s in shown]))


def growth_ms(faces: Sequence[Answer]) -> float:
    """Return by how many ms per second the frames grow older on their way."""
    return slope([a.stamp_s for a in faces], [1e3 * a.age_s for a in faces])


def refuse_unseen(faces: Sequence[Answer]) -> None:
    """NotMeasured unless most frames were processed without error and with their one face."""
    good = [a for a in faces if a.msg.status == SourceStatus.OK and len(a.msg.faces) == 1]
    if len(good) < MOST_FRAMES * len(faces):
        raise NotMeasured(f'the one face was found in only {len(good)} of {len(faces)} frames')
