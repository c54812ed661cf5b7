# SPDX-License-Identifier: MIT
"""The code on the page about extending is that of the examples, or runs as it stands."""

import runpy
import textwrap

import numpy as np
import pytest

from emotion_ros.core.emotions import EMOTIONS
from emotion_ros.perception.face.classifier import FaceClassifier
from pages import ROOT, code
from tiny_models import face_onnx

BLOCKS = code(ROOT / 'docs' / 'extending.md', 'python')
EXAMPLES = [textwrap.dedent(path.read_text()) for path in (ROOT / 'examples').glob('*.py')]
CARD_WRITER = next(block for block in BLOCKS if 'my_face.onnx' in block)


def flat(text: str) -> str:
    """Return the lines without their indentation."""
    return '\n'.join(line.strip() for line in text.splitlines())


@pytest.mark.parametrize('block', [b for b in BLOCKS if b is not CARD_WRITER])
def test_a_block_is_part_of_an_example(block):
    assert any(flat(block) in flat(example) for example in EXAMPLES)


def test_the_card_that_the_page_writes_can_be_used(tmp_path, monkeypatch):
    (tmp_path / 'my_face.onnx').write_bytes(face_onnx().SerializeToString())
    (tmp_path / 'write_card.py').write_text(CARD_WRITER)
    monkeypatch.chdir(tmp_path)
    runpy.run_path('write_card.py')
    classifier = FaceClassifier.load(str(tmp_path / 'my_face.json'))
    assert classifier.classify(np.zeros((2, 48, 48), np.uint8)).shape == (2, len(EMOTIONS))
