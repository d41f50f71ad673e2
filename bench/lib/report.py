"""The results as a page."""

from collections.abc import Iterator

from .load import CLIENTS, WRK, Series
from .results import GIGABYTE, MILLION, WORKERS, Dataset, Run, count, rows

REACHED = {True: "yes", False: "**no**", None: "not measured"}
LOADS = {
    "once": "one URL again and again",
    "now": "random pages, not in memory",
    "past": "the same in the past, not in memory",
    "neighbours": "random pages, in memory",
}


def page(run: Run) -> str:
    return "\n".join(lines(run)) + "\n"


def lines(run: Run) -> Iterator[str]:
    yield "# What was measured"
    yield ""
    yield "Written by `bench/run`; [README.md](README.md) says what is measured and how, and what was found about goals"
    yield "that are missed. Figures are medians of the rounds; *static* is the same server with one answer in memory."
    if run.events < MILLION:
        yield ""
        yield f"**A quick look at {run.events:,} events: the goals are meant for a million and for ten.**"
    yield ""
    yield from table(("", "Work", "Goal", "Measured", "Ratio", "Reached"), goals(run))
    yield ""
    yield "Goals of P3, P9 and P10 are meant for 10,000,000 events, and P11 for the way there from 1,000,000."
    yield ""
    yield from where(run)
    yield ""
    yield "## The rounds"
    yield ""
    yield "Answers a second as median (least–most), times in milliseconds, bytes with the answer's head."
    yield ""
    head = ("Data", "Load", "Workers", "Answers/s", "p50", "p99", "Bytes", "Static answers/s", "p50", "p99", "Bytes")
    yield from table(head, rounds(run))
    yield from warnings(run)
    yield ""
    yield "## The index alone"
    yield ""
    head = ("Events", "Order", "", "Questions", "Now: p50", "p99", "most", "Past: p50", "p99", "most")
    yield from table(head, alone(run))
    yield ""
    yield "Milliseconds. " + " ".join(answers(data) for data in run.sqlite.values())
    yield ""
    yield "## How long it took"
    yield ""
    yield from table(("", "Seconds"), ((what, f"{seconds:,.0f}") for what, seconds in run.phases))


def table(head: tuple[str, ...], body: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for cells in body:
        yield f"| {' | '.join(cells)} |"


def goals(run: Run) -> Iterator[tuple[str, ...]]:
    for row in rows(run):
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        yield row.name, row.work, row.goal, row.measured, ratio, REACHED[row.reached]


def where(run: Run) -> Iterator[str]:
    yield "## Where, and with what"
    yield ""
    yield from table(("", ""), iter({**run.machine, **run.versions}.items()))
    yield ""
    yield "```sh"
    yield f"make bench EVENTS={run.events}"
    for data in run.sqlite.values():
        yield f"marchline generate --events {data.events} --seed {run.seed}"
    yield f"marchline serve --workers {'|'.join(map(str, WORKERS))} --access-log off --duplicates off"
    yield f"{' '.join(WRK)} -c{CLIENTS} -d{run.seconds}s -s bench/questions.lua http://127.0.0.1:PORT -- FILE LINE"
    yield "```"
    yield ""
    for data in run.sqlite.values():
        rate, size = data.events / data.load_seconds, data.size / GIGABYTE
        yield f"- SQLite, {data.events:,} events: loaded at {rate:,.0f} events a second; {size:.2f} GB."
        yield f"  The pages of *{LOADS['neighbours']}* show {data.shown:,} versions."
    rate = run.postgres.events / run.postgres.load_seconds
    yield f"- PostgreSQL, {run.postgres.events:,} events: loaded at {rate:,.0f} events a second."
    yield f"- {run.rounds} rounds of {run.seconds} seconds, with one of the baseline before each."


def rounds(run: Run) -> Iterator[tuple[str, ...]]:
    databases = [("SQLite", data) for data in run.sqlite.values()] + [("PostgreSQL", run.postgres)]
    for name, data in databases:
        for (load, workers), outcome in data.outcomes.items():
            baseline = cells(outcome.baseline) if outcome.baseline else ("",) * 4
            yield f"{name}, {data.events:,}", LOADS[load], str(workers), *cells(outcome.measured), *baseline


def cells(series: Series) -> tuple[str, ...]:
    least, most = series.spread("rate")
    rate = f"{series.median('rate'):,.0f} ({least:,.0f}–{most:,.0f})"
    return rate, f"{series.median('p50'):.2f}", f"{series.median('p99'):.2f}", f"{series.median('size'):,.0f}"


def warnings(run: Run) -> Iterator[str]:
    for data in (*run.sqlite.values(), run.postgres):
        for (load, workers), outcome in data.outcomes.items():
            if outcome.asked_again:
                yield ""
                what = f"*{LOADS[load]}*, {data.events:,} events, {count(workers)}"
                yield f"{what}: some questions were asked twice in one round, since there were too few."


def alone(run: Run) -> Iterator[tuple[str, ...]]:
    for data in run.sqlite.values():
        for order, words in (("by_time", "`when`, `recorded`"), ("by_size", "`size`")):
            asked = data.index[order]
            for part, what in (("ids", "ids"), ("total", "ids and total")):
                measured = [asked[part][when][name] for when in ("now", "past") for name in ("p50", "p99", "max")]
                times = (f"{micros / 1000:.3f}" for micros in measured)
                yield f"{data.events:,}", words, what, f"{asked['questions']:,}", *times


def answers(data: Dataset) -> str:
    told = data.index["answers"]
    return (
        f"Of {data.events:,} events, half of the questions find {told['median_total']:,} or more; "
        f"{told['full_percent']} % of the pages are full and {told['empty_percent']} % empty."
    )
