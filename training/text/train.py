# SPDX-License-Identifier: MIT
"""Train the text network: ``python -m training.text.train --data-folder DIR``.

One encoder learns sentiment (SemEval, MELD) and emotion (MELD, GoEmotions) together; half of
the texts are rewritten as a speech recogniser would print them. A part of an epoch ends in a
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
from training import checkpoint, command, metrics
from training.losses import class_weights, soft_cross_entropy
from training.options import add_options, read_options
from training.run_log import log_line
from training.text.batches import as_heard, batches, encode
from training.text.data import Utterances, join, load_utterances, truth
from training.text.network import TextNetwork, build, load_tokenizer, minilm_folder
from training.text.run import Run, resume, save_run, start_from

SEMEVAL = 'semeval_sentiment.parquet'
MELD = 'meld_text.parquet'
GOEMOTIONS = 'goemotions_ekman.parquet'
HEAD_RATE = 5


@dataclass(frozen=True)
class Recipe:
    """How to train; ``word_errors`` is the middle of 0, 1 and 2 times that share."""

    epochs: int = 2
    parts: int = 4
    batch: int = 32
    lr: float = 5e-5
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warmup: float = 0.1
    asr_share: float = 0.5
    word_errors: float = 0.08
    sentiment_power: float = 0.8
    emotion_power: float = 0.4
    semeval_share: float = 1.0
    goemotions_share: float = 1.0
    frozen_layers: int = 0
    seed: int = 0
    threads: int = 2


@dataclass(frozen=True)
class Task:
    """What stays the same while training; ``weights`` balance both heads' classes."""

    train: Utterances
    valid: dict[str, Utterances]
    recipe: Recipe

    @property
    def weights(self) -> tuple[Tensor, Tensor]:
        """Class weights of the sentiment and of the emotion head."""
        known = self.train.sentiments[self.train.sentiments >= 0]
        sentiments = np.bincount(known, minlength=len(SENTIMENTS))
        return (
            class_weights(sentiments, self.recipe.sentiment_power),
            class_weights(self.train.emotions.sum(0), self.recipe.emotion_power),
        )


def parameter_groups(network: TextNetwork, recipe: Recipe) -> list[dict[str, Any]]:
    """Learning rates that shrink by ``layer_decay`` per layer from the heads down.

    The embeddings and the first ``frozen_layers`` layers stay as they are.
    """
    network.encoder.requires_grad_(False)
    layers = list(network.encoder.encoder.layer)[recipe.frozen_layers :]
    heads = [*network.sentiment.parameters(), *network.emotion.parameters()]
    groups = [{'params': heads, 'lr': recipe.lr * HEAD_RATE}]
    for depth, layer in enumerate(reversed(layers)):
        layer.requires_grad_(True)
        lr = recipe.lr * recipe.layer_decay**depth
        groups.append({'params': list(layer.parameters()), 'lr': lr})
    return [group | {'top_lr': group['lr']} for group in groups]


def set_rates(optimizer: torch.optim.Optimizer, position: float, recipe: Recipe) -> None:
    """Linear warm-up, then linear decay to zero; ``position`` runs from 0 to 1."""
    scale = min((position + 1e-3) / recipe.warmup, (1 - position) / (1 - recipe.warmup))
    for group in optimizer.param_groups:
        group['lr'] = group['top_lr'] * scale


def multitask_loss(
    outputs: tuple[Tensor, Tensor], batch: Utterances, weights: tuple[Tensor, Tensor]
) -> Tensor:
    """Weighted cross-entropy of both heads over whichever rows have the label."""
    known = torch.from_numpy(batch.sentiments)
    sentiments = nn.functional.one_hot(known.clamp(min=0), len(SENTIMENTS))
    marks = torch.from_numpy(batch.emotions.astype(np.float32))
    targets = (
        sentiments * (known >= 0)[:, None],
        marks / marks.sum(1, keepdim=True).clamp(min=1),
    )
    losses = map(soft_cross_entropy, outputs, targets, weights)
    return sum(losses, torch.zeros(())) / len(batch)


def train_part(run: Run, task: Task) -> float:
    """One ``parts``-th of an epoch; returns the mean loss."""
    recipe = task.recipe
    epoch, part = divmod(run.part, recipe.parts)
    rng = np.random.default_rng([recipe.seed, epoch, part])
    torch.manual_seed(recipe.seed * 1000 + run.part)
    shuffled = np.random.default_rng([recipe.seed, epoch]).permutation(len(task.train))
    mine = task.train.take(shuffled[part :: recipe.parts])
    texts = [as_heard(text, recipe.asr_share, recipe.word_errors, rng) for text in mine.texts]
    chunks, weights = list(batches(texts, recipe.batch, rng)), task.weights
    run.network.train()
    losses = []
    for i, index in enumerate(chunks):
        position = (run.part + i / len(chunks)) / (recipe.parts * recipe.epochs)
        set_rates(run.optimizer, position, recipe)
        outputs = run.network(*encode(run.tokenizer, [texts[j] for j in index]))
        losses.append(step(run, multitask_loss(outputs, mine.take(index), weights)))
    run.part += 1
    return float(np.mean(losses))


