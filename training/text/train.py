# SPDX-License-Identifier: MIT
"""Train the text network: ``python -m training.text.train --data-folder DIR``.

One encoder learns sentiment (SemEval, MELD) and emotion (MELD, GoEmotions) together; half of
the texts are rewritten as a speech recogniser would print them. Each part of an epoch ends with a
checkpoint (``last``; ``best`` by the mean of the three validation figures) and a CSV line.
"""

import argparse
import dataclasses
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from emotion_ros.core.emotions import SENTIMENTS
from emotion_ros.sessions import metrics
from training import checkpoint, command, distributed
from training.config import add_options, read_options
from training.losses import class_weights, soft_cross_entropy
from training.provenance import UNKNOWN, data_of_weights, describe_data
from training.run_log import log_line
from training.text.batches import as_recognised, batches, encode
from training.text.config import TrainConfig
from training.text.data import (
    GOEMOTIONS,
    MELD,
    SEMEVAL,
    Utterances,
    join,
    load_utterances,
    truth,
)
from training.text.initial import start_from
from training.text.network import TextNetwork, build, load_tokenizer, minilm_folder
from training.text.state import TrainState, resume, save_state

HEAD_RATE = 5
MINILM = 'encoder all-MiniLM-L6-v2 (Apache-2.0)'


@dataclass(frozen=True)
class TrainContext:
    """What does not change during training."""

    train: Utterances
    valid: dict[str, Utterances]
    config: TrainConfig

    @property
    def weights(self) -> tuple[Tensor, Tensor]:
        """Class weights of the sentiment and of the emotion head."""
        known = self.train.sentiments[self.train.sentiments >= 0]
        sentiments = np.bincount(known, minlength=len(SENTIMENTS))
        return (
            class_weights(sentiments, self.config.sentiment_power),
            class_weights(self.train.emotions.sum(0), self.config.emotion_power),
        )


def parameter_groups(network: TextNetwork, config: TrainConfig) -> list[dict[str, Any]]:
    """Learning rates that shrink by ``layer_decay`` per layer from the heads down.

    The embeddings and the first ``frozen_layers`` layers are not trained.
    """
    network.encoder.requires_grad_(False)
    layers = list(network.encoder.encoder.layer)[config.frozen_layers :]
    heads = [*network.sentiment.parameters(), *network.emotion.parameters()]
    groups = [{'params': heads, 'lr': config.lr * HEAD_RATE}]
    for depth, layer in enumerate(reversed(layers)):
        layer.requires_grad_(True)
        lr = config.lr * config.layer_decay**depth
        groups.append({'params': list(layer.parameters()), 'lr': lr})
    return [group | {'top_lr': group['lr']} for group in groups]


def set_rates(optimizer: torch.optim.Optimizer, position: float, config: TrainConfig) -> None:
    """Linear warm-up, then linear decay to zero; ``position`` runs from 0 to 1."""
    scale = min((position + 1e-3) / config.warmup, (1 - position) / (1 - config.warmup))
    for group in optimizer.param_groups:
        group['lr'] = group['top_lr'] * scale


def multitask_loss(
    outputs: tuple[Tensor, Tensor],
    batch: Utterances,
    weights: tuple[Tensor, Tensor],
    smoothing: float = 0.0,
) -> Tensor:
    """Weighted cross-entropy of both heads over whichever rows have the label."""
    known = torch.from_numpy(batch.sentiments)
    sentiments = nn.functional.one_hot(known.clamp(min=0), len(SENTIMENTS))
    marks = torch.from_numpy(batch.emotions.astype(np.float32))
    targets = (
        sentiments * (known >= 0)[:, None],
        marks / marks.sum(1, keepdim=True).clamp(min=1),
    )
    smoothed = (
        (1 - smoothing) * target + smoothing * target.sum(1, keepdim=True) / target.shape[1]
        for target in targets
    )
    losses = map(soft_cross_entropy, outputs, smoothed, weights)
    return sum(losses, torch.zeros(())) / len(batch)


def train_part(state: TrainState, context: TrainContext) -> float:
    """One ``parts``-th of an epoch; returns the mean loss."""
    config = context.config
    epoch, part = divmod(state.part, config.parts)
    rng = np.random.default_rng([config.seed, epoch, part])
    torch.manual_seed(config.seed * 1000 + state.part)
    shuffled = np.random.default_rng([config.seed, epoch]).permutation(len(context.train))
    mine = context.train.take(shuffled[part :: config.parts])
    texts = [as_recognised(text, config.asr_share, config.word_errors, rng) for text in mine.texts]
    chunks, weights = list(batches(texts, config.batch, rng)), context.weights
    chunks = [chunks[i] for i in distributed.share(len(chunks))]
    state.network.train()
    losses = []
    for i, index in enumerate(chunks):
        position = (state.part + i / len(chunks)) / (config.parts * config.epochs)
        set_rates(state.optimizer, position, config)
        with torch.autocast('cpu', torch.bfloat16, enabled=config.bfloat16):
            sentiment, emotion = state.network(*encode(state.tokenizer, [texts[j] for j in index]))
        outputs = sentiment.float(), emotion.float()
        loss = multitask_loss(outputs, mine.take(index), weights, config.smoothing)
        losses.append(train_step(state, loss))
    state.part += 1
    return float(np.mean(losses))


def train_step(state: TrainState, loss: Tensor) -> float:
    """One optimizer step; returns the loss."""
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    distributed.average_gradients(state.parameters())
    nn.utils.clip_grad_norm_(state.parameters(), 1.0)
    state.optimizer.step()
    return float(loss.detach())


