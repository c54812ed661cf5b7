# SPDX-License-Identifier: MIT
"""torchvision beside a torch build that its compiled operators do not fit."""

import importlib
import sys

import torch


def import_torchvision() -> None:
    """Import torchvision, declaring the two operators whose absence makes its import fail.

    The networks here (and transformers, which imports torchvision) never call them.
    """
    try:
        importlib.import_module('torchvision')
    except RuntimeError:
        for name in [m for m in sys.modules if m.startswith('torchvision')]:
            del sys.modules[name]
        for operator in ('nms', 'qnms'):
            schema = '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor'
            torch.library.define(f'torchvision::{operator}', schema)
        importlib.import_module('torchvision')
