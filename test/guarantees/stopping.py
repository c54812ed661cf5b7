# SPDX-License-Identifier: MIT
"""A node that is asked to stop at one of the two moments at which that used to fail."""

import os
import signal
import sys
import time

from rclpy.clock import Clock
from rclpy.duration import Duration

from emotion_ros.core.options import Options
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.executor import run
from emotion_ros.runtime.worker import Worker

NATIVE_WORK_S = 2.0


class StoppedInACallback(EmotionNode[Options]):
    """The signal comes while C++ of rclpy calls Python, which makes a RuntimeError of any."""

    Config = Options

    def setup(self) -> None:
        """Stop half a second from now."""
        self._timer = self.create_timer(0.5, self._on_timer, clock=self.steady_clock)

    def _on_timer(self) -> None:
        self._timer.cancel()
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt as error:
            raise RuntimeError('Unable to convert call argument') from error


class StoppedDuringInference(EmotionNode[Options]):
    """The worker is inside native code, without the GIL, for longer than anybody waits for it."""

    Config = Options

    def setup(self) -> None:
        """Begin half a second from now."""
        self._worker = Worker('busy', self._work, self.report_error)
        self.create_timer(0.5, self._on_timer, clock=self.steady_clock)

    def _on_timer(self) -> None:
        self._worker.submit(Duration(seconds=NATIVE_WORK_S))

    def cleanup(self) -> None:
        """Stop the worker."""
        self._worker.stop()

    def _work(self, work: Duration) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        Clock().sleep_for(work)


class SlowToFree:
    """Frees its memory slowly while the interpreter ends, as large models do."""

    def __del__(self) -> None:
        """Let the worker come back meanwhile."""
        time.sleep(2 * NATIVE_WORK_S)


if __name__ == '__main__':
    make = {'callback': StoppedInACallback, 'inference': StoppedDuringInference}[sys.argv[1]]
    model = SlowToFree() if make is StoppedDuringInference else None
    raise SystemExit(run([lambda: make('stopping')], []))
