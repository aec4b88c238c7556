"""The figures of one process, as Prometheus reads them: how much and how long, never whose.

Counting is done in plain numbers where things happen; here they are read when somebody asks. A
label is one of a list: an event, a reason, a route's pattern, a status. Declines to count by
person, by circle or by address.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from realtime.counts import BOUNDS, COUNTS, Counts, Histogram

if TYPE_CHECKING:
    from prometheus_client import Metric

    from realtime.audio.counters import Counters

NO_ROUTE = "none"


class Requests:
    """Answers of the pages, by the pattern of their route and their status."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self.took = Histogram()
        self.without_database = 0

    def note(self, route: str, status: int, began: float | None) -> None:
        """One answer. `route` is a pattern: what was asked for is nobody's business."""
        self.answers[route, status] += 1
        if began is not None:
            self.took.note(time.perf_counter() - began)


REQUESTS = Requests()
"""Of this process."""

Figures = Callable[[], Iterator["Metric"]]


def of_web(seated: Callable[[], tuple[int, int, int]]) -> Figures:
    """Everything that a web process counts. `seated`: circles, people and connections here now."""

    def figures() -> Iterator[Metric]:
        circles, people, connections = seated()
        yield gauge("meetings", "Circles with people on this process", circles)
        yield gauge("seats", "People in them on this process", people)
        yield gauge("connections", "Open sockets of the room", connections)
        yield from of_room(COUNTS)
        yield from of_pages(REQUESTS)

    return figures


def of_room(counts: Counts) -> Iterator[Metric]:
    """What the live room counts."""
    for name, help_, value in (
        ("deliveries", "Frames sent to a socket", counts.deliveries),
        ("stalls_cut", "Readers cut for being too far behind", counts.stalls_cut),
        ("joins", "People let into a room", counts.joins),
        ("reconnects", "Joins of somebody who had a seat already", counts.reconnects),
        ("swaps_retried", "Changes decided again after a lost race", counts.swaps_retried),
        ("redis_outages", "Times that the store or the bus was lost", counts.redis_outages),
        ("door_without_database", "Joins for which it was away", counts.database_outages),
    ):
        yield counter(name, help_, value)
    for name, help_, reasons in (
        ("refusals", "Events answered with a no, by reason", counts.refusals),
        ("refused_joins", "Connections answered with a no, by reason", counts.refused_joins),
    ):
        yield labelled(name, help_, ("reason",), {(r.value,): n for r, n in reasons.items()})
    yield histograms("event_seconds", "From an event to its answer", "event", counts.events)


def of_pages(requests: Requests) -> Iterator[Metric]:
    """What the pages count."""
    answers = {(route, str(status)): n for (route, status), n in requests.answers.items()}
    yield labelled("http_answers", "Pages answered", ("route", "status"), answers)
    yield histograms("http_seconds", "From a request to its answer", "part", {"all": requests.took})
    away = requests.without_database
    yield counter("pages_without_database", "Pages that could not be had without it", away)


def of_sound(counters: Counters) -> Figures:
    """Everything that a sound process counts."""

    def figures() -> Iterator[Metric]:
        dropped = {
            (name.removeprefix("dropped_"),): getattr(counters, name)
            for name in counters.__slots__
            if name.startswith("dropped_")
        }
        yield labelled("sound_dropped", "Packets not passed on, by why", ("why",), dropped)
        for name in counters.__slots__:
            if not name.startswith("dropped_"):
                yield counter(f"sound_{name}", "As the relay counts it", getattr(counters, name))

    return figures


# --- As Prometheus' library has them ---


def gauge(name: str, help_: str, value: float) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(f"lingkar_{name}", help_, value)


def counter(name: str, help_: str, value: float) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    return CounterMetricFamily(f"lingkar_{name}", help_, value)


def labelled(name: str, help_: str, labels: Iterable[str], values: Mapping[Any, int]) -> Metric:
    """A counter with one value for each tuple of words."""
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(f"lingkar_{name}", help_, labels=list(labels))
    for words, value in values.items():
        family.add_metric(list(words), value)
    return family


def histograms(name: str, help_: str, label: str, values: Mapping[str, Histogram]) -> Metric:
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(f"lingkar_{name}", help_, labels=[label])
    bounds = [*map(str, BOUNDS), "+Inf"]
    for word, histogram in values.items():
        up_to = list(zip(bounds, accumulate(histogram.buckets), strict=True))
        family.add_metric([word], up_to, histogram.total)
    return family
