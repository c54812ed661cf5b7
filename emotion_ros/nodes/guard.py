# SPDX-License-Identifier: MIT
"""The one place where any exception is caught and reported, so that a robot keeps running."""

from collections.abc import Callable

from rclpy.executors import ExternalShutdownException


def guarded(action: Callable[[], None], on_error: Callable[[Exception], None]) -> None:
    """Run ``action``; give an exception to ``on_error`` instead of ending the thread.

    The two that ask for the end of the process (Ctrl-C, shutdown) pass through.
    """
    try:
        action()
    except ExternalShutdownException:
        raise
    except Exception as error:  # noqa: BLE001
        on_error(error)
