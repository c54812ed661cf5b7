# SPDX-License-Identifier: MIT
"""What an object says of the service that sent it: errors, states, lines of a log."""

import re
from typing import Any

from emotion_ros.core.speech.chat_sides import PERSON, sides_of
from emotion_ros.core.speech.printed_values import number

KIND_IN_MESSAGE = re.compile(r'(?:[A-Z][a-z]+){2,}|(?i:success|info|warning|error)\.?')
"""What ``message`` holds when it is not words: AddTranscript of Speechmatics."""
LOG_LEVELS = ('level', 'levelname', 'loglevel', 'severity', 'logger')
CODES = ('code', 'errno', 'errcode', 'errorcode')
ERRORS = ('error', 'errormessage', 'exception')
NO_ERRORS = ('', 'none', 'null', 'no', 'false', '0', 'ok', 'success', 'no error')
STATES = ('status', 'state', 'type', 'messagetype', 'event')
SERVICE_STATE = re.compile(
    r'(?:dis)?connect\w*|listening|ready|idle|loading|waiting|start\w*|stop\w*|initiali[sz]\w*'
    r'|info|log|debug|notice|notification|status'
)
BAD_STATUS = re.compile(r'.*(?:error|fail|exception|timeout|abort|cancel|reject|denied|invalid).*')


def is_kind(message: Any) -> bool:
    """Return whether what is named ``message`` says what an object is, as AddTranscript."""
    return isinstance(message, str) and KIND_IN_MESSAGE.fullmatch(message) is not None


def errors_of(fields: dict[str, Any]) -> list[str]:
    """Return the names under which an object reports an error; an empty field is none."""
    return [n for n in ERRORS if fields.get(n) and str(fields[n]).lower() not in NO_ERRORS]


def has_failed(fields: dict[str, Any]) -> bool:
    """Return whether an object reports an error instead of words."""
    states = [fields[name].lower() for name in STATES if isinstance(fields.get(name), str)]
    return (
        bool(errors_of(fields))
        or fields.get('success') is False
        or any(BAD_STATUS.fullmatch(state) for state in states)
        or 400 <= number(fields.get('status')) < 600
    )


def is_spoken(fields: dict[str, Any], name: str) -> bool:
    """Return whether a note is words: no line of a log, no state of a service."""
    if sides_of(fields) or (name == 'message' and any(fields.get(who) for who in PERSON)):
        return not {*LOG_LEVELS} & fields.keys() or 'speaker' in fields
    states = [fields[n].lower() for n in STATES if isinstance(fields.get(n), str)]
    codes = {str(fields[name]) for name in CODES if name in fields}
    return not (
        {*LOG_LEVELS} & fields.keys()
        or codes - {'0', '200', 'None', ''}
        or is_kind(fields[name])
        or any(SERVICE_STATE.fullmatch(state) for state in states)
    )
