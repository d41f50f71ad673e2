"""What a run measured, and each goal of it: goal, value, whether it is reached."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .load import Outcome, Series

MILLION = 1_000_000
GIGABYTE = 1e9
WORKERS = (1, 2)


@dataclass
class Dataset:
    """One database."""

    events: int
    load_seconds: float
    shown: int  # versions of events on the neighbouring pages
    index: dict[str, Any] = field(default_factory=dict)  # what `index_alone` printed; the same on PostgreSQL
    outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)  # by workload and workers
    writes: dict[bool, tuple[Series, Series]] = field(default_factory=dict)  # and reads, by whether there were any
    size: int = 0  # bytes of the file; 0 where it is no file
    rebuilt: list[float] = field(default_factory=list)  # seconds until ready
    saved: list[float] = field(default_factory=list)  # the same, behind a clean stop that left an index file


@dataclass
class Run:
    events: int
    rounds: int
    seconds: int
    seed: int
    machine: dict[str, str]
    versions: dict[str, str] = field(default_factory=dict)
    sqlite: dict[int, Dataset] = field(default_factory=dict)  # by events
    postgres: Dataset | None = None
    phases: list[tuple[str, float]] = field(default_factory=list)  # what took how many seconds

    @property
    def small(self) -> int:
        """Events of the database that growth is measured from."""
        return self.events // 10

    @property
    def served(self) -> int:
        """Events of the database that pages are read from: a million is what the goals say."""
        return min(self.events, MILLION)


@dataclass(frozen=True)
class Row:
    name: str
    work: str
    goal: str
    measured: str
    ratio: float | None
    reached: bool | None  # None where nothing could be measured


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def rows(run: Run) -> Iterator[Row]:
    small, served, large = run.sqlite[run.small], run.sqlite[run.served], run.sqlite[run.events]
    at = f"{served.events:,} events"
    for workers in WORKERS:
        yield beside_static("P1", "the same URL again and again", served, "once", workers, 0.90)
    for workers in WORKERS:
        yield beside_static("P2", f"{at}, versions not in memory", served, "now", workers, 0.25)
        yield beside_static("P2", f"{at}, versions in memory", served, "neighbours", workers, 0.50)
    for workers in WORKERS:
        yield beside_static("P2pg", f"{at}, versions not in memory", run.postgres, "now", workers, 0.10)
        yield beside_static("P2pg", f"{at}, versions in memory", run.postgres, "neighbours", workers, 0.50)
    yield from index_alone(large)
    yield from past(served, large)
    yield from writing("SQLite, `synchronous=FULL`", served, 8_000)
    yield from writing("PostgreSQL, `fsync=on`, `synchronous_commit=on`", run.postgres, 4_000)
    yield from ready(large)
    yield from memory(large)
    yield from growth(small, large)


def beside_static(name: str, work: str, data: Dataset, load: str, workers: int, goal: float) -> Row:
    outcome = data.outcomes[load, workers]
    measured, ratio = outcome.measured, outcome.ratio()
    stretch = " (stretch 0.40)" if goal == 0.25 else ""
    times = f"p50 {measured.median('p50'):.2f} ms, p99 {measured.median('p99'):.2f} ms"
    told = f"{measured.median('rate'):,.0f}/s of {outcome.baseline.median('rate'):,.0f}/s; {times}"
    return Row(name, f"{work}; {count(workers)}", f"≥ {goal:.2f} × static{stretch}", told, ratio, ratio >= goal)


def count(workers: int) -> str:
    return f"{workers} worker{'s' if workers > 1 else ''}"


def index_alone(large: Dataset) -> Iterator[Row]:
    for order, part, work, goal in (
        ("by_time", "ids", "ids of a page, by `when` or `recorded`", 1),
        ("by_time", "total", "the same with the total", 5),
        ("by_size", "total", "ids and total, by `size`", 15),
    ):
        times = large.index[order][part]["now"]
        told = f"p50 {times['p50'] / 1000:.3f} ms, p99 {times['p99'] / 1000:.3f} ms"
        yield Row("P3", f"{large.events:,} events, {work}", f"p99 ≤ {goal} ms", told, None, times["p99"] <= goal * 1000)


def past(served: Dataset, large: Dataset) -> Iterator[Row]:
    goal = "≤ 1.5 × now"
    for workers in WORKERS:
        now, then = (served.outcomes[load, workers].measured for load in ("now", "past"))
        for name in ("p50", "p99"):
            ratio = then.median(name) / now.median(name)
            told = f"{then.median(name):.2f} ms, now {now.median(name):.2f} ms"
            yield Row("P6", f"pages as in P2, not in memory, {name}; {count(workers)}", goal, told, ratio, ratio <= 1.5)
    for order, work in (("by_time", "by `when` or `recorded`"), ("by_size", "by `size`")):
        for name in ("p50", "p99"):
            times = large.index[order]["total"]
            ratio = times["past"][name] / times["now"][name]
            told = f"{times['past'][name] / 1000:.3f} ms, now {times['now'][name] / 1000:.3f} ms"
            yield Row("P6", f"index alone with the total, {work}, {name}", goal, told, ratio, ratio <= 1.5)


def writing(name: str, data: Dataset, goal: int) -> Iterator[Row]:
    for beside, (writes, reads) in data.writes.items():
        rate, p99 = writes.median("rate"), writes.median("p99")
        told = f"{rate:,.0f}/s, p50 {writes.median('p50'):.2f} ms, p99 {p99:.2f} ms"
        if beside:
            told += f"; {reads.median('rate'):,.0f} pages/s meanwhile"
        work = f"events posted one by one, {name}, {'others read' if beside else 'nobody reads'}"
        reached = rate >= goal and p99 <= 20
        yield Row("P7", work, f"≥ {goal:,}/s, p99 ≤ 20 ms", told, None, reached)


def ready(large: Dataset) -> Iterator[Row]:
    at = f"ready to serve {large.events:,} events"
    if large.saved:
        seconds = median(large.saved)
        yield Row("P9", f"{at}, from the saved index", "≤ 2 s", f"{seconds:.2f} s", None, seconds <= 2)
    else:
        yield Row("P9", f"{at}, from the saved index", "≤ 2 s", "no index is saved", None, None)
    seconds = median(large.rebuilt)
    yield Row("P9", f"{at}, rebuilt", "≤ 60 s", f"{seconds:.2f} s", None, seconds <= 60)


def memory(large: Dataset) -> Iterator[Row]:
    used = large.outcomes["neighbours", WORKERS[-1]].memory
    each = used.index / used.versions
    told = f"{each:.1f} bytes, {used.versions:,} versions"
    yield Row("P10", "index, a version of an event", "≤ 96 bytes", told, None, each <= 96)
    work = f"the server at {large.events:,} events after the load, RssAnon"
    told = f"{used.private / GIGABYTE:.2f} GB"
    yield Row("P10", work, "≤ 1.5 GB", told, None, used.private <= 1.5 * GIGABYTE)


def growth(small: Dataset, large: Dataset) -> Iterator[Row]:
    work = f"from {small.events:,} to {large.events:,} events, versions in memory"
    for workers in WORKERS:
        before, after = (data.outcomes["neighbours", workers].measured for data in (small, large))
        ratio = after.median("p99") / before.median("p99")
        told = f"{before.median('p99'):.2f} ms → {after.median('p99'):.2f} ms"
        yield Row("P11", f"{work}, p99; {count(workers)}", "≤ 1.5 ×", told, ratio, ratio <= 1.5)
        ratio = after.median("rate") / before.median("rate")
        told = f"{before.median('rate'):,.0f}/s → {after.median('rate'):,.0f}/s"
        yield Row("P11", f"{work}, answers a second; {count(workers)}", "≥ 0.70 ×", told, ratio, ratio >= 0.7)
