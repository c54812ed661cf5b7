# SPDX-License-Identifier: MIT
"""Values in a string: JSON, one after another or encoded twice, and what Python printed."""

import ast
import json
import re
from ast import literal_eval
from typing import Any

MAX_CHARS = 1_000_000
IS_OBJECT = re.compile(
    r'\s*(?:\{\s*(?:["\'}]|\w+\s*:\s*["\'[{\d])|\[\s*\{|\[?\s*(?:\w+\.)*[A-Z]\w*\(\w+=)'
)
"""JSON, the same with bare names, or an object that Python printed, as ``Segment(id=1, ...)``."""
IS_LIST = re.compile(r'\s*[\[(]\s*["\']')
IS_QUOTED = re.compile(r'\s*(?:b(?:"[^"]*"|\'[^\']*\')|"\s*[{[].*")\s*', re.DOTALL)
"""Bytes that Python printed, or JSON that was encoded twice."""
IS_EVENT_STREAM = re.compile(r'(?:(?:event|id|retry):[^\n]*\n)*data:\s*[{[]')
_BETWEEN = re.compile(r'[\s,\x1e]*')
_PYTHON_ESCAPE = re.compile(r'\\(?![\\\'"nrtxu])')


def unwrap(raw: str) -> str:
    """Return what is in quotes around JSON or in server-sent events; else the text itself."""
    if IS_EVENT_STREAM.match(raw):
        lines = (line[5:].strip() for line in raw.splitlines() if line.startswith('data:'))
        return '\n'.join(line for line in lines if line != '[DONE]')
    if len(raw) > MAX_CHARS or not IS_QUOTED.fullmatch(raw):
        return raw
    try:
        inner = literal_eval(raw.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return raw
    return inner.decode('utf-8', 'replace') if isinstance(inner, bytes) else str(inner)


def parse_values(raw: str) -> list[Any]:
    """Return the JSON values one after the other, or a Python dict that was printed, or none."""
    contents, at, decode = [], 0, json.JSONDecoder().raw_decode
    try:
        while (at := match.end() if (match := _BETWEEN.match(raw, at)) else at) < len(raw):
            content, at = decode(raw, at)
            contents.append(content)
        return contents
    except (ValueError, RecursionError):
        pass
    if _PYTHON_ESCAPE.search(raw):
        return []
    try:
        return [_printed(ast.parse(raw.strip(), mode='eval').body)]
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return []


def _printed(node: ast.expr) -> Any:
    """Return what Python printed: literals, objects as their fields, ``float64(0.9)`` as 0.9."""
    if isinstance(node, ast.Call):
        fields = {kw.arg: _printed(kw.value) for kw in node.keywords if kw.arg}
        return fields or (_printed(node.args[0]) if node.args else None)
    if isinstance(node, (ast.List, ast.Tuple)):
        items = [_printed(item) for item in node.elts]
        is_result = isinstance(node, ast.Tuple) and items and isinstance(items[0], str)
        return items[:1] if is_result else items  # words, then their confidence or language
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {
            key.id if isinstance(key, ast.Name) else _printed(key): _printed(value)
            for key, value in pairs
            if key
        }
    if isinstance(node, (ast.Name, ast.Attribute)):  # as nan, null, an enumeration
        return {'true': True, 'false': False}.get(getattr(node, 'id', ''))
    return literal_eval(node)


def number(value: Any) -> float:
    """Return a number; NaN for anything else."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number else float('nan')
