# SPDX-License-Identifier: MIT
"""A snapshot of a running graph, and the findings that are drawn from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

from emotion_ros.core.image_topics import Topic

NAN = float('nan')
VISION, SENTIMENT, FUSION = 'vision_node', 'sentiment_node', 'fusion_node'
VOICE_NODE = 'voice_node'


class Severity(IntEnum):
    """How bad a finding is; PROBLEM means that states are missing or worth nothing."""

    GOOD = 0
    NOTE = 1
    PROBLEM = 2


class Kind(Enum):
    """What a finding is about; what to do about it depends on this and on its facts."""

    FINE = auto()
    NO_NODE = auto()
    OTHER_NAMESPACE = auto()
    NODE_MISSING = auto()
    NODE_ELSEWHERE = auto()
    NODE_RENAMED = auto()
    DUPLICATE_NODE = auto()
    NO_DIAGNOSTICS = auto()
    SWITCHED_OFF = auto()
    NODE_ERROR = auto()
    NO_CLOCK = auto()
    CLOCK_STANDS_STILL = auto()
    CLOCK_UNUSED = auto()
    SLOW_CLOCK = auto()
    MIXED_CLOCKS = auto()
    NO_PUBLISHER = auto()
    OTHER_TOPIC = auto()
    OTHER_TRANSPORT = auto()
    OTHER_TYPE = auto()
    NOT_CONFIGURED = auto()
    NOT_ACTIVE = auto()
    SILENT_PUBLISHER = auto()
    NOT_DELIVERED = auto()
    SEVERAL_PUBLISHERS = auto()
    BEST_EFFORT = auto()
    REFUSED = auto()
    FEW_IMAGES = auto()
    BLACK_IMAGES = auto()
    FLAT_IMAGES = auto()
    STILL_IMAGES = auto()
    NOT_UPRIGHT = auto()
    SILENT_AUDIO = auto()
    CLIPPED_AUDIO = auto()
    LOST_AUDIO = auto()
    STAMPS_BEHIND = auto()
    STAMPS_FAR_BEHIND = auto()
    STAMPS_AHEAD = auto()
    STAMPS_NOT_SINCE_1970 = auto()
    STAMPS_OF_WALL_CLOCK = auto()
    STAMPS_OF_SIM_CLOCK = auto()
    LATE_FOR_FUSION = auto()
    NO_UTTERANCE = auto()
    SEVERAL_FUSIONS = auto()
    UNMATCHED_SUBSCRIBER = auto()
    NO_STATE = auto()
    NO_INPUT = auto()


@dataclass(frozen=True)
class Finding:
    """One line for the user; ``facts`` are the names and numbers that its remedy needs."""

    severity: Severity
    kind: Kind
    what: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Publisher:
    """A publisher of a topic; ``type`` is such as ``sensor_msgs/msg/Image``.

    ``path`` is the full name of its node, ``lifecycle`` the state of a managed node ('' for
    another node, 'unknown' when it was not asked).
    """

    node: str
    type: str
    is_reliable: bool = True
    path: str = ''
    lifecycle: str = ''


@dataclass(frozen=True)
class InputTopic:
    """A topic that a node subscribes to, and what was received on it.

    ``alternatives`` are the other published topics of the graph. ``encoding``, ``size``
    (such as ``640x480``), ``age_s`` (wall clock minus stamp at receipt), ``brightness`` (the
    brightest pixel, 0..255) and ``contrast`` (standard deviation of the pixels) are those of the
    last message; NaN: unknown. ``is_still``: all images were equal. ``managed`` are nodes
    that may have to be configured before they publish; ``namespace`` is that of the subscriber,
    '' for the root.
    """

    topic: str
    type: str
    publishers: tuple[Publisher, ...] = ()
    received: int = 0
    alternatives: tuple[Topic, ...] = ()
    encoding: str = ''
    size: str = ''
    age_s: float = NAN
    brightness: float = NAN
    contrast: float = NAN
    is_still: bool = False
    managed: tuple[str, ...] = ()
    namespace: str = ''


@dataclass(frozen=True)
class ClockReport:
    """The clock of a simulation or a bag, as observed.

    ``simulated`` says that the nodes follow it; ``offset_s`` is its time minus that of the wall
    clock, NaN when it was not received, ``rate_hz`` how often it was, per second.
    """

    published: bool = False
    is_running: bool = True
    simulated: bool = False
    offset_s: float = NAN
    rate_hz: float = NAN


@dataclass(frozen=True)
class NodeReport:
    """A node of this package: whether it is in the graph, and its latest diagnostics, if any.

    ``before`` are its diagnostics at the beginning of the observation, so that counters can be
    given for that time; without them they count from the start of the node.
    """

    name: str
    is_present: bool = False
    message: str = ''
    values: Mapping[str, str] | None = None
    use_sim_time: bool = False
    before: Mapping[str, str] = field(default_factory=dict)
    namespaces: tuple[str, ...] = ()
    count: int = 1

    def recent(self, counter: str) -> int:
        """Return by how much a counter grew during the observation."""
        now = int((self.values or {}).get(counter, '0'))
        before = int(self.before.get(counter, '0'))
        return now - before if now >= before else now  # it was started anew

    def rejected(self) -> dict[str, int]:
        """Return how many messages were rejected during the observation, by reason, most first."""
        names = [key for key in self.values or {} if key.startswith('rejected.')]
        counts = {name.removeprefix('rejected.'): self.recent(name) for name in names}
        return dict(sorted(((r, n) for r, n in counts.items() if n), key=lambda each: -each[1]))


@dataclass(frozen=True)
class GraphSnapshot:
    """The graph as observed for ``duration_s`` seconds; an input is None without its node.

    ``others`` are further nodes of the package that sent diagnostics, ``state_publishers`` the
    full names of the nodes that publish ``emotion_state``, ``unmatched`` topic, node and policy of
    subscriptions to states and events whose quality of service does not match, ``renamed`` who
    publishes the results of a node that is missing.
    """

    duration_s: float
    nodes: tuple[NodeReport, ...]
    images: InputTopic | None = None
    speech: InputTopic | None = None
    states: int = 0
    last_status: str = ''
    last_reason: str = ''
    clock: ClockReport = ClockReport()
    where: str = ''
    namespace: str = ''
    others: tuple[NodeReport, ...] = ()
    audio: InputTopic | None = None
    state_publishers: tuple[str, ...] = ()
    unmatched: tuple[tuple[str, str, str], ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
