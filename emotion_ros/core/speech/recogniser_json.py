# SPDX-License-Identifier: MIT
"""JSON that recognisers publish in a string: Vosk, Whisper, Google, Azure, AWS and others.

Every library has a separate shape, with few names for the same things. So the names count,
wherever they are: the words, the lists of alternatives or of segments, whether it is final.
"""

import re
from dataclasses import dataclass
from typing import Any

from emotion_ros.core.speech.chat_sides import (
    PERSON,
    ROBOT,
    is_of_robot,
    is_sentence,
    messages_of_person,
    named_fields,
    sides_of,
)
from emotion_ros.core.speech.printed_values import (
    IS_LIST,
    IS_OBJECT,
    MAX_CHARS,
    number,
    parse_values,
    unwrap,
)
from emotion_ros.core.speech.service_notes import errors_of, has_failed, is_kind, is_spoken
from emotion_ros.errors import InvalidInput

# Names are compared in lower case, without separators: isFinal and is_final are one.
PARTIALS = ('partial', 'incremental', 'interim', 'partialtext', 'partialtranscript', 'delta')
WORDS = (
    *('displaytext', 'display', 'text', 'transcript', 'transcription', 'transcribedtext'),
    *('recognizedtext', 'recognisedtext', 'sentence', 'utterance', 'phrase', 'hypothesis'),
    *('final', 'data', 'speech', 'querytext', 'punctuatedtranscript', 'result', 'finalresult'),
    *('content', 'stt', 'asr', 'speechtotext', 'words', 'word', 'predtext', 'formattedtext'),
    *('voicetextstr', 'formattedstring'),
)
ALTERNATIVES = ('alternatives', 'alternative', 'nbest', 'hypotheses', 'candidates')
PARTS = (
    *('results', 'result', 'segments', 'chunks', 'channels', 'channel', 'transcripts'),
    *('transcription', 'transcript', 'transcriptionresult', 'recognitionresult', 'queryresult'),
    *('data', 'response', 'payload', 'hypothesis', 'output', 'utterances', 'utterance', 'words'),
    *('tokens', 'elements', 'monologues', 'lines', 'sentence', 'besttranscription', 'msg'),
)
CHAT = ('messages', 'history', 'conversation', 'dialog', 'dialogue', 'chat')
"""Lists of what was said by both sides: the last message of the person counts."""
FURTHER_WORDS = re.compile(
    r'(?!\w*context|error|status|state|label|log|button|title|help|hint|alt|warning|task|command'
    r'|ocr|sign|screen)'
    r'(?:\w*(?:text|transcripts?|transcription|utterance|heard|speech|asr|stt)'
    r'|(?:asr|stt|speech|voice|text|words?|sentence)?recogni[sz]ed'
    r'|(?:asr|stt|speech|voice|recognition|raw)\w*results?|(?:last|user)?utt'
    r'|(?:spoken|heard|recogni[sz]ed|user)(?:words?|phrase|sentence)|(?:user|person|human)\w*said'
    r'|(?:user|voice|speech)(?:input|query|message)|said)'
)
"""Names in nodes that people write themselves; they count when there is no other."""
GENERAL_WORDS = ('input', 'query', 'question', 'prompt')
"""The same, unless the object reports an error."""
NOTES = ('message', 'msg', 'raw')
"""The same; services report their own state under these names as well."""
CONTENTS = ('payload', 'body', 'value')
"""Names that say nothing, in objects of which the kind says that they are speech."""
WRAPPERS = ('body', 'message', 'content', 'detail', 'voice', 'recognition', 'nlu')
REPLY = re.compile(
    r'(?:bot|robot|llm|agent)?(?:output|(?:response|reply|answer|fulfillment)(?:text|message)?)'
)
CONFIDENCES = ('confidence', 'likelihood')
WORD_LISTS = ('result', 'words', 'items', 'partialresult')
WORD_CONFIDENCES = ('conf', 'confidence', 'probability', 'score')
LANGUAGES = ('language', 'languagecode', 'locale', 'lang', 'detectedlanguage')
FINALS = (
    *('isfinal', 'final', 'finished', 'completed', 'endofturn', 'sentenceend', 'definite'),
    'wordisfinal',
)
N_BEST = ('transcript', 'result', 'resultsrecognition')
KINDS = (
    *('type', 'messagetype', 'mode', 'event', 'status', 'recognitionstatus', 'reason'),
    *('speecheventtype', 'state'),
)
PARTIAL_KIND = re.compile(
    r'partial|interim|hypothes|delta|recognizing|resultchanged|transcript-chunk'
    r'|\bturn\w*[. ](?:update|eager|resume|startof)'
)
PARTIAL_MODE = re.compile(r'online|realtime')  # of FunASR; elsewhere: connected to the network
NOTHING_KIND = re.compile(
    r'connected|metadata|listening|keep_?alive|\b(?:begin|termination|sessionbegins)\b|end_?of_?\w'
    r'|(?:speech|voice|session|utterance|sentence|turn|recognition|recognizer|transcript|audio|task'
    r'|record)\w*[-_.: ]*(?:\w+_)?(?:start|stop|begin|end|add|finish|activity|info)'
)
"""What a service says of itself, before and after the words."""
SPEECH_KIND = re.compile(r'\b(?:stt|asr)\b|transcri|speech|utterance|recogni[sz]ed')
FINAL_KIND = re.compile(r'2pass-offline')  # of FunASR: is_final is about its stream
SILENT_KIND = re.compile(r'nomatch|silencetimeout|babbletimeout|no_?speech|no_?audio')

