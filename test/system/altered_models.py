# SPDX-License-Identifier: MIT
"""The packaged models with an order of labels that is wrong and cannot be seen from the card."""

import json
import shutil
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from emotion_ros.files.resources import packaged_weights

# New place i gets the logit of old place ORDER[i]: happy turns neutral, good turns bad.
ORDERS = {'emotion': (6, 0, 1, 2, 3, 4, 5), 'sentiment': (2, 1, 0)}


def permuted_model(task: str, folder: Path) -> Path:
    """Write a permuted copy of a packaged model with a card that fits it; return the card."""
    weights = packaged_weights()
    card = json.loads((weights / f'{task}.json').read_text())
    if 'tokenizer' in card['input']:
        shutil.copy(weights / card['input']['tokenizer'], folder)
    model = onnx.load(weights / card['file'])
    orders = {head['name']: ORDERS[head['name']] for head in card['outputs']}
    permute_outputs(model, orders)
    data = model.SerializeToString()
    (folder / card['file']).write_bytes(data)
    path = folder / f'{task}.json'
    path.write_text(json.dumps(card | {'sha256': sha256(data).hexdigest()}))
    return path


def permute_outputs(model: onnx.ModelProto, orders: Mapping[str, Sequence[int]]) -> None:
    """Put a Gather behind outputs [N, labels], which keep their names."""
    for node in model.graph.node:
        for i, name in enumerate(node.output):
            if name in orders:
                node.output[i] = f'{name}_in_order'
    for name, order in orders.items():
        indices = numpy_helper.from_array(np.array(order, np.int64), f'{name}_order')
        model.graph.initializer.append(indices)
        inputs = [f'{name}_in_order', f'{name}_order']
        model.graph.node.append(helper.make_node('Gather', inputs, [name], axis=1))
