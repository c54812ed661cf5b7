# SPDX-License-Identifier: MIT
"""Face emotion classifier: from face crops to seven probabilities each."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion_ros.errors import ModelError
from emotion_ros.files.resources import PACKAGED, packaged_weights
from emotion_ros.perception.image.decode import ImageArray
from emotion_ros.perception.models.backend import Backend, make_backend
from emotion_ros.perception.models.card import ModelCard, load_card


class FaceClassifier:
    """A face emotion network with its model card."""

    def __init__(self, card: ModelCard, backend: Backend) -> None:
        """Take a loaded engine; ModelError when its card has another input or output."""
        given = card.require_task('face_emotion').image_input
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

    @property
    def colour(self) -> str:
        """What ``classify`` takes: gray, or bgr or rgb, which both mean BGR crops."""
        return self._input.colour

    def classify(self, crops: ImageArray) -> NDArray[np.float64]:
        """Return probabilities [N, 7] of uint8 crops [N, height, width], or BGR [.., 3].

        No crops give [0, 7]. InvalidInput('bad_output') when the network returns NaN or infinity.
        """
        head = self.card.outputs[0]
        if not len(crops):
            return np.empty((0, len(head.labels)))
        (outputs,) = self._backend.run({self._input.name: self._input.tensor(crops)})
        return head.probabilities(outputs)
