# SPDX-License-Identifier: MIT
"""An engine that can be freed: broken at once or never half, the same one afterwards."""

from threading import Thread

import numpy as np
import pytest

from emotion_ros.errors import ModelError
from emotion_ros.perception.text.classifier import packaged_text_card
from emotion_ros.perception.text.engine import TextEngine, TextPrediction
from emotion_ros.perception.text.engine_on_demand import EngineOnDemand


class Engine:
    """Classifies nothing."""

    def __init__(self, sha256: str = 'abc') -> None:
        self.name, self.sha256 = 'engine 1', sha256

    def classify(self, text: str) -> TextPrediction:
        """Return how long the text is."""
        return TextPrediction(np.ones(3) / 3, np.ones(7) / 7, len(text), len(text), False)


class Maker:
    """Makes engines from a list, in which an error is raised."""

    def __init__(self, *made: TextEngine | ModelError) -> None:
        self._made = iter(made)
        self.count = 0

    def __call__(self) -> TextEngine:
        made = next(self._made)
        self.count += 1
        if isinstance(made, ModelError):
            raise made
        return made


def test_a_broken_model_fails_at_once() -> None:
    with pytest.raises(ModelError, match='broken'):
        EngineOnDemand(Maker(ModelError('broken')))


def test_it_is_loaded_once_until_it_is_freed() -> None:
    maker = Maker(Engine(), Engine())
    engine = EngineOnDemand(maker)
    engine.load()
    assert engine.is_loaded and maker.count == 1
    engine.free()
    assert not engine.is_loaded and (engine.name, engine.sha256) == ('engine 1', 'abc')
    assert engine.classify('four').tokens == 4
    assert engine.is_loaded and maker.count == 2


def test_with_a_card_it_is_loaded_when_it_is_due() -> None:
    """Red when EngineOnDemand does not look at the card."""
    card = packaged_text_card()
    maker = Maker(Engine(), Engine(card.sha256))
    engine = EngineOnDemand(maker, card)
    assert not engine.is_loaded and (engine.name, engine.sha256) == (card.name, card.sha256)
    with pytest.raises(ModelError, match='was replaced by engine 1'):
        engine.load()
    assert maker.count == 1


def test_threads_load_it_once() -> None:
    """Red when EngineOnDemand has no lock: then all of them load."""
    maker = Maker(Engine(), Engine())
    engine = EngineOnDemand(maker)
    engine.free()
    threads = [Thread(target=engine.load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert maker.count == 2


def test_another_model_is_not_taken_silently() -> None:
    engine = EngineOnDemand(Maker(Engine(), Engine('other'), Engine()))
    engine.free()
    with pytest.raises(ModelError, match='engine 1 was replaced'):
        engine.classify('hello')
    assert not engine.is_loaded
    assert engine.classify('hello').tokens == 5  # it is back


def test_a_model_that_is_gone_fails_then() -> None:
    engine = EngineOnDemand(Maker(Engine(), ModelError('cannot be read')))
    engine.free()
    with pytest.raises(ModelError, match='cannot be read'):
        engine.load()
