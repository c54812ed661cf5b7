# SPDX-License-Identifier: MIT
"""What is wrong with the stamps of an input."""

from math import isnan

from emotion_ros.core.graph.snapshot import ClockReport, Finding, Kind, Severity

OLD_S = 0.5
NEAR_S = 5.0  # two clocks that differ by less are taken for one
LONGEST_S = 10.0  # the largest time-outs of the fusion
FAR_S = 6.0  # beyond, no time-out is long enough
EPOCH_S = 1e9  # older than this: not counted from 1970
NO_CLOCK = ClockReport()


def check_stamps(
    topic: str, age_s: float, clock: ClockReport, severity: Severity
) -> Finding | None:
    """Return what is wrong with stamps that are ``age_s`` behind the wall clock, if anything.

    A clock that the stamps agree with, and the nodes do not follow, is the cause.
    """
    sim_age_s = age_s + clock.offset_s
    behind_s = sim_age_s if clock.simulated else age_s
    if isnan(behind_s) or abs(behind_s) <= OLD_S:
        return None
    number = f'{abs(behind_s):.1f}'
    facts = {'topic': topic, 'seconds': number, 'above': sufficient_timeout(abs(behind_s))}
    if clock.simulated and (abs(age_s) < NEAR_S or abs(behind_s) > EPOCH_S):
        kind = Kind.STAMPS_OF_WALL_CLOCK
        what = 'stamps are those of the wall clock, but the nodes follow /clock'
    elif not clock.simulated and abs(sim_age_s) < NEAR_S:
        kind = Kind.STAMPS_OF_SIM_CLOCK
        what = 'stamps are those of /clock, but the nodes use the wall clock'
    elif behind_s > EPOCH_S:
        kind, what = Kind.STAMPS_NOT_SINCE_1970, 'stamps do not count from 1970'
    elif behind_s > FAR_S:
        kind, what = Kind.STAMPS_FAR_BEHIND, f'stamps are {number} s behind the clock here'
    elif behind_s > 0.0:
        kind, what = Kind.STAMPS_BEHIND, f'stamps are {number} s behind the clock here'
    else:
        kind, what = Kind.STAMPS_AHEAD, f'stamps are {number} s ahead of the clock here'
    return Finding(severity, kind, f'{topic}: {what}', facts)


def sufficient_timeout(age_s: float) -> str:
    """Return a time-out (s) that an input of this age keeps to; the largest when not known."""
    return f'{min(age_s * 1.5 + 0.5, LONGEST_S):.1f}' if age_s == age_s else f'{LONGEST_S:.1f}'
