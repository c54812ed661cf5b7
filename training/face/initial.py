# SPDX-License-Identifier: MIT
"""Initial weights: a checkpoint, an exported ONNX file, or those of ImageNet."""

from pathlib import Path

import onnx
import torch
from google.protobuf.message import DecodeError
from onnx import numpy_helper
from torch import Tensor, nn

from emotion_ros.errors import ConfigError, ModelError
from emotion_ros.perception.models.torch_backend import import_torchvision
from training import checkpoint
from training.face.network import FaceNetwork
from training.face.state import Tensors, TrainState

IMAGENET = 'ImageNet'
IMAGENET_WIDTH = 64


def start_from(state: TrainState, path: Path, images: Tensor) -> None:
    """Load the weights of a checkpoint, or of an exported ``.onnx``, of the same layout.

    ``images`` are network inputs, from which the batch norms of an ONNX file are restored.
    """
    if path.suffix != '.onnx':
        state.load_weights(checkpoint.load(path)[0], path)
        return
    state.load_weights(read_onnx(path, state.network), path)
    restore_batch_norms(state.network, images)
    state.average.load_state_dict(state.network.state_dict())


def start_from_imagenet(state: TrainState, layout: FaceNetwork) -> None:
    """Load the four stages of torchvision's ResNet18; needs internet once, and width 64.

    The stem keeps its random weights: a 7x7 kernel of stride 4 (with pooling) does not fit a 3x3.
    """
    if layout.width != IMAGENET_WIDTH:
        raise ConfigError(f'--pretrained needs --width {IMAGENET_WIDTH}, not {layout.width}')
    own = state.network.state_dict()
    state.load_weights(own | stages_of(download_imagenet()), f'ResNet18 of {IMAGENET}')


def download_imagenet() -> Tensors:
    """Fetch torchvision's weights from its cache or the network; ModelError without either."""
    import_torchvision()
    from torchvision.models import ResNet18_Weights

    weights = ResNet18_Weights.IMAGENET1K_V1
    try:
        return weights.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:
        raise ModelError(f'--pretrained cannot get {weights.url} ({error})') from error


def stages_of(imagenet: Tensors) -> Tensors:
    """The residual stages of torchvision's ResNet18 under the names of ours."""
    return {
        f'stages.{int(name[5]) - 1}{name[6:]}': value
        for name, value in imagenet.items()
        if name.startswith('layer')
    }


def read_onnx(path: Path, network: nn.Module) -> Tensors:
    """The weights of an exported network, laid out for ``network``.

    The export folds each batch norm into its convolution and drops the names, but keeps the
    order of the layers; so each batch norm here only adds the folded bias.
    """
    convolutions, norms, dense = (
        [(name, m) for name, m in network.named_modules() if isinstance(m, kind)]
        for kind in (nn.Conv2d, nn.BatchNorm2d, nn.Linear)
    )
    folded, heads = _stored(path, 'Conv'), _stored(path, 'Gemm')
    found, wanted = (len(folded), len(heads)), (len(convolutions), len(dense))
    if found != wanted:
        raise ModelError(
            f'{path}: has {found[0]} convolutions and {found[1]} dense layers with weights and '
            f'biases, this network needs {wanted[0]} and {wanted[1]}'
        )
    tensors = {}
    for (name, _), (norm, module), (weight, bias) in zip(convolutions, norms, folded, strict=True):
        tensors[f'{name}.weight'] = weight
        tensors |= {f'{norm}.{k}': v for k, v in _only_adds(bias, module.eps).items()}
    for (name, _), (weight, bias) in zip(dense, heads, strict=True):
        tensors |= {f'{name}.weight': weight, f'{name}.bias': bias}
    return tensors


@torch.no_grad()
def restore_batch_norms(network: nn.Module, images: Tensor) -> None:
    """Set the statistics of each batch norm to those of ``images`` without changing its output.

    Training normalises by the batch; with true statistics evaluation computes the same.
    """
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(_take_statistics) for norm in norms]
    network.eval()(images)
    for hook in hooks:
        hook.remove()


def _take_statistics(norm: nn.BatchNorm2d, inputs: tuple[Tensor]) -> None:
    var, mean = torch.var_mean(inputs[0], (0, 2, 3), correction=0)
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    norm.bias.add_((mean - norm.running_mean) * scale)
    norm.weight.copy_(scale * (var + norm.eps).sqrt())
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(var)


def _stored(path: Path, kind: str) -> list[tuple[Tensor, ...]]:
    """Weight and bias of each layer of ``kind`` that has both in the file, in order."""
    graph = _load(path).graph
    values = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    layers = [node.input[1:] for node in graph.node if node.op_type == kind]
    stored = [tuple(values[name] for name in names if name in values) for names in layers]
    return [layer for layer in stored if len(layer) == 2]


def _load(path: Path) -> onnx.ModelProto:
    try:
        return onnx.load_model_from_string(path.read_bytes())
    except (OSError, DecodeError) as error:
        raise ModelError(f'{path}: not an ONNX model ({error})') from error


def _only_adds(bias: Tensor, eps: float) -> Tensors:
    """A batch norm that adds ``bias``."""
    ones = torch.ones_like(bias)
    return {
        'weight': ones * (1 + eps) ** 0.5,
        'bias': bias,
        'running_mean': ones * 0,
        'running_var': ones,
        'num_batches_tracked': torch.tensor(0),
    }
