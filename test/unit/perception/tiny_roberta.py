# SPDX-License-Identifier: MIT
"""A tiny random RoBERTa in a folder, as Hugging Face models come."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tiny_models import SPECIAL, word_tokenizer

WORDS = ['i', 'am', 'happy', 'sad']


def save_roberta(
    transformers: Any, path: Path, labels: Sequence[str], bias: Sequence[float]
) -> Path:
    """Write a model whose logits are close to ``bias`` for every text."""
    unknown, begin, end = SPECIAL
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=word_tokenizer(WORDS),
        unk_token=unknown,
        cls_token=begin,
        sep_token=end,
        pad_token=unknown,
    ).save_pretrained(path)
    size = {'vocab_size': len(SPECIAL) + len(WORDS), 'max_position_embeddings': 12}
    model = tiny_roberta(transformers, labels, bias, **size, type_vocab_size=2, pad_token_id=0)
    model.save_pretrained(path)
    return path


def tiny_roberta(
    transformers: Any, labels: Sequence[str], bias: Sequence[float], **config: int
) -> Any:
    """Return a RoBERTa of one small layer that says ``bias`` whatever it reads."""
    import torch

    model = transformers.RobertaForSequenceClassification(
        transformers.RobertaConfig(
            hidden_size=8,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=8,
            id2label=dict(enumerate(labels)),
            label2id={label: i for i, label in enumerate(labels)},
            **config,
        )
    )
    torch.nn.init.zeros_(model.classifier.out_proj.weight)
    model.classifier.out_proj.bias.data = torch.tensor(bias)
    return model
