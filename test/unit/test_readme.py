# SPDX-License-Identifier: MIT
"""The README and the docs have what the law and their readers need."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / 'README.md').read_text(encoding='utf-8')


@pytest.mark.parametrize(
    'words',
    [
        'make demo',
        'make test',
        'ros2 launch emotion_ros emotion.launch.py',
        '/emotion_state',
        'What the output means',
        'Intended use',
        'Prohibited use',
        'Art. 5(1)(f)',
        'Art. 50(3)',
        'Privacy',
    ],
)
def test_the_readme_says(words):
    assert words in README


@pytest.mark.parametrize(
    ('heading', 'words'),
    [
        ('What the output means', 'not knowledge of a feeling'),
        ('Intended use', 'switch it off'),
        ('Prohibited use', 'Art. 5(1)(f)'),
        ('Notice', 'Art. 50(3)'),
        ('Privacy', 'include_text'),
        ('Limits', 'has not been measured'),
    ],
)
def test_the_docs_have_a_section(heading, words):
    page = (ROOT / 'docs' / 'responsible_use.md').read_text(encoding='utf-8')
    assert f'\n## {heading}\n' in page
    assert words in page.split(f'\n## {heading}\n')[1].replace('\n', ' ')


def test_every_page_the_readme_links_to_is_there():
    links = [part.split(')')[0] for part in README.split('](')[1:]]
    local = [link for link in links if not link.startswith('http')]
    assert local
    assert [link for link in local if not (ROOT / link.partition('#')[0]).exists()] == []
