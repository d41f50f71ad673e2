"""The results as a page."""

from collections.abc import Iterator
from typing import Any

from . import plots
from .goals import NAMES, at, count, known, rows
from .load import CLIENTS, WRK, Series, median
from .parts import LOADED
from .results import GIGABYTE, MILLION, WORKERS, Key, Results

REACHED = {True: "yes", False: "**no**", None: "not measured"}
LOADS = {
    "once": "one URL again and again",
    "now": "random pages, not in memory",
    "past": "the same in the past, not in memory",
    "neighbours": "random pages, in memory",
}
ONE_BY_ONE = {
    "histogram": "by day",
    "histogram-past": "by day, in the past",
    "histogram-all": "by day, unfiltered, again and again",
    "facets": "values of a field",
    "facets-past": "values of a field, in the past",
    "facets-all": "values of a field, unfiltered, again and again",
    "rare": "a rare word",
    "rare-past": "a rare word, in the past",
    "any": "any words",
    "any-past": "any words, in the past",
    "best": "any words, by relevance",
    "best-past": "any words, by relevance, in the past",
}


def page(results: Results) -> str:
    return "\n".join(lines(results)) + "\n"


def lines(results: Results) -> Iterator[str]:
    yield "# What was measured"
    yield ""
    yield "Written by `bench/run`; [README.md](README.md) says what is measured and how, and what was found about goals"
    yield "that are missed. Figures are medians of the rounds; *static* is the same server with one answer in memory."
    yield ""
    largest = max((events for _, _, events in results.parts), default=0)
    if largest < MILLION:
        yield f"**A quick look at {largest:,} events: the goals are meant for a million and for ten.**"
        yield ""
    head = ("", "Work", "Goal", "Measured", "Ratio", "Reached", "Run")
    yield from table(head, reached(results))
    yield ""
    yield "Goals of P3, P4, P5, P8, P9 and P10 are meant for 10,000,000 events, and P11 for the way there from"
    yield "1,000,000."
    yield ""
    for name, title in plots.PLOTS.items():
        yield f"![{title}](plots/{name}.svg)"
        yield ""
    yield from where(results)
    yield ""
    yield "## The rounds"
    yield ""
    yield "Answers a second as median (least–most), times in milliseconds, bytes with the answer's head."
    yield ""
    head = ("Data", "Load", "Workers", "Answers/s", "p50", "p99", "Bytes", "Static answers/s", "p50", "p99", "Bytes")
    yield from table(head, rounds(results))
    yield from warnings(results)
    yield ""
    yield f"Other servers, {CLIENTS} clients:"
    yield ""
    head = ("Data", "Server", "Workers", "Load", "Answers/s", "p50", "p99", "Bytes")
    yield from table(head, beside(results))
    yield ""
    yield "One client, who asks again when he has been answered:"
    yield ""
    yield from table(("Data", "Question", "Answers/s", "p50", "p99", "Bytes"), one_by_one(results))
    yield ""
    yield "## The index alone"
    yield ""
    yield "Milliseconds."
    yield ""
    yield from table(
        ("Events", "Question", "", "Questions", "Now: p50", "p99", "most", "Past: p50", "p99", "most"), alone(results)
    )
    yield ""
    yield from answers(results)
    yield ""
    yield "## How long it took"
    yield ""
    yield from table(("Run", "", "Seconds"), phases(results))


