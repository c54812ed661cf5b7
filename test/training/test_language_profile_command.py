# SPDX-License-Identifier: MIT
"""The language command: learns from training rows only, and its file knows its language."""

from pathlib import Path

import pandas as pd

from emotion_ros.perception.text.language import LanguageCheck
from emotion_ros.perception.text.language_profile import load_profile
from training.text.language_profile import main

WORDS = ['lala', 'lolo', 'lulu', 'lele', 'lili']
TEXTS = [' '.join(WORDS[i:] + WORDS[:i]) for i in range(5)] * 20
ODDEST = 'lala lolo lulu zzz'


def test_command_learns_a_toy_language(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {'text': [*TEXTS, ODDEST, 'zig zag zog zug'], 'split': ['train'] * 101 + ['val']}
    )
    data = tmp_path / 'texts.parquet'
    rows.to_parquet(data)
    files = ['--data', str(data), '--speech', str(data), '--out', str(tmp_path)]
    main([*files, '--language', 'la', '--refused', '0'])
    profile = load_profile(tmp_path / 'language_la.json')
    assert profile.words == {*WORDS, 'zzz'}
    check = LanguageCheck(('la',), tmp_path).check
    assert check('lulu lala lili lolo').code == 'la'
    assert not check('zig zag zog zug').is_supported
