# SPDX-License-Identifier: MIT
"""Measurements of the running nodes: their lifecycle, a stream of images, a stream of speech."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figure import Figure, spread, summarise
from benchmarks.message_stats import (
    age_growth_ms_s,
    ages_ms,
    first_states,
    longest_gap_ms,
    processed_percent,
    rate_hz,
    require_faces,
    stamped_between,
    states_with,
)
from benchmarks.report import Performance
from benchmarks.running_nodes import RunningNodes, start_nodes
from benchmarks.scenarios import FULL_HD, FULL_LOAD, MAIN, SEPARATE, VOICE, Scenario

WARM_UP_S = 1.0
IDLE_S = 5.0
SPEECH_PERIOD_S = 0.5
UTTERANCES = 30
PAUSE_S = 0.2  # between sentences: faster than fusion's max_rate, states would be left out
SENTENCES = (
    'I am so happy today!',
    'This is terrible!',
    'I feel neutral about this.',
    'Well, I did not expect to see you here, of all places, at this time of the night.',
    'Could you please bring me a glass of water?',
)


@dataclass(frozen=True)
class Lifecycle:
    """What was measured from start to stop of the nodes, in the scenario MAIN.

    ``utterances_ms``: from the publication of each sentence to the state that contains it.
    """

    starts_s: Sequence[float]
    stops_s: Sequence[float]
    idle_percent: float
    performance: Performance
    utterances_ms: Sequence[float]
    rss_mb: float


def measure_lifecycle(arguments: Sequence[str], starts: int, seconds: float) -> Lifecycle:
    """Start and stop the nodes ``starts`` times; the last time measure everything between."""
    starts_s, stops_s = [], []
    for _ in range(starts - 1):
        with start_nodes(MAIN, arguments) as nodes:
            starts_s.append(nodes.wait_for_start_s())
            stops_s.append(nodes.stop_s())
    with start_nodes(MAIN, arguments) as nodes:
        starts_s.append(nodes.wait_for_start_s())
        nodes.wait_for_connection()
        idle_percent = nodes.cpu_percent(min(seconds, IDLE_S))
        performance = stream_camera(nodes, MAIN, seconds)
        utterances_ms = stream_speech(nodes, UTTERANCES)
        rss_mb = nodes.rss_mb()
        stops_s.append(nodes.stop_s())
    return Lifecycle(starts_s, stops_s, idle_percent, performance, utterances_ms, rss_mb)


def measure_scenario(scenario: Scenario, arguments: Sequence[str], seconds: float) -> Performance:
    """Start the nodes, stream the camera of the scenario, stop the nodes."""
    with start_nodes(scenario, arguments) as nodes:
        nodes.wait_for_connection()
        return stream_camera(nodes, scenario, seconds)


def stream_camera(nodes: RunningNodes, scenario: Scenario, seconds: float) -> Performance:
    """Publish images for some seconds, after a warm-up; return what was measured."""
    probe = nodes.probe
    probe.start_images(scenario.fps)
    nodes.wait_for(
        lambda: any(len(m.msg.faces) == scenario.faces for m in probe.faces), 'every face'
    )
    if scenario.has_speech:
        probe.start_speech(SENTENCES, SPEECH_PERIOD_S)
    if scenario.has_voice:
        probe.start_voice(SENTENCES)
    probe.spin_for(WARM_UP_S)
    begin_s = probe.now_s()
    cpu_percent = nodes.cpu_percent(seconds)
    end_s = probe.now_s()
    nodes.wait_for(lambda: probe.faces[-1].stamp_s > end_s, 'a frame after the last')
    probe.stop()
    faces = stamped_between(probe.faces, begin_s, end_s)
    require_faces(faces, scenario.faces)
    states = [s for s in probe.states if begin_s <= s.arrival_s <= end_s]
    state_ages_ms = ages_ms(stamped_between(first_states(states), begin_s, end_s))
    voices = stamped_between(probe.voices, begin_s, end_s)
    published_s = [stamp_s for stamp_s in probe.published_s if begin_s <= stamp_s <= end_s]
    return Performance(
        situation=scenario.name,
        vision=spread('inference_time', [1e3 * m.inference_s for m in faces]),
        faces=spread('emotion/faces', ages_ms(faces)),
        state=spread('emotion_state', state_ages_ms),
        processed_percent=processed_percent(faces, published_s),
        growth_ms_s=age_growth_ms_s(faces),
        state_rate_hz=rate_hz(states),
        longest_gap_ms=longest_gap_ms(states),
        cpu_percent=cpu_percent,
        rss_mb=nodes.rss_mb(),
        evidence=spread('evidence of the voice', ages_ms(voices)) if scenario.has_voice else None,
    )


def stream_speech(nodes: RunningNodes, count: int) -> list[float]:
    """Publish sentences without a camera, each after the state with the one before.

    Returns the time from each sentence to the state that contains it, in ms.
    """
    return [_utterance_ms(nodes, SENTENCES[n % len(SENTENCES)]) for n in range(count)]


def _utterance_ms(nodes: RunningNodes, sentence: str) -> float:
    probe = nodes.probe
    published_s, before = probe.now_s(), len(probe.texts)
    probe.publish_sentence(sentence)
    nodes.wait_for(lambda: len(probe.texts) > before, 'emotion/text')
    text = probe.texts[-1]
    nodes.wait_for(lambda: states_with(probe.states, text), 'an emotion_state with the words')
    state = states_with(probe.states, text)[0]
    probe.spin_for(PAUSE_S)
    return 1e3 * (state.arrival_s - published_s)


def target_figures(lifecycle: Lifecycle, performances: Sequence[Performance]) -> list[Figure]:
    """Return the figures that have targets: ``limit`` must hold, ``aim`` is wanted."""
    of = {performance.situation: performance for performance in performances}
    main, load = lifecycle.performance, of[FULL_LOAD.name]
    full_hd_ms, separate_mb = of[FULL_HD.name].faces.p95, of[SEPARATE.name].rss_mb
    voice = of[VOICE.name]
    evidence_ms = voice.evidence.p95 if voice.evidence else float('nan')
    slower = 100.0 * (voice.state.p95 / main.state.p95 - 1.0)
    load_percent = voice.cpu_percent - main.cpu_percent
    utterance = spread('utterance to emotion_state', lifecycle.utterances_ms)
    rate_hz, gap_ms = load.state_rate_hz, load.longest_gap_ms
    core = '% of a core'
    return [
        Figure('frame to emotion_state, median', 'ms', main.state.p50, limit=40.0, aim=15.0),
        Figure('frame to emotion_state, p95', 'ms', main.state.p95, limit=80.0, aim=30.0),
        Figure('1920x1080, age of a frame, p95', 'ms', full_hd_ms, limit=100.0, aim=50.0),
        Figure('frames processed', '%', main.processed_percent, limit=95.0, at_least=True),
        Figure('growth of the age', 'ms/s', main.growth_ms_s, limit=1.0, comparable=False),
        Figure('CPU at 30 fps, one face', core, main.cpu_percent, limit=120.0, aim=60.0),
        Figure('CPU without input', core, lifecycle.idle_percent, limit=10.0, aim=4.0),
        Figure('memory (RSS), one process', 'MB', lifecycle.rss_mb, limit=350.0, aim=220.0),
        Figure('memory (RSS), three processes', 'MB', separate_mb, limit=600.0, aim=450.0),
        Figure('utterance to emotion_state, median', 'ms', utterance.p50),
        Figure('utterance to emotion_state, p95', 'ms', utterance.p95, limit=150.0, aim=30.0),
        Figure('full load: rate of emotion_state', 'Hz', rate_hz, limit=9.0, at_least=True),
        Figure('full load: longest gap', 'ms', gap_ms, limit=250.0, aim=150.0, comparable=False),
        Figure('end of a voice to its evidence, p95', 'ms', evidence_ms, limit=250.0, aim=200.0),
        Figure('with a voice: emotion_state later', '%', slower, limit=10.0, comparable=False),
        Figure('with a voice: more CPU', core, load_percent, limit=20.0, comparable=False),
        summarise('start to first message', 's', lifecycle.starts_s, limit=5.0, aim=2.5),
        summarise('stop', 's', lifecycle.stops_s, limit=2.0, aim=1.0),
    ]
