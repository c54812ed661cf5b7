# SPDX-License-Identifier: MIT
"""Transcripts as other programs write them: utterances, times and speakers, nothing else."""

import json
import math

import pytest

from emotion_ros.errors import ConfigError
from emotion_ros.perception.text.transcript.line import Line
from emotion_ros.perception.text.transcript.read import read_transcript

GLAD, BAD = 'I am so happy today!', 'This is terrible, I hate it.'
TIMED = [Line(GLAD, 0.0, 2.5), Line(BAD, 2.5, 4.0)]
SPOKEN = [Line(GLAD, 0.0, 2.5, 'A'), Line(BAD, 2.5, 4.0, 'B')]
UNTIMED = [Line(GLAD), Line(BAD)]
CHAT = [Line(GLAD, speaker='Anna Smith'), Line(BAD, speaker='Ben')]
ASS = r"""[Script Info]
Title: talk

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, Text
Dialogue: 0,0:00:00.00,0:00:02.50,Default,A,{\i1}I am so happy today!{\i0}
Dialogue: 0,0:00:02.50,0:00:04.00,Default,B,This is terrible,\NI hate it.
"""
VTT = """WEBVTT - talk
Kind: captions

NOTE made by a program

STYLE
::cue { color: red }

1
00:00.000 --> 00:02.500 align:start position:0%
<v A>I am so <i>happy</i> today!</v>

NOTE between

second
00:02.500 --> 00:04.000
<v B>This is <00:02.800><c.x>terrible</c>,
I hate it.
"""
YOUTUBE = """WEBVTT
Kind: captions

00:00:00.000 --> 00:00:02.490 align:start

I<00:00:00.200><c> am</c><00:00:00.400><c> so</c><00:00:00.600><c> happy</c>

00:00:02.490 --> 00:00:02.500 align:start
I am so happy

00:00:02.500 --> 00:00:04.000 align:start
I am so happy
to<00:00:02.600><c> see</c><00:00:03.600><c> you</c>
"""
TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

item []:
    item [1]:
        class = "IntervalTier"
        name = "A"
        intervals [1]:
            xmin = 0
            xmax = 2.5
            text = "I am so happy today!"
        intervals [2]:
            xmin = 2.5
            xmax = 4
            text = ""
    item [2]:
        class = "IntervalTier"
        name = "B"
        intervals [1]:
            xmin = 2.5
            xmax = 4
            text = "This is terrible, I hate it."
"""
EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT><TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="0"/><TIME_SLOT TIME_SLOT_ID="t2" TIME_VALUE="2500"/>
<TIME_SLOT TIME_SLOT_ID="t3" TIME_VALUE="4000"/></TIME_ORDER>
<TIER TIER_ID="x" PARTICIPANT="B"><ANNOTATION>
<ALIGNABLE_ANNOTATION TIME_SLOT_REF1="t2" TIME_SLOT_REF2="t3">
<ANNOTATION_VALUE>This is terrible, I hate it.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>
</ANNOTATION></TIER><TIER TIER_ID="A"><ANNOTATION>
<ALIGNABLE_ANNOTATION TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t2">
<ANNOTATION_VALUE>I am so happy today!</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>
</ANNOTATION></TIER></ANNOTATION_DOCUMENT>
"""
WHATSAPP = """12/31/21, 9:41 PM - Messages are end-to-end encrypted.
12/31/21, 9:41\u202fPM - Anna Smith: I am so happy today!
12/31/21, 9:42 PM - Ben: <Media omitted>
12/31/21, 9:42 PM - Ben: This is terrible,
I hate it.
"""
WHATSAPP_IOS = """\u200e[31.12.21, 21:41:03] Anna Smith: \u200eMessages are end-to-end encrypted.
[31.12.21, 21:41:05] Anna Smith: I am so happy today!
\u200e[31.12.21, 21:42:05] Ben: \u200eimage omitted
[31.12.21, 21:42:07] Ben: This is terrible, I hate it.
"""
ZOOM_CHAT = """21:41:05\t From  Anna Smith : I am so happy today!
21:42:05\t From  Ben to  Anna Smith(Direct Message) : This is terrible, I hate it.
"""
ZOOM_VTT = """WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.500\nA: I am so happy today!\n
2\n00:00:02.500 --> 00:00:04.000\nB: This is terrible, I hate it.\n"""
ZOOM_NEW = """21:41:05 From Anna Smith to Everyone:
\tI am so happy today!
21:42:05 From Ben to Anna Smith(Direct Message):
\tThis is terrible,
\tI hate it.
"""
ZOOM_CLOUD = f'00:00:00\tA:\t{GLAD}\n00:00:02\tB:\tThis is terrible,\nI hate it.\n'
SENTENCES = [
    ['See you at 10:30'],
    ["Let's meet at 10:30", 'I am so happy', 'That makes me angry'],
    ['See you at 10:30', 'I am so happy', 'Lunch until 12:00', 'I hate it'],
    ['Monday  10:30', 'I am so happy', 'Tuesday  9:30', 'I hate it'],
    ['Monday  10:30', 'Tuesday  11:30', 'I hate it'],
    ['We should all meet again  10:30', 'I am so happy', 'See you then  12:00', 'I hate it'],
    ['Monday  10:30', 'I am so happy'],
    ['12/11/2021 10:30 - Notes: I was there', 'I am so happy', 'I hate it'],
    ['12/11/2021 10:30 - I felt: happy', '12/12/2021 10:30 - sad', '13/11/2021 9:00 - bad'],
    ['10:15:03 From here on: I am so happy', 'I hate it'],
    ['10:15:03 From A: yes', '10:15:05 From B: no', *['I hate it'] * 9],
    ['Well, text', 'I am so happy', 'I hate this, you know'],
    ['text, text', 'I am so happy', 'I hate this'],
]
TABLES = [
    f',text,label\n0,"{GLAD}",joy\n1,"{BAD}",anger\n',
    f'Unnamed: 0,text,label\n0,"{GLAD}",joy\n1,"{BAD}",anger\n',
    f'text\n{GLAD}\n"{BAD}"\n',
    f'Text\n{GLAD}\n{BAD}\n',
    f'sep=;\ntext;label\n{GLAD};joy\n{BAD};anger\n',
    f'sep=,\ntext\n{GLAD}\n"{BAD}"\n',
]
TIMED_TABLES = [
    f'start\tend\ttext\n0.0\t2.5\t{GLAD}\n2.5\t4.0\t{BAD}\n',
    f'id\tstart\tend\ttext\n1\t0\t2.5\t{GLAD}\n2\t2.5\t4\t{BAD}\n',
    f'start;end;text\n0,0;2,5;{GLAD}\n2,5;4;{BAD}\n',
    f'start,end,text\n00:00:00.000,00:00:02.500,{GLAD}\n0:02.5,0:04,"{BAD}"\n',
    f'start,end,text\n0,2500,"{GLAD}"\n2500,4000,"{BAD}"\n',  # of whisper.cpp
]
OTTER = """A  0:00\nI am so happy today!\n\nB  0:02\nThis is terrible, I hate it.\n
Transcribed by https://otter.ai\n"""


