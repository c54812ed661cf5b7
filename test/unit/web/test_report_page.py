# SPDX-License-Identifier: MIT
"""The report: everything in one file without a script, and everything in it escaped."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from browser import chromium_page, load, missing
from emotion_ros.bag.session import Session, Snapshot, VoiceResult
from emotion_ros.core.emotions import EMOTIONS, Emotion, Sentiment
from emotion_ros.core.observations import SentimentResult
from emotion_ros.core.people.behaviour_reactions import (
    BehaviourObserver,
    ObservedReaction,
    begun_behaviours,
)
from emotion_ros.core.people.reaction import Reaction, Verdict
from emotion_ros.core.state import EmotionState, Reason, Status
from emotion_ros.view.palette import LIGHT
from emotion_ros.web.report_page import (
    MOST_CHARTS,
    MOST_EVENTS,
    clock,
    percent,
    render_report,
    signed,
    utc,
)

START_NS = 1_700_000_000_250_000_000
EVIL = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&'
HAPPY = EmotionState(
    0.0,
    Status.OK,
    Reason.NONE,
    person_id='face_1',
    emotion=Emotion.HAPPY,
    confidence=0.9,
    valence=0.6,
    arousal=0.3,
    summary='Vision: Happy (94%)',
)
NOBODY = EmotionState(0.0, Status.NO_PERSON, Reason.NO_PERSON)


class Page(HTMLParser):
    """The elements of a page and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ''
        self._inside = ''
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag):
        self._inside = ''

    def handle_data(self, data):
        if self._inside != 'style':
            self.text += f' {data}'

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def session(**changes) -> Session:
    session = Session('walk', START_NS, duration_s=10.0)
    for name, value in changes.items():
        setattr(session, name, value)
    return session


def render(made: Session) -> str:
    return render_report(made, 'emotion-ros report walk', '1.2.3')


def words_of(made: Session) -> str:
    return ' '.join(Page(render(made)).text.split())


def evil_session() -> Session:
    made = session(title=EVIL, provenance={EVIL: EVIL})
    made.behaviours = BehaviourObserver(
        2.0, began=begun_behaviours([(1.0, EVIL), (1.5, EVIL + '2')], [])
    )
    evil = replace(HAPPY, person_id=EVIL, summary=EVIL)
    made.add_states([evil], 1.0)
    made.add_states([evil, replace(HAPPY, person_id=EVIL + '2')], 2.0)
    made.transcript.add_words(EVIL, 2.0)
    made.transcript.add_sentiment(SentimentResult(Sentiment.NEGATIVE, 0.8, EVIL), 2.0)
    made.rejects[EVIL, EVIL] = 3
    made.snapshots.append(Snapshot(1.0, (made.events[0],), b'\xff\xd8\xff'))
    return made


def people_session(people: int, each_s: float, repeats: int = 1) -> Session:
    """Return a session in which people come one after the other, each with changing emotions."""
    made = session(duration_s=people * each_s)
    for number in range(people):
        for step in range(repeats + 1):
            emotion = Emotion((number + step) % len(EMOTIONS))
            reason = Reason.DWELL if step % 3 else Reason.NONE
            state = replace(HAPPY, person_id=f'face_{number}', emotion=emotion, reason=reason)
            made.add_states([state], (number + 0.9 * step / repeats) * each_s)
    return made


def test_a_session_without_anything_is_a_report_that_says_so():
    page = Page(render(session()))
    for words in ('walk', 'There are no states.', 'There are no events.', 'None are recorded.'):
        assert words in page.text
    assert page.all('svg') == []


def test_what_happened_and_what_was_said_is_in_the_tables():
    made = session()
    made.add_states([HAPPY], 1.0)
    made.add_states([HAPPY], 2.0)
    made.add_states([NOBODY], 3.0)
    made.transcript.add_sentiment(SentimentResult(Sentiment.POSITIVE, 0.9), 4.0)
    made.transcript.add_words('hello', 1.0)
    made.latencies_s += [0.01, 0.02, 0.03]
    text = words_of(made)
    assert '0:01.0 22:13:21 onset face_1 happy 90 % 1.0 s Vision: Happy (94%)' in text
    assert '0:03.0 22:13:23 lost face_1' in text
    assert text.index('“hello”') < text.index('(text not recorded)')
    assert 'latency, median 20 ms' in text


