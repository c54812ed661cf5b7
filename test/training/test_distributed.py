# SPDX-License-Identifier: MIT
"""Training in two processes, as torchrun starts them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('torch', reason='training needs torch')

from emotion_ros.errors import ConfigError
from face_samples import TINY, write_faces
from training import checkpoint, distributed

TORCHRUN = [sys.executable, '-m', 'torch.distributed.run', '--standalone', '--nproc-per-node', '2']
TORCHRUN = ['timeout', '300', *TORCHRUN]  # ends its children, too
LOOPBACK = {'GLOO_SOCKET_IFNAME': 'lo'}  # the name of the machine need not be resolvable

SCRIPT = """
import sys
from pathlib import Path
import torch
from training import distributed
from training.face import train
with distributed.processes():
    rank = torch.distributed.get_rank()
    assert list(distributed.share(5)) == [rank, rank + 2]
    weight = torch.nn.Parameter(torch.zeros(2, 3))
    weight.grad = torch.full((2, 3), rank + 1.0)
    distributed.average_gradients([weight])
    assert (weight.grad == 1.5).all()
    train.main(sys.argv[1:])
    ended = Path(sys.argv[-1], 'ended')
    if rank == 0:
        ended.touch()
assert ended.exists()
"""


def test_two_processes_share_batches_and_average_gradients(tmp_path: Path) -> None:
    script, out = tmp_path / 'script.py', tmp_path / 'run'
    script.write_text(SCRIPT)
    options = ['--data', str(write_faces(tmp_path)), *TINY, '--batch', '7', '--epochs', '2']
    path = os.pathsep.join([str(Path.cwd()), os.environ.get('PYTHONPATH', '')])
    done = subprocess.run(
        [*TORCHRUN, script, *options, '--out', out],
        capture_output=True,
        text=True,
        env=os.environ | LOOPBACK | {'PYTHONPATH': path},
    )
    assert done.returncode == 0, done.stderr
    assert len((out / 'log.csv').read_text().splitlines()) == 3
    about = checkpoint.load(out / 'last.safetensors')[1]
    assert (about['epoch'], about['step']) == (2, 2)  # of two batches each


def test_one_process_has_every_batch() -> None:
    assert list(distributed.share(3)) == [0, 1, 2]
    assert distributed.is_first()


def test_fewer_batches_than_processes() -> None:
    with pytest.raises(ConfigError, match='0 batches for 1 processes: use a smaller --batch'):
        distributed.share(0)
