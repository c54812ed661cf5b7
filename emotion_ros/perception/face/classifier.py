# SPDX-License-Identifier: MIT
"""Face emotion classifier: from face crops to seven probabilities each."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ModelError
from emotion_ros.files.resources import PACKAGED, packaged_weights
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.models.backend import Backend, make_backend
from emotion_ros.perception.models.card import ImageInput, ModelCard, load_card


class FaceClassifier:
    """A face emotion network with its model card."""

    def __init__(self, card: ModelCard, backend: Backend) -> None:
        """Take a loaded engine; ModelError when its card has another input or output."""
        given = card.require_task('face_emotion').input
        if not isinstance(given, ImageInput) or given.colour != 'gray':
            raise ModelError(f'{card.path}: face crops are gray; this model needs other images')
        if given.width != given.height:
            raise ModelError(f'{card.path}: {given.width}x{given.height}; face crops are square')
        if [head.name for head in card.outputs] != ['emotion']:
            raise ModelError(f'{card.path}: a face model has the one output emotion')
        self.card = card
        self._input = given
        self._backend = backend

    @classmethod
    def load(
        cls, model: str = PACKAGED, device: str = 'cpu', threads: int = 2
    ) -> 'FaceClassifier':
        """Load ``packaged`` or the card at a path; ModelError when card and file disagree."""
        path = packaged_weights() / 'face_emotion.json' if model == PACKAGED else Path(model)
        card = load_card(path.expanduser())
        return cls(card, make_backend(card, device, threads))

    @property
    def crop_size(self) -> tuple[int, int]:
        """Width and height of the crops, in px."""
        return self._input.width, self._input.height

    def classify(self, crops: ImageArray) -> NDArray[np.float64]:
        """Return probabilities [N, 7] of grey uint8 crops [N, height, width].

        No crops give [0, 7]. InvalidInput('bad_output') when the network returns NaN or infinity.
        """
        head = self.card.outputs[0]
        if not len(crops):
            return np.empty((0, len(head.labels)))
        (mean,), (std,) = self._input.mean, self._input.std
        normalised = ((crops[:, None].astype(np.float32) - mean) / std).astype(np.float32)
        (logits,) = self._backend.run({self._input.name: normalised})
        return head.probabilities(logits)
