# SPDX-License-Identifier: MIT
"""Spoken opt-out: words with which a person asks not to be analysed.

A reproach ("you never listen to me", "why don't you watch me?") and its contrary ("don't stop
recording") are no opt-out. Phrases are looked for in each clause by itself.
"""

import re
from collections.abc import Sequence

from emotion_ros.core.speech.own_voice import words_of
from emotion_ros.files.resources import PACKAGED

_WATCH = 'analyze|analyse|watch|record|film|photograph|scan|track|observe|monitor'
_WATCHING = (
    'analyzing|analysing|watching|recording|filming|photographing|scanning|tracking|observing'
    '|monitoring'
)
_WATCHED = 'analyzed|analysed|watched|recorded|filmed|photographed|scanned|tracked|monitored'
_MINE = 'my|our face|faces|emotion|emotions|feelings|mood|expression|expressions|mind|voice|words'
_ANALYSIS = 'recognition|analysis|detection|tracking'
PHRASES = (
    f"don't|not|never * {_WATCH}|{_WATCHING} me|us",
    f'stop|quit * {_WATCHING} me|us',
    f'stop|quit to {_WATCH} me|us',
    f'without {_WATCHING} me|us',
    'without * analyzing|analysing|recording|filming|photographing|scanning me|us',
    f"don't|not|never * {_WATCH}|{_WATCHING}|read|reading {_MINE}",
    f'stop|quit * {_WATCHING}|reading|seeing {_MINE}',
    f"don't|not|never want|like|wish|allow * see|seeing {_MINE}",
    f'do not|never see {_MINE}',
    f"don't see {_MINE}",
    "don't|not listen|listening to me|us",
    "don't|not you|please|ever|dare|want|like|wish|allow|to|be * listen|listening to me|us",
    'stop|quit listening to me|us',
    'stop|quit this|that|the|your robot|microphone|from * listening to me|us',
    "don't|not|never * spy|spying on me|us",
    'stop|quit * spying on me|us',
    'stop analyzing|analysing|recording|filming',
    f"don't|not|never|object * be|being|get|getting {_WATCHED}",
    f"don't|not|never * {_MINE} {_WATCHED}|read",
    f"don't|not|never * {_MINE} be|being|get|getting|to * {_WATCHED}|read",
    "don't|not|never|stop * take|taking|make|making|want|shoot * picture|pictures|photo|photos"
    '|video|videos of me|us',
    'no picture|pictures|photo|photos|video|videos of me|us',
    "don't|not|never|stop * take|taking my|our picture|pictures|photo|photos",
    f'no {_WATCHING}|photos|pictures|videos please',
    f'please no {_WATCHING}|photos|pictures|videos',
    'turn|switch|shut off * camera|cameras',
    'turn|switch|shut * camera|cameras off',
    'disable|stop the|your camera|cameras',
    f'turn|switch|shut|no|stop|disable * emotion|emotions|face|facial|mood {_ANALYSIS}',
    "don't|not|no consent",
    "don't|not * give|given|have * my|you|any consent",
    f"don't|not have * permission to {_WATCH} me|us",
    "you can't|cannot|mustn't|shouldn't analyze|analyse|record|film|photograph|scan|track me|us",
    f'no right to {_WATCH} me|us',
    'withdraw|revoke|withdrawing|revoking my consent',
    'opt|opting me|us out',
    'opt|opting out',
    'delete|erase my|our data|picture|pictures|photo|photos|video|videos',
)
MOST_BETWEEN = 4
_OTHER_MATTERS = (
    'mind|care|worry|stop|quit|can|could|forget|know|believe|understand|remember|why|how|if|go|leave'
    '|run|walk|come|wait|sit|stand|there|just|only|wrong|but|because|when|until|unless|afraid'
    '|scared|ashamed|against|opposed|object|bothered|hate|miss|say|tell|away|move|cry|lie|look'
    '|hesitate|laugh|while|ignore|interrupt'
    f'|be(?! (?:{_WATCHING}) )'
    '|think(?! i (?:want|like)| you (?:should|may|are)| its| it is)'
)
"""After these words "not" is about something else: who does not mind agrees."""

_VERB = rf'(?:{_WATCH}|{_WATCHING}|listen|listening|hear|read|reading|see|seeing|take|taking) '
_ADVERBS = (
    '(?:even |really |ever |always |actually |once |here |seem to |want to |care to |bother to '
    '|try to |like to )*'
)
_STATEMENT = re.compile(
    r'(?P<wish>\b(?:rather|prefer|sure|hope|wish|ask|(?:nice|better|good|great|glad|happy|grateful'
    r'|it|prefer) if) (?:that )?)?'
    r'\b(?:(?:i|you|he|she|it|we|they|who|nobody|people|children|(?!yes\b|us\b)\w+s) '
    r'(?:dont|didnt|doesnt|arent|werent|havent|wouldnt|couldnt|never'
    r'|(?:do|did|are|were|have|would|could) (?:not|never))|(?:youre|theyre) not) '
    rf'{_ADVERBS}(?={_VERB})'
)
"""What a person does not do, as in "you never listen to me", unless it is what a person wishes."""

