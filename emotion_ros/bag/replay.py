# SPDX-License-Identifier: MIT
"""An open bag with its replay configuration."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace

from emotion_ros.bag.observer import BagObserver
from emotion_ros.bag.offline_fusion import FusionInput, OfflineFusion, Publication
from emotion_ros.bag.reader import Bag
from emotion_ros.bag.replay_config import ReplayOptions, make_replay_config
from emotion_ros.bag.topics import Sources, find_sources
from emotion_ros.core.evidence import FACE, TEXT
from emotion_ros.core.fusion.card import load_fusion_card
from emotion_ros.errors import ConfigError
from emotion_ros.files.resources import packaged_weights
from emotion_ros.perception.face.pipeline import make_face_pipeline
from emotion_ros.perception.text.pipeline import make_text_pipeline


class Replay:
    """Plays topics of a bag to the core, and owns the bag.

    Images and speech go through the networks, recorded observations straight to the fusion.
    EmotionRosError when the bag, the options or a model cannot be used.
    """

    def __init__(self, bag: Bag, options: ReplayOptions) -> None:
        config = make_replay_config(options)
        sources = find_sources(bag, options.source, options.image_topic, options.speech_topic)
        if FACE in options.without:
            sources = replace(sources, image=None, faces=None)
        if TEXT in options.without:
            sources = replace(sources, speech=None, text=None)
        self.bag = bag
        self.sources = sources
        _require_modalities(bag, self.sources, options.without | options.weights.keys())
        self.card = load_fusion_card(packaged_weights() / 'fusion.json')
        self._fusion = OfflineFusion(config.fusion, self.card, config.modalities)
        self._observer = BagObserver(
            vision=make_face_pipeline(config.vision) if self.sources.image else None,
            text=make_text_pipeline(config.text) if self.sources.speech else None,
            without=options.without,
        )

    def __enter__(self) -> 'Replay':
        """Return the replay."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the bag."""
        self.bag.close()

    @property
    def rejected(self) -> Counter[str]:
        """Number of rejected messages so far, by reason."""
        return self._observer.rejected + self._fusion.rejected

    def observations(self) -> Iterator[FusionInput]:
        """Yield the observations that the messages of the bag give."""
        return self._observer.observe(self.bag.messages(self.sources.chosen()))

    def publications(self, observations: Iterable[FusionInput]) -> Iterator[Publication]:
        """Yield every publication, from the start of the bag to its end; call it once."""
        return self._fusion.run(observations, self.bag.start_ns, self.bag.end_ns)


def open_replay(options: ReplayOptions) -> Replay:
    """Open the bag and load the models that its topics need; EmotionRosError on failure."""
    with ExitStack() as stack:
        replay = Replay(stack.enter_context(Bag(options.bag)), options)
        stack.pop_all()
    return replay


def _require_modalities(bag: Bag, sources: Sources, named: frozenset[str]) -> None:
    """ConfigError for a name that would have no effect: it is misspelt."""
    if named <= {FACE, TEXT}:
        return
    topics = [sources.evidence] if sources.evidence else []
    known = {FACE, TEXT} | {recorded.msg.modality for recorded in bag.messages(topics)}
    if absent := sorted(named - known):
        has = ', '.join(sorted(known))
        raise ConfigError(f'{absent[0]!r} is not a modality of this bag (it has {has})')
