# SPDX-License-Identifier: MIT
"""Sentences said to the running nodes, and how long they took."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.answers import state_of
from benchmarks.live import Live

PAUSE_S = 0.2  # between utterances: faster than fusion's max_rate, states would be left out
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


def talk(live: Live, count: int) -> Sequence[Reaction]:
    """Say so many sentences, each after the answer to the one before; no camera meanwhile."""
    return [react(live, SENTENCES[n % len(SENTENCES)]) for n in range(count)]


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
