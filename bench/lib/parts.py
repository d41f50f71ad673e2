"""What is measured on a database, part by part, and which goals each part serves."""

import json
import pathlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field

from . import export, peers, tiles, writing
from .load import Figures, Stand, Workload
from .processes import run
from .results import WORKERS

# More than any server here answers in a second, so that a list is not gone through while nothing may be asked twice.
QUESTIONS_A_SECOND = 12_000
# The same of questions that one client asks, one behind the other.
ALONE_A_SECOND = 1_500
NEIGHBOURS = 20_000
# Questions that are asked of the index alone: for pages, to be counted, and for words.
PAGES_ALONE, COUNTS_ALONE, WORDS_ALONE = 4_000, 200, 400
# Starts without a saved index, of ten million events, take minutes each.
MOST_STARTS = 3


@dataclass
class Database:
    """A database that was loaded, with the questions that are asked of it."""

    kind: str  # "sqlite" or "postgres"
    url: str
    events: int
    seed: int
    stand: Stand
    shown: int = 0  # versions of events on neighbouring pages
    has_documents: bool = field(default=False, init=False)

    @property
    def folder(self) -> pathlib.Path:
        return self.stand.folder

    @property
    def file(self) -> pathlib.Path:
        return pathlib.Path(self.url.removeprefix("sqlite://"))

    def generated(self) -> list[str | pathlib.Path]:
        """The command that writes what is loaded."""
        size, seed = ("--events", str(self.events)), ("--seed", str(self.seed))
        return [self.stand.binaries / "marchline", "generate", *size, *seed, "--out", "-"]

    def example(self, name: str, *more: str) -> str:
        return run(self.stand.binaries / "examples" / name, *self.stand.settings(self.url), self.folder, *more)

    def draw(self, parts: list["Part"]) -> None:
        """Draws as many questions as these parts ask."""
        lists = {part_list for part in parts for part_list in part.lists}
        counts = {
            "count": self.pages() if "pages" in lists else PAGES_ALONE if "pages-alone" in lists else 0,
            "neighbours": NEIGHBOURS if "neighbours" in lists else 0,
            "filters": self.alone() if "filters" in lists else 0,
            "words": self.alone() if "words" in lists else 0,
            "plain": peers.QUESTIONS if "plain" in lists else 0,
        }
        options = [option for name, count in counts.items() for option in (f"--{name}", str(count))]
        (self.folder / "once.txt").write_text("/v1/events\n")
        self.shown = int(self.example("questions", "--seed", str(self.seed), *options))

    def pages(self) -> int:
        return QUESTIONS_A_SECOND * (self.stand.seconds + 1)

    def alone(self) -> int:
        return ALONE_A_SECOND * (self.stand.seconds + 1)

    def workload(self, name: str, **more: object) -> Workload:
        file = self.folder / f"{name}.txt"
        with file.open() as lines:
            return Workload(file, sum(1 for _ in lines), **more)

    def documents(self) -> pathlib.Path:
        """Events to be posted, made when they are wanted first."""
        file = self.folder / "documents.txt"
        if not self.has_documents:
            writing.documents(file, *self.generated())
            self.has_documents = True
        return file


def of_workers(measure: Callable[[int], Figures]) -> Figures:
    return {str(workers): measure(workers) for workers in WORKERS}


def pages(name: str, **more: object) -> Callable[[Database], Figures]:
    def measure(database: Database) -> Figures:
        load = database.workload(name, **more)
        return {
            "shown": database.shown,
            **of_workers(lambda workers: database.stand.measure(database.url, load, workers)),
        }

    return measure


def alone(name: str, take: int) -> Callable[[Database], Figures]:
    def measure(database: Database) -> Figures:
        options = ("--take", str(take), "--rounds", str(database.stand.rounds))
        return json.loads(database.example(name, *options))

    return measure


def one_by_one(database: Database, name: str, fresh: bool = True) -> Figures:
    """One client, who asks when he has been answered; nothing is kept unless the same is asked again and again."""
    load = database.workload(name, fresh=fresh, has_baseline=False, clients=1)
    return database.stand.measure(database.url, load, WORKERS[-1])


def counts(database: Database) -> Figures:
    """Questions to be counted, made of the filters that were drawn; each field takes its turn."""
    fields = alone_fields()
    for when in ("", "-past"):
        lines = (database.folder / f"filters{when}.txt").read_text().splitlines()
        filters = [line.partition("?")[2] for line in lines]
        by_day = (f"/v1/events/histogram?{joined('interval=day', text)}" for text in filters)
        values = (
            f"/v1/events/facets?{joined(f'facet={fields[number % len(fields)]}', text)}"
            for number, text in enumerate(filters)
        )
        for name, paths in ((f"histogram{when}", by_day), (f"facets{when}", values)):
            (database.folder / f"{name}.txt").write_text("\n".join(paths) + "\n")
    (database.folder / "histogram-all.txt").write_text("/v1/events/histogram?interval=day\n")
    (database.folder / "facets-all.txt").write_text("".join(f"/v1/events/facets?facet={name}\n" for name in fields))
    drawn = ("histogram", "histogram-past", "facets", "facets-past")
    figures = {name: one_by_one(database, name) for name in drawn}
    return {**figures, **{name: one_by_one(database, name, False) for name in ("histogram-all", "facets-all")}}


