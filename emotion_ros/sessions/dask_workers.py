# SPDX-License-Identifier: MIT
"""Workers of an existing Dask cluster; they need this package and the paths of the bags."""

import logging
import re
from collections.abc import Callable, Generator, Sequence

from distributed import Client, as_completed

from emotion_ros.errors import ConfigError
from emotion_ros.sessions.bag_job import BagJob, Outcome, attempt_bag

ADDRESS = re.compile(r'\w+://.+:\d+')
CONNECT_S = 10


def process_with_dask(
    jobs: Sequence[BagJob], scheduler: str, notify: Callable[[str], None]
) -> Generator[Outcome, None, None]:
    """Yield an outcome per job as they finish; ConfigError when the scheduler is lost.

    ``notify`` gets the number of workers when the jobs are submitted.
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
        workers = len(client.nthreads())
        futures = {client.submit(attempt_bag, job, pure=False): job for job in jobs}
        notify(f'{scheduler}: {workers} workers' + ('' if workers else ', waiting for some'))
        for future in as_completed(futures, loop=client.loop):
            if future.status == 'finished':
                yield future.result()
            elif future.status == 'error':
                failure = future.exception()
                yield Outcome(futures[future], error=f'{type(failure).__name__}: {failure}')
            else:
                raise ConfigError(f'--scheduler {scheduler}: the connection is lost')
