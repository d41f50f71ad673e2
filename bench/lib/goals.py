"""Each goal: what was measured for it, and whether it is reached."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median as middle
from typing import Any

from .load import Series, median
from .parts import BUILT, LOADED
from .results import GIGABYTE, MILLION, WORKERS, Key, Results
from .writing import PACE

NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
DURABLE = {
    "sqlite": "SQLite, `synchronous=FULL`",
    "postgres": "PostgreSQL, `fsync=on`, `synchronous_commit=on`",
}


@dataclass(frozen=True)
class Row:
    name: str
    work: str
    goal: str
    measured: str
    ratio: float | None
    reached: bool | None  # None where nothing could be measured
    runs: str  # which runs it is of


def rows(results: Results) -> Iterator[Row]:
    for goal in (P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, P12, P13, P14, P15, tiles):
        yield from goal(results)


def known(results: Results, part: str, kind: str = "sqlite") -> Iterator[tuple[Key, Any]]:
    """A part on all databases that count: not those that growth alone is measured from."""
    sizes = results.sizes(part, kind)
    least = min(MILLION, max(sizes, default=0))
    for events in sizes:
        if events >= least:
            yield (part, kind, events), results.get(part, kind, events)


def count(workers: int) -> str:
    return f"{workers} worker{'s' if workers > 1 else ''}"


def at(key: Key) -> str:
    return f"{key[2]:,} events"


def P1(results: Results) -> Iterator[Row]:
    for key, figures in known(results, "once"):
        for workers in WORKERS:
            yield beside_static(results, "P1", f"{at(key)}, the same URL again and again", key, figures, workers, 0.90)


def P2(results: Results) -> Iterator[Row]:
    for name, kind, goals in (("P2", "sqlite", (0.25, 0.50)), ("P2pg", "postgres", (0.10, 0.50))):
        for part, goal, where in (("now", goals[0], "not in memory"), ("neighbours", goals[1], "in memory")):
            for key, figures in known(results, part, kind):
                for workers in WORKERS:
                    yield beside_static(results, name, f"{at(key)}, versions {where}", key, figures, workers, goal)


def beside_static(results: Results, name: str, work: str, key: Key, figures: Any, workers: int, goal: float) -> Row:
    measured, baseline = figures[str(workers)]["measured"], figures[str(workers)]["baseline"]
    ratio = median(measured, "rate") / median(baseline, "rate")
    stretch = " (stretch 0.40)" if goal == 0.25 else ""
    told = f"{median(measured, 'rate'):,.0f}/s of {median(baseline, 'rate'):,.0f}/s; {times(measured)}"
    work = f"{work}; {count(workers)}"
    return Row(name, work, f"≥ {goal:.2f} × static{stretch}", told, ratio, ratio >= goal, results.letters(key))


def times(series: Series) -> str:
    return f"p50 {median(series, 'p50'):.2f} ms, p99 {median(series, 'p99'):.2f} ms"


def micros(told: dict[str, float]) -> str:
    return f"p50 {told['p50'] / 1000:.3f} ms, p99 {told['p99'] / 1000:.3f} ms"


def P3(results: Results) -> Iterator[Row]:
    for key, figures in known(results, "index"):
        for order, part, work, goal in (
            ("by_time", "ids", "ids of a page, by `when` or `recorded`", 1),
            ("by_time", "total", "the same with the total", 5),
            ("by_size", "total", "ids and total, by `size`", 15),
        ):
            now = figures[order][part]["now"]
            reached = now["p99"] <= goal * 1000
            work = f"{at(key)}, index alone, {work}"
            yield Row("P3", work, f"p99 ≤ {goal} ms", micros(now), None, reached, results.letters(key))


def P4(results: Results) -> Iterator[Row]:
    for key, figures in known(results, "counts-alone"):
        http = results.beside(key, "counts")
        letters = results.letters(key, *([("counts", *key[1:])] if http else []))
        for name, work, told in (
            ("histogram", "by day", figures["kinds"]["histogram"]),
            ("facets", "by the values of a field, each of them", figures["any_facet"]),
        ):
            beside = f"; over HTTP {times(http[name]['measured'])}" if http else ""
            now = told["now"]
            reached = now["p50"] <= 5_000 and now["p99"] <= 15_000
            work = f"{at(key)}, counted {work}, any filter"
            yield Row("P4", work, "p50 ≤ 5 ms, p99 ≤ 15 ms", micros(now) + beside, None, reached, letters)
        for name, work, told in (
            ("histogram-all", "by day", figures["kinds"]["histogram"]),
            ("facets-all", "by the values of a field, each of them", figures["any_facet"]),
        ):
            kept = f"; over HTTP, asked again, {times(http[name]['measured'])}" if http else ""
            all_of = told["unfiltered"]
            work = f"{at(key)}, counted {work}, unfiltered, worked out"
            yield Row("P4", work, "≤ 0.1 ms", micros(all_of) + kept, None, all_of["p50"] <= 100, letters)


def P5(results: Results) -> Iterator[Row]:
    for key, figures in known(results, "words-alone"):
        http = results.beside(key, "words")
        letters = results.letters(key, *([("words", *key[1:])] if http else []))
        for name, work, goal in (
            ("rare", "newest first, a word that one event in a hundred has or fewer", 20),
            ("any", "newest first, any words", 250),
            ("best", "by relevance, any words", 50),
        ):
            now = figures[name]["now"]
            beside = f"; over HTTP {times(http[name]['measured'])}" if http else ""
            reached = now["p99"] <= goal * 1000
            yield Row("P5", f"{at(key)}, {work}", f"p99 ≤ {goal} ms", micros(now) + beside, None, reached, letters)


def P6(results: Results) -> Iterator[Row]:
    for key, past in known(results, "past"):
        now_key = ("now", *key[1:])
        if now := results.beside(key, "now"):
            for workers in WORKERS:
                pair = (figures[str(workers)]["measured"] for figures in (now, past))
                work = f"{at(key)}, pages as in P2, not in memory; {count(workers)}"
                yield from beside_now(results, work, (key, now_key), *map(milliseconds, pair))
    for key, figures in known(results, "index"):
        for order, work in (("by_time", "by `when` or `recorded`"), ("by_size", "by `size`")):
            told = figures[order]["total"]
            work = f"{at(key)}, index alone with the total, {work}"
            yield from beside_now(results, work, (key,), *map(of_micros, (told["now"], told["past"])))
    for key, figures in known(results, "counts-alone"):
        for work, told in (("by day", figures["kinds"]["histogram"]), ("by values", figures["any_facet"])):
            work = f"{at(key)}, counted {work}"
            yield from beside_now(results, work, (key,), *map(of_micros, (told["now"], told["past"])))
    for key, figures in known(results, "words-alone"):
        for name, work in (("rare", "a rare word"), ("any", "any words"), ("best", "any words, by relevance")):
            told = figures[name]
            pair = map(of_micros, (told["now"], told["past"]))
            yield from beside_now(results, f"{at(key)}, {work}", (key,), *pair)


def milliseconds(series: Series) -> dict[str, float]:
    return {name: median(series, name) for name in ("p50", "p99")}


def of_micros(told: dict[str, float]) -> dict[str, float]:
    return {name: told[name] / 1000 for name in ("p50", "p99")}


def beside_now(
    results: Results, work: str, keys: tuple[Key, ...], now: dict[str, float], past: dict[str, float]
) -> Iterator[Row]:
    for name in ("p50", "p99"):
        ratio = past[name] / now[name]
        told = f"{past[name]:.3f} ms, now {now[name]:.3f} ms"
        yield Row("P6", f"{work}, {name}", "≤ 1.5 × now", told, ratio, ratio <= 1.5, results.letters(*keys))


def P7(results: Results) -> Iterator[Row]:
    for kind, goal in (("sqlite", 8_000), ("postgres", 4_000)):
        for key, figures in known(results, "writes", kind):
            for beside, who in (("alone", "nobody reads"), ("read", "others read")):
                writes, reads = figures[beside]["writes"], figures[beside]["reads"]
                rate, p99 = median(writes, "rate"), median(writes, "p99")
                meanwhile = f"; {median(reads, 'rate'):,.0f} pages/s meanwhile" if reads else ""
                told, work = (
                    f"{rate:,.0f}/s, {times(writes)}{meanwhile}",
                    f"events posted one by one, {DURABLE[kind]}, {who}",
                )
                reached = rate >= goal and p99 <= 20
                yield Row("P7", work, f"≥ {goal:,}/s, p99 ≤ 20 ms", told, None, reached, results.letters(key))


def P8(results: Results) -> Iterator[Row]:
    for kind, goal in (("sqlite", 25_000), ("postgres", 12_000)):
        for key, figures in known(results, LOADED, kind):
            events = key[2]
            whole = events / (figures["seconds"] + figures["ready_after"])
            told = (
                f"{whole:,.0f}/s; {events / figures['seconds']:,.0f}/s without the first start of a server: "
                f"index after {figures['answers_after']:.1f} s, words after {figures['ready_after']:.1f} s"
            )
            work = f"import of {at(key)} of our own lines, {DURABLE[kind]}, until all of them are found"
            yield Row("P8", work, f"≥ {goal:,}/s", told, None, whole >= goal, results.letters(key))


def P9(results: Results) -> Iterator[Row]:
    for key, figures in known(results, "ready"):
        for name, goal, work in (
            ("saved", 2, "from the saved index, words included"),
            ("rebuilt", 60, "index rebuilt, all but words"),
            ("words", 60, "index rebuilt and words gathered"),
        ):
            seconds = middle(figures[name])
            told, work = f"{seconds:.2f} s", f"ready to serve {at(key)}, {work}"
            yield Row("P9", work, f"≤ {goal} s", told, None, seconds <= goal, results.letters(key))


def P10(results: Results) -> Iterator[Row]:
    for key, figures in known(results, "neighbours"):
        used = figures[str(WORKERS[-1])]["memory"]
        each, letters = used["index"] / used["versions"], results.letters(key)
        told = f"{each:.1f} bytes, {used['versions']:,} versions"
        yield Row("P10", "index, a version of an event", "≤ 96 bytes", told, None, each <= 96, letters)
        work = f"the server at {at(key)} after the load, RssAnon"
        told, reached = f"{used['private'] / GIGABYTE:.2f} GB", used["private"] <= 1.5 * GIGABYTE
        yield Row("P10", work, "≤ 1.5 GB", told, None, reached, letters)


def P11(results: Results) -> Iterator[Row]:
    for large in results.sizes("neighbours", "sqlite"):
        small = large // 10
        work = f"from {small:,} to {large:,} events, versions in memory"
        keys = [("neighbours", "sqlite", size) for size in (small, large)]
        if not results.are_of_one_place(*keys):
            continue
        for workers in WORKERS:
            before, after = (results.get(*key)[str(workers)]["measured"] for key in keys)
            for name, goal, unit, is_reached in (
                ("p99", "≤ 1.5 ×", "{:.2f} ms", lambda ratio: ratio <= 1.5),
                ("rate", "≥ 0.70 ×", "{:,.0f}/s", lambda ratio: ratio >= 0.7),
            ):
                ratio = median(after, name) / median(before, name)
                told = f"{unit.format(median(before, name))} → {unit.format(median(after, name))}"
                what = f"{work}, {'answers a second' if name == 'rate' else name}; {count(workers)}"
                yield Row("P11", what, goal, told, ratio, is_reached(ratio), results.letters(*keys))


def P12(results: Results) -> Iterator[Row]:
    for kind in NAMES:
        for key, figures in known(results, "peers", kind):
            for peer, told in figures["peers"].items():
                # As many workers as it can have.
                workers = max(told)
                for load, series in told[workers].items():
                    goal = 100 if load != "pages" else 3 if peer == "roapi" else 20
                    ours = figures["ours"][workers][load]
                    ratio = median(ours, "rate") / median(series, "rate")
                    words = (
                        f"{median(ours, 'rate'):,.0f}/s, p99 {median(ours, 'p99'):.1f} ms; "
                        f"{peer} {median(series, 'rate'):,.1f}/s, p99 {median(series, 'p99'):.1f} ms"
                    )
                    work = f"{load}, {NAMES[kind]} beside {peer}, {at(key)}; {count(int(workers))}"
                    letters = results.letters(key)
                    yield Row("P12", work, f"≥ {goal} × {peer}", words, ratio, ratio >= goal, letters)


def P13(results: Results) -> Iterator[Row]:
    for key, figures in known(results, "export"):
        for form, series in figures.items():
            rate = middle(one["bytes"] / one["seconds"] for one in series) / 1e6
            more = middle(one["most"] - one["idle"] for one in series) / 2**20
            told = f"{rate:.0f} MB/s of {series[0]['bytes'] / GIGABYTE:.2f} GB, {more:.0f} MiB more than idle"
            reached, work = rate >= 100 and more <= 64, f"export of {at(key)} as {form}"
            goal = "≥ 100 MB/s, memory within 64 MB of idle"
            yield Row("P13", work, goal, told, None, reached, results.letters(key))


def P14(results: Results) -> Iterator[Row]:
    for kind, name in NAMES.items():
        for key, figures in known(results, "beside-writes", kind):
            for part, where in (("now", "not in memory"), ("neighbours", "in memory")):
                for workers in WORKERS:
                    told = figures[part][str(workers)]
                    idle, written = (median(told[which], "rate") for which in ("idle", "written"))
                    rate, p99 = (median(told["writes"], which) for which in ("rate", "p99"))
                    words = f"{written:,.0f}/s, idle {idle:,.0f}/s; {rate:,.0f} writes/s, p99 {p99:.1f} ms"
                    words += "; some were asked twice" if told["asked_again"] else ""
                    work = f"{name}, {at(key)}, versions {where}, {PACE} writes/s; {count(workers)}"
                    ratio = written / idle
                    # Reading that is fast because nothing is written does not count.
                    reached = ratio >= 0.7 and rate >= 0.95 * PACE
                    yield Row("P14", work, "≥ 0.70 × idle", words, ratio, reached, results.letters(key))


def P15(results: Results) -> Iterator[Row]:
    if figures := results.get(BUILT, "", 0):
        letters, minutes = results.letters((BUILT, "", 0)), figures["release"] / 60
        yield Row("P15", "clean release build", "≤ 8 min", f"{minutes:.1f} min", None, minutes <= 8, letters)
        seconds = middle(figures["checks"])
        yield Row("P15", "`cargo check` after an edit", "≤ 10 s", f"{seconds:.1f} s", None, seconds <= 10, letters)


def tiles(results: Results) -> Iterator[Row]:
    asked = {"tiles": "", "tiles-filtered": " of the value of a field that most events have"}
    for part, which in asked.items():
        for key, figures in known(results, part):
            slowest = {zoom: max(series) for zoom, series in figures.items()}
            told = ", ".join(f"zoom {zoom} {most:.1f} ms" for zoom, most in slowest.items())
            work = f"{at(key)}, tiles{which} that nobody asked for before, the slowest of each zoom"
            yield Row("Tiles", work, "≤ 50 ms", told, None, max(slowest.values()) <= 50, results.letters(key))