def rows(scale: float, start: str = 'start', end: str = 'end', text: str = 'text') -> list[object]:
    """Return both utterances as objects of JSON."""
    return [{start: line.at_s * scale, end: line.to_s * scale, text: line.text} for line in TIMED]


def heard(*alternatives: str, key: str = 'transcript') -> list[object]:
    """Return alternatives as recognisers list them."""
    return [{key: text, 'confidence': 0.9} for text in alternatives]


@pytest.mark.parametrize(
    ('text', 'lines'),
    [
        pytest.param(f'{GLAD}\n\n {BAD}\n', UNTIMED, id='a line each'),
        pytest.param('text, and more text\n', [Line('text, and more text')], id='a comma'),
        pytest.param(
            f'1\n00:00:00,000 --> 00:00:02,500\n<i>{GLAD}</i>\n\n'
            '2\n00:00:02,500 --> 00:00:04,000\nThis is terrible,\nI hate it.\n\n',
            TIMED,
            id='SRT',
        ),
        pytest.param(VTT, SPOKEN, id='WebVTT'),
        pytest.param(ZOOM_VTT, SPOKEN, id='names in WebVTT, Zoom'),
        pytest.param(
            YOUTUBE,
            [Line('I am so happy', 0.0, 2.49), Line('to see you', 2.5, 4.0)],
            id='automatic captions of YouTube',
        ),
        pytest.param(ASS, SPOKEN, id='ASS'),
        pytest.param(TEXTGRID, SPOKEN, id='Praat'),
        pytest.param(EAF, SPOKEN, id='ELAN'),
        pytest.param(OTTER, [Line(GLAD, 0.0, None, 'A'), Line(BAD, 2.0, None, 'B')], id='Otter'),
        pytest.param(WHATSAPP, CHAT, id='WhatsApp, Android'),
        pytest.param(WHATSAPP_IOS, CHAT, id='WhatsApp, iOS'),
        pytest.param(ZOOM_CHAT, CHAT, id='chat of Zoom'),
        pytest.param(ZOOM_NEW, CHAT, id='chat of Zoom, messages below'),
        pytest.param('\n'.join(ZOOM_NEW.split('\n')[:2]), CHAT[:1], id='one message of Zoom'),
        pytest.param(
            ZOOM_CLOUD, [Line(GLAD, 0.0, None, 'A'), Line(BAD, 2.0, None, 'B')], id='Zoom, cloud'
        ),
        *(pytest.param('\n'.join(rows), [*map(Line, rows)], id=rows[0]) for rows in SENTENCES),
        *(pytest.param(text, UNTIMED, id=text.partition('"')[0]) for text in TABLES),
        *(pytest.param(text, TIMED, id=text.partition('I')[0]) for text in TIMED_TABLES),
        pytest.param(
            f'start\tend\ttext\n0\t2500\t"Yes\n2500\t4000\t{BAD}\n',
            [Line('"Yes', 0.0, 2.5), TIMED[1]],
            id='a quote in a table of Whisper',
        ),
        pytest.param(
            '1\n00:00:00,000 --> 00:00:02,500\nRemember: be happy\n',
            [Line('Remember: be happy', 0.0, 2.5)],
            id='one cue with a colon',
        ),
        pytest.param(
            '[2021-12-31 21:41] <anna> hi', [Line('[2021-12-31 21:41] <anna> hi')], id='IRC'
        ),
        pytest.param(f'start\tend\ttext\n0\t2500\t{GLAD}\n2500\t4000\t{BAD}\n', TIMED, id='tsv'),
        pytest.param(f'id,Text\n1,"{GLAD}"\n2,"{BAD}"\n', UNTIMED, id='CSV'),
        pytest.param(
            f'{{"text": "{GLAD}"}}\n{{"partial": "{BAD}"}}\n',
            [Line(f'{{"text": "{GLAD}"}}'), Line(f'{{"partial": "{BAD}"}}')],
            id='JSON of a live recogniser, line by line',
        ),
    ],
)
def test_utterances_of_text(text: str, lines: list[Line]) -> None:
    assert list(read_transcript(text, 'f').lines) == lines


