# SPDX-License-Identifier: MIT
"""Processes on this machine that process bags; the end of one of them ends nothing else."""

import multiprocessing
import os
import signal
from collections.abc import Generator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import cv2

from emotion_ros.sessions.bag_job import BagJob, Outcome, attempt_bag

_SPAWN = multiprocessing.get_context('spawn')  # a fork would copy the threads' locks
_STOP_S = 2.0


def process_locally(jobs: Sequence[BagJob], processes: int) -> Generator[Outcome, None, None]:
    """Yield an outcome per job as they finish; leaving the iterator stops the processes.

    A job whose process dies (out of memory, a crash in a library) has that as its error.
    """
    waiting = list(reversed(jobs))
    processes = min(processes, len(jobs))
    # A bag fills a core and a half; where each process has less, threads only cost time.
    in_threads = 2 * processes <= len(os.sched_getaffinity(0))
    with ExitStack() as stack:
        busy: dict[object, tuple[_Worker, BagJob]] = {}
        idle = [_start(stack, in_threads) for _ in range(processes)]
        while waiting or busy:
            while waiting and idle:
                worker, job = idle.pop(), waiting.pop()
                with suppress(BrokenPipeError):  # has died: so says the other end of the pipe
                    worker.connection.send(job)
                busy[worker.connection] = worker, job
            for ready in wait([worker.connection for worker, _ in busy.values()]):
                worker, job = busy.pop(ready)
                try:
                    outcome: Outcome = worker.connection.recv()
                except (EOFError, ConnectionResetError):
                    worker.process.join(_STOP_S)
                    code = worker.process.exitcode
                    outcome = Outcome(job, error=f'its process ended with exit code {code}')
                    worker = _start(stack, in_threads) if waiting else worker
                yield outcome
                idle.append(worker)


@dataclass(frozen=True)
class _Worker:
    process: BaseProcess
    connection: Connection

    def stop(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.join()


def _start(stack: ExitStack, in_threads: bool) -> _Worker:
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_serve, args=(theirs, in_threads), daemon=True)
    process.start()
    theirs.close()
    worker = _Worker(process, ours)
    stack.callback(worker.stop)
    return worker


def _serve(connection: Connection, in_threads: bool) -> None:
    """Process the jobs that come until the other end is closed; Ctrl-C is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    with suppress(EOFError, BrokenPipeError):
        while True:
            connection.send(attempt_bag(connection.recv(), in_threads=in_threads))
