# SPDX-License-Identifier: MIT
"""A text engine that is in memory only when there may be something to classify."""

from collections.abc import Callable
from threading import Lock

from emotion_ros.errors import ModelError
from emotion_ros.perception.models.card import ModelCard
from emotion_ros.perception.text.engine import TextEngine, TextPrediction


class EngineOnDemand:
    """Loads an engine at once, so that a broken one fails then, and anew after ``free``.

    With a ``card``, whose files have been checked, nothing is loaded before it is due. All
    methods may be called from any thread. ModelError when ``make`` fails, at once and later, and
    when it then loads another model than at first.
    """

    def __init__(self, make: Callable[[], TextEngine], card: ModelCard | None = None) -> None:
        self._make, self._lock = make, Lock()
        self._engine: TextEngine | None = None
        model = card or make()
        if not isinstance(model, ModelCard):
            self._engine = model
        self.name, self.sha256 = model.name, model.sha256

    @property
    def is_loaded(self) -> bool:
        """Whether the engine is in memory."""
        return self._engine is not None

    def load(self) -> None:
        """Load the engine unless it is in memory, so that ``classify`` need not."""
        self._loaded()

    def free(self) -> None:
        """Take the engine out of memory; what it classifies now is finished."""
        with self._lock:
            self._engine = None

    def classify(self, text: str) -> TextPrediction:
        """Classify one cleaned utterance, after loading the engine where that is due."""
        return self._loaded().classify(text)

    def _loaded(self) -> TextEngine:
        with self._lock:
            if self._engine is None:
                engine = self._make()
                if (engine.name, engine.sha256) != (self.name, self.sha256):
                    raise ModelError(
                        f'{self.name} was replaced by {engine.name} ({engine.sha256}): '
                        'start the node anew to use that'
                    )
                self._engine = engine
            return self._engine