@pytest.mark.parametrize(
    ('root', 'lines'),
    [
        pytest.param({'text': 'all', 'segments': rows(1)}, TIMED, id='Whisper'),
        pytest.param(
            {'transcription': [{'offsets': {'from': 0, 'to': 2500}, 'text': f' {GLAD}'}]},
            TIMED[:1],
            id='whisper.cpp',
        ),
        pytest.param(
            {'chunks': [{'timestamp': [0.0, 2.5], 'text': GLAD}]}, TIMED[:1], id='Hugging Face'
        ),
        pytest.param({'text': 'all', 'utterances': rows(1000)}, TIMED, id='AssemblyAI'),
        pytest.param(
            {'results': {'channels': [], 'utterances': rows(1, text='transcript')}},
            TIMED,
            id='Deepgram',
        ),
        pytest.param(
            {'results': {'channels': [{'alternatives': heard(GLAD, 'a')}]}},
            UNTIMED[:1],
            id='Deepgram without utterances',
        ),
        pytest.param(
            {'results': [{'alternatives': heard(GLAD, 'a')}, {'alternatives': heard(BAD)}]},
            UNTIMED,
            id='Google',
        ),
        pytest.param(
            {'results': {'audio_segments': rows(1, 'start_time', 'end_time', 'transcript')}},
            TIMED,
            id='Amazon',
        ),
        pytest.param(
            {
                'recognizedPhrases': [
                    {
                        **{'offsetInTicks': 0.0, 'durationInTicks': 2.5e7},
                        'nBest': heard(GLAD, key='display'),
                    }
                ]
            },
            TIMED[:1],
            id='Azure',
        ),
        pytest.param([{'id': 1, 'data': {'text': GLAD}}, {'text': BAD}], UNTIMED, id='rows'),
        pytest.param([GLAD, BAD], UNTIMED, id='texts'),
        pytest.param(
            [{'start': 'NaN', 'text': GLAD}, {'start': math.nan, 'text': BAD}],
            UNTIMED,
            id='times that are missing in pandas',
        ),
    ],
)
@pytest.mark.parametrize('indent', [None, 2])
def test_utterances_of_json(root: object, lines: list[Line], indent: int | None) -> None:
    read = read_transcript(json.dumps(root, indent=indent), 'f').lines
    assert [line.text for line in read] == [line.text for line in lines]
    assert [line.at_s for line in read] == [line.at_s for line in lines]
    assert [line.to_s for line in read] == [line.to_s for line in lines]


def test_a_text_of_several_lines_is_one_result() -> None:
    text = json.dumps({'text': GLAD, 'language': 'en'}, indent=2)
    assert list(read_transcript(text, 'f').lines) == UNTIMED[:1]


def test_messages_without_words_are_counted() -> None:
    assert read_transcript(WHATSAPP, 'f').left_out == 2
    assert read_transcript(WHATSAPP_IOS, 'f').left_out == 2


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('{\n"jobs": []\n}', 'f: is JSON without a text that is understood'),
        ('<?xml version="1.0"?>\n<tt/>', 'f: is XML, but not of ELAN'),
        ('<?xml version="1.0"?>\n<ANNOTATION_DOCUMENT>', 'f: is damaged XML'),
        ('File type = "ooTextFile"\n"TextGrid"\n', 'f: is TextGrid without a text'),
        (TEXTGRID.replace('xmin = 0', 'xmin = 0..5'), "f: xmin '0..5' or xmax '2.5' is no number"),
        (EAF.replace('"2500"', '"2.5"'), "f: TIME_VALUE '2.5' is no whole number (ms)"),
        ('{"transcription":[{"text":"a","offsets":[0,100]}]}', 'f: is JSON of an unknown shape'),
        (f'id,text\n1,{BAD}\n2,{BAD}\n', 'f: line 2: 3 cells for 2 columns'),
    ],
)
def test_another_document_is_an_error(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_transcript(text, 'f')
    assert str(error.value).startswith(problem)
