# SPDX-License-Identifier: MIT
"""A page in the system's Chromium, through Playwright: for the screenshots and the tests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which('chromium')
ARGUMENTS = (
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
)


def missing() -> str:
    """Return what is not installed; '' when a page can be opened."""
    if CHROMIUM is None:
        return 'there is no chromium on PATH'
    return '' if find_spec('playwright') else 'the Python package playwright is not installed'


@contextmanager
def chromium_page() -> Iterator['Page']:
    """Open a headless Chromium with one page; RuntimeError when something is missing."""
    if reason := missing():
        raise RuntimeError(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser.new_page()
        finally:
            browser.close()


def load(page: 'Page', url: str, width: int = 1024, height: int = 768, dark: bool = False) -> None:
    """Load ``url`` in a window of this size (CSS px), in the light or the dark colour scheme."""
    page.set_viewport_size({'width': width, 'height': height})
    page.emulate_media(color_scheme='dark' if dark else 'light')
    page.goto(url)


def console_errors(page: 'Page') -> list[str]:
    """Return a list that grows with the uncaught exceptions and console errors of a page."""
    errors: list[str] = []
    page.on('pageerror', lambda error: errors.append(str(error)))
    page.on('console', lambda msg: errors.append(msg.text) if msg.type == 'error' else None)
    return errors
