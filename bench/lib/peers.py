"""Other servers, on the same events, asked the same questions."""

import contextlib
import json
import pathlib
import shutil
import signal
import urllib.parse
from typing import TYPE_CHECKING, Any

from .load import Figures, Round, Series, Stand, wrk
from .processes import ROOT, Argument, Failed, Process, Unanswered, free_port, run, run_piped, say
from .question import VALUES, Question

if TYPE_CHECKING:
    from .parts import Database

# What all of them are asked: so many questions, and of so many the answers are held against ours before.
QUESTIONS = 3_000
CHECKED = 40
# A round in which nothing was answered is repeated for so many times as long.
PATIENCE = 10
LOADS = ("pages", "totals", "facets", "histograms")
HERE = ROOT / "bench/peers"
VENV = ROOT / ".cache/bench-peers"


def url(path: str, **parameters: str) -> str:
    return f"{path}?{urllib.parse.urlencode(parameters, safe=',:')}"


class Peer:
    """Another server. What it is asked is a line as wrk takes it."""

    name: str
    workers: tuple[int, ...]

    def __init__(self, stand: Stand, python: pathlib.Path) -> None:
        self.stand, self.python = stand, python

    def fill(self, database: "Database") -> None:
        """Takes over the events."""
        raise NotImplementedError

    def server(self, workers: int) -> Process:
        raise NotImplementedError

    def line(self, load: str, question: Question) -> str:
        raise NotImplementedError

    def read(self, load: str, answer: Any) -> Any:
        """What an answer says, in a form that can be compared."""
        raise NotImplementedError

    def rows(self, database: "Database", form: str) -> pathlib.Path:
        """Our events in another form."""
        target = self.stand.folder / f"rows-{form}"
        export = self.stand.program("export", database.url, "--format", "ndjson", "--query", "sort=when")
        run_piped(export, [self.python, HERE / "rows.py", form, target])
        return target

    def process(self, command: list[Argument], ready: str, **more: str) -> Process:
        return PeerProcess(command, self.stand.folder / "peer.log", f"127.0.0.1:{self.port}", ready, **more)

    def chosen_port(self) -> str:
        self.port = free_port()
        return str(self.port)


class PeerProcess(Process):
    ENDS_WITH = (0, -signal.SIGTERM, 128 + signal.SIGTERM)


class Ours(Peer):
    """Ours."""

    def line(self, load: str, question: Question) -> str:
        filters, sort = question.filters, "when" if question.is_ascending else "-when"
        if load == "pages":
            return url("/v1/events", **filters, sort=sort, count="none")
        if load == "totals":
            return url("/v1/events", **filters, limit="1")
        if load == "facets":
            return url(
                "/v1/events/facets", **filters, facet=question.facet, facet_limit=str(VALUES), facet_own="include"
            )
        return url("/v1/events/histogram", **filters, interval="day", time_zone="UTC")

    def read(self, load: str, answer: Any) -> Any:
        if load == "pages":
            return [event["id"] for event in answer["data"]]
        if load == "totals":
            return answer["page"]["total"]
        if load == "facets":
            return {value["value"]: value["count"] for value in answer["data"][0]["values"]}
        # An event that may lie on several days counts on each of them; others count it once.
        return answer["total"] - answer["undated"]


class FastApi(Peer):
    name, workers = "FastAPI + SQLAlchemy", (1, 2)

    def fill(self, database: "Database") -> None:
        # A database of its own, beside ours on the same server.
        run("psql", database.url, "-qc", "create database peer")
        self.database = database.url.rpartition("/")[0] + "/peer"
        run(self.python, HERE / "events_api.py", **self.settings())
        folder = self.rows(database, "csv")
        # What is named comes before what names it.
        tables = ("location", "actor", "source", "campaign", "event")
        rest = sorted({file.stem for file in folder.glob("*.csv")} - set(tables))
        for table in (*tables, *rest):
            file = folder / f"{table}.csv"
            with file.open() as lines:
                columns = ", ".join(f'"{name}"' for name in lines.readline().strip().split(","))
            run("psql", self.database, "-qc", f"\\copy {table} ({columns}) from '{file}' csv header")
        run("psql", self.database, "-q", "-f", HERE / "postgres.sql")
        shutil.rmtree(folder)

    def settings(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database.replace("postgres:", "postgresql+asyncpg:", 1)}

    def server(self, workers: int) -> Process:
        command = [self.python, "-m", "uvicorn", "events_api:app", "--app-dir", HERE, "--port", self.chosen_port()]
        more = ("--workers", str(workers), "--no-access-log", "--log-level", "warning")
        return self.process([*command, *more], "/health", **self.settings())

    def line(self, load: str, question: Question) -> str:
        filters = question.filters
        if load == "pages":
            return url("/events", **filters, sort="when" if question.is_ascending else "-when")
        if load == "totals":
            return url("/events/count", **filters)
        if load == "facets":
            return url("/events/facets", **filters, facet=question.facet)
        return url("/events/histogram", **filters)

    def read(self, load: str, answer: Any) -> Any:
        if load == "pages":
            return [event["id"] for event in answer["data"]]
        if load == "totals":
            return answer["total"]
        values = {value["value"]: value["count"] for value in answer["data"]}
        return values if load == "facets" else sum(values.values())


