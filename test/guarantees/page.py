# SPDX-License-Identifier: MIT
"""``python test/guarantees/page.py REPORT.xml PAGE.md``: the promises and how their tests ended.

REPORT.xml is what ``pytest --junitxml`` wrote. A test belongs to a promise by its name,
``test_promise_NN_...``, wherever it stands.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import yaml

PROMISES = Path(__file__).with_name('promises.yaml')
NAME = re.compile(r'test_promise_(\d+)_')
MEASURED = Path(__file__).with_name('measured.csv')
HEAD = """# Promises

Every line has tests (`grep -rn test_promise_12_ test`). `make test` runs them in short forms,
`make promises` at full length; it writes this page and
[what was measured](../test/guarantees/measured.csv). A line without a remark was kept.
"""


@dataclass
class Trial:
    """All cases of one test function: how they ended, and what the last of them measured."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: set[str] = field(default_factory=set)
    figures: dict[str, str] = field(default_factory=dict)


def main(report: Path, page: Path, measured: Path = MEASURED) -> int:
    """Write the page and the figures; return 1 if a promise is broken or has no test."""
    sections = yaml.safe_load(PROMISES.read_text())
    reasons = sections.pop('not_run_here')
    trials = read_report(report)
    verdicts = {
        number: verdict(trials.get(number, {}).values(), number in reasons)
        for section in sections.values()
        for number in section['promises']
    }
    page.write_text('\n'.join(lines(sections, reasons, trials, verdicts)) + '\n')
    measured.write_text(''.join(figures(trials)), encoding='utf-8')
    sys.stdout.write(
        f'{sum(v == "kept" for v in verdicts.values())} of {len(verdicts)} promises kept\n'
    )
    return int(any(v in ('broken', 'not tried') for v in verdicts.values()))


def read_report(path: Path) -> dict[int, dict[str, Trial]]:
    """Return the trials of each promise by the name of the test."""
    trials: dict[int, dict[str, Trial]] = {}
    for case in ElementTree.parse(path).iter('testcase'):
        if not (match := NAME.match(case.get('name', ''))):
            continue
        name = case.get('name', '').partition('[')[0]
        trial = trials.setdefault(int(match[1]), {}).setdefault(name, Trial(name))
        count(case, trial)
    return trials


def count(case: ElementTree.Element, trial: Trial) -> None:
    """Add one case to its trial."""
    skip = case.find('skipped')
    if skip is not None:
        trial.skipped.add(skip.get('message', ''))
    elif case.find('failure') is not None or case.find('error') is not None:
        trial.failed += 1
    else:
        trial.passed += 1
    for measured in case.iter('property'):
        if measured.get('name') == 'figure':
            what, _, value = measured.get('value', '').partition(': ')
            trial.figures[what] = value


def verdict(trials: Iterable[Trial], has_reason: bool) -> str:
    """Return 'broken', 'kept', 'not run here' or 'not tried'."""
    trials = list(trials)
    if any(trial.failed for trial in trials):
        return 'broken'
    if any(trial.passed for trial in trials):
        return 'kept'
    return 'not run here' if has_reason else 'not tried'


def lines(
    sections: Mapping[str, dict[str, object]],
    reasons: Mapping[int, str],
    trials: Mapping[int, Mapping[str, Trial]],
    verdicts: Mapping[int, str],
) -> Iterator[str]:
    """Yield the lines of the page."""
    yield HEAD
    kept = sum(v == 'kept' for v in verdicts.values())
    yield f'**{kept} of {len(verdicts)} kept.**'
    for letter, section in sections.items():
        yield f'\n## {letter}. {section["title"]}\n'
        for number, text in section['promises'].items():
            found = trials.get(number, {}).values()
            yield row(number, text.strip(), verdicts[number], found, reasons.get(number, ''))


def figures(trials: Mapping[int, Mapping[str, Trial]]) -> Iterator[str]:
    """Yield the lines of the CSV file of figures."""
    yield 'promise,figure,value\n'
    for number, found in sorted(trials.items()):
        for trial in found.values():
            yield from (f'{number},"{what}",{value}\n' for what, value in trial.figures.items())


def row(number: int, text: str, verdict: str, trials: Iterable[Trial], reason: str) -> str:
    """Return one row of the list."""
    trials = list(trials)
    notes = [f'not run: {reason}'] if reason else []
    notes += sorted({f'skipped: {why}' for t in trials for why in t.skipped if not reason})
    ending = '' if verdict == 'kept' else f' **{verdict}**'
    details = ', '.join(notes)
    return f'{number}. {text}{ending}' + (f' *({details})*' if details else '')


if __name__ == '__main__':
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))
