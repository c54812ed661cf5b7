# SPDX-License-Identifier: MIT
"""Removes what recognisers print beside words: marks for sounds, speakers and times."""

import re

PAIRS = {
    ')': '(',
    ']': '[',
    '}': '{',
    '>': '<',
    '）': '（',
    '］': '［',
    '】': '【',
    '〉': '〈',
    '》': '《',
}
ROUND = ')）'
LONGEST_MARK = 8
"""So many words and more in round brackets are speech: marks are short."""
OPENING = frozenset(PAIRS.values())
EYES = frozenset(":;=8xX-'")
"""Before a bracket they make it a face such as ``:-(``."""

_HAS_MARK = re.compile(
    r'[\[(<{（［【〈《*+♪♫♬♩🎵🎶:_]|>>|!SIL|%[A-Z]|WEBVTT|#|thinks you said|\d{10}\.|\A\W*-',
    re.IGNORECASE,
)
_SOUNDS = (
    r'music|musik|musique|música|musica|muziek|applau|laugh|chuckl|giggl|sigh|cough|sneez|sniff|'
    r'sob|cry|cries|crying|gasp|breath|groan|moan|yawn|scream|noise|silence|silent|ding|beep|bell|'
    r'ring|click|knock|typing|wind|rain|static|bark|clap|cheer|humm|sing|whistl|inaudible|'
    r'unintelligible|blank|sound|playing|speaking|footstep|door|engine|speech'
)
_STARRED = re.compile(
    r'(?<![\w*])\*{1,2}(?=[\w\s])([^*]{1,80})\*{1,2}(?![\w*])|(?<![\w])_([^_\s][^_]{0,80})_(?!\w)'
)
_PLUSSED = re.compile(r'\+\+\w+\+\+|!SIL\b|%HESITATION\b|\AWEBVTT\b', re.IGNORECASE)
_SUNG = re.compile(r'[♪♫♬♩🎵🎶]+[^♪♫♬♩🎵🎶]*[♪♫♬♩🎵🎶]+')
_WORDLESS = re.compile(
    r'\b(?:no_?speech(?:_detected)?|blank_audio|no_audio|no_voice|background_noise)\b'
    r'|\bnospeech\b',
    re.IGNORECASE,
)
_TIME = r'\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?'
_TIMES = re.compile(
    rf'(?:(?<!\S)\d{{1,5}} )?{_TIME}\s*-->\s*{_TIME}|<{_TIME}>'
    r'|#+ Transcription \d+ (?:START|END)(?: \| t\d = \d+ ms)*'
    r'|(?<!\S)\d{1,2}:\d{2}:\d{2}[.,]\d{1,3}(?!\S)'
    r'|(?<!\S)1\d{9}\.\d{1,9}(?!\S)'  # seconds since 1970
)
_SPEAKER = re.compile(
    r'(?<!\S)(?:>>+\s*)?(?:'
    r'(?:speaker|spk|spkr|guest|user|person|participant|sprecher|locuteur|hablante|parlante)'
    r'[ _#-]*(?:\d{1,3}|[a-z])|unknown(?: speaker)?|speaker|user|human|guest|client|customer'
    r')\s*:(?=\s|$)',
    re.IGNORECASE,
)
_RESULT = re.compile(
    r'\A\W*(?:google speech recognition thinks you said|(?:(?:you|user|human|person) said'
    r'|(?:i )?heard?|recogni[sz]ed(?: text)?|transcri(?:bed|ption|pt)(?: text)?'
    r'|(?:final )?(?:result|text)|you|stt|asr)\s*:)(?=\s)',
    re.IGNORECASE,
)
"""What programs print before the words."""
_CAPTION = re.compile(r'>>+ ?(?:[A-Z][A-Z .-]{0,30}:)?')

_LEFT_OVER = re.compile(r'^(?:[:;,-]+(?: |$))+')

