# SPDX-License-Identifier: MIT
"""The layout of the dashboard in a real Chromium, in every state and size, without ROS."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser import chromium_page, console_errors, load, missing
from dashboard_states import ONE, STATES, StatesSource, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.skipif(missing() != '', reason=missing())

DESKTOP, TABLET, PHONE = (1280, 800), (820, 1180), (390, 844)
SIZES = pytest.mark.parametrize(
    'size', [DESKTOP, TABLET, PHONE], ids=['desktop', 'tablet', 'phone']
)
LANDMARKS = ('view', 'people', 'headline', 'label', 'act', 'summary', 'fused', 'speech', 'past')
TIMEOUT_MS = 30_000


class Shown:
    """The page, fed with one state after the other; a connection that ends can be simulated."""

    def __init__(self, page: 'Page', source: StatesSource, url: str) -> None:
        self.page, self._source, self._url = page, source, url

    def open(self, name: str, size: tuple[int, int], dark: bool = False) -> None:
        """Load the page in this state and wait until it is drawn."""
        self._source.play(name)
        load(self.page, self._url, *size, dark)
        self.until('now !== null && document.querySelector("#timeline text") !== null')
        self.until('document.getElementById("circumplex").childElementCount > 5')

    def change_to(self, name: str) -> None:
        """Change the state while the page is open and wait until it has been drawn twice."""
        self._source.play(name)
        self.page.evaluate('window.seen = now.now')
        self.until('now.now > window.seen + 0.2')

    def until(self, script: str) -> None:
        """Wait until an expression is true; the page's security policy forbids to do it there."""
        for _ in range(TIMEOUT_MS // 20):
            if self.page.evaluate(script):
                return
            self.page.wait_for_timeout(20)
        raise AssertionError(f'not true in time: {script}')

    def tops(self) -> dict[str, float]:
        """Return the top of every landmark, px from the top of the document."""
        where = 'document.getElementById(id).getBoundingClientRect().top + scrollY'
        found = self.page.evaluate(f'{json.dumps(LANDMARKS)}.map((id) => Math.round({where}))')
        return dict(zip(LANDMARKS, found, strict=True))

    def outside(self, of: str) -> list[str]:
        """Return the texts inside of ``of`` that reach beyond it to a side."""
        return list(
            self.page.evaluate(
                f"""(() => {{
                  const card = document.querySelector('{of}').getBoundingClientRect();
                  return [...document.querySelectorAll('{of} *')].filter((e) => {{
                    const box = e.getBoundingClientRect();
                    const isOut = box.left < card.left - 1 || box.right > card.right + 1;
                    return e.textContent && isOut;
                  }}).map((e) => e.textContent);
                }})()"""
            )
        )


@pytest.fixture(scope='module')
def shown() -> Iterator[Shown]:
    source = StatesSource()
    with served(source) as server, chromium_page() as page:
        errors = console_errors(page)
        yield Shown(page, source, server.url)
        assert [error for error in errors if 'ERR_CONNECTION' not in error] == []


@SIZES
def test_nothing_moves_when_the_state_changes(shown, size):
    tops = {}
    shown.open('happy', size)
    for name in STATES:
        shown.change_to(name)
        tops[name] = shown.tops()
        assert shown.page.evaluate('document.documentElement.scrollWidth') <= size[0]
    shown.page.click('#freeze')
    shown.until('document.getElementById("live").textContent === "❚❚ frozen"')
    tops['frozen'] = shown.tops()
    shown.page.click('#freeze')
    shown.page.evaluate('connect = () => {}; socket.close()')
    shown.until('document.body.dataset.view === "disconnected"')
    tops['disconnected'] = shown.tops()
    assert {name: top for name, top in tops.items() if top != tops['happy']} == {}
    assert shown.page.evaluate('document.documentElement.scrollWidth') <= size[0]


@pytest.mark.parametrize('size', [DESKTOP, TABLET], ids=['desktop', 'tablet'])
def test_everything_fits_on_one_screen(shown, size):
    shown.open('five_people', size)
    assert shown.page.evaluate('document.documentElement.scrollHeight') <= size[1]
    bottom = shown.page.evaluate('document.getElementById("nodes").getBoundingClientRect().bottom')
    assert bottom <= size[1]
    camera = shown.page.locator('#view').bounding_box()
    assert camera['width'] * camera['height'] > 0.14 * size[0] * size[1]


@pytest.mark.parametrize('dark', [False, True], ids=['light', 'dark'])
def test_there_is_no_obstacle_for_assistive_technology(shown, dark):
    axe = pytest.importorskip('axe_playwright_python')
    script = Path(axe.__file__).with_name('axe.min.js').read_text('utf-8')
    found = {}
    for name in ('happy', 'conflict', 'no_input', 'five_people'):
        shown.open(name, DESKTOP, dark)
        shown.page.evaluate(script)
        violations = shown.page.evaluate('axe.run()')['violations']
        found[name] = [(v['id'], [n['target'] for n in v['nodes']]) for v in violations]
    shown.page.click('#open_help')
    found['help'] = [v['id'] for v in shown.page.evaluate('axe.run()')['violations']]
    assert {name: violations for name, violations in found.items() if violations} == {}


@SIZES
def test_no_text_is_cut_off_at_a_side_and_no_labels_collide(shown, size):
    shown.open('five_people', size)
    assert shown.outside('#people') == []
    shown.open('conflict', size)
    cards = ('#timeline', '#circumplex', '#headline', '#fused', '.head', '#health', 'header')
    assert {card: texts for card in cards if (texts := shown.outside(card))} == {}
    overlaps = shown.page.evaluate(
        """(() => {
          const texts = [...document.querySelectorAll('#timeline text, #circumplex text')];
          const boxes = texts.map((t) => [t.textContent, t.getBoundingClientRect()]);
          const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5;
          return boxes.flatMap(([name, a], i) => boxes.slice(i + 1)
            .filter(([, b]) => meet(a, b)).map(([other]) => `${name} / ${other}`));
        })()"""
    )
    assert overlaps == []


def test_the_page_redraws_at_its_rate_without_moving_its_buttons(shown):
    """The button of a person is the same element after redraws, so that clicks arrive."""
    shown.open('two_people', DESKTOP)
    shown.page.evaluate('window.button = document.querySelector("#people button:last-child")')
    shown.page.evaluate('window.seen = now.now')
    shown.until('now.now > window.seen + 0.5')
    assert shown.page.evaluate(
        'window.button === document.querySelector("#people button:last-child")'
    )


def test_a_tooltip_stays_while_the_page_is_redrawn(shown):
    shown.open('happy', DESKTOP)
    box = 'document.querySelector("#timeline rect.mark.happy").getBoundingClientRect().toJSON()'
    tip = 'document.getElementById("tip")'
    is_shown = f'{tip}.textContent.startsWith("happy for") && !{tip}.hidden'
    for _ in range(TIMEOUT_MS // 20):  # the mark grows from a narrow one
        mark = shown.page.evaluate(box)
        x, y = mark['x'] + mark['width'] / 2, mark['y'] + mark['height'] / 2
        shown.page.mouse.move(x, y)
        shown.page.wait_for_timeout(20)
        if shown.page.evaluate(is_shown):
            break
    shown.until(is_shown)
    shown.page.evaluate('window.seen = now.now')
    shown.until('now.now > window.seen + 0.5')
    assert shown.page.evaluate(f'{tip}.hidden') is False
    shown.page.mouse.move(5, 5)
    shown.until(f'{tip}.hidden')


def test_a_frozen_page_says_so_and_marks_the_time(shown):
    shown.open('happy', DESKTOP)
    shown.page.keyboard.press(' ')
    shown.until('document.getElementById("live").className === "chip warn"')
    assert shown.page.locator('#banner').inner_text().startswith('Frozen')
    texts = '[...document.querySelectorAll("#timeline text")].map((t) => t.textContent)'
    assert 'frozen' in shown.page.evaluate(texts)
    shown.page.keyboard.press(' ')
    shown.until('document.querySelectorAll("#timeline .pause").length === 1')
    curve = 'document.querySelector("#rates .spark").getAttribute("aria-label")'
    assert shown.page.evaluate(curve).startswith('latency of the last 60 s: median 31 ms')


COLOUR_AT = """(([x, y]) => {
  const [width, height] = [$('faces').clientWidth, $('faces').clientHeight];
  const wide = Math.min(width, (height * 4) / 3);
  const high = wide * 0.75;
  const [left, top] = [(width - wide) / 2 + wide * x, (height - high) / 2 + high * y];
  return [...$('faces').getContext('2d').getImageData(left, top, 1, 1).data];
})"""


def test_a_paused_person_is_named_so_and_the_face_is_covered(shown):
    left, top, right, bottom = ONE[0].box
    middle = [(left + right) / 2, (top + bottom) / 2]
    shown.open('happy', DESKTOP)
    assert shown.page.evaluate(COLOUR_AT, middle) != [128, 134, 144, 255]
    shown.open('paused', DESKTOP)
    assert shown.page.locator('#label').inner_text() == 'paused'
    assert shown.page.locator('#people button').last.inner_text() == '1paused'
    assert shown.page.locator('#faces').get_attribute('aria-label') == 'face_1 paused'
    assert shown.page.evaluate(COLOUR_AT, middle) == [128, 134, 144, 255]


def test_the_last_minute_is_saved_as_csv_on_a_click(shown):
    shown.open('conflict', DESKTOP)
    shown.page.click('#open_help')
    with shown.page.expect_download() as download:
        shown.page.click('#save_csv')
    header, *rows = download.value.path().read_text('utf-8').splitlines()
    assert header.split(',')[:3] == ['"t"', '"person_id"', '"label"']
    assert rows[-1].startswith('"0.00","face_1","happy","0.93","ok","true"')
    assert len(rows) > 300
    with shown.page.expect_download() as download:
        shown.page.click('#save_picture')
    assert download.value.path().read_bytes().startswith(b'\x89PNG')


def test_the_voice_has_a_level_a_column_and_its_periods_of_speech(shown):
    shown.open('happy', DESKTOP)
    happy = 'document.querySelectorAll("#bars li")[3]'
    labels = f'[...{happy}.querySelectorAll(".of")].map((m) => m.ariaLabel)'
    assert shown.page.evaluate(labels) == ['face 93 %', 'text 93 %', 'voice 58 %']
    shown.until('document.querySelector("#voice .words").textContent === "speech"')
    level = 'document.querySelector("#voice .meter i").style.transform'
    assert shown.page.evaluate(level) not in ('', 'scaleX(0)')
    assert shown.page.evaluate('document.querySelectorAll("#timeline rect.voice").length') >= 2
    shape = 'getComputedStyle(document.querySelector("#bars .voice")).display'
    assert shown.page.evaluate(shape) != 'none'
    without = 'now.voice = null; now.state.evidence = []; document.body.className = ""; paint();'
    hidden = f'(() => {{ {without} return [$("voice").hidden, {shape}]; }})()'
    assert shown.page.evaluate(hidden) == [True, 'none']
