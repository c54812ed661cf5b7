# SPDX-License-Identifier: MIT
"""The report: everything in one file, and everything in it escaped."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from emotion_ros.bag.session import Session, Snapshot
from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.core.observations import SentimentResult
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.web.report_page import clock, percent, render_report, shares

EVIL = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&'
HAPPY = EmotionState(
    0.0,
    Status.OK,
    Reason.NONE,
    person_id='face_1',
    emotion=Emotion.HAPPY,
    confidence=0.9,
    summary='Vision: Happy (94%)',
)


class Page(HTMLParser):
    """The elements of a page, and what is inside of the scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ''
        self._inside = ''
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == 'script':
            self.scripts.append('')

    def handle_endtag(self, tag):
        self._inside = ''

    def handle_data(self, data):
        if self._inside == 'script':
            self.scripts[-1] += data
        else:
            self.text += f' {data}'

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def session(**changes) -> Session:
    session = Session('walk', 'as recorded on the robot', duration_s=10.0)
    for name, value in changes.items():
        setattr(session, name, value)
    return session


def evil_session() -> Session:
    made = session(title=EVIL, source=EVIL)
    evil = replace(HAPPY, person_id=EVIL, summary=EVIL)
    made.add_states([evil], 1.0)
    made.add_states([evil, replace(HAPPY, person_id=EVIL + '2')], 2.0)
    made.transcript.add_words(EVIL, 2.0)
    made.transcript.add_sentiment(SentimentResult(Sentiment.NEGATIVE, 0.8, EVIL), 2.0)
    made.rejects[EVIL, EVIL] = 3
    made.qualities[EVIL] = [0.5]
    made.snapshots.append(Snapshot(1.0, EVIL, b'\xff\xd8\xff'))
    return made


def test_a_session_without_anything_is_a_report_that_says_so():
    page = Page(render_report(session()))
    for words in ('walk', 'There are no states.', 'everything was used', 'no faces are recorded'):
        assert words in page.text
    assert len(page.all('svg')) == 2


def test_what_happened_and_what_was_said_is_in_the_tables():
    made = session()
    made.add_states([HAPPY], 1.0)
    made.add_states([HAPPY], 2.0)
    made.add_states([EmotionState(0.0, Status.NO_PERSON, Reason.NO_PERSON)], 3.0)
    made.transcript.add_sentiment(SentimentResult(Sentiment.POSITIVE, 0.9), 4.0)
    made.transcript.add_words('hello', 1.0)
    made.latencies_s += [0.01, 0.02, 0.03]
    text = ' '.join(Page(render_report(made)).text.split())
    assert '0:01.0 onset face_1 happy 90 % Vision: Happy (94%)' in text
    assert '0:03.0 lost face_1' in text
    assert text.index('“hello”') < text.index('(text not recorded)')
    assert 'latency, median 20 ms' in text


def test_nothing_is_fetched_from_anywhere():
    html = render_report(evil_session())
    page = Page(html)
    assert page.all('link') == []
    sources = [a.get('src') or '' for tag in ('img', 'script') for a in page.all(tag)]
    assert all(not source or source.startswith('data:') for source in sources)
    assert 'http:' not in html.replace('http://www.w3.org/2000/svg', '')
    assert 'https:' not in html


def test_what_comes_from_messages_is_text_everywhere():
    page = Page(render_report(evil_session()))
    assert [a.get('type') for a in page.all('script')] == ['application/json', None]
    assert [a['alt'] for a in page.all('img')] == ['the camera at 0:01.0']
    assert page.text.count(EVIL) >= 6
    attributes = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in attributes if name.startswith('on')}
    data = json.loads(page.scripts[0])
    assert data['tracks'][EVIL][0]['person_id'] == EVIL


def test_only_our_script_may_run():
    html = render_report(evil_session())
    script = Page(html).scripts[1]
    [allowed] = re.findall(r"script-src 'sha256-([^']+)'", html)
    assert allowed == base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert "default-src 'none'" in html


@pytest.mark.parametrize(
    ('labels', 'expected'),
    [
        ('', []),
        ('a', []),
        ('aab', [('a', 1.0)]),
        ('aabbb', [('a', 0.5), ('b', 0.5)]),
    ],
)
def test_shares_are_of_the_time(labels, expected):
    samples = [{'t': float(t), 'label': label} for t, label in enumerate(labels)]
    assert shares(samples) == expected


@pytest.mark.parametrize(
    ('seconds', 'words'),
    [(0.0, '0:00.0'), (-1.0, '0:00.0'), (59.96, '1:00.0'), (65.3, '1:05.3'), (3600.0, '60:00.0')],
)
def test_times_are_minutes_and_seconds(seconds, words):
    assert clock(seconds) == words


@pytest.mark.parametrize(('share', 'words'), [(None, '–'), (float('nan'), '–'), (0.934, '93 %')])
def test_shares_are_percent(share, words):
    assert percent(share) == words