def table(head: tuple[str, ...], body: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for cells in body:
        yield f"| {' | '.join(cells)} |"


def reached(results: Results) -> Iterator[tuple[str, ...]]:
    for row in rows(results):
        ratio = "" if row.ratio is None else f"{row.ratio:,.2f}"
        yield row.name, row.work, row.goal, row.measured, ratio, REACHED[row.reached], row.runs


def where(results: Results) -> Iterator[str]:
    yield "## Where, and with what"
    used = results.used()
    for letter, run in used:
        yield ""
        asked = f"up to {run.events:,} events, seed {run.seed}, {run.rounds} rounds of {run.seconds} seconds"
        yield f"Run {letter}, {run.started}: {asked}."
        yield ""
        yield from table(("", ""), iter({**run.machine, **run.versions}.items()))
        for failure in run.failures:
            yield ""
            yield f"Not measured: {failure}"
    several = [
        what
        for what, kinds in (
            ("machines", {run.place for _, run in used}),
            ("commits", {run.commit for _, run in used}),
        )
        if len(kinds) > 1
    ]
    if several:
        yield ""
        yield f"**These runs are of several {' and '.join(several)}, so that rows of different runs are not to be compared.**"
    for _, figures in known(results, "index"):
        yield ""
        yield f"SQLite {figures['sqlite']}."
        break
    yield ""
    yield "```sh"
    yield "marchline generate --events N --seed S --out - | marchline import --format ndjson -"
    yield f"marchline serve --workers {'|'.join(map(str, WORKERS))} --access-log off --duplicates off"
    yield f"{' '.join(WRK)} -c{CLIENTS} -dSECONDSs -s bench/questions.lua http://127.0.0.1:PORT -- FILE LINE"
    yield "```"
    yield ""
    for kind, name in NAMES.items():
        for events in results.sizes(LOADED, kind):
            loaded, shown = results.get(LOADED, kind, events), results.get("neighbours", kind, events)
            size = f"; {loaded['size'] / GIGABYTE:.2f} GB" if "size" in loaded else ""
            pages = f"; the pages of *{LOADS['neighbours']}* show {shown['shown']:,} versions" if shown else ""
            rate = events / loaded["seconds"]
            yield f"- {name}, {events:,} events: loaded at {rate:,.0f} events a second{size}{pages}."


def every(results: Results, *parts: str) -> Iterator[tuple[Key, Any]]:
    """These parts on every database."""
    for kind in NAMES:
        for events in sorted({events for part in parts for events in results.sizes(part, kind)}):
            for part in parts:
                if figures := results.get(part, kind, events):
                    yield (part, kind, events), figures


def data(key: Key) -> str:
    return f"{NAMES[key[1]]}, {key[2]:,}"


def rounds(results: Results) -> Iterator[tuple[str, ...]]:
    for key, figures in every(results, *LOADS):
        for workers in map(str, WORKERS):
            measured, baseline = figures[workers]["measured"], figures[workers]["baseline"]
            yield data(key), LOADS[key[0]], workers, *cells(measured), *(cells(baseline) if baseline else ("",) * 4)


def cells(series: Series) -> tuple[str, ...]:
    rates = [one["rate"] for one in series]
    rate = f"{median(series, 'rate'):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})"
    return rate, f"{median(series, 'p50'):.2f}", f"{median(series, 'p99'):.2f}", f"{median(series, 'size'):,.0f}"


def warnings(results: Results) -> Iterator[str]:
    for key, figures in every(results, *LOADS):
        for workers in WORKERS:
            if figures[str(workers)]["asked_again"]:
                yield ""
                what = f"*{LOADS[key[0]]}*, {at(key)}, {count(workers)}"
                yield f"{what}: some questions were asked twice in one round, since there were too few."


def beside(results: Results) -> Iterator[tuple[str, ...]]:
    for key, figures in every(results, "peers"):
        for server, told in {"Marchline": figures["ours"], **figures["peers"]}.items():
            for workers, loads in told.items():
                for load, series in loads.items():
                    yield data(key), server, workers, load, *cells(series)


def one_by_one(results: Results) -> Iterator[tuple[str, ...]]:
    for key, figures in every(results, "counts", "words"):
        for name, told in figures.items():
            yield data(key), ONE_BY_ONE[name], *cells(told["measured"])


def alone(results: Results) -> Iterator[tuple[str, ...]]:
    for (_, _, events), figures in every(results, "index"):
        for order, words in (("by_time", "`when`, `recorded`"), ("by_size", "`size`")):
            asked = figures[order]
            for part, what in (("ids", "ids"), ("total", "ids and total")):
                yield f"{events:,}", words, what, f"{asked['questions']:,}", *now_and_past(asked[part])
    for (_, _, events), figures in every(results, "counts-alone"):
        for name, told in figures["kinds"].items():
            what = "by day" if name == "histogram" else "values"
            shown = "counted" if name == "histogram" else f"`{name}`"
            yield f"{events:,}", shown, what, f"{figures['questions']:,}", *now_and_past(told)
            unfiltered = tuple(f"{told['unfiltered'][part] / 1000:.3f}" for part in ("p50", "p99", "max"))
            yield f"{events:,}", shown, f"{what}, unfiltered", "1", *unfiltered, "", "", ""
    for (_, _, events), figures in every(results, "words-alone"):
        for name, told in figures.items():
            yield (
                f"{events:,}",
                ONE_BY_ONE[name],
                "ids and total",
                f"{told['answers']['questions']:,}",
                *now_and_past(told),
            )


def now_and_past(told: dict[str, dict[str, float]]) -> tuple[str, ...]:
    return tuple(f"{told[when][name] / 1000:.3f}" for when in ("now", "past") for name in ("p50", "p99", "max"))


def answers(results: Results) -> Iterator[str]:
    for key, figures in every(results, "index"):
        told = figures["answers"]
        yield (
            f"Of {at(key)}, half of the questions find {told['median_total']:,} or more; "
            f"{told['full_percent']} % of the pages are full and {told['empty_percent']} % empty."
        )
    for key, figures in every(results, "words-alone"):
        found = (f"{ONE_BY_ONE[name]} {told['answers']['median_total']:,}" for name, told in figures.items())
        yield f"Of {at(key)}, half of the questions for words find so many or more: {', '.join(found)}."


def phases(results: Results) -> Iterator[tuple[str, ...]]:
    for letter, run in results.used():
        for what, seconds in run.phases:
            yield letter, what, f"{seconds:,.0f}"