_VALUES = frozenset(('None', 'null', 'nil', 'NaN', 'nan', 'undefined', 'N/A', 'n/a'))
"""Nothing, as programming languages print it, without punctuation."""
_NOTHING = (
    r'(?:<?unk>?|sil|no_speech|no[ _]speech[ _](?:detected|input|recogni[sz]ed)|no_audio'
    r'|blank[ _]?audio|inaudible|unintelligible'
    # SpeechRecognition and its examples
    r'|(?:[\w,]+ ){0,5}could(?: not|n.t) (?:understand|recogni[sz]e) (?:audio|speech)'
    r'|(?:\w+ )?speech recognition could(?: not|n.t) understand the audio'
    r'|could not request results\b.*|(?:sorry,? )?(?:\w+ )?speech service (?:is )?(?:down'
    r'|unavailable)|listening timed out(?: while waiting for phrase to start)?'
    r'|(?:adjusting|calibrating)(?: for| to)?(?: the)? (?:ambient noise'
    r'|microphone)(?: for \d+(?:\.\d+)? (?:s|seconds?)|,? please wait)'
    r'|(?:adjusting|calibrating)(?: for| to)?(?: the)? ambient noise'
    r'|(?:unknownvalue|request|waittimeout)error\b.*'
    r'|(?:listening|recording)(?: audio)? for \d+(?:\.\d+)? (?:s|seconds?)'
    # Android and speech nodes
    r'|no match(?: found)?|(?:network|client side|audio recording) error|network timeout'
    r'|(?:microphone|audio device) (?:error|not found|unavailable)'
    r'|recognitionservice busy|error from server'
    r'|error: (?:api|http|request|recognition|microphone|audio|network|\d{3}|\w+error)\b.*)'
)
_WAITING = (
    r'(?:please wait|speak now|time ?out|timed out|no (?:speech|audio|input|result)'
    r'|(?:listening|recording|recogni[sz]ing|transcribing|processing)(?: again)?'
    r'|(?:loading|initiali[sz]ing) (?:the )?(?:\w+ )?(?:model|engine|microphone)'
    r'|(?:adjusting|calibrating)(?: the)? microphone)'
)
"""People say this, too: it counts only before an ellipsis, as programs write it."""
_ONLY_NOTHING = re.compile(rf'{_NOTHING}(?:[\s.,;!?-]+{_NOTHING})*')
_ONLY_WAITING = re.compile(
    rf'(?:{_NOTHING}|{_WAITING})(?:[\s.,;!?-]+(?:{_NOTHING}|{_WAITING}))*(?:\s*\.\.+|\s*…)'
)


def remove_marks(text: str) -> str:
    """Return the words of a text without marks; empty when it stands for no speech.

    Marks are what is in brackets, between notes, between stars if it names a sound or stands
    alone, codes of times and speakers (``SPEAKER_00:``), and words such as NO_SPEECH.
    """
    if _HAS_MARK.search(text):
        for _ in range(len(text)):
            before = text
            text = _SPEAKER.sub(' ', _TIMES.sub(' ', _remove_brackets(text)))
            text = _RESULT.sub(' ', text)
            text = _WORDLESS.sub(' ', _PLUSSED.sub(' ', _SUNG.sub(' ', _CAPTION.sub(' ', text))))
            rest = _STARRED.sub(' ', text)
            has_words = any(c.isalnum() for c in rest)
            text = ' '.join((_STARRED.sub(_unless_sound, text) if has_words else rest).split())
            text = _LEFT_OVER.sub('', text)
            if text == before:
                break
    is_nothing = (
        text in _VALUES
        or _ONLY_NOTHING.fullmatch(text.strip(' .,!?-"\'').casefold())
        or _ONLY_WAITING.fullmatch(text.strip(' -"\'').casefold())
    )
    return '' if is_nothing else text


def _unless_sound(match: re.Match[str]) -> str:
    is_sound = re.search(rf'\b(?:{_SOUNDS})', match[1] or match[2], re.IGNORECASE)
    return ' ' if is_sound else match[1] or match[2]


def _remove_brackets(text: str) -> str:
    """Remove what is in brackets, brackets within brackets as well; faces made of them stay."""
    if not OPENING.intersection(text):
        return text
    kept: list[str] = []
    opened: list[tuple[str, int]] = []
    for c, after in zip(text, f'{text[1:]} ', strict=True):
        is_face = bool(kept) and kept[-1] in EYES
        if c in OPENING and not is_face and (c != '<' or after.isalpha() or after in '|/!.'):
            opened.append((c, len(kept)))
        elif opened and PAIRS.get(c) == opened[-1][0] and not is_face:
            begin = opened.pop()[1]
            if c not in ROUND or kept[begin:].count(' ') < LONGEST_MARK:
                del kept[begin:]
                c = ' '
        kept.append(c)
    return ''.join(kept)
