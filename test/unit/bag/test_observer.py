# SPDX-License-Identifier: MIT
"""What a replay makes ahead of time: in order, with its errors, and closed where it began."""

import threading
from collections.abc import Generator
from itertools import islice

import pytest

from emotion_ros.bag.observer import MOST_AHEAD, BagObserver, run_ahead
from emotion_ros.bag.reader import Recorded, Topic


class Source:
    """Numbers, with the threads in which they were made and the generator was closed."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.made: list[threading.Thread] = []
        self.closed_in: threading.Thread | None = None
        self._fails_at = fails_at

    def numbers(self, count: int) -> Generator[int, None, None]:
        try:
            for number in range(count):
                if number == self._fails_at:
                    raise RuntimeError('broken')
                self.made.append(threading.current_thread())
                yield number
        finally:
            self.closed_in = threading.current_thread()


@pytest.mark.parametrize('count', [0, 1, MOST_AHEAD, 20])
def test_items_keep_their_order(count: int) -> None:
    assert list(run_ahead(Source().numbers(count))) == list(range(count))


def test_items_are_made_in_one_other_thread_a_few_ahead() -> None:
    source = Source()
    ahead = run_ahead(source.numbers(20))
    assert next(ahead) == 0
    ahead.close()
    assert len(set(source.made)) == 1
    assert threading.current_thread() not in source.made
    assert len(source.made) <= MOST_AHEAD + 1


def test_an_error_comes_after_the_items_before_it() -> None:
    ahead = run_ahead(Source(fails_at=5).numbers(20))
    assert list(islice(ahead, 5)) == [0, 1, 2, 3, 4]
    with pytest.raises(RuntimeError, match='broken'):
        next(ahead)


def test_a_source_is_closed_in_its_thread_when_its_reader_stops() -> None:
    source = Source()
    ahead = run_ahead(run_ahead(source.numbers(20)))
    assert list(islice(ahead, 2)) == [0, 1]
    ahead.close()
    assert source.closed_in is source.made[0]


@pytest.mark.parametrize('in_threads', [True, False])
def test_messages_are_read_in_the_thread_of_the_caller_unless_in_threads(in_threads: bool) -> None:
    readers: set[threading.Thread] = set()

    def messages() -> Generator[Recorded, None, None]:
        for time_ns in range(3):
            readers.add(threading.current_thread())
            yield Recorded(time_ns, Topic('/other', 'std_msgs/msg/Empty', 3), object(), b'')

    observer = BagObserver(None, None, (), in_threads=in_threads)
    assert list(observer.observe(messages())) == []
    assert next(iter(observer.results.values())).messages == 3
    assert (threading.current_thread() in readers) is not in_threads
