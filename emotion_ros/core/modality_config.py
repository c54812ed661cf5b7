"""The options of a further modality that is listed in ``modalities``."""

from dataclasses import dataclass

from emotion_ros.core.evidence import Ageing
from emotion_ros.core.options import Options, option


@dataclass(frozen=True)
class ModalityConfig(Options):
    """Parameters ``<name>.weight``, ``<name>.half_life`` and ``<name>.timeout``."""

    weight: float = option(0.5, 'Weight in the pool.', low=0.0, high=5.0)
    half_life: float = option(
        1.5, 'Half-life of the weight, once not fresh (s).', low=0.05, high=60.0
    )
    timeout: float = option(5.0, 'It no longer counts after this (s).', low=0.1, high=120.0)

    def ageing(self, fresh_for_s: float) -> Ageing:
        """Return how the modality counts."""
        return Ageing(self.weight, fresh_for_s, self.half_life, self.timeout)
