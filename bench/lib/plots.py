"""Pictures of what was measured, as SVG: drawn by hand, since bars and lines need no library."""

import html
import math
import pathlib
from collections.abc import Iterator

from .goals import NAMES, known, rows
from .load import median
from .results import WORKERS, Results

PLOTS = {
    "ratios": "What was measured against what is aimed at, by goal",
    "times": "How long questions take, with the index alone",
    "growth": "Answers a second with ten times the events",
    "peers": "Times as many answers a second as other servers give",
}
WIDTH, BAR, LEFT, RIGHT = 920, 16, 490, 110
# Blue and orange are told apart by all.
COLOURS = ("#1f6f8b", "#d9822b")

# A label, its values, and what is written behind them.
Bars = list[tuple[str, list[float], str]]


def draw(results: Results, folder: pathlib.Path) -> None:
    """Draws what there are figures for, and takes away what there are none for."""
    folder.mkdir(exist_ok=True)
    pictures = {
        "ratios": bars(PLOTS["ratios"], list(ratios(results)), 1.0, ()),
        "times": bars(PLOTS["times"] + " (milliseconds)", list(times(results)), None, ("p50", "p99")),
        "growth": bars(PLOTS["growth"] + ", versions in memory", list(growth(results)), None, ()),
        "peers": bars(PLOTS["peers"], list(peers(results)), 1.0, ()),
    }
    for name, picture in pictures.items():
        (folder / f"{name}.svg").write_text(picture)


def ratios(results: Results) -> Iterator[tuple[str, list[float], str]]:
    """How far each ratio is from its goal: 1 reaches it, and more is better."""
    for row in rows(results):
        aim = row.goal.split()[1].replace(",", "") if row.ratio else ""
        if row.name != "P12" and row.ratio and aim.replace(".", "").isdigit():
            is_most = row.goal.startswith("≤")
            share = float(aim) / row.ratio if is_most else row.ratio / float(aim)
            yield f"{row.name} {row.work}", [share], f"{row.ratio:,.2f} ({row.goal})"


def times(results: Results) -> Iterator[tuple[str, list[float], str]]:
    def of(label: str, told: dict[str, float]) -> tuple[str, list[float], str]:
        values = [told["p50"] / 1000, told["p99"] / 1000]
        return label, values, " / ".join(f"{value:.2f}" for value in values)

    for (_, _, events), figures in known(results, "index"):
        yield of(f"{events:,}: a page by time", figures["by_time"]["ids"]["now"])
        yield of(f"{events:,}: a page by time, and the total", figures["by_time"]["total"]["now"])
        yield of(f"{events:,}: a page by size, and the total", figures["by_size"]["total"]["now"])
    for (_, _, events), figures in known(results, "counts-alone"):
        yield of(f"{events:,}: counted by day", figures["kinds"]["histogram"]["now"])
        yield of(f"{events:,}: counted by values", figures["any_facet"]["now"])
    for (_, _, events), figures in known(results, "words-alone"):
        for name, label in (("rare", "a rare word"), ("any", "any words"), ("best", "any words, by relevance")):
            yield of(f"{events:,}: {label}", figures[name]["now"])


def growth(results: Results) -> Iterator[tuple[str, list[float], str]]:
    sizes = results.sizes("neighbours", "sqlite")
    keys = [("neighbours", "sqlite", events) for events in sizes]
    for key in (key for key in keys if results.are_of_one_place(key, keys[0])):
        events, figures = key[2], results.get(*key)
        for workers in map(str, WORKERS):
            measured = figures[workers]["measured"]
            words = f"{median(measured, 'rate'):,.0f}, p99 {median(measured, 'p99'):.1f} ms"
            yield f"{events:,} events, workers: {workers}", [median(measured, "rate")], words


def peers(results: Results) -> Iterator[tuple[str, list[float], str]]:
    for kind in NAMES:
        for _, figures in known(results, "peers", kind):
            for peer, told in figures["peers"].items():
                workers = max(told, default="")
                for load, series in told.get(workers, {}).items():
                    ratio = median(figures["ours"][workers][load], "rate") / median(series, "rate")
                    yield f"{load}, {peer}", [ratio], f"{ratio:,.1f}"


def bars(title: str, rows: Bars, mark: float | None, names: tuple[str, ...]) -> str:
    """Bars on a scale of powers of ten; `mark` is where a line stands that they are held against."""
    values = [value for _, several, _ in rows for value in several if value > 0] + ([mark] if mark else [])
    low = math.floor(math.log10(min(values, default=1)))
    high = max(math.ceil(math.log10(max(values, default=10))), low + 1)
    span = WIDTH - LEFT - RIGHT

    def x(value: float) -> float:
        return LEFT + span * (math.log10(max(value, 10.0**low)) - low) / (high - low)

    top, body = 44, []
    for label, several, words in rows:
        height = BAR / len(several)
        for number, value in enumerate(several):
            body.append(
                f'<rect x="{LEFT}" y="{top + number * height:.1f}" width="{max(x(value) - LEFT, 1):.1f}" '
                f'height="{height - 1:.1f}" fill="{COLOURS[number]}"/>'
            )
        body.append(text(LEFT - 6, top + BAR - 4, shortened(label), "end"))
        body.append(text(x(max(several)) + 4, top + BAR - 4, words))
        top += BAR + 5
    lines = [line(x(10.0**power), top, "#ddd") for power in range(low, high + 1)]
    labels = [text(x(10.0**power), top + 14, f"{10.0**power:g}", "middle") for power in range(low, high + 1)]
    if mark:
        lines.append(line(x(mark), top, "#c0392b"))
    key = [text(LEFT + number * 60, 34, f"■ {name}", fill=COLOURS[number]) for number, name in enumerate(names)]
    inside = "\n".join([text(10, 18, title, size=14), *key, *lines, *body, *labels])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 160} {top + 24}" role="img" '
        f'font-family="sans-serif" font-size="11"><title>{html.escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="white"/>\n{inside}\n</svg>\n'
    )


def shortened(label: str) -> str:
    return label if len(label) <= 80 else label[:79] + "…"


def line(x: float, bottom: float, colour: str) -> str:
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="40" y2="{bottom}" stroke="{colour}"/>'


def text(x: float, y: float, words: str, anchor: str = "start", size: int = 11, fill: str = "#222") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} font-size="{size}" fill="{fill}">{html.escape(words)}</text>'
