# SPDX-License-Identifier: MIT
"""What a card says of the origin of its weights."""

import pytest

from training.provenance import one_line_each, without_folders


@pytest.mark.parametrize(
    ('lines', 'expected'),
    [
        ([], []),
        (['A (terms): 5 texts', 'A (terms)', 'A (terms): 7 texts'], ['A (terms): 7 texts']),
        (['A', 'B: 3 texts', 'encoder', 'B: 9 texts', 'A'], ['A', 'B: 9 texts', 'encoder']),
        (['F: 5 faces', 'F: 9 faces'], ['F: 5 faces', 'F: 9 faces']),
    ],
)
def test_a_source_is_named_once(lines: list[str], expected: list[str]) -> None:
    """Further trainings take more of the same order of texts, not others."""
    assert one_line_each(lines) == expected


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('', ''),
        ('runs/text/best.safetensors', 'runs/text/best.safetensors'),
        ('/home/me/deep/runs/a/best.safetensors', 'a/best.safetensors'),
        (
            'x, then 0.5 of that and 0.5 of /home/me/b/c.onnx',
            'x, then 0.5 of that and 0.5 of b/c.onnx',
        ),
        (
            'train --teachers /home/me/a/b.onnx /home/me/c/d.onnx',
            'train --teachers a/b.onnx c/d.onnx',
        ),
        ('/a.onnx', '/a.onnx'),
    ],
)
def test_no_folder_of_a_machine_is_published(text: str, expected: str) -> None:
    assert without_folders(text) == expected