@torch.inference_mode()
def logits_of(
    network: TextNetwork, tokenizer: Tokenizer, texts: list[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits [N, 3] and [N, 7], in the order of ``texts``."""
    network.eval()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [
        network(*encode(tokenizer, [texts[i] for i in order[start : start + 64]]))
        for start in range(0, len(order), 64)
    ]
    back = np.argsort(order)
    sentiment, emotion = (torch.cat(part).numpy()[back] for part in zip(*parts, strict=True))
    return sentiment, emotion


def validate(state: TrainState, context: TrainContext) -> dict[str, float]:
    """The three validation figures that choose the checkpoint."""
    return {
        'semeval_macro_recall': metrics.macro_recall(_table(state, context, SEMEVAL, 'sentiment')),
        'meld_weighted_f1': metrics.weighted_f1(_table(state, context, MELD, 'emotion')),
        'goemotions_macro_f1': metrics.macro_f1(_table(state, context, GOEMOTIONS, 'emotion')),
    }


def _table(state: TrainState, context: TrainContext, name: str, head: str) -> NDArray[np.int64]:
    valid = context.valid[name]
    sentiment, emotion = logits_of(state.network, state.tokenizer, valid.texts)
    logits = sentiment if head == 'sentiment' else emotion
    predicted = logits.argmax(1)
    return metrics.confusion(truth(valid, head, predicted), predicted, logits.shape[1])


def fit(state: TrainState, context: TrainContext, about: dict[str, Any], folder: Path) -> None:
    """Train the remaining parts, each with its checkpoint."""
    while state.part < context.config.epochs * context.config.parts:
        begun = time.monotonic()
        loss = train_part(state, context)
        distributed.wait()
        if not distributed.is_first():
            continue
        scores = validate(state, context)
        mean = float(np.mean(list(scores.values())))
        if mean > state.best:
            state.best = mean
            tensors = state.network.state_dict()
            checkpoint.save(
                folder / 'best.safetensors', tensors, about | scores | {'part': state.part}
            )
        save_state(state, folder, about)
        minutes = (time.monotonic() - begun) / 60
        epoch = state.part / context.config.parts
        log_line(folder, {'epoch': epoch, 'loss': loss, **scores, 'minutes': minutes})


def subsample(utterances: Utterances, share: float) -> Utterances:
    """A random ``share`` of the utterances, always the same one."""
    order = np.random.default_rng(0).permutation(len(utterances))
    return utterances.take(order[: round(share * len(utterances))])


def shares(config: TrainConfig) -> dict[str, float]:
    """Which share of each training set is used."""
    return {SEMEVAL: config.semeval_share, MELD: 1.0, GOEMOTIONS: config.goemotions_share}


def load_context(folder: Path, config: TrainConfig) -> TrainContext:
    """All three data sets, the two large training sets reduced to their shares."""
    used = shares(config).items()
    train = [subsample(load_utterances(folder / name, 'train'), share) for name, share in used]
    train += [load_utterances(folder / MELD, 'train')] * (config.meld_repeats - 1)
    valid = {name: load_utterances(folder / name, 'val') for name, _ in used}
    return TrainContext(join(train), valid, config)


def learned_from(
    folder: Path, config: TrainConfig, base: str, init_from: Path | None
) -> list[str]:
    """What the weights are learned from, the encoder and initial weights included."""
    lines = [
        describe_data(folder / name, f'{count} texts')
        for name, share in shares(config).items()
        if (count := round(share * len(load_utterances(folder / name, 'train'))))
    ]
    lines.append(f'encoder {Path(base).name} ({UNKNOWN})' if base else MINILM)
    return [*lines, *(data_of_weights(init_from) if init_from else [])]


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.text.train', description=__doc__)
    sets = f'folder with {SEMEVAL}, {MELD} and {GOEMOTIONS}'
    parser.add_argument('--data-folder', type=Path, required=True, help=sets)
    parser.add_argument('--base', help='folder or Hugging Face name; default all-MiniLM-L6-v2')
    parser.add_argument('--out', type=Path, default=Path('runs/text'), help='folder of the run')
    parser.add_argument('--resume', action='store_true', help='continue from OUT/last.safetensors')
    parser.add_argument(
        '--init-from', type=Path, help='start from these weights, .safetensors or exported .onnx'
    )
    add_options(parser, TrainConfig)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    config = read_options(args, TrainConfig)
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    context = load_context(args.data_folder, config)
    base = args.base or str(minilm_folder())
    network, tokenizer = build(base), load_tokenizer(base)
    groups = parameter_groups(network, config)
    optimizer = torch.optim.AdamW(groups, weight_decay=config.weight_decay)
    state = TrainState(network, tokenizer, optimizer)
    if args.init_from:
        start_from(state, args.init_from)
    if args.resume:
        resume(state, args.out)
    args.out.mkdir(parents=True, exist_ok=True)
    about = {
        'base': args.base or 'all-MiniLM-L6-v2',
        'encoder': network.encoder.config.to_dict(),
        'recipe': dataclasses.asdict(config),
        'commit': command.git_commit(),
        'init_from': str(args.init_from or ''),
        'data': learned_from(args.data_folder, config, args.base or '', args.init_from),
    }
    with distributed.processes():
        if distributed.is_first():
            tokenizer.save(str(args.out / 'tokenizer.json'))
        fit(state, context, about, args.out)


if __name__ == '__main__':
    command.run(main)
