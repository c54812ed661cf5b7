# SPDX-License-Identifier: MIT
"""Workers of an existing Dask cluster; they need this package and the paths of the bags."""

import logging
import re
from collections.abc import Callable, Generator, Sequence
from time import monotonic

from distributed import CancelledError, Client, Future, wait
from distributed import TimeoutError as NotYet

from emotion_ros.errors import ConfigError
from emotion_ros.sessions.bag_job import BagJob, Outcome, attempt_bag

ADDRESS = re.compile(r'\w+://.+:\d+')
CONNECT_S = 10
POLL_S = 1.0
NO_WORKER_S = 300.0
"""How long a cluster may be without workers, as while it starts or replaces them."""


def process_with_dask(
    jobs: Sequence[BagJob],
    scheduler: str,
    notify: Callable[[str], None],
    no_worker_s: float = NO_WORKER_S,
) -> Generator[Outcome, None, None]:
    """Yield an outcome per job as they finish.

    ``notify`` gets a line when there are workers, and when there are none. ConfigError when the
    scheduler is lost, or has no worker for ``no_worker_s``.
    """
    for name in ('distributed.client', 'distributed.core'):  # the error says it in one line
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if not ADDRESS.fullmatch(scheduler):
        raise ConfigError(f'--scheduler {scheduler}: is no address such as tcp://10.0.0.5:8786')
    try:
        client = Client(scheduler, timeout=CONNECT_S, set_as_default=False)
    except OSError as error:
        reason = ' '.join(str(error).split())
        raise ConfigError(f'--scheduler {scheduler}: cannot be reached: {reason}') from error
    with client:
        futures = {client.submit(attempt_bag, job, pure=False): job for job in jobs}
        try:
            for future in _completed(client, [*futures], notify, no_worker_s):
                if future.status == 'finished':
                    yield future.result()
                else:
                    failure = future.exception()
                    yield Outcome(futures[future], error=f'{type(failure).__name__}: {failure}')
        except (CancelledError, OSError) as error:
            raise ConfigError(f'--scheduler {scheduler}: the connection is lost') from error


def _completed(
    client: Client, pending: list[Future], notify: Callable[[str], None], no_worker_s: float
) -> Generator[Future, None, None]:
    """Yield the futures as they complete; CancelledError or OSError when the scheduler is lost."""
    address, worked_s, had_workers = client.scheduler.address, monotonic(), None
    while pending:
        workers = len(client.nthreads())
        if had_workers is not bool(workers):
            waiting = f'no workers: waiting {no_worker_s:g} s for some'
            notify(f'{address}: {f"workers: {workers}" if workers else waiting}')
            had_workers = bool(workers)
        if workers:
            worked_s = monotonic()
        elif monotonic() - worked_s > no_worker_s:
            raise ConfigError(f'--scheduler {address}: no worker for {no_worker_s:g} s')
        try:
            with client.as_current():
                done, _ = wait(pending, POLL_S, 'FIRST_COMPLETED')
        except NotYet:
            continue
        pending = [future for future in pending if future not in done]
        yield from done