_NOT_REQUESTED = tuple(
    map(
        re.compile,
        (
            r'\bwhy (?:dont|wont|cant|not) (?:you )?(?=(?:please )?(?:stop|quit|turn|switch))',
            r'\b(?:why|how (?:come|can|could|dare) you) .*?(?=\b(?:stop|quit|please) |$)',
            # questions
            rf'\b(?:do|did|are|were|have) (?:you|they|we|i) {_ADVERBS}not {_ADVERBS}(?={_VERB})',
            rf'\b(?:can|could|will|would) you {_ADVERBS}not {_ADVERBS}(?=listen|hear|see|read)',
            rf'\bdont you {_ADVERBS}(?=listen|hear|see|read|want|like)',
            # statements
            r'\b(?!(?:please|and|to|must|should|shall|may|or|will|but|just|robot|you) )\w+ '
            rf'never (?={_VERB})',
            r'(?<!you )\b(?:is|am|are|was|were|im|its|hes|shes) (?:(?!you )\w+ )?not '
            rf'(?=(?:being|getting|listening|{_WATCHING}) )',
            r'\b(?:have|has|had|is|are|was|were|got|theres|there) no (?=pic|phot|vid)',
            # contraries
            r'\b(?:stop|quit) (?=(?:\w+ ){0,4}(?:start|begin|keep) )',
            r'\b(?:dont|not|never|cant|cannot|didnt|couldnt|shouldnt|neednt) '
            r'(?:ever |just |please |you |dare |even |have to |need to |to '
            r'|(?:want|like|wish|need|ask|asked|tell|told) (?:\w+ ){0,2}?to )*'
            r'(?:stop|stopping|quit|object|withdraw|revoke|turn|switch|shut|disable|delete|erase'
            r'|opt|opting) ',
        ),
    )
)
"""What is left out of a clause before requests are looked for."""
_CLAUSE_END = re.compile(r'(?<!please),(?!\s*please\b)|[.;:!?…()"“”–—]', re.IGNORECASE)


class OptOutPhrases:
    """Phrases that are found in a clause word by word.

    In a phrase, ``a|b`` is one of several words, and ``*`` up to MOST_BETWEEN words. Case and
    the kind of the apostrophe do not count; ``don't`` is also found as ``dont``, as recognisers
    write it. The phrase ``packaged`` stands for PHRASES, which are not found in reproaches and
    contraries.
    """

    def __init__(self, phrases: Sequence[str] = (PACKAGED,)) -> None:
        given = [_pattern(phrase) for phrase in phrases if phrase != PACKAGED]
        packaged = PHRASES if PACKAGED in phrases else ()
        self._given = _any_of(given)
        self._packaged = _any_of([_pattern(p, f'(?!(?:{_OTHER_MATTERS}) )') for p in packaged])

    def are_in(self, text: str) -> bool:
        """Return whether one of the phrases is in a text."""
        clauses = [_plain(clause) for clause in _CLAUSE_END.split(text)]
        if self._given and any(map(self._given.search, clauses)):
            return True
        packaged = self._packaged
        return packaged is not None and any(
            packaged.search(clause.replace('didnt ', 'dont '))
            and packaged.search(_requests(clause))
            for clause in clauses
        )


def _requests(clause: str) -> str:
    """Return a clause without what it states, asks or wants to go on."""
    clause = _STATEMENT.sub(lambda m: m[0].replace('didnt', 'dont') if m['wish'] else '', clause)
    for pattern in _NOT_REQUESTED:
        clause = pattern.sub('', clause)
    return clause


def _any_of(patterns: list[str]) -> re.Pattern[str] | None:
    found = '|'.join(filter(None, patterns))
    return re.compile(rf'\b(?:{found})') if found else None


def _plain(text: str) -> str:
    """Return the words of a text without apostrophes, each with a blank behind it."""
    return ''.join(f'{word} ' for word in words_of(text)).replace("'", '')


def _pattern(phrase: str, not_between: str = '') -> str:
    """Return a phrase as a regular expression; '' of one without words."""
    parts = [[_plain(word) for word in part.split('|')] for part in phrase.split()]
    if not any(word for part in parts for word in part):
        return ''
    between = rf'(?:{not_between}\w+ ){{0,{MOST_BETWEEN}}}'
    return ''.join(
        between if given == '*' else f'(?:{"|".join(filter(None, words))})'
        for given, words in zip(phrase.split(), parts, strict=True)
        if given == '*' or any(words)
    )