class Datasette(Peer):
    name, workers = "Datasette", (1,)
    # So that nothing is refused, nothing is looked for that was not asked, and both cores are used.
    SETTINGS = {
        "sql_time_limit_ms": 60_000,
        "facet_time_limit_ms": 60_000,
        "suggest_facets": "off",
        "max_returned_rows": 20_000,
        "num_sql_threads": 4,
        "cache_size_kb": 200_000,
    }

    def fill(self, database: "Database") -> None:
        self.file = self.rows(database, "sqlite").rename(self.stand.folder / "peer.sqlite")

    def server(self, workers: int) -> Process:
        settings = [option for name, value in self.SETTINGS.items() for option in ("--setting", name, str(value))]
        command = [self.python, "-m", "datasette", "serve", "--immutable", self.file, "--port", self.chosen_port()]
        return self.process([*command, *settings], "/-/versions.json")

    def line(self, load: str, question: Question) -> str:
        if load in ("pages", "totals"):
            where = question.where()
            asked = {"_where": where} if where != "true" else {}
            if load == "totals":
                return url("/peer/event.json", **asked, _size="1", _col="no", _nofacet="1")
            order = "oldest" if question.is_ascending else "newest"
            return url(
                "/peer/event.json", **asked, _sort=order, _size="50", _nocount="1", _nofacet="1", _shape="objects"
            )
        return url(
            "/peer.json", sql=question.facet_sql() if load == "facets" else question.histogram_sql(), _shape="array"
        )

    def read(self, load: str, answer: Any) -> Any:
        if load == "pages":
            return [row["id"] for row in answer["rows"]]
        if load == "totals":
            return answer["filtered_table_rows_count"]
        values = {row["value"]: row["number"] for row in answer}
        return values if load == "facets" else sum(values.values())


class Roapi(Peer):
    name, workers = "roapi", (2,)

    def fill(self, database: "Database") -> None:
        self.folder = self.rows(database, "parquet")

    def server(self, workers: int) -> Process:
        tables = [
            option for file in sorted(self.folder.glob("*.parquet")) for option in ("--table", f"{file.stem}={file}")
        ]
        addresses = ("--addr-http", f"127.0.0.1:{self.chosen_port()}", "--addr-postgres", "127.0.0.1:0")
        return self.process([self.python.with_name("roapi"), *addresses, *tables], "/api/schema")

    def line(self, load: str, question: Question) -> str:
        order = "oldest" if question.is_ascending else "newest"
        match load:
            case "pages":
                # Joined, since with `in` this version gives the first fifty of all, and of these what is asked for. The
                # rest of the columns is read for those fifty alone, which is several times as fast.
                listed = enumerate(question.listed())
                joins = " ".join(f"join ({those}) as t{at} on no = t{at}.event_no" for at, those in listed)
                where = " and ".join(question.own()) or "true"
                page = f"select no as page_no from event {joins} where {where} order by {order} limit 50"
                sql = f"select event.* from event join ({page}) as page on no = page_no order by {order}"
            case "totals":
                sql = f"select count(*) as number from event where {question.where()}"
            case "facets":
                sql = question.facet_sql()
            case _:
                sql = question.histogram_sql()
        return f"/api/sql\t{sql}"

    def read(self, load: str, answer: Any) -> Any:
        if load == "pages":
            return [row["id"] for row in answer]
        if load == "totals":
            return answer[0]["number"]
        values = {row["value"]: row["number"] for row in answer}
        return values if load == "facets" else sum(values.values())