def reacted(name: str, changes: list[float]) -> list[ObservedReaction]:
    return [
        ObservedReaction(name, 'face_1', 2.0, Reaction(Verdict.BETTER, 0.8, change_valence=change))
        for change in changes
    ]


def test_behaviours_are_compared():
    observer = BehaviourObserver(5.0)
    made = session(behaviours=observer)
    assert 'No behaviour began.' in words_of(made)
    observer.observed += reacted('joke', [0.1, 0.2, 0.3, 0.4, 0.5]) + reacted('bow', [0.1])
    text = words_of(made)
    assert 'joke 5 5 0 0 0 +0.30 +0.10 to +0.50' in text
    assert 'bow 1 1 0 0 0 +0.10 too few' in text
    assert 'Too few to compare: two behaviours need 5 verdicts each.' in text
    observer.observed += reacted('song', [0.0, 0.1, 0.0, 0.1, 0.0, 0.1])
    text = words_of(made)
    assert 'joke song 5, 6 +0.25 +0.06 to +0.44' in text
    assert 'Too few' not in text
    assert '0:02.0 joke face_1 better +0.10' in text
    assert 'Reactions' not in words_of(session())


def test_the_voice_is_a_row_of_the_timeline():
    voices = [VoiceResult(2.0, 'face_1', Emotion.ANGRY, 0.62)]
    made = session(voices=voices)
    made.add_states([HAPPY], 1.0)
    html = render(made)
    assert 'title="0:02.0 voice: angry 62 %"' in html
    assert re.search(r'<dt>voice results</dt>\s*<dd>1</dd>', html)
    assert 'voice results' not in render(session())


def test_a_person_is_a_row_of_the_table():
    made = session()
    for second in range(4):
        emotion = Emotion.SAD if second == 3 else Emotion.HAPPY
        made.add_states([replace(HAPPY, emotion=emotion, conflict=second == 1)], float(second))
    made.qualities['face_1'] = [0.5, 0.7]
    row = 'face_1 0:03.0 0:00.0 happy 100 % sad 0 % +0.60 +0.30 1 0 2, 60 %'
    assert row in words_of(made)


@pytest.mark.parametrize(
    ('is_replay', 'words'),
    [(False, 'States recorded on the robot'), (True, 'States computed by a replay')],
)
def test_the_title_says_where_the_states_are_from(is_replay, words):
    made = session(is_replay=is_replay, provenance={'face model': 'a.onnx 1, sha256 123'})
    text = words_of(made)
    assert words in text
    assert 'Time 0:00.0 is 2023-11-14 22:13:20.250 UTC, Unix time 1700000000.250 s' in text
    for given in ('emotion_ros 1.2.3', 'emotion-ros report walk', 'face model a.onnx 1'):
        assert given in text


def test_rejected_inputs_are_so_many_of_how_many():
    made = session(received={'vision_node': 12, 'sentiment_node': 3})
    made.rejects['vision_node', 'stale'] = 5
    made.rejects['/emotion_state', 'bad_value'] = 1
    text = words_of(made)
    assert 'vision_node 12 received 5 of 12 stale' in text
    assert 'sentiment_node 3 received none' in text
    assert '/emotion_state – 1 bad value' in text


def test_every_link_leads_to_a_place_on_the_page():
    made = people_session(30, 4.0)
    made.snapshots.append(Snapshot(1.0, tuple(made.events[:2]), b''))
    page = Page(render(made))
    places = [a['id'] for _, a in page.elements if 'id' in a]
    links = [a['href'].removeprefix('#') for a in page.all('a')]
    assert len(places) == len(set(places))
    assert set(links) <= set(places)
    markers = [a for a in page.all('a') if a.get('id', '').startswith('m')]
    assert len(markers) == len(made.events)
    assert {'i0', 'e0', 'm0', 'p0'} <= set(links)


