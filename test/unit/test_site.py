# SPDX-License-Identifier: MIT
"""The site of the docs builds without a warning, and needs nothing from elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from browser import chromium_page, missing

pytest.importorskip('material')

ROOT = Path(__file__).parents[2]
ASSET = re.compile(
    r'<(?:script|img|iframe|link rel="(?:stylesheet|icon|preconnect)")[^>]*="(http[^"]+)'
)
FETCHED = re.compile(r'(?:url\(|@import )["\']?(http[^"\')]+)')


@pytest.fixture(scope='module')
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('site')
    command = [sys.executable, '-m', 'mkdocs', 'build', '--strict', '--site-dir']
    done = subprocess.run([*command, str(folder)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_nothing_is_fetched_from_elsewhere(site):
    pages = [path.read_text(encoding='utf-8') for path in site.rglob('*.html')]
    styles = [
        p.read_text(encoding='utf-8') for kind in ('css', 'svg') for p in site.rglob(f'*.{kind}')
    ]
    assert len(pages) > 20
    assert [asset for page in pages for asset in ASSET.findall(page)] == []
    assert [asset for text in (*pages, *styles) for asset in FETCHED.findall(text)] == []


def test_a_source_file_has_its_page(site):
    page = (site / 'repository' / 'examples' / 'fake_posture.py.source.html').read_text()
    assert 'FakePosture' in page


def test_a_list_of_promises_goes_on_with_its_number(site):
    assert '<ol start="8">' in (site / 'promises.html').read_text(encoding='utf-8')


def test_the_changelog_is_a_page_with_headings(site):
    page = (site / 'repository' / 'CHANGELOG.rst.source.html').read_text(encoding='utf-8')
    assert re.search(r'<h2[^>]*>0\.1\.0', page)


def test_a_site_on_disk_has_its_search_index_and_worker(site):
    index = site / 'search' / 'search_index.js'
    assert index.read_text(encoding='utf-8').startswith('var __index')
    assert (site / 'javascripts' / 'iframe-worker.js').is_file()
    assert 'src="javascripts/iframe-worker.js"' in (site / 'index.html').read_text('utf-8')


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_a_site_on_disk_can_be_searched_without_a_server(site):
    with chromium_page() as page:
        page.goto((site / 'index.html').as_uri())
        page.click('.md-search__input')
        page.keyboard.type('uninstall')
        page.wait_for_selector('.md-search-result__link[href*="install.html"]', state='attached')
