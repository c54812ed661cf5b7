# SPDX-License-Identifier: MIT
"""Negated feelings: a rule for what a small network misses in "I am not sad" or "not bad at all".

Networks of this size mostly add words up, so that a denied feeling counts as that feeling. The
rule finds English clauses that deny something bad, praise by a negation, or deny something good,
and corrects the prediction only where it says the opposite. What the other clauses say counts.
"""

import re
from dataclasses import replace
from functools import cache

import numpy as np

from emotion_ros.core.emotions import Emotion, Sentiment
from emotion_ros.perception.text.engine import TextEngine, TextPrediction

_WORDS = """
FEELING: sad unhappy angry mad furious upset afraid scared frightened terrified fearful worry
    worried worrying anxious nervous stressed depressed lonely bored disappointed frustrated
    annoyed irritated jealous ashamed embarrassed disgusted shocked hurt crying miserable
    heartbroken devastated panicking offended dissatisfied grumpy panic bothered fussed shaken
    bitter guilty sorry pissed bummed gutted livid tense overwhelmed hopeless helpless jealous
    fighting arguing complaining yelling freaking_out
BAD: bad terrible horrible awful dreadful worst wrong boring annoying disgusting gross scary
    painful dangerous ugly stupid nasty harmful depressing disappointing frustrating upsetting
    sick ill
BAD_NOUN: problem problems worry worries fear danger hard_feelings bad_feelings trouble pain
    anger hate hatred regret regrets sadness harm big_deal fault shame issue issues stress
    disaster nightmare mess tragedy failure catastrophe threat burden bother
HARM: hate hurt bother scare frighten annoy upset worry cry mind panic regret dislike fear
    disappoint offend disgust
ATTACK: hate hurt bother scare frighten annoy upset disappoint offend dislike
GOOD: happy glad proud excited grateful good great well nice kind beautiful fun funny amazing
    wonderful lovely relaxed pleased delicious satisfied impressed loved alive calm free sweet
    perfect cool interesting thankful content comfortable helpful
PLEASED: happy glad thrilled excited proud pleased impressed amused satisfied delighted good great
    fun funny nice cool okay ok ideal amazing fair worth_it best greatest enjoying loving fan
DONE: been felt seen had met heard tasted known looked sounded worked slept eaten experienced
    laughed
DEGREE: at_all that so too very the_least_bit one_bit remotely in_any_way particularly really
    all_that even a_bit actually exactly anymore ever any_more
    as what_you'd_call totally entirely
BE: am 'm is 's was are 're were be being been feel feeling felt get getting got look seem
LINK_WORD: in of a an the any your my his her our anything to_be need_to have_to want_to going_to
    gonna there it idea_of
TURN_OUT: be been go gone get feel ask wish hope asked wished hoped picked
CANNOT: can't cannot can_not cant couldn't could_not couldnt
COULD_NOT: couldn't could_not couldnt can't
WOULD_NOT: wouldn't would_not wouldnt
IS_NOT: not isn't wasn't aren't weren't ain't isnt wasnt
DO_NOT: don't do_not dont
"""
"""Words by what they do in the patterns below; an underscore stands for a space."""
_RULES = {
    'CONTRACTED': r"(?:do|does|did|is|was|are|were|ca|could|wo|would|should|have|has|had|ai)n'?t",
    'NOT': r'(?:not|never|no longer|hardly|far from|cannot|<CONTRACTED>)',
    'LINK': r'(?: (?:<DEGREE>|<BE>|<LINK_WORD>)){0,4}',
    'SUBJECT': r"(?:i|you|he|she|it|we|they|this|that)(?:'?(?:m|re|s|d|ve))?(?: <BE>)?",
    'THOUGHT': r'(?: (?:say|said|saying|think|believe|like)(?: that)? <SUBJECT>'
    r'| (?:call|consider) (?:it|this|that|him|her|them|myself|us))?',
    'BETTER': r'(?:better|happier|prouder|nicer|kinder|funnier|more <GOOD>'
    r'|(?:so|this|such|as|that)(?: a)?(?: much)? <GOOD>)',
}


for _entry in re.split(r'\n(?=[A-Z])', _WORDS.strip()):
    _name, _, _words = _entry.partition(':')
    _RULES[_name] = f'(?:{"|".join(_words.split()).replace("_", " ")})'


@cache
def _pattern(lines: str) -> re.Pattern[str]:
    """Compile alternatives, one a line, in which <NAME> stands for a rule or one of the words.

    Done at first use: it takes 50 ms.
    """
    pattern = '|'.join(line.strip() for line in lines.strip().splitlines())
    while name := re.search(r'<([A-Z_]+)>', pattern):
        pattern = pattern.replace(name[0], _RULES[name[1]])
    return re.compile(pattern)