NO_SPEECH_PROBABILITY, NO_SPEECH_LOGPROB = 0.6, -1.0
"""Above the one and below the other Whisper's own decoder takes a segment for silence."""

MAX_DEPTH = 8
_LONE_PUNCTUATION = re.compile(r' ([.,;:!?]+)(?= |$)')


@dataclass(frozen=True)
class Hypothesis:
    """What a recogniser's JSON says; ``confidence`` is 0 when it gives none in 0..1."""

    text: str
    is_final: bool = True
    confidence: float = 0.0
    language: str = ''


def read_hypothesis(raw: str) -> Hypothesis | None:
    """Return what the JSON in ``raw`` says; None when ``raw`` is words.

    JSON may be encoded twice, printed by Python or sent as server-sent events.

    Of several results, as lines of JSON, the final ones count together, else the last one.
    InvalidInput: 'unsupported_format' for JSON without any name for words, or broken JSON;
    'own_voice' for what it names as words of the robot.
    """
    given = raw.strip('\ufeff\0')
    raw = unwrap(given)
    is_object = IS_OBJECT.match(raw) is not None
    if not is_object and not IS_LIST.match(raw):
        return Hypothesis(raw) if raw != given else None
    contents = parse_values(raw) if len(raw) <= MAX_CHARS else []
    read = [
        Hypothesis('') if content in ({}, []) else _read(content, MAX_DEPTH)
        for content in contents
    ]
    found = [hypothesis for hypothesis in read if hypothesis]
    if not found and is_object:
        raise InvalidInput('unsupported_format', 'JSON without the text of a recogniser')
    finals = [hypothesis for hypothesis in found if hypothesis.is_final and hypothesis.text]
    return _join(finals or found[-1:])


def _read(content: Any, depth: int) -> Hypothesis | None:
    """Return what an object says, or the joined parts of a list; None when it says nothing."""
    if isinstance(content, str):
        return Hypothesis(content)
    if depth == 0:
        return None
    if isinstance(content, list):
        if (of_person := messages_of_person(content)) is not content:
            return _read(of_person[-1], depth - 1)
        first = content[0] if content and isinstance(content[0], dict) else {}
        if 'transcript' in first and 'confidence' in first and 'start' not in first:
            return _read(first, depth - 1)  # alternatives, not parts: they have no time
        return _join([part for item in content if (part := _read(item, depth - 1))])
    if not isinstance(content, dict):
        return None
    fields = named_fields(content)
    if is_of_robot(fields):
        raise InvalidInput('own_voice', 'the words of the robot')
    return _read_object(fields, depth)