@pytest.mark.parametrize(('each_s', 'is_folded'), [(4.0, True), (40.0, False)])
def test_charts_of_people_who_were_there_for_a_moment_are_folded(each_s, is_folded):
    html = render(people_session(3, each_s, repeats=20))
    assert ('3 people in view for 10 s or less' in html) == is_folded


def test_one_person_is_the_person_in_focus():
    assert 'Each person over time' not in render(people_session(1, 60.0))


def test_hours_with_hundreds_of_people_stay_small():
    made = people_session(12, each_s=800.0, repeats=400)
    for number in range(12, 400):
        for second in range(2):
            made.add_states([replace(HAPPY, person_id=f'face_{number}')], number * 60.0 + second)
    made.duration_s = 8 * 3600.0
    for number in range(2000):
        made.transcript.add_words('so many words ' * 100, number * 14.4)
    html = render(made)
    assert len(html) < 2_000_000
    text = ' '.join(Page(html).text.split())
    assert '100 further people were each in view for' in text
    assert f'{MOST_EVENTS} of {len(made.events)}' in text
    assert 'The first 1000 of 2000 utterances.' in text
    assert f'The {MOST_CHARTS} people who were longest in view.' in text


def test_all_conflicts_are_among_the_events_that_are_kept():
    made = people_session(1, 4000.0, repeats=MOST_EVENTS + 50)
    conflict = replace(HAPPY, person_id='face_0', conflict=True)
    for at_s in (4001.0, 4002.0):
        made.add_states([conflict], at_s)
    assert words_of(made).count('conflict face_0') == 1


def test_nothing_is_fetched_from_anywhere_and_no_script_runs():
    html = render(evil_session())
    page = Page(html)
    assert page.all('link') == page.all('script') == []
    assert all(a['src'].startswith('data:') for a in page.all('img'))
    assert re.findall(r'https?:|url\(|@import', html) == []
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html


def test_what_comes_from_messages_is_text_everywhere():
    page = Page(render(evil_session()))
    assert [a['alt'] for a in page.all('img')] == ['the camera at 0:01.0']
    assert page.text.count(EVIL) >= 6
    attributes = {name for _, attributes in page.elements for name in attributes}
    assert not {name for name in attributes if name.startswith('on')}


def test_paper_has_the_light_colours():
    paper = render(session()).split('@media print {')[-1]
    assert f'--happy: {LIGHT["happy"]};' in paper


@pytest.mark.skipif(missing() != '', reason=missing())
def test_paper_has_what_is_folded_on_the_screen(tmp_path):
    path = tmp_path / 'report.html'
    path.write_text(render(people_session(8, 20.0, 8)), encoding='utf-8')
    folded = '[...document.querySelectorAll("details:not([open]) table")]'
    with chromium_page() as page:
        load(page, path.as_uri())
        shown = f'{folded}.map((table) => table.checkVisibility())'
        assert set(page.evaluate(shown)) == {False}
        page.emulate_media(media='print')
        assert set(page.evaluate(shown)) == {True}


@pytest.mark.parametrize(
    ('seconds', 'words'),
    [
        (0.0, '0:00.0'),
        (-1.0, '0:00.0'),
        (59.96, '1:00.0'),
        (65.3, '1:05.3'),
        (3599.96, '1:00:00.0'),
        (8 * 3600 + 61, '8:01:01.0'),
    ],
)
def test_times_are_minutes_and_seconds(seconds, words):
    assert clock(seconds) == words


def test_moments_are_also_times_of_day():
    assert utc(START_NS, 60.5) == '2023-11-14 22:14:20.750'


@pytest.mark.parametrize(('share', 'words'), [(None, '–'), (float('nan'), '–'), (0.934, '93 %')])
def test_shares_are_percent(share, words):
    assert percent(share) == words


@pytest.mark.parametrize(
    ('value', 'words'), [(float('nan'), '–'), (-0.5, '-0.50'), (0.0, '+0.00')]
)
def test_valence_has_a_sign(value, words):
    assert signed(value) == words