def step(run: Run, loss: Tensor) -> float:
    """One optimizer step; returns the loss."""
    run.optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(run.parameters(), 1.0)
    run.optimizer.step()
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


def scores_of(run: Run, task: Task) -> dict[str, float]:
    """The three validation figures that choose the checkpoint."""
    return {
        'semeval_macro_recall': metrics.macro_recall(_table(run, task, SEMEVAL, 'sentiment')),
        'meld_weighted_f1': metrics.weighted_f1(_table(run, task, MELD, 'emotion')),
        'goemotions_macro_f1': metrics.macro_f1(_table(run, task, GOEMOTIONS, 'emotion')),
    }


def _table(run: Run, task: Task, name: str, head: str) -> NDArray[np.int64]:
    valid = task.valid[name]
    sentiment, emotion = logits_of(run.network, run.tokenizer, valid.texts)
    logits = sentiment if head == 'sentiment' else emotion
    predicted = logits.argmax(1)
    return metrics.confusion(truth(valid, head, predicted), predicted, logits.shape[1])


def fit(run: Run, task: Task, about: dict[str, Any], folder: Path) -> None:
    """All parts that are left, each with its checkpoint."""
    while run.part < task.recipe.epochs * task.recipe.parts:
        begun = time.monotonic()
        loss = train_part(run, task)
        scores = scores_of(run, task)
        mean = float(np.mean(list(scores.values())))
        if mean > run.best:
            run.best = mean
            tensors = run.network.state_dict()
            checkpoint.save(
                folder / 'best.safetensors', tensors, about | scores | {'part': run.part}
            )
        save_run(run, folder, about)
        minutes = (time.monotonic() - begun) / 60
        epoch = run.part / task.recipe.parts
        log_line(folder, {'epoch': epoch, 'loss': loss, **scores, 'minutes': minutes})


def thin(utterances: Utterances, share: float) -> Utterances:
    """A random ``share`` of the utterances, always the same one."""
    order = np.random.default_rng(0).permutation(len(utterances))
    return utterances.take(order[: round(share * len(utterances))])


def load_task(folder: Path, recipe: Recipe) -> Task:
    """All three sets, the two large training sets thinned out to their shares."""
    shares = {SEMEVAL: recipe.semeval_share, MELD: 1.0, GOEMOTIONS: recipe.goemotions_share}
    train = [thin(load_utterances(folder / n, 'train'), s) for n, s in shares.items()]
    return Task(join(train), {n: load_utterances(folder / n, 'val') for n in shares}, recipe)


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(prog='python -m training.text.train', description=__doc__)
    sets = f'folder with {SEMEVAL}, {MELD} and {GOEMOTIONS}'
    parser.add_argument('--data-folder', type=Path, required=True, help=sets)
    parser.add_argument('--base', help='folder or Hugging Face name; default all-MiniLM-L6-v2')
    parser.add_argument('--out', type=Path, default=Path('runs/text'))
    parser.add_argument('--resume', action='store_true', help='go on from OUT/last.safetensors')
    parser.add_argument('--init-from', type=Path, help='safetensors weights to start from')
    add_options(parser, Recipe)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    args = parse(argv)
    recipe = read_options(args, Recipe)
    torch.set_num_threads(recipe.threads)
    torch.manual_seed(recipe.seed)
    task = load_task(args.data_folder, recipe)
    base = args.base or str(minilm_folder())
    network, tokenizer = build(base), load_tokenizer(base)
    groups = parameter_groups(network, recipe)
    run = Run(network, tokenizer, torch.optim.AdamW(groups, weight_decay=recipe.weight_decay))
    if args.init_from:
        start_from(run, args.init_from)
    if args.resume:
        resume(run, args.out)
    args.out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(args.out / 'tokenizer.json'))
    about = {
        'base': args.base or 'all-MiniLM-L6-v2',
        'encoder': network.encoder.config.to_dict(),
        'recipe': dataclasses.asdict(recipe),
        'commit': command.git_commit(),
        'init_from': str(args.init_from or ''),
    }
    fit(run, task, about, args.out)


if __name__ == '__main__':
    command.run(main)
