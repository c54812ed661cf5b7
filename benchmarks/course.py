# SPDX-License-Identifier: MIT
"""The course that every run takes the nodes through, and what is asked of them there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.camera import Camera
from benchmarks.figure import Figure, spread, summarise
from benchmarks.live import running
from benchmarks.performance import Performance
from benchmarks.situation import Situation, film, perform
from benchmarks.speech import Reaction, talk

UTTERANCES = 30
MAIN = Situation('640x480')
SEPARATE = Situation('640x480, three processes', is_separate=True)
FULL_HD = Situation('1920x1080', Camera(1920, 1080))
FULL_LOAD = Situation('1920x1080, 5 faces, talk', Camera(1920, 1080, faces=5), is_talkative=True)
SHORT = (SEPARATE, FULL_HD, FULL_LOAD)
LONG = (
    SEPARATE,
    Situation('640x480, nobody', Camera(faces=0)),
    Situation('640x480, 2 faces', Camera(faces=2)),
    Situation('640x480, 5 faces', Camera(faces=5)),
    Situation('640x480, 10 fps', Camera(fps=10.0)),
    Situation('640x480, 60 fps', Camera(fps=60.0)),
    Situation('1280x720', Camera(1280, 720)),
    FULL_HD,
    Situation('640x480, compressed', Camera(is_compressed=True)),
    Situation('1280x720, compressed', Camera(1280, 720, is_compressed=True)),
    Situation('1920x1080, compressed', Camera(1920, 1080, is_compressed=True)),
    FULL_LOAD,
)


@dataclass(frozen=True)
class Day:
    """The nodes started and stopped often; on the last day everything in between, too."""

    starts_s: Sequence[float]
    stops_s: Sequence[float]
    idle_percent: float
    performance: Performance
    reactions: Sequence[Reaction]
    rss_mb: float


def spend_day(arguments: Sequence[str], starts: int, seconds: float) -> Day:
    """Start the nodes ``starts`` times; on the last, idle, film and talk before they stop."""
    starts_s, stops_s = [], []
    for _ in range(starts - 1):
        with running(MAIN.camera, arguments=arguments) as live:
            starts_s.append(live.start_s())
            stops_s.append(live.stop_s())
    with running(MAIN.camera, arguments=arguments) as live:
        starts_s.append(live.start_s())
        live.until(live.probe.is_heard, 'a subscriber of image and speech')
        idle_percent = live.cpu_percent(min(seconds, 5.0))
        performance = film(live, MAIN, seconds)
        reactions = talk(live, UTTERANCES)
        rss_mb = live.rss_mb()
        stops_s.append(live.stop_s())
    return Day(starts_s, stops_s, idle_percent, performance, reactions, rss_mb)


def take_situations(
    situations: Sequence[Situation], arguments: Sequence[str], seconds: float
) -> Iterator[Performance]:
    """Yield how the nodes do in one situation after the other, started anew for each."""
    for situation in situations:
        yield perform(situation, arguments, seconds)


def target_figures(day: Day, performances: Sequence[Performance]) -> list[Figure]:
    """Return what there are targets for, with the floor (``limit``) and the aim."""
    of = {performance.situation: performance for performance in performances}
    main, load = day.performance, of[FULL_LOAD.name]
    said = spread('utterance to emotion_state', [r.state_ms for r in day.reactions])
    return [
        Figure('frame to emotion_state, median', 'ms', main.state.p50, limit=40.0, aim=15.0),
        Figure('frame to emotion_state, p95', 'ms', main.state.p95, limit=80.0, aim=30.0),
        Figure(
            '1920x1080, age of a frame, p95',
            'ms',
            of[FULL_HD.name].faces.p95,
            limit=100.0,
            aim=50.0,
        ),
        Figure('frames processed', '%', main.processed_percent, limit=95.0, at_least=True),
        Figure('growth of the age', 'ms/s', main.growth_ms_s, limit=1.0, comparable=False),
        Figure('CPU at 30 fps, one face', '% of a core', main.cpu_percent, limit=120.0, aim=60.0),
        Figure('CPU without input', '% of a core', day.idle_percent, limit=10.0, aim=4.0),
        Figure('memory (RSS), one process', 'MB', day.rss_mb, limit=350.0, aim=220.0),
        Figure(
            'memory (RSS), three processes', 'MB', of[SEPARATE.name].rss_mb, limit=600.0, aim=450.0
        ),
        Figure('utterance to emotion_state, median', 'ms', said.p50),
        Figure('utterance to emotion_state, p95', 'ms', said.p95, limit=150.0, aim=30.0),
        Figure(
            'full load: rate of emotion_state', 'Hz', load.state_rate_hz, limit=9.0, at_least=True
        ),
        Figure(
            'full load: longest gap',
            'ms',
            load.longest_gap_ms,
            limit=250.0,
            aim=150.0,
            comparable=False,
        ),
        summarise('start to first message', 's', day.starts_s, limit=5.0, aim=2.5),
        summarise('stop', 's', day.stops_s, limit=2.0, aim=1.0),
    ]
