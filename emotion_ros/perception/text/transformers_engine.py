# SPDX-License-Identifier: MIT
"""The optional transformers engine: sentiment models of the Hugging Face hub."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.errors import InvalidInput, MissingDependency, ModelError
from emotion_ros.perception.models.registry import find_model, registered_name, verify_model
from emotion_ros.perception.models.signature import OutputHead
from emotion_ros.perception.models.torch_backend import choose_torch_device, import_torchvision
from emotion_ros.perception.text.engine import PROBE_TEXT, TextPrediction

MAX_TOKENS = 512
HEAD = OutputHead('sentiment', SENTIMENTS, temperature=1.0)
UNNAMED = {f'label_{i}': label for i, label in enumerate(SENTIMENTS)}
"""The labels of models that do not name them: cardiffnlp/twitter-roberta-base-sentiment."""


class TransformersClassifier:
    """Sentiment by a sequence classifier from a folder or the hub's cache, without network.

    ``name`` is a folder or a hub name; a model that ``emotion-ros models`` has downloaded comes
    before the cache. MissingDependency without transformers and torch; ModelError when the model
    is missing, lacks weights, or has other labels than negative, neutral and positive. There is
    no emotion head, no card and no calibration.
    """

    def __init__(self, name: str, *, device: str = 'cpu') -> None:
        self.name, self.sha256 = name, ''
        transformers = import_transformers()
        self._device = choose_torch_device(device)
        known = registered_name(name)
        folder = find_model(known) if known else None
        if folder is not None:
            verify_model(known, folder)
        self._tokenizer, self._model = _load(transformers, str(folder or name))
        self._model.eval().to(self._device)
        self._order = label_order(self._model.config.id2label, name)
        self._max_length = min(
            self._tokenizer.model_max_length,
            self._model.config.max_position_embeddings - 2,
            MAX_TOKENS,
        )
        try:
            self.classify(PROBE_TEXT)
        except InvalidInput as error:
            raise ModelError(f'hf:{name}: fails on {PROBE_TEXT!r}: {error}') from error

    def classify(self, text: str) -> TextPrediction:
        """Classify one cleaned utterance, or the end of one that is too long."""
        encoded = self._tokenizer(text)
        special = self._tokenizer.num_special_tokens_to_add()
        tokens = len(encoded['input_ids']) - special
        truncated = tokens + special > self._max_length
        if truncated:
            encoded = self._tokenizer(text, truncation=True, max_length=self._max_length)
        ids = encoded['input_ids']
        return TextPrediction(
            sentiment=HEAD.probabilities(self._logits(encoded)[:, self._order])[0],
            emotion=np.full(len(EMOTIONS), np.nan),
            tokens=len(ids) - special,
            known=len(ids) - special - ids.count(self._tokenizer.unk_token_id),
            truncated=truncated,
        )

    def _logits(self, encoded: Mapping[str, list[int]]) -> NDArray[np.float32]:
        import torch

        inputs = {key: torch.tensor([ids], device=self._device) for key, ids in encoded.items()}
        try:
            with torch.inference_mode():
                logits: NDArray[np.float32] = self._model(**inputs).logits.float().cpu().numpy()
        except RuntimeError as error:
            raise InvalidInput('inference_failed', ' '.join(str(error).split())) from error
        return logits


def import_transformers() -> ModuleType:
    """Import transformers; MissingDependency without transformers and torch."""
    try:
        import_module('torch')
        if find_spec('torchvision'):
            import_torchvision()  # transformers does, where it is installed
        return import_module('transformers')
    except ImportError as error:
        raise MissingDependency(
            f'hf: models need transformers: pip install torch transformers ({error})'
        ) from error


def label_order(id2label: Mapping[int, str], name: str) -> list[int]:
    """Return which of the model's outputs is our negative, neutral and positive."""
    labels = [str(id2label[i]).lower() for i in sorted(id2label)]
    if labels == list(UNNAMED):
        labels = list(SENTIMENTS)
    if sorted(labels) != sorted(SENTIMENTS):
        raise ModelError(f'hf:{name}: labels are {labels}, not {list(SENTIMENTS)} in any order')
    return [labels.index(label) for label in SENTIMENTS]


def _load(transformers: ModuleType, name: str) -> tuple[Any, Any]:
    """Return tokenizer and model; weights other than safetensors are read as data only."""
    safetensors, torch = import_module('safetensors'), import_module('torch')
    load_errors = (  # of transformers and its file readers, for missing and damaged files
        *(OSError, EOFError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
        *(safetensors.SafetensorError, torch.serialization.pickle.UnpicklingError),
    )
    offline = {'local_files_only': True, 'trust_remote_code': False}
    transformers.utils.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            name, truncation_side='left', **offline
        )
        model, report = transformers.AutoModelForSequenceClassification.from_pretrained(
            name, output_loading_info=True, **offline
        )
    except ImportError as error:  # of what this kind of model needs besides
        line = str(error).splitlines()[0]
        raise MissingDependency(f'hf:{name}: transformers cannot load it: {line}') from error
    except load_errors as error:
        if Path(name).is_dir() or not isinstance(error, OSError):
            lines = str(error).strip().splitlines()
            problem = f'{lines[0] if lines else "damaged"} ({type(error).__name__})'
        else:
            known = registered_name(name)
            how = f'emotion-ros models fetch {known}' if known else f'hf download {name}'
            problem = f'is neither a folder nor in the cache; download it once: {how}'
        raise ModelError(f'hf:{name}: {problem}') from error
    if report['missing_keys']:
        raise ModelError(f'hf:{name}: has no weights for {sorted(report["missing_keys"])[0]}')
    return tokenizer, model
