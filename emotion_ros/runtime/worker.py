# SPDX-License-Identifier: MIT
"""Heavy work outside the callbacks: one thread behind a mailbox of few slots."""

from collections import deque
from collections.abc import Callable
from functools import partial
from threading import Condition, Thread, current_thread
from typing import Generic, TypeVar

T = TypeVar('T')

_busy: set[Thread] = set()  # what is inside ``report_exceptions``


def busy_threads() -> set[Thread]:
    """Return the threads that are inside ``report_exceptions`` now."""
    return set(_busy)


def report_exceptions(
    action: Callable[[], None],
    on_error: Callable[[Exception], None],
    passing: tuple[type[Exception], ...] = (),
) -> None:
    """Run ``action``; pass an exception to ``on_error`` instead of ending the thread.

    This is the one place where any exception is caught: a robot keeps running, and the error is
    counted and logged. Those that ask for the end of the process pass: Ctrl-C and ``passing``.
    """
    thread = current_thread()
    _busy.add(thread)
    try:
        action()
    except passing:
        raise
    except Exception as error:  # noqa: BLE001
        on_error(error)
    finally:
        _busy.discard(thread)


class Worker(Generic[T]):
    """Calls ``handle`` with the items, oldest first; a full mailbox loses its oldest item.

    With one slot the latest item wins. ``on_error`` is called, in the worker's thread, with
    what ``handle`` raises; the next item is handled all the same.
    """

    def __init__(
        self,
        name: str,
        handle: Callable[[T], None],
        on_error: Callable[[Exception], None],
        slots: int = 1,
    ) -> None:
        self._handle = handle
        self._on_error = on_error
        self._items: deque[T] = deque(maxlen=slots)
        self._changed = Condition()
        self._stopping = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the thread has not ended; after ``stop`` it hangs in ``handle``."""
        return self._thread.is_alive()

    def is_current(self) -> bool:
        """Whether the caller is inside ``handle`` of this worker."""
        return current_thread() is self._thread

    def submit(self, item: T) -> bool:
        """Leave an item in the mailbox; return whether another was lost for it."""
        with self._changed:
            full = len(self._items) == self._items.maxlen
            self._items.append(item)
            self._changed.notify()
            return full

    def clear(self) -> None:
        """Forget the items that wait."""
        with self._changed:
            self._items.clear()

    def stop(self, timeout_s: float = 0.5) -> None:
        """Ask the thread to end; a hung ``handle`` is left behind after the timeout."""
        with self._changed:
            self._stopping = True
            self._items.clear()
            self._changed.notify()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._stopping)
                if self._stopping:
                    return
                item = self._items.popleft()
            report_exceptions(partial(self._handle, item), self._report)

    def _report(self, error: Exception) -> None:
        """Pass an error on; what fails while the node is being destroyed is no error."""
        if not self._stopping:
            self._on_error(error)