def alone_fields() -> list[str]:
    """What events are counted by, out of the document that describes the API."""
    document = json.loads((peers.ROOT / "openapi/openapi.json").read_text())
    parameters = document["paths"]["/v1/events/facets"]["get"]["parameters"]
    facet = next(one for one in parameters if one.get("name") == "facet")
    return facet["schema"]["items"]["enum"]


def joined(*parts: str) -> str:
    return "&".join(filter(None, parts))


def drawn(database: Database) -> Figures:
    return tiles.measure(database.stand, database.url, database.seed)


def drawn_filtered(database: Database) -> Figures:
    return tiles.filtered(database.stand, database.url, database.seed)


def words(database: Database) -> Figures:
    names = [f"{name}{when}" for name in ("rare", "any", "best") for when in ("", "-past")]
    return {name: one_by_one(database, name) for name in names}


def exports(database: Database) -> Figures:
    return export.measure(database.stand, database.url)


def beside_writes(database: Database) -> Figures:
    loads = {"now": database.workload("now", fresh=True), "neighbours": database.workload("neighbours")}

    def measure(load: Workload) -> Figures:
        file = database.documents()
        return of_workers(lambda workers: writing.paced(database.stand, database.url, file, load, workers))

    return {name: measure(load) for name, load in loads.items()}


def writes(database: Database) -> Figures:
    beside = {"alone": None, "read": database.workload("neighbours")}
    file = database.documents()
    return {name: writing.at_once(database.stand, database.url, file, load) for name, load in beside.items()}


def ready(database: Database) -> Figures:
    """Starts without anything that a server keeps, without its index, and with all that a clean stop left."""
    index = database.file.with_name(database.file.name + ".index")
    kept = database.file.with_name(index.name + ".text")
    figures: Figures = {"anew": [], "words": [], "rebuilt": [], "saved": []}
    for number in range(min(database.stand.rounds, MOST_STARTS)):
        index.unlink(missing_ok=True)
        if number == 0:
            shutil.rmtree(kept, ignore_errors=True)
        with database.stand.server(database.url, WORKERS[-1]) as server:
            if number == 0:
                figures["anew"].append(server.answers_after)
                figures["words"].append(server.ready_after)
            figures["rebuilt"].append(server.answers_after)
        with database.stand.server(database.url, WORKERS[-1]) as server:
            figures["saved"].append(server.ready_after)
    return figures


@dataclass(frozen=True)
class Part:
    name: str
    goals: tuple[str, ...]
    measure: Callable[[Database], Figures]
    lists: tuple[str, ...] = ()
    # On which databases: "small" for a tenth of the events, "served" for a million of them at most, "large" for all.
    sqlite: tuple[str, ...] = ("served",)
    # The goals that it serves on PostgreSQL too, on as many events as are served.
    postgres: tuple[str, ...] = ()

    def serves(self, kind: str) -> tuple[str, ...]:
        return self.postgres if kind == "postgres" else self.goals


EVERY, TELLING = ("small", "served", "large"), ("served", "large")

# In this order: what writes comes last, and behind that only what does not mind.
PARTS = (
    Part("index", ("P3", "P6"), alone("index_alone", PAGES_ALONE), ("pages-alone",), TELLING),
    Part("counts-alone", ("P4", "P6"), alone("counts_alone", COUNTS_ALONE), ("filters",), TELLING),
    Part("words-alone", ("P5", "P6"), alone("words_alone", WORDS_ALONE), ("words",), TELLING),
    Part("counts", ("P4", "P6"), counts, ("filters",), TELLING),
    Part("words", ("P5", "P6"), words, ("words",), TELLING),
    Part("tiles", ("tiles",), drawn, sqlite=TELLING),
    Part("tiles-filtered", ("tiles",), drawn_filtered, sqlite=TELLING),
    Part("once", ("P1",), pages("once"), sqlite=TELLING),
    Part("now", ("P2", "P6"), pages("now", fresh=True), ("pages",), TELLING, ("P2",)),
    Part("past", ("P6",), pages("past", fresh=True, has_baseline=False), ("pages",), TELLING),
    Part("neighbours", ("P2", "P10", "P11"), pages("neighbours"), ("neighbours",), EVERY, ("P2",)),
    Part("peers", ("P12",), peers.measure, ("plain",), postgres=("P12",)),
    Part("export", ("P13",), exports, sqlite=TELLING),
    Part("beside-writes", ("P14",), beside_writes, ("pages", "neighbours"), TELLING, ("P14",)),
    Part("writes", ("P7",), writes, ("neighbours",), postgres=("P7",)),
    Part("ready", ("P9",), ready, sqlite=TELLING),
)
# It is measured whenever a database is loaded.
LOADED = "loading"
BUILT = "building"
GOALS = sorted(
    {goal for part in PARTS for goal in part.goals} | {"P8", "P15"},
    key=lambda goal: (len(goal), goal),
)
