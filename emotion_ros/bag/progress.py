# SPDX-License-Identifier: MIT
"""Progress of a replay on a terminal."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from emotion_ros.bag.offline_fusion import NANOSECONDS, Moment
from emotion_ros.bag.reader import Bag
from emotion_ros.view.progress import progress_bar


@contextmanager
def with_progress(moments: Iterable[Moment], bag: Bag) -> Iterator[Iterator[Moment]]:
    """Pass the moments through; on a terminal a bar on stderr shows how far they are."""
    bar = progress_bar()
    task = bar.add_task('replay', total=bag.duration_s)

    def watched() -> Iterator[Moment]:
        for moment in moments:
            done_s = max(moment.time_ns - bag.start_ns, 0) / NANOSECONDS
            bar.update(task, completed=done_s)
            yield moment

    with bar:
        yield watched()
