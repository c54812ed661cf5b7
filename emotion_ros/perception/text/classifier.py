# SPDX-License-Identifier: MIT
"""Text classifier: from cleaned text to sentiment and emotion probabilities."""

from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.errors import InvalidInput, MissingDependency, ModelError
from emotion_ros.files.checked import parse_json
from emotion_ros.files.resources import PACKAGED, packaged_weights
from emotion_ros.perception.models.backend import Backend, make_backend
from emotion_ros.perception.models.card import ModelCard, load_card
from emotion_ros.perception.text.engine import PROBE_TEXT, TextEngine, TextPrediction
from emotion_ros.perception.text.normalize import is_unpunctuated

if TYPE_CHECKING:
    from tokenizers import Tokenizer

HUB_PREFIX = 'hf:'
TASK = 'text_emotion'
_ENCODED = {
    'input_ids': lambda encoding: encoding.ids,
    'attention_mask': lambda encoding: encoding.attention_mask,
    'token_type_ids': lambda encoding: encoding.type_ids,  # of BERT
}
"""Inputs that a model may have, under the names of Hugging Face."""


class TextClassifier:
    """A model with a card: tokens in, a sentiment head and an optional emotion head out.

    ModelError when there is no sentiment head or when the model fails on PROBE_TEXT.
    """

    def __init__(self, card: ModelCard, backend: Backend, tokenizer: 'Tokenizer') -> None:
        self.name, self.sha256 = card.name, card.sha256
        self._heads = {head.name: (i, head) for i, head in enumerate(card.outputs)}
        self._backend = backend
        self._tokenizer = tokenizer
        self._unpunctuated_quality = card.text_input.unpunctuated_quality
        self._inputs = card.text_input.names
        if unknown := set(self._inputs) - _ENCODED.keys():
            raise ModelError(
                f'{card.path}: input {min(unknown)} is not one of {", ".join(_ENCODED)}'
            )
        if 'sentiment' not in self._heads:
            raise ModelError(f'{card.path}: has no sentiment output')
        try:
            self.classify(PROBE_TEXT)
        except InvalidInput as error:
            raise ModelError(f'{card.model_path}: fails on {PROBE_TEXT!r}: {error}') from error

    def classify(self, text: str) -> TextPrediction:
        """Classify one cleaned utterance, or the end of one that is too long."""
        encoding = self._tokenizer.encode(text)
        outputs = self._backend.run(
            {name: np.array([_ENCODED[name](encoding)], np.int64) for name in self._inputs}
        )
        masked = zip(encoding.tokens, encoding.special_tokens_mask, strict=True)
        unknown = getattr(self._tokenizer.model, 'unk_token', None)
        content = [token for token, is_special in masked if not is_special]
        return TextPrediction(
            sentiment=self._probabilities('sentiment', outputs),
            emotion=self._probabilities('emotion', outputs),
            tokens=len(content),
            known=sum(token != unknown for token in content),
            truncated=bool(encoding.overflowing),
            reliability=self._unpunctuated_quality if is_unpunctuated(text) else 1.0,
        )

    def _probabilities(self, name: str, outputs: list[NDArray[np.float32]]) -> NDArray[np.float64]:
        if name not in self._heads:
            return np.full(len(EMOTIONS), np.nan)
        index, head = self._heads[name]
        return np.asarray(head.probabilities(outputs[index])[0])


def load_tokenizer(card: ModelCard) -> 'Tokenizer':
    """Return the card's tokenizer, set to keep the last ``max_length`` tokens."""
    from tokenizers import Tokenizer  # 6 MB that only words need

    data = card.read_tokenizer()
    parse_json(data, card.tokenizer_path).mapping()['model'].mapping()
    tokenizer = Tokenizer.from_str(data.decode('utf-8'))
    tokenizer.no_padding()
    tokenizer.enable_truncation(card.text_input.max_length, direction='left')
    return tokenizer


def packaged_text_card() -> ModelCard:
    """Return the card of the packaged model, which is whole and can be loaded when it is due."""
    card = load_card(packaged_weights() / f'{TASK}.json').require_task(TASK)
    card.check_files()
    for name in ('onnxruntime', 'tokenizers'):
        if find_spec(name) is None:
            raise MissingDependency(f'{name} is not installed: pip install {name}')
    return card


def make_text_engine(text_model: str, device: str = 'cpu', threads: int = 2) -> TextEngine:
    """Return the engine for ``packaged``, the path of a card or model, or ``hf:NAME``.

    ``threads`` is for our models only.
    """
    if text_model.startswith(HUB_PREFIX):
        from emotion_ros.perception.text.transformers_engine import TransformersClassifier

        return TransformersClassifier(text_model.removeprefix(HUB_PREFIX), device=device)
    packaged = packaged_weights() / f'{TASK}.json'
    path = packaged if text_model == PACKAGED else Path(text_model).expanduser()
    card = load_card(path).require_task(TASK)
    with ThreadPoolExecutor(1) as pool:  # ONNX Runtime loads without the GIL
        backend = pool.submit(make_backend, card, device, threads)
        tokenizer = load_tokenizer(card)
        return TextClassifier(card, backend.result(), tokenizer)
