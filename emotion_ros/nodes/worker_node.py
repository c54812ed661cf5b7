# SPDX-License-Identifier: MIT
"""The base of the nodes that run a model: one input, one worker thread, one result topic."""

from abc import abstractmethod
from collections.abc import Sequence
from time import time
from typing import Any, ClassVar, Generic, TypeVar

from rclpy.publisher import Publisher

from emotion_ros.core.graph.snapshot import InputTopic
from emotion_ros.core.image_topics import Topic
from emotion_ros.core.observations import SourceStatus
from emotion_ros.core.options import Options
from emotion_ros.errors import InvalidInput, ModelError
from emotion_ros.nodes.base_node import EmotionNode
from emotion_ros.nodes.inputs.input_monitor import Diagnose
from emotion_ros.nodes.inputs.input_subscription import InputSubscription
from emotion_ros.perception.models.backend import MODEL_FAILURES
from emotion_ros.runtime.worker import Worker

C = TypeVar('C', bound=Options)
Item = TypeVar('Item')


class WorkerNode(EmotionNode[C], Generic[C, Item]):
    """Accepts messages in the callback and processes them in a worker thread.

    A subclass opens ``results`` in ``setup`` and calls ``subscribe`` in ``activate``. Then every
    message takes the same way: ``accept`` (callback, cheap) -> mailbox of ``MAILBOX_SLOTS`` ->
    ``process`` (worker) -> ``after_result`` (worker, for what can wait). InvalidInput from the
    first two rejects the message and is counted by its reason. A node that is off or failing
    publishes that at once and then once a second; an inactive one, once that it is off.
    """

    MAILBOX_SLOTS: ClassVar[int] = 1
    results: Publisher
    input: InputSubscription
    refused: tuple[InvalidInput, Any, float] | None = None
    """Why the last one was refused, the message or item, and when (wall clock, s)."""

    _worker: Worker[Item] | None = None
    _hung_worker: Worker[Item] | None = None

    @abstractmethod
    def accept(self, msg: Any) -> Item:
        """Return what is to be processed; InvalidInput rejects the message."""

    def is_wanted(self, msg: Any) -> bool:  # noqa: ARG002
        """Return whether a message is processed; it is dropped otherwise."""
        return True

    @abstractmethod
    def process(self, item: Item) -> None:
        """Run the model and publish the result; InvalidInput rejects the item."""

    def after_result(self) -> None:
        """Do what could wait until the result was published."""

    @abstractmethod
    def status_to_msg(self, status: SourceStatus, reason: str) -> Any:
        """Return the message of ``results`` that carries only the status of this node."""

    def describe_refused(self, topic: InputTopic) -> tuple[InputTopic, str]:
        """Return the input with what came last and was refused, and what was wrong with it."""
        return topic, ''

    def subscribe(
        self,
        sources: Sequence[Topic],
        qos: Any,
        diagnose: Diagnose,
        *,
        asks_for_all: bool = False,
    ) -> None:
        """Open the input and start the worker; ``diagnose`` finds out why nothing arrives.

        The first of the sources that is published is taken; see InputSubscription.
        """
        if self._hung_worker and self._hung_worker.is_alive:
            raise ModelError('the model still works on an item: activate later, or cleanup first')
        self.refused = None  # set here, it is dropped with what else an active node holds
        self._worker = Worker(self.get_name(), self._process, self.fail, self.MAILBOX_SLOTS)
        self.input = InputSubscription(
            self,
            sources,
            self._on_message,
            qos,
            clock=self.steady_clock,
            asks_for_all=asks_for_all,
        )
        self.monitor_input(self.input, diagnose, self.describe_refused)

    def announce_inactive(self) -> None:
        """Publish that nothing comes from here any more."""
        self.results.publish(self.status_to_msg(SourceStatus.DISABLED, 'disabled'))

    def deactivate(self) -> None:
        """Stop the worker: it publishes."""
        if self._worker:
            self._worker.stop()
            self.input.close()
            if self._worker.is_alive:
                self._hung_worker = self._worker

    def cleanup(self) -> None:
        """Leave a hung worker to its model; the next one is another."""
        self._hung_worker = None

    def status(self) -> SourceStatus:
        """Return whether this node works, is switched off, or fails."""
        if not self.enabled:
            return SourceStatus.DISABLED
        return SourceStatus.ERROR if self.statistics.error else SourceStatus.OK

    def publish_status(self) -> None:
        """Publish the status of this node without a result."""
        reason = self.statistics.reason if self.enabled else 'disabled'
        self.results.publish(self.status_to_msg(self.status(), reason))

    def on_enable(self, enabled: bool) -> None:
        """Publish at once that the node is off; what waits is not processed any more."""
        if not enabled:
            if self._worker:
                self._worker.clear()
            self.publish_status()

    def on_second(self) -> None:
        """Repeat that the node is off or failing."""
        if self.status() is not SourceStatus.OK:
            self.publish_status()

    def reject(self, error: InvalidInput, item: Any) -> None:
        """Count and keep a message or item that cannot be used; a failing model is an error."""
        self.refused = (error, item, time())
        self.statistics.reject(error.reason)
        if error.reason in MODEL_FAILURES:
            self.fail(error)

    def fail(self, error: Exception) -> None:
        """Count and log an error; the first one is published at once."""
        is_first = not self.statistics.error
        self.report_error(error)
        if is_first:
            self.publish_status()

    def _on_message(self, msg: Any) -> None:
        self.statistics.count('received')
        if not self.enabled:
            return
        if not self.is_wanted(msg):
            self.statistics.count('dropped')
            return
        try:
            item = self.accept(msg)  # here, so that bad input takes no place in the mailbox
        except InvalidInput as error:
            self.reject(error, msg)
            return
        if self._worker and self._worker.submit(item):
            self.statistics.count('dropped')

    def may_publish(self) -> bool:
        """Whether a result is wanted; the worker asks when it has one.

        The node may have been switched off meanwhile, or activated anew while this worker hung.
        """
        return self.enabled and self._worker is not None and self._worker.is_current()

    def _process(self, item: Item) -> None:
        try:
            self.process(item)
        except InvalidInput as error:
            self.reject(error, item)
        else:
            if self._worker and self._worker.is_current():
                self.after_result()
