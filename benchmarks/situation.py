# SPDX-License-Identifier: MIT
"""What a robot can meet: a camera, people, talk; and how the nodes do in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.answers import (
    ages_ms,
    first_states,
    growth_ms,
    longest_gap_ms,
    percent,
    rate_hz,
    refuse_unseen,
    within,
)
from benchmarks.camera import Camera
from benchmarks.figure import spread
from benchmarks.live import Live, running
from benchmarks.performance import Performance
from benchmarks.speech import SENTENCES

WARM_UP_S = 1.0
TALK_EVERY_S = 0.5
VGA = Camera()


@dataclass(frozen=True)
class Situation:
    """A camera in front of people who may talk, and nodes in one process or three."""

    name: str
    camera: Camera = VGA
    is_separate: bool = False
    is_talkative: bool = False


def perform(situation: Situation, arguments: Sequence[str], seconds: float) -> Performance:
    """Start the nodes, show them the situation, stop them."""
    with running(situation.camera, separate=situation.is_separate, arguments=arguments) as live:
        live.until(live.probe.is_heard, 'a subscriber of image and speech')
        return film(live, situation, seconds)


def film(live: Live, situation: Situation, seconds: float) -> Performance:
    """Show a camera for some seconds, after a warm-up, and return how it went."""
    probe, camera = live.probe, situation.camera
    probe.start_camera(camera.fps)
    live.until(lambda: any(len(a.msg.faces) == camera.faces for a in probe.faces), 'every face')
    if situation.is_talkative:
        probe.start_talk(SENTENCES, TALK_EVERY_S)
    probe.spin_for(WARM_UP_S)
    begin_s = probe.now_s()
    cpu_percent = live.cpu_percent(seconds)
    end_s = probe.now_s()
    live.until(lambda: probe.faces[-1].stamp_s > end_s, 'a frame after the last')
    probe.stop()
    faces = within(probe.faces, begin_s, end_s)
    refuse_unseen(faces, camera.faces)
    states = [s for s in probe.states if begin_s <= s.arrival_s <= end_s]
    return Performance(
        situation=situation.name,
        vision=spread('inference_time', [1e3 * a.inference_s for a in faces]),
        faces=spread('emotion/faces', ages_ms(faces)),
        state=spread('emotion_state', ages_ms(within(first_states(states), begin_s, end_s))),
        processed_percent=percent(faces, within_s(probe.shown_s, begin_s, end_s)),
        growth_ms_s=growth_ms(faces),
        state_rate_hz=rate_hz(states),
        longest_gap_ms=longest_gap_ms(states),
        cpu_percent=cpu_percent,
        rss_mb=live.rss_mb(),
    )


def within_s(stamps_s: Sequence[float], begin_s: float, end_s: float) -> list[float]:
    """Return the times between."""
    return [stamp_s for stamp_s in stamps_s if begin_s <= stamp_s <= end_s]