def _join(parts: list[Hypothesis]) -> Hypothesis | None:
    """Return the parts as one; None without any."""
    if not parts:
        return None
    known = [part.confidence for part in parts if part.confidence]
    # Pieces of words, as of Soniox, bring their own spaces.
    if any(part.text[:1].isspace() for part in parts[1:]):
        text = ''.join(part.text for part in parts)
    else:
        text = _LONE_PUNCTUATION.sub(r'\1', ' '.join(part.text.strip() for part in parts))
    return Hypothesis(
        text.strip(),
        all(part.is_final for part in parts),
        sum(known) / len(known) if known else 0.0,
        next((part.language for part in parts if part.language), ''),
    )


def _read_object(fields: dict[str, Any], depth: int) -> Hypothesis | None:
    if isinstance(header := fields.get('header'), dict):  # of Aliyun
        fields = {'event': header.get('name', header.get('event'))} | fields
    kinds = ' '.join(fields[k].lower() for k in KINDS if isinstance(fields.get(k), str))
    if is_kind(fields.get('message')) and not sides_of(fields):
        kinds += ' ' + fields['message'].lower()
    if SILENT_KIND.search(kinds):
        return Hypothesis('')
    inner = _read_parts(fields, depth)
    found = _own_words(fields) or inner or _further_words(fields, kinds, depth)
    if found is None:
        is_status = (
            'voiceid' in fields
            or NOTHING_KIND.search(kinds)
            or any(isinstance(fields.get(name), str) for name in errors_of(fields))
        )
        return Hypothesis('') if is_status else None
    is_silent = (inner is not None and not inner.text and 'segments' in fields) or (
        number(fields.get('nospeechprob')) > NO_SPEECH_PROBABILITY
        and number(fields.get('avglogprob')) < NO_SPEECH_LOGPROB
    )
    languages = [fields[name] for name in LANGUAGES if isinstance(fields.get(name), str)]
    return Hypothesis(
        '' if is_silent else found.text,
        found.is_final and _is_final(fields, kinds, inner),
        _confidence(fields) or (inner.confidence if inner else 0.0),
        languages[0] if languages else (inner.language if inner else ''),
    )


def _is_final(fields: dict[str, Any], kinds: str, inner: Hypothesis | None) -> bool:
    """Return whether an object says that its words stay as they are; else its parts decide."""
    finals = [fields[name] for name in FINALS if isinstance(fields.get(name), bool)]
    is_partial = (
        PARTIAL_KIND.search(kinds)
        or PARTIAL_MODE.search(str(fields.get('mode')).lower())
        or fields.get('type') == 'realtime'  # of RealtimeSTT
        or 'stability' in fields
    )
    is_unstable = (
        fields.get('slicetype') in (0, 1)  # of Tencent; 2 is final
        or (fields.get('messagetype') == 'TRANSCRIPT' and not finals)  # false is left out
        or bool(fields.get('buffertranscription'))  # of WhisperLiveKit
    )
    if is_unstable or any(fields.get(name) is True for name in ('ispartial', 'partial')):
        finals = [False]
    if FINAL_KIND.search(kinds):
        finals = [True]
    return finals[0] if finals else not is_partial and (inner is None or inner.is_final)


def _own_words(fields: dict[str, Any]) -> Hypothesis | None:
    """Return the words among the fields; those of a partial one only when there are no others."""
    words = [fields[name] for name in WORDS if isinstance(fields.get(name), str)]
    if words and (encoded := next(filter(IS_OBJECT.match, words), '')):
        return read_hypothesis(encoded)
    if fields.get('type') in ('text', 'punct'):  # Rev.ai
        words += [fields['value']] if isinstance(fields.get('value'), str) else []
    if isinstance(fields.get('w'), list):  # PocketSphinx
        words += [fields['t']] if isinstance(fields.get('t'), str) else []
    partials = [fields[name] for name in PARTIALS if isinstance(fields.get(name), str)]
    if any(words) or not (words or partials):
        return Hypothesis(next(filter(None, words))) if words else None
    if any(partials) or not words:
        return Hypothesis(next(filter(None, partials), ''), is_final=False)
    return (
        Hypothesis('') if not any(fields.get(name) for name in (*ALTERNATIVES, *PARTS)) else None
    )