_DENIALS = r"""
    \b<NOT><THOUGHT><LINK> (?:<FEELING>|<BAD>|<BAD_NOUN>)\b(?! enough)
    \b(?:not|never|<CONTRACTED>)(?: (?:<DEGREE>|gonna|going to))? <HARM>\b
    \b(?:no|without)(?: (?:any|real|more|big|such)){0,2} <BAD_NOUN>\b
    \bno (?:need|reason) (?:for \w+ )?to(?: (?:be|feel|get))? (?:<FEELING>|<HARM>)\b
    \b(?:no one|none of (?:us|you|them)|no ?body)(?: ?<BE>){1,2}<LINK> <FEELING>\b
    \bnothing (?:(?:really|too|that) )?(?:<BAD>\b|to (?:be )?(?:<FEELING>|<HARM>)\b)
    \b<NOT> (?:make|made|makes|get) (?:me|you|him|her|us|them)(?: <DEGREE>)? <FEELING>\b
    \bneither <FEELING> nor <FEELING>\b
    \b(?:stopped|quit) <BE> <FEELING>\b
"""
_NO_DENIALS = r"""
    ^(?:(?:please|just|hey|and|so) )*<DO_NOT> (?:(?:be|get) (?:a )?<BAD>|make|<ATTACK>)\b
    \bnever(?: <BE>){0,2} (?:so|this|more|such)\b
    ^<CONTRACTED> (?:it|that|this|he|she|they)\b
    \?\s*$
"""
"""Orders ("don't hurt me"), superlatives ("never been so sad") and questions."""
_CRITICISM = r"""
    \b<NOT><THOUGHT><LINK> (?:much )?<PLEASED>\b(?! (?:enough to|until|unless|without|if)\b)
    \b<CANNOT> say (?:that )?i(?:'?ve)?(?: really| ever)? (?:like|love|enjoy|care)(?:d|ed)?\b
"""
_NO_CRITICISM = r"""
    \bnot? (?:only|just|merely|simply|until|sure|bad)\b
    \b(?:may|might) not\b
    \b(?:if|why|whether|need|have|has|had|wait|until|unless)\b
    ^(?:\w+ )?(?:is|was|are|were|would|does|did)n'?t (?:it|that|this|he|she|they|you|we|i)\b
    \b<NOT>\b.*\b(?:<NOT>|nothing|no)\b
    \?\s*$
"""
"""What is no criticism: "not only good", "isn't that nice", "you don't need to be great"."""
_PRAISES = r"""
    \b<IS_NOT>(?: (?:half|a|the|at all|too|really))* bad\b(?! (?:enough|for you))
    \bnever <DONE>(?: \w+){0,3} <BETTER>\b
    \bnever laughed so (?:much|hard)\b
    \b<COULD_NOT>(?: have)? <TURN_OUT>(?: \w+){0,2} (?:<BETTER>|more (?:excited|fun|in love))\b
    \b<NOT> (?:think|remember|recall|know|sure)\b.*\b(?:ever|when|time)\b.* (?:<BETTER>|much fun)\b
    \bnot (?:too|half|at all|so|that) shabby\b
    \b<WOULD_NOT> (?:have )?(?:miss|missed|trade|traded|swap|give up|change) \w+(?: \w+)? for\b
    \b(?:nothing|nowhere|no one|no ?body|no place)(?: else)? (?:i|we)(?:'?d| would) rather\b
    \bnothing but (?:love|good|praise|respect|fun|kind|nice)\b
    \bnot? (?:\w+ )?dull moment\b|\bnever a dull\b
    \bwhat'?s not to (?:like|love)\b
    \b(?:haven'?t|have not|never) (?:laughed|smiled|danced) (?:like (?:that|this)|so|this)\b
    \b<CANNOT> (?:fault|recommend \w+ enough|say enough good|get over how <GOOD>)\b
    \b<COULD_NOT> (?:agree|ask for) more\b
    \b<CANNOT> thank \w+ enough\b
    \b<CANNOT> have done (?:it|this|that) without (?:you|them|him|her)\b
    \b<CANNOT>(?: really)? complain\b
    \b(?:no|nothing to) compla\w+
    \b<CANNOT> wait\b(?! any| much| longer| for (?:this|it) to (?:end|be over))
    \b<CANNOT> (?:go wrong|get enough|stop (?:smiling|laughing|dancing|grinning))\b
    \b<CANNOT> help (?:but )?(?:smil|laugh|lov|grin)\w*
    \bnothing(?: (?:is|was|could be|at all))* better\b(?! to )
    \bnothing beats\b
    \b(?:doesn't|does not|doesnt|can't|cannot) get (?:any |much )?better than (?:this|that)\b
    \b<WOULD_NOT> (?:change (?:a thing|anything)|(?:want|have) it any other way)\b
    \b<CANNOT> believe how <GOOD>\b
    \bnothing (?:i|we) (?:don't|do not) like\b
    \bnever(?: once)? (?:lets?|disappoint\w*|fails? to|failed to)\b(?! (?:him|her|them)\b)
    \bnever (?:bored|boring|get(?:s|ting)? (?:tired|bored|sick) of|tired of)\b
    \bnot a single (?:bad|boring|dull)\b
    \bwithout (?:a|any) doubt the (?:best|greatest)\b
    \bno one (?:has|have|had) ever been (?:so|this|more|as) (?:kind|nice|good|sweet)\b
"""
_CLAUSES = re.compile(
    r'[.!;,:]+\s*|(?<=\?)\s*|\s+-+\s+'
    r'|(?<!help)(?<!\bnot)\s+(?=(?:but|because|although|though|however|yet|instead)\b)'
)
_CONJUNCTION = re.compile(r'^(?:but|because|although|though|however|yet|instead|and|so|just)\s+')
_FILLERS = re.compile(
    r"\b(?:i'?m )?not (?:even )?(?:gonna lie|going to lie|kidding|joking)\b"
    r"|\bno (?:lie|joke|kidding|cap)\b|\bdon'?t get me wrong\b"
)
"""Said by the way: they deny nothing."""
_NEGATED = re.compile(
    r"\b(?:no|not|nor|never|neither|none|nobody|nothing|without|cannot|hardly|far|stopped|quit)\b|n['’]?t\b"
)

