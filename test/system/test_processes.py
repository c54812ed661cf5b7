# SPDX-License-Identifier: MIT
"""The node processes as an operator meets them: clear refusals (clean ends: promise 61)."""

from importlib.util import find_spec

import pytest

from node_process import startup_error


@pytest.mark.parametrize(
    ('node', 'arguments', 'words'),
    [
        ('fusion_node', ['--params-file', 'nowhere.yaml'], 'nowhere.yaml'),
        pytest.param(
            *('sentiment_node', ['-p', 'text_model:=hf:no/such-model'], 'no/such-model'),
            marks=pytest.mark.skipif(not find_spec('transformers'), reason='no transformers'),
        ),
    ],
)
def test_a_node_that_cannot_work_says_why_in_one_line(node, arguments, words):
    assert words in startup_error(node, *arguments)
