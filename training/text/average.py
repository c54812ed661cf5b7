# SPDX-License-Identifier: MIT
"""Average two text checkpoints: ``python -m training.text.average A B --share 0.8 --out C``.

Between a network and the same network after further training lie networks that are good at both
tasks (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
"""

import argparse
import shutil
from pathlib import Path

from torch import Tensor

from emotion_ros.errors import ConfigError, ModelError
from training import checkpoint
from training.command import log, run
from training.provenance import data_of_weights
from training.text.initial import load_tensors

Tensors = dict[str, Tensor]


def average(first: Tensors, second: Tensors, share: float) -> Tensors:
    """Return (1 - share) * first + share * second; integer tensors are those of the second."""
    return {
        name: first[name].lerp(tensor, share) if tensor.dtype.is_floating_point else tensor
        for name, tensor in second.items()
    }


def main(argv: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog='python -m training.text.average', description=__doc__)
    parser.add_argument('first', type=Path, help='checkpoint or exported .onnx')
    parser.add_argument('second', type=Path, help='checkpoint of a training begun with the first')
    parser.add_argument('--share', type=float, default=0.5, help='of the second, 0..1')
    parser.add_argument('--out', type=Path, required=True, help='.safetensors to write')
    args = parser.parse_args(argv)
    if not 0.0 <= args.share <= 1.0:
        raise ConfigError(f'--share {args.share:g} is not in 0..1')
    first = load_tensors(args.first)
    second, about = checkpoint.load(args.second)
    if {k: v.shape for k, v in first.items()} != {k: v.shape for k, v in second.items()}:
        raise ModelError(f'{args.first} and {args.second} are not the same network')
    mixed = f'{args.share:g} of that and {1 - args.share:g} of {args.first}'
    about['init_from'] = f'{about["init_from"]}, then {mixed}'
    lines = [line for path in (args.first, args.second) for line in data_of_weights(path)]
    about['data'] = list(dict.fromkeys(lines))
    checkpoint.save(args.out, average(first, second, args.share), about)
    tokenizer = args.second.with_name('tokenizer.json')
    if tokenizer.is_file():
        shutil.copy(tokenizer, args.out.parent)
    log(f'{args.out} written')


if __name__ == '__main__':
    run(main)