DENIED = (
    np.array((0.12, 0.66, 0.22)),
    np.array((0.04, 0.03, 0.03, 0.15, 0.67, 0.04, 0.04)),
)
"""Sentiment and emotion of a denial such as "I am not sad"."""
PRAISED = (
    np.array((0.07, 0.23, 0.70)),
    np.array((0.02, 0.02, 0.02, 0.66, 0.21, 0.02, 0.05)),
)
"""Sentiment and emotion of praise such as "not bad at all"."""
CRITICISED = (
    np.array((0.64, 0.28, 0.08)),
    np.array((0.22, 0.08, 0.04, 0.05, 0.33, 0.24, 0.04)),
)
"""Sentiment and emotion of criticism such as "I can't say I'm thrilled"."""
INSTEAD = {'praise': PRAISED, 'criticism': CRITICISED, 'denial': DENIED}
UNPLEASANT = [Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD]
CLEAR = 0.4
"""An unpleasant emotion of this probability contradicts a denial."""
MIN_WORDS = 2


def classify_negated(engine: TextEngine, text: str) -> TextPrediction:
    """Classify one cleaned utterance, with the rule for negated feelings."""
    prediction = engine.classify(text)
    if not _NEGATED.search(text.lower()):
        return prediction
    kinds, rest = find_negations(text)
    if not kinds:
        return prediction
    kind = next(kind for kind in ('praise', 'criticism', 'denial') if kind in kinds)
    sentiment = prediction.sentiment.argmax()
    if kind == 'praise':
        is_understood = sentiment == Sentiment.POSITIVE
    elif kind == 'criticism':
        is_understood = sentiment == Sentiment.NEGATIVE
    else:
        is_unpleasant = prediction.emotion[UNPLEASANT].max() > CLEAR
        is_understood = sentiment != Sentiment.NEGATIVE and not is_unpleasant
    if is_understood:
        return prediction
    if len(rest.split()) >= MIN_WORDS:
        other = engine.classify(rest)
        if kind == 'denial' or other.sentiment.argmax() != Sentiment.NEUTRAL:
            return _replaced(prediction, other.sentiment, other.emotion)
    return _replaced(prediction, *INSTEAD[kind])


def find_negations(text: str) -> tuple[set[str], str]:
    """Return which of ``denial``, ``praise`` and ``criticism`` a text has, and the other clauses.

    These are joined.
    """
    kinds, rest = set(), []
    for clause in _CLAUSES.split(_FILLERS.sub('', text.lower().replace('’', "'")).strip()):
        if _pattern(_PRAISES).search(clause):
            kinds.add('praise')
        elif _pattern(_DENIALS).search(clause) and not _pattern(_NO_DENIALS).search(clause):
            kinds.add('denial')
        elif _pattern(_CRITICISM).search(clause) and not _pattern(_NO_CRITICISM).search(clause):
            kinds.add('criticism')
        elif words := _CONJUNCTION.sub('', clause.strip()):
            rest.append(words)
    return kinds, ', '.join(rest)


def _replaced(
    prediction: TextPrediction, sentiment: np.ndarray, emotion: np.ndarray
) -> TextPrediction:
    """Return the prediction with other probabilities; without an emotion head it gets none."""
    has_emotion = not np.isnan(prediction.emotion).any()
    return replace(
        prediction,
        sentiment=sentiment,
        emotion=emotion if has_emotion else prediction.emotion,
    )
