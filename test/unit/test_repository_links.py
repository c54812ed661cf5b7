# SPDX-License-Identifier: MIT
"""Links of the docs to files elsewhere in the repository work on the site too."""

from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip('mkdocs')
from mkdocs.config import load_config
from mkdocs.structure.files import File, get_files

HOOK = Path(__file__).parents[2] / 'docs' / 'hooks' / 'repository_links.py'
PAGE = 'docs/page.md'


@pytest.fixture
def build(tmp_path):
    """Return a function that writes a repository and returns each page as the site has it."""

    def build(contents: dict[str, str]) -> dict[str, str]:
        settings = f'site_name: test\nplugins: []\nhooks: [{HOOK}]\n'
        for path, text in {'mkdocs.yml': settings, **contents}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        config = load_config(str(tmp_path / 'mkdocs.yml'))
        events = config.plugins
        files = events.run_event('files', get_files(config), config=config)

        def on_site(file: File) -> str:
            page = SimpleNamespace(file=file)
            text = file.content_string
            return events.run_event('page_markdown', text, page=page, config=config, files=files)

        return {file.src_uri: on_site(file) for file in files.documentation_pages()}

    return build


@pytest.mark.parametrize(
    ('link', 'on_the_site'),
    [
        ('', ''),
        ('[b](other.md)', '[b](other.md)'),
        ('[b](other.md#there)', '[b](other.md#there)'),
        ('[b](../tool.py)', '[b](repository/tool.py.source.md)'),
        ('[`b`](../tool.py)', '[`b`](repository/tool.py.source.md)'),
        ('[b](../notes/README.md#there)', '[b](repository/notes/README.md#there)'),
        ('[b](../absent.py)', '[b](../absent.py)'),
        ('[b](https://a.b/c)', '[b](https://a.b/c)'),
        ('`[b](../tool.py)`', '`[b](../tool.py)`'),
        ('```\n[b](../tool.py)\n```\n', '```\n[b](../tool.py)\n```\n'),
    ],
)
def test_a_link_leads_to_the_page_of_its_file(build, link, on_the_site):
    contents = {PAGE: link, 'docs/other.md': '', 'tool.py': 'x = 1\n', 'notes/README.md': ''}
    assert build(contents)['page.md'] == on_the_site


def test_a_file_becomes_a_page_of_code_and_its_own_text_stays(build):
    pages = build({PAGE: '[b](../tool.py)', 'tool.py': "x['[a](other.md)']\n", 'other.md': ''})
    assert pages['repository/tool.py.source.md'].endswith(
        "---\n# tool.py\n\n`````python\nx['[a](other.md)']\n`````\n"
    )
    assert 'repository/other.md' not in pages


def test_a_page_outside_may_link_on_and_back(build):
    pages = build(
        {
            PAGE: '[b](../notes/README.md)',
            'notes/README.md': '[c](more/deep.md) [d](../docs/page.md) [e](../LICENSE)',
            'notes/more/deep.md': 'deep',
            'LICENSE': 'MIT',
        }
    )
    assert pages['repository/notes/README.md'] == (
        '[c](more/deep.md) [d](../../page.md) [e](../LICENSE.source.md)'
    )
    assert pages['repository/notes/more/deep.md'] == 'deep'
    assert pages['repository/LICENSE.source.md'].endswith('# LICENSE\n\n`````\nMIT\n`````\n')