PEERS: dict[str, tuple[type[Peer], ...]] = {"sqlite": (Datasette, Roapi), "postgres": (FastApi,)}


def installed() -> pathlib.Path:
    """The Python that has them, made anew when the requirements change."""
    requirements, kept = HERE / "requirements.txt", VENV / "installed.txt"
    if not kept.exists() or kept.read_bytes() != requirements.read_bytes():
        shutil.rmtree(VENV, ignore_errors=True)
        run("python3", "-m", "venv", VENV)
        run(VENV / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r", requirements)
        shutil.copy(requirements, kept)
    return VENV / "bin/python"


def measure(database: "Database") -> Figures:
    stand, python = database.stand, installed()
    lines = (database.folder / "plain.txt").read_text().splitlines()
    questions = [Question.read(number, line) for number, line in enumerate(lines)]
    ours = Ours(stand, python)
    figures: Figures = {"ours": {}, "peers": {}, "checked": CHECKED}
    expected: dict[tuple[str, int], Any] = {}
    for workers in (1, 2):
        # No question is asked only once: so nothing is kept.
        with stand.server(database.url, workers, "--document-cache", "0") as server:
            expected = expected or answers(ours, server, questions)
            figures["ours"][str(workers)] = loads(ours, server, questions, stand)
    for kind in PEERS[database.kind]:
        peer = kind(stand, python)
        try:
            peer.fill(database)
            figures["peers"][peer.name] = {}
            for workers in peer.workers:
                with peer.server(workers) as server:
                    compare(peer, expected, answers(peer, server, questions))
                    figures["peers"][peer.name][str(workers)] = loads(peer, server, questions, stand)
        except Failed as failure:
            # Others can be measured all the same.
            say(f"{peer.name}: {failure}")
            figures["peers"].pop(peer.name, None)
    return figures


def loads(peer: Peer, server: Process, questions: list[Question], stand: Stand) -> dict[str, Series]:
    measured: dict[str, Series] = {}
    for load in LOADS:
        file = stand.folder / f"peer-{load}.txt"
        file.write_text("".join(peer.line(load, question) + "\n" for question in questions))
        starts = (number * len(questions) // stand.rounds for number in range(stand.rounds))
        try:
            with contextlib.suppress(Unanswered):
                answered(server, file, 0, 1)
            measured[load] = [answered(server, file, first, stand.seconds) for first in starts]
        except Failed as failure:
            # The rest can be measured all the same.
            say(f"{load}: {failure}")
    return measured


def answered(server: Process, questions: pathlib.Path, first: int, seconds: int) -> Round:
    try:
        told = wrk(server, questions, first, seconds)
    except Unanswered:
        told = wrk(server, questions, first, seconds * PATIENCE)
    # Who is slow still works on what nobody waits for any more: that is not to slow down the next round.
    with questions.open() as lines:
        ask(server, lines.readline().rstrip("\n"))
    return told


def ask(server: Process, line: str) -> bytes:
    path, _, body = line.partition("\t")
    status, _, text = server.ask("POST" if body else "GET", path, body or None)
    if status != 200:
        raise Failed(f"{line} was answered with {status}: {text.decode(errors='replace')[:500]}")
    return text


def answers(peer: Peer, server: Process, questions: list[Question]) -> dict[tuple[str, int], Any]:
    """What a server says to some of the questions."""
    told = {}
    for number in range(0, len(questions), max(1, len(questions) // CHECKED)):
        for load in LOADS:
            told[load, number] = peer.read(load, json.loads(ask(server, peer.line(load, questions[number]))))
    return told


def compare(peer: Peer, ours: dict[tuple[str, int], Any], theirs: dict[tuple[str, int], Any]) -> None:
    """Nobody is measured who answers otherwise than we do."""
    for (load, number), expected in ours.items():
        found = theirs[load, number]
        if shown(found) != shown(expected):
            raise Failed(f"{peer.name} answers question {number} for {load} with {found}, and ours is {expected}")


def shown(answer: Any) -> Any:
    """Of values that as many events have, any may be the last that is shown."""
    if not isinstance(answer, dict):
        return answer
    least = min(answer.values(), default=0) if len(answer) == VALUES else 0
    return sorted(answer.values()), {value for value, number in answer.items() if number > least}