def _further_words(fields: dict[str, Any], kinds: str, depth: int) -> Hypothesis | None:
    """Return the words under names that only some nodes use; ``kinds`` is what the object is.

    InvalidInput('own_voice') when the only ones are the robot's.
    """
    given = {name: value for name, value in fields.items() if isinstance(value, str)}
    of_robot = [name for name in given if ROBOT.fullmatch(name) or REPLY.fullmatch(name)]
    names = [n for n in given if n not in of_robot and FURTHER_WORDS.fullmatch(n)]
    if not has_failed(fields):
        names += [name for name in GENERAL_WORDS if name in given]
        names = names or [n for n in NOTES if n in given and is_spoken(fields, n)]
    speech = f'{kinds} {given.get("name", "").lower()}'
    is_speech = SPEECH_KIND.search(speech) and not NOTHING_KIND.search(kinds)
    if is_speech:
        names += [name for name in CONTENTS if name in given]
        if isinstance(value := fields.get('value'), list) and value and isinstance(value[0], str):
            return Hypothesis(value[0])  # of NAOqi: the words and how sure it is
    if names:
        return Hypothesis(next((given[name] for name in names if given[name]), ''))
    spoken = [name for name in fields if FURTHER_WORDS.fullmatch(name) or name in PERSON]
    for name in (*(name for name in spoken if not ROBOT.fullmatch(name)), *WRAPPERS):
        part = fields.get(name)
        if isinstance(part, dict) and (found := _read(part, depth - 1)) is not None:
            return found
    if of_robot and (sentences := [n for n in PERSON if n in given and is_sentence(given[n])]):
        return Hypothesis(given[sentences[0]])
    answers = any(' ' in given[n].strip() or REPLY.fullmatch(n) for n in of_robot)
    others = [name for name in given if name not in of_robot]
    if answers and not any(name in PERSON or is_sentence(given[name]) for name in others):
        raise InvalidInput('own_voice', 'the words of the robot')
    return None  # may be words of a person too: the reason that names a remedy


def _read_parts(fields: dict[str, Any], depth: int) -> Hypothesis | None:
    """Return what the best alternative says, or the parts together."""
    for name in ALTERNATIVES:
        if isinstance(candidates := fields.get(name), list):
            return _read(candidates[0], depth - 1) if candidates else Hypothesis('')
    for texts in (fields.get(name) for name in N_BEST):
        if isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts):
            return Hypothesis(next(filter(None, texts), ''))
    for name in CHAT:
        if isinstance(messages := fields.get(name), list) and messages:
            return _read(messages_of_person(messages)[-1], depth - 1)
    is_empty = False
    for name in PARTS:
        if isinstance(part := fields.get(name), (list, dict)):
            found = _read(part, depth - 1)
            if found is not None:
                return found
            is_empty = is_empty or not part
    is_null = any(name in fields and fields[name] is None for name in (*WORDS, *PARTS))
    return Hypothesis('') if is_empty or is_null else None


def _confidence(fields: dict[str, Any]) -> float:
    """Return the confidence that an object states, or the mean of its words; 0 for none."""
    for name in CONFIDENCES:
        value = fields.get(name)
        if value is not None:
            return _probability(value[0] if isinstance(value, list) and value else value)
    for name in WORD_LISTS:
        words = fields.get(name)
        if isinstance(words, list):
            stated = (
                next(filter(None, (_probability(word.get(n)) for n in WORD_CONFIDENCES)), 0.0)
                for word in words
                if isinstance(word, dict)
            )
            if known := [value for value in stated if value]:
                return sum(known) / len(known)
    return 0.0


def _probability(value: Any) -> float:
    """Return a number in (0, 1]; 0 for anything else."""
    stated = number(value)
    return stated if 0 < stated <= 1 else 0.0
