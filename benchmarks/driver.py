# SPDX-License-Identifier: MIT
"""Starts the nodes of a scenario, streams its camera and measures latency, CPU and memory.

``benchmarks.compare`` runs this module in the environment of either version: it and what it
imports use nothing of the package but messages, and start the nodes as they are there.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import StatisticsError, linear_regression

import numpy as np

from benchmarks.figure import NotMeasured, Spread, spread
from benchmarks.robot import Received
from benchmarks.running_nodes import RunningNodes, start_nodes
from benchmarks.scenario import Scenario

WARM_UP_S = 3.0  # and a model that nothing needs is freed after five
MIN_COMPLETE_SHARE = 0.9


@dataclass(frozen=True)
class Performance:
    """Latency, rate, CPU and memory of the nodes in the scenario named ``situation``.

    ``vision`` is the inference time of vision_node; ``faces`` and ``state`` are the times from
    the stamp of an image to the arrival of the message at another process; all in ms. CPU is in
    percent of one core, memory that of all processes. ``evidence``: from the end of a voice to
    its evidence.
    """

    situation: str
    vision: Spread
    faces: Spread
    state: Spread
    processed_percent: float
    growth_ms_s: float
    state_rate_hz: float
    longest_gap_ms: float
    cpu_percent: float
    rss_mb: float
    evidence: Spread | None = None


def stream_camera(nodes: RunningNodes, scenario: Scenario, seconds: float) -> Performance:
    """Publish images for some seconds, after a warm-up; return what was measured."""
    for robot in nodes.robots:
        robot.start_images(scenario.fps)
        if scenario.has_speech:
            robot.start_speech()
        if scenario.has_voice:
            robot.start_voice()
    nodes.wait_for(
        lambda robot: any(len(m.msg.faces) == scenario.faces for m in robot.faces), 'every face'
    )
    nodes.spin_for(WARM_UP_S)
    begin_s = nodes.probe.now_s()
    cpu_percent = nodes.cpu_percent(seconds)
    end_s = nodes.probe.now_s()
    rss_mb = nodes.rss_mb()
    nodes.wait_for(lambda robot: robot.faces[-1].stamp_s > end_s, 'a frame after the last')
    hits, faces, state_ages_ms, voices = [], [], [], []
    for robot in nodes.robots:
        robot.stop()
        seen = stamped_between(robot.faces, begin_s, end_s)
        stamps_s = [stamp_s for stamp_s in robot.published_s if begin_s <= stamp_s <= end_s]
        hits += [stamp_s in {m.stamp_s for m in seen} for stamp_s in stamps_s]
        state_ages_ms += ages_ms(stamps_s, robot.states)
        voices += stamped_between(robot.voices, begin_s, end_s)
        faces += seen
    require_faces(faces, scenario.faces)
    states = [m for m in nodes.probe.states if begin_s <= m.arrival_s <= end_s]
    return Performance(
        situation=scenario.name,
        vision=spread('inference_time', [1e3 * m.msg.inference_time for m in faces]),
        faces=spread('emotion/faces', [m.age_ms for m in faces]),
        state=spread('emotion_state', state_ages_ms),
        processed_percent=100.0 * float(np.mean(hits)) if hits else 0.0,
        growth_ms_s=age_growth_ms_s(faces),
        state_rate_hz=1e3 / float(np.mean(gaps_ms(states))),
        longest_gap_ms=max(gaps_ms(states)),
        cpu_percent=cpu_percent,
        rss_mb=rss_mb,
        evidence=spread('evidence of the voice', [m.age_ms for m in voices])
        if scenario.has_voice
        else None,
    )


def stamped_between(messages: Sequence[Received], begin_s: float, end_s: float) -> list[Received]:
    """Return the messages about inputs stamped in [begin_s, end_s]."""
    return [m for m in messages if begin_s <= m.stamp_s <= end_s]


def ages_ms(stamps_s: Sequence[float], answers: Sequence[Received]) -> list[float]:
    """Return how old (ms) the images of these stamps were when the first answer to each came.

    An image without an answer has no age; periodic states repeat a stamp.
    """
    first: dict[float, float] = {}
    for answer in answers:
        first.setdefault(answer.stamp_s, answer.age_ms)
    return [first[stamp_s] for stamp_s in stamps_s if stamp_s in first]


def age_growth_ms_s(messages: Sequence[Received]) -> float:
    """Return the slope of the age over time (least squares).

    NotMeasured for fewer than two different stamps.
    """
    try:
        return linear_regression([m.stamp_s for m in messages], [m.age_ms for m in messages]).slope
    except StatisticsError as error:
        raise NotMeasured(f'growth of the age: {error}') from error


def gaps_ms(messages: Sequence[Received]) -> list[float]:
    """Return the times between arrivals; NotMeasured for fewer than two messages."""
    if len(messages) < 2:
        raise NotMeasured('a rate needs two messages')
    return [1e3 * (after.arrival_s - before.arrival_s) for before, after in pairwise(messages)]


def require_faces(messages: Sequence[Received], count: int) -> None:
    """Raise NotMeasured unless 90 % of the frames were processed with all ``count`` faces."""
    complete = [m for m in messages if m.msg.status == 0 and len(m.msg.faces) == count]
    if not messages or len(complete) < MIN_COMPLETE_SHARE * len(messages):
        raise NotMeasured(
            f'{count} faces were found in only {len(complete)} of {len(messages)} frames'
        )


def main(scenario: str, frames: str, seconds: str) -> None:
    """Measure a scenario (JSON) with these frames (.npy) for so long; print a JSON object."""
    load = Scenario(**json.loads(scenario))
    with start_nodes(load, np.load(frames)) as nodes:
        start_s = nodes.wait_for_start_s()
        performance = stream_camera(nodes, load, float(seconds))
    print(json.dumps(asdict(performance) | {'start_s': start_s}))


if __name__ == '__main__':
    try:
        main(*sys.argv[1:])
    except NotMeasured as error:
        sys.exit(str(error))
