# SPDX-License-Identifier: MIT
"""Who says the words of an object, or of a chat with both sides: a person or the robot."""

import re
from collections.abc import Iterable
from typing import Any

from emotion_ros.errors import InvalidInput

PERSON = ('user', 'human', 'person', 'you')
ROBOT = re.compile(
    r'(?:robot|assistant|chatbot|bot|agent|system|ai|llm|gpt|chatgpt|model|tool|function|tts'
    r'|texttospeech)(?:text|speech|says|said|message|response|reply|utterance)?'
)
SPEAKERS = ('role', 'speaker', 'sender', 'from', 'author', 'who')
SENDERS = (*SPEAKERS, 'source')
SPEAKING_SOURCE = re.compile(r'assistant|chatbot|bot|llm|gpt|chatgpt|tts')
"""Only these: ``source`` may be the sound card (system) or the robot's own microphone."""
RASA_ANSWER = {'recipientid', 'text', 'image', 'buttons', 'attachment', 'custom', 'quickreplies'}
TO_ROBOT = re.compile(r'.*(?:bot|assistant|agent|system|pepper|nao|furhat|tiago).*')
NAME_PARTICLES = ('van', 'von', 'de', 'der', 'den', 'la', 'di', 'da', 'del', 'bin', 'al', 'y')


def named_fields(content: dict[Any, Any]) -> dict[str, Any]:
    """Return the fields of an object by names that can be compared."""
    return {re.sub(r'[\W_]', '', str(key)).lower(): value for key, value in content.items()}


def sides_of(fields: dict[str, Any]) -> set[str]:
    """Return who an object says that it is from."""
    return {fields[name].lower() for name in SPEAKERS if isinstance(fields.get(name), str)}


def is_of_robot(fields: dict[str, Any], sides: Iterable[str] = ()) -> bool:
    """Return whether an object says that its words are those of the robot; so does Rasa's.

    An agent is the robot only as the other side of a user, among the ``sides`` of a chat, or by
    its role; else it may be a person in a call centre.
    """
    for name in SENDERS:
        if not isinstance(who := fields.get(name), str):
            continue
        if name != 'role' and who.lower() == 'agent':
            if not set(PERSON).isdisjoint(sides):
                return True
        elif (SPEAKING_SOURCE if name == 'source' else ROBOT).fullmatch(who.lower()):
            return True
    if 'recipientid' not in fields or not fields.keys() <= RASA_ANSWER:
        return False
    return not TO_ROBOT.fullmatch(str(fields['recipientid']).lower())


def messages_of_person(messages: list[Any]) -> list[Any]:
    """Return the messages of a chat that are not the robot's; the same list when it is none.

    InvalidInput('own_voice') when all of them are.
    """
    named = [named_fields(m) if isinstance(m, dict) else {} for m in messages]
    sides = {side for fields in named for side in sides_of(fields)}
    of_robot = [is_of_robot(fields, sides) for fields in named]
    if not any('role' in fields for fields in named) and not any(of_robot):
        return messages
    kept = [m for m, is_robots in zip(messages, of_robot, strict=True) if not is_robots]
    if not kept:
        raise InvalidInput('own_voice', 'the words of the robot')
    return kept


def is_sentence(text: str) -> bool:
    """Return whether this is a sentence rather than a name, as Anna de la Cruz."""
    words = text.split()
    if text.isupper():
        return len(words) > 3
    rest = [w for w in words[1:] if not w[0].isupper() and w not in NAME_PARTICLES]
    return bool(rest) and (len(words) > 2 or any(mark in text for mark in "'’?!."))
