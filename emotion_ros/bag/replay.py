# SPDX-License-Identifier: MIT
"""A bag and what is to be done with it, ready to run."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack

from emotion_ros.bag.observer import Observer
from emotion_ros.bag.offline_fusion import Event, Moment, OfflineFusion
from emotion_ros.bag.reader import Bag
from emotion_ros.bag.replay_config import ReplayConfig, make_replay_config
from emotion_ros.bag.topics import Sources, find_sources
from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.errors import ConfigError
from emotion_ros.perception.face.pipeline import make_face_pipeline
from emotion_ros.perception.models.file import packaged_weights
from emotion_ros.perception.text.pipeline import make_text_pipeline


class Replay:
    """Plays topics of a bag to the core, and owns the bag.

    Images and speech go through the networks, recorded observations straight to the fusion.
    """

    def __init__(self, bag: Bag, sources: Sources, config: ReplayConfig) -> None:
        self.bag = bag
        self.sources = _leave_out(sources, config.without)
        _require_modalities(bag, self.sources, config)
        self.card = load_fusion_card(packaged_weights() / 'fusion.json')
        self._fusion = OfflineFusion(config.fusion, self.card, config.modalities)
        self._observer = Observer(
            vision=make_face_pipeline(config.vision) if self.sources.image else None,
            text=make_text_pipeline(config.text) if self.sources.speech else None,
            without=config.without,
        )

    def __enter__(self) -> 'Replay':
        """Return the replay."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the bag."""
        self.bag.close()

    @property
    def refused(self) -> Counter[str]:
        """How many messages could not be used so far, by reason."""
        return self._observer.rejected + self._fusion.refused

    def events(self) -> Iterator[Event]:
        """Yield what the messages of the bag show and say."""
        return self._observer.observe(self.bag.messages(self.sources.chosen()))

    def moments(self, events: Iterable[Event]) -> Iterator[Moment]:
        """Yield every publication, from the start of the bag to its end; to be called once."""
        return self._fusion.run(events, self.bag.start_ns, self.bag.end_ns)


def open_replay(args: argparse.Namespace) -> Replay:
    """Open the bag and load what its topics need; EmotionRosError when something is wrong."""
    config = make_replay_config(args)
    with ExitStack() as stack:
        bag = stack.enter_context(Bag(args.bag))
        sources = find_sources(bag, args.source, args.image_topic, args.speech_topic)
        replay = Replay(bag, sources, config)
        stack.pop_all()
    return replay


def _leave_out(sources: Sources, without: frozenset[str]) -> Sources:
    return Sources(
        image=None if FACE in without else sources.image,
        speech=None if TEXT in without else sources.speech,
        faces=None if FACE in without else sources.faces,
        text=None if TEXT in without else sources.text,
        evidence=sources.evidence,
    )


def _require_modalities(bag: Bag, sources: Sources, config: ReplayConfig) -> None:
    """Refuse a name that would change nothing: it is mistyped."""
    named = config.without | config.weighted
    if named <= {FACE, TEXT}:
        return
    topics = [sources.evidence] if sources.evidence else []
    known = {FACE, TEXT} | {recorded.msg.modality for recorded in bag.messages(topics)}
    if absent := sorted(named - known):
        has = ', '.join(sorted(known))
        raise ConfigError(f'{absent[0]!r} is no modality of this bag (it has {has})')
