# SPDX-License-Identifier: MIT
"""Makes the site's links to files outside docs/ work: a page is added for every such file.

So a page can link to ``../examples/fake_posture.py``, which is right in a checkout and
on the site.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

DOCS, FOLDER = 'docs', 'repository'
# Code is matched first, so that what looks like a link in it is left alone.
LINK = re.compile(
    r'^(?P<fence>`{3,}).*?^(?P=fence)|`[^`\n]+`|(?P<open>\]\()(?P<path>[^)#\s]+)', re.M | re.S
)
NOT_SEARCHED = '---\nsearch: {exclude: true}\n---\n'
LANGUAGES = {'.py': 'python', '.yaml': 'yaml', '.yml': 'yaml', '.json': 'json', '.xml': 'xml'}


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add a page for every file outside docs/ that a page links to, directly or through others."""
    root = Path(config.config_file_path).parent
    waiting = [page.src_uri for page in files.documentation_pages()]
    while waiting:
        for path in linked(repository_path(waiting.pop()), root):
            uri = site_uri(path)
            if not files.get_file_from_path(uri):
                files.append(File.generated(config, uri, content=as_page(root / path)))
                waiting += [uri] if path.endswith('.md') else []
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point the links of a page to the pages of the site."""
    here = page.file.src_uri
    if not repository_path(here).endswith('.md'):
        return markdown
    root = Path(config.config_file_path).parent

    def replaced(match: re.Match[str]) -> str:
        path = resolved(match, repository_path(here), root)
        known = path and files.get_file_from_path(site_uri(path))
        return f']({relpath(site_uri(path), dirname(here) or ".")}' if known else match[0]

    return LINK.sub(replaced, markdown)


def linked(path: str, root: Path) -> list[str]:
    """Return the files outside docs/ that a Markdown file of the repository links to."""
    text = (root / path).read_text(encoding='utf-8')
    found = [resolved(match, path, root) for match in LINK.finditer(text)]
    return [path for path in found if path and not path.startswith(f'{DOCS}/')]


def resolved(match: re.Match[str], page: str, root: Path) -> str:
    """Return the file of the repository that a link means; '' when it means no such file."""
    if not match['path']:
        return ''
    path = normpath(join(dirname(page), match['path']))
    return path if os.path.isfile(root / path) else ''


def repository_path(uri: str) -> str:
    """Return where a page of the site comes from."""
    if uri.startswith(f'{FOLDER}/'):
        path = uri.removeprefix(f'{FOLDER}/')
        return path.removesuffix('.source.md')
    return f'{DOCS}/{uri}'


def site_uri(path: str) -> str:
    """Return the page that a file of the repository becomes."""
    if path.startswith(f'{DOCS}/'):
        return path.removeprefix(f'{DOCS}/')
    return f'{FOLDER}/{path}' if path.endswith('.md') else f'{FOLDER}/{path}.source.md'


def as_page(path: Path) -> str:
    """Return a file as Markdown: as text, or as the code it is, which no search finds."""
    text = path.read_text(encoding='utf-8')
    if path.suffix == '.md':
        return text
    if path.suffix == '.rst':
        return rst_as_markdown(text)
    code = f'`````{LANGUAGES.get(path.suffix, "")}\n{text.rstrip()}\n`````\n'
    return f'{NOT_SEARCHED}# {path.name}\n\n{code}'


def rst_as_markdown(text: str) -> str:
    """Return a changelog in the form of bloom as Markdown: its titles and literals differ."""
    text = re.sub(r'^\^+\n(.+)\n\^+$', r'# \1', text, flags=re.M)
    text = re.sub(r'^(.+)\n-{3,}$', r'## \1', text, flags=re.M)
    return text.replace('``', '`')
