# SPDX-License-Identifier: MIT
"""The evaluate commands run with the runtime requirements, pandas and pyarrow."""

import subprocess
import sys

import pytest

ABSENT = ('torch', 'transformers', 'scipy', 'sklearn', 'matplotlib')


@pytest.mark.parametrize('command', ['face', 'text', 'voice', 'fusion'])
def test_evaluate_needs_neither_torch_nor_scipy(command):
    code = f'import sys; sys.modules.update(dict.fromkeys({ABSENT})); import {{}}'
    module = f'training.{command}.evaluate'
    done = subprocess.run(
        [sys.executable, '-c', code.format(module)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
