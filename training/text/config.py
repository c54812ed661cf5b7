# SPDX-License-Identifier: MIT
"""Options of the text training: data, schedule, loss and machine."""

from dataclasses import dataclass

from emotion_ros.core.options import Options, option


@dataclass(frozen=True)
class TrainConfig(Options):
    """Training; with the encoder it determines the result."""

    epochs: int = option(2, 'passes over the training texts', low=1)
    parts: int = option(4, 'parts of an epoch; each is validated and saved', low=1)
    batch: int = option(32, 'texts per optimizer step', low=1)
    lr: float = option(5e-5, 'highest learning rate of the last encoder layer', low=0)
    layer_decay: float = option(
        0.9, 'factor of the rate from each encoder layer to the one below', low=0, high=1
    )
    weight_decay: float = option(0.01, 'weight decay of AdamW', low=0)
    warmup: float = option(0.1, 'share of all steps in which the rate rises', low=1e-6, high=0.999)
    asr_share: float = option(
        0.5, 'share of the texts rewritten as a speech recogniser prints them', low=0, high=1
    )
    word_errors: float = option(
        0.08, 'word error rate of these texts: 0, 1 or 2 times this value', low=0, high=0.5
    )
    sentiment_power: float = option(
        0.8, 'power of the inverse class frequency that weights the sentiment loss', low=0
    )
    emotion_power: float = option(0.4, 'the same for the emotion loss', low=0)
    semeval_share: float = option(1.0, 'share of the SemEval texts used', low=0, high=1)
    goemotions_share: float = option(1.0, 'share of the GoEmotions texts used', low=0, high=1)
    meld_repeats: int = option(1, 'times that each MELD text is read in an epoch', low=1)
    smoothing: float = option(
        0.0, 'probability of a label that is spread over all classes', low=0, high=0.5
    )
    bfloat16: bool = option(
        False, 'multiply in bfloat16: 1.7 times as fast where the processor has AVX512-BF16'
    )
    frozen_layers: int = option(0, 'encoder layers, from below, that are not trained', low=0)
    seed: int = option(0, 'of order, dropout and rewriting', low=0)
    threads: int = option(2, 'of torch', low=1)
