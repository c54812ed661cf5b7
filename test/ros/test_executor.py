# SPDX-License-Identifier: MIT
"""The executor of the nodes, which the graph of all tests here uses, too."""

import threading
from inspect import iscoroutine
from typing import Any

import pytest
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.task import Future, Task
from std_msgs.msg import String
from std_srvs.srv import SetBool

from emotion_ros.nodes import executor as executors
from emotion_ros.nodes.executors import topic_executor
from emotion_ros.nodes.executors.topic_executor import TopicExecutor
from graph import Graph


def test_an_error_in_a_service_reaches_the_one_who_spins(graph: Graph) -> None:
    """Red when _serve in topic_executor.py raises nothing."""

    def fail(request: Any, response: Any) -> Any:
        raise ValueError('no')

    graph.tester.create_service(SetBool, 'fails', fail)
    client = graph.tester.create_client(SetBool, 'fails')
    graph.until(client.service_is_ready, 'the service')
    client.call_async(SetBool.Request())
    graph.until(lambda: graph.errors, 'the error')
    assert str(graph.errors[0]) == 'no'


@pytest.mark.filterwarnings('ignore:Deprecated in favor of')  # rclpy of Kilted, in its own code
def test_incompatible_qos_is_reported(graph: Graph, rig: Node, capfd: Any) -> None:
    """Red when _OtherExecutor in topic_executor.py never looks for events."""
    reliable, best_effort = ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT
    rig.create_publisher(String, 'words', QoSProfile(depth=1, reliability=best_effort))
    graph.listen(String, 'words', QoSProfile(depth=1, reliability=reliable))
    logged: list[str] = []

    def is_reported() -> bool:
        logged.append(capfd.readouterr().err)
        return 'incompatible QoS' in ''.join(logged)

    graph.until(is_reported, 'a warning')


def test_a_node_that_is_removed_is_not_served(graph: Graph) -> None:
    """Red when remove_node in topic_executor.py does not wake the executors."""
    other = graph.add(Node, 'other')
    received: list[Any] = []
    other.create_subscription(String, 'words', received.append, 1)
    heard = graph.listen(String, 'words')
    publisher = graph.publisher(String, 'words')
    graph.until(lambda: publisher.get_subscription_count() == 2, 'both subscribers')
    graph.serve()
    graph.stop_serving(other)
    for count in (1, 2):  # the second one comes when the first was served everywhere
        publisher.publish(String())
        graph.until(lambda count=count: len(heard) == count, 'a message')
    assert not received


def test_what_a_callback_destroys_is_not_served(graph: Graph) -> None:
    """Red when _take in topic_executor.py lets InvalidHandle through."""
    late: list[Any] = []
    served: list[Any] = []

    def destroy(msg: Any) -> None:
        served.append(msg)
        graph.tester.destroy_subscription(victim)

    graph.tester.create_subscription(String, 'words', destroy, 1)
    victim = graph.tester.create_subscription(String, 'words', late.append, 1)
    publisher = graph.publisher(String, 'words')
    graph.until(lambda: publisher.get_subscription_count() == 2, 'both subscribers')
    publisher.publish(String())
    graph.until(lambda: served, 'the message')
    graph.serve()
    assert not late and not graph.errors


def test_a_coroutine_waits_for_a_message(graph: Graph) -> None:
    """Red when _run_tasks in topic_executor.py forgets a task that is not done."""
    came: Future = Future()
    graph.tester.create_subscription(String, 'words', lambda msg: came.set_result(msg.data), 1)

    async def wait() -> str:
        return str(await came)

    executor = graph.tester.executor
    assert executor is not None
    waited = executor.create_task(wait)
    graph.serve()
    graph.publisher(String, 'words').publish(String(data='hello'))
    graph.until(waited.done, 'the end of the coroutine')
    assert waited.result() == 'hello'


class LaterFuture(Future):
    """A future as of rclpy 7.1.9: who awaits it is not to be resumed before it is done."""

    def __await__(self) -> Any:
        if not self.done():
            yield self
        if not self.done():
            raise RuntimeError('Future awaited a second time before it was done')
        return self.result()


class LaterTask(Task):
    """A task as of rclpy 7.1.9: the future that it awaits resumes it."""

    def __call__(self) -> None:
        if not iscoroutine(self._handler):
            return super().__call__()
        try:
            awaited = self._handler.send(None)
        except StopIteration as end:
            return self.set_result(end.value)
        except ValueError as error:
            return self.set_exception(error)
        return awaited.add_done_callback(lambda _: self())


def test_a_coroutine_of_a_later_rclpy_is_resumed_once(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when _run_tasks in topic_executor.py does not ask IS_RESUMED."""
    monkeypatch.setattr(topic_executor, 'IS_RESUMED', True)
    monkeypatch.setattr(topic_executor, 'Task', LaterTask)
    awaited = [LaterFuture(), LaterFuture()]

    async def fail() -> None:
        for each in awaited:
            await each
        raise ValueError('at the end')

    executor = graph.tester.executor
    assert executor is not None
    failed = executor.create_task(fail)
    for each in awaited:
        graph.serve()
        assert not failed.done()
        each.set_result(None)
    graph.until(lambda: graph.errors, 'the error')
    assert [str(error) for error in graph.errors] == ['at the end']


def test_its_thread_ends_with_it(ros_domain: int) -> None:
    """Red when shutdown in topic_executor.py does not stop _OtherExecutor."""
    before = threading.active_count()
    graph = Graph()
    assert threading.active_count() > before
    graph.close()
    assert threading.active_count() == before


@pytest.mark.parametrize(('newest', 'is_ours'), [(0, False), (executors.NEWEST_RCLPY, True)])
def test_an_rclpy_whose_insides_are_not_known_keeps_its_executor(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, newest: int, is_ours: bool
) -> None:
    """Red when make_executor in nodes/executor.py looks at no version."""
    monkeypatch.setattr(executors, 'NEWEST_RCLPY', newest)
    executor = executors.make_executor(graph.context)
    assert isinstance(executor, TopicExecutor) is is_ours
    node, received = Node('served', context=graph.context), []
    node.create_subscription(String, 'words', received.append, 1)
    executor.add_node(node)
    graph.publisher(String, 'words').publish(String(data='yes'))
    graph.until(lambda: executor.spin_once(timeout_sec=0.05) or received, 'the message')
    executor.shutdown()
    node.destroy_node()


def test_what_joins_while_the_wait_set_is_built_is_served(graph: Graph) -> None:
    """Red when wake in topic_executor.py only forgets the wait set: another thread may be faster.

    Here a subscription is made, as by another thread, when those of the node were listed.
    """
    heard: list[String] = []

    class Growing(Node):
        is_listed = False

        @property
        def subscriptions(self) -> Any:
            listed = list(super().subscriptions)
            if not Growing.is_listed and threading.current_thread() is threading.main_thread():
                Growing.is_listed = True
                self.create_subscription(String, 'words', heard.append, 1)
            return iter(listed)

    graph.add(Growing, 'growing')
    publisher = graph.publisher(String, 'words')
    graph.until(lambda: heard, 'a message', publish=lambda: publisher.publish(String()))
