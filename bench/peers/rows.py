"""Puts our events, as `marchline export` writes them in the order of time, into what other servers read:

rows.py sqlite FILE         tables of SQLite, for Datasette
rows.py parquet FOLDER      the same as files of columns, for roapi
rows.py csv FOLDER          tables of PostgreSQL, for the service of events_api.py
"""

import csv
import json
import pathlib
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

# Rows that are handed on at a time.
BATCH = 20_000

Rows = dict[str, list[tuple]]

# Tables with their columns. `newest` and `oldest` are where an event stands in the two orders of time.
EVENT = (
    "no", "newest", "oldest", "id", "type", "category", "status", "verification", "title", "summary", "language",
    "start", "end", "start_earliest", "end_latest", "day", "size_text", "size_low", "size_high", "size_best",
    "size_basis", "revision", "recorded_at",
)  # fmt: skip
FLAT = {
    # What is listed of an event stands beside it as JSON, so that a row is all of it.
    "event": (*EVENT, "places", "actors", "sources", "issues", "tactics", "campaigns"),
    "event_country": ("event_no", "country"),
    "event_actor": ("event_no", "actor"),
}
NORMAL = {
    "event": EVENT,
    "location": ("id", "slug", "name", "kind", "country", "admin1"),
    "actor": ("id", "slug", "name", "kind"),
    "source": ("id", "publisher", "title", "url"),
    "campaign": ("id", "slug", "name"),
    "event_place": ("event_no", "position", "location_id", "role", "precision", "lat", "lon", "radius_m"),
    "event_actor": ("event_no", "position", "actor_id", "role"),
    "event_source": ("event_no", "position", "source_id"),
    "event_campaign": ("event_no", "position", "campaign_id"),
    "event_issue": ("event_no", "position", "issue"),
    "event_tactic": ("event_no", "position", "tactic"),
}
WHOLE_NUMBERS = {
    "no", "newest", "oldest", "event_no", "start_earliest", "end_latest", "size_low", "size_high", "size_best",
    "revision",
}  # fmt: skip
# Behind every other place in an order.
LAST = 1 << 40


def micros(instant: str) -> int:
    told = datetime.fromisoformat(instant) - datetime(1970, 1, 1, tzinfo=UTC)
    return (told.days * 86_400 + told.seconds) * 1_000_000 + told.microseconds


def event_row(no: int, event: dict) -> tuple:
    start, end, size = event["when"]["start"], event["when"]["end"], event["size"] or {}
    earliest = micros(start["earliest"]) if start else None
    # Without an end it ends within the unit in which it began.
    latest = micros((end or start)["latest"]) if start else None
    day = start["earliest"][:10] if start else None
    # Those without a date come last in either order.
    newest = -no if start else LAST - no
    return (
        no, newest, no, event["id"], event["type"], event["category"], event["status"], event["verification"],
        event["title"], event["summary"], event["language"], start and start["edtf"], end and end["edtf"], earliest,
        latest, day, size.get("text"), size.get("low"), size.get("high"), size.get("best"), size.get("basis"),
        event["revision"], event["recorded_at"],
    )  # fmt: skip


def flat(no: int, event: dict) -> Iterator[tuple[str, tuple]]:
    listed = (
        json.dumps(event[name], ensure_ascii=False, separators=(",", ":"))
        for name in ("places", "actors", "sources", "issues", "tactics", "campaigns")
    )
    yield "event", (*event_row(no, event), *listed)
    for country in {place["location"]["country"] for place in event["places"]} - {None}:
        yield "event_country", (no, country)
    for actor in {part["actor"]["slug"] for part in event["actors"]}:
        yield "event_actor", (no, actor)


class Normal:
    """Events as rows that name others, each of which is told once."""

    def __init__(self) -> None:
        self.told: set[str] = set()

    def __call__(self, no: int, event: dict) -> Iterator[tuple[str, tuple]]:
        yield "event", event_row(no, event)
        for position, place in enumerate(event["places"]):
            location, point = place["location"], place["point"] or {}
            yield from self.once("location", location)
            where = (place["role"], place["precision"], point.get("lat"), point.get("lon"), place["radius_m"])
            yield "event_place", (no, position, location["id"], *where)
        for position, part in enumerate(event["actors"]):
            yield from self.once("actor", part["actor"])
            yield "event_actor", (no, position, part["actor"]["id"], part["role"])
        for table in ("source", "campaign"):
            for position, named in enumerate(event[f"{table}s"]):
                yield from self.once(table, named)
                yield f"event_{table}", (no, position, named["id"])
        for table in ("issue", "tactic"):
            for position, value in enumerate(event[f"{table}s"]):
                yield f"event_{table}", (no, position, value)

    def once(self, table: str, named: dict) -> Iterator[tuple[str, tuple]]:
        if named["id"] not in self.told:
            self.told.add(named["id"])
            yield table, tuple(named[column] for column in NORMAL[table])


def batches(events: Iterator[str], rows_of) -> Iterator[Rows]:
    rows: Rows = {}
    for no, line in enumerate(events, 1):
        for table, row in rows_of(no, json.loads(line)):
            rows.setdefault(table, []).append(row)
        if no % BATCH == 0:
            yield rows
            rows = {}
    yield rows


def into_sqlite(file: pathlib.Path, events: Iterator[str]) -> None:
    kind = {name: "integer" for name in WHOLE_NUMBERS}
    with sqlite3.connect(file) as database:
        # It is made once and read from then on.
        database.executescript("pragma journal_mode = off; pragma synchronous = off")
        for table, columns in FLAT.items():
            typed = [f'"{name}" {kind.get(name, "text")}' for name in columns]
            key = "primary key (no)" if table == "event" else "foreign key (event_no) references event (no)"
            database.execute(f"create table {table} ({', '.join(typed)}, {key})")
        for rows in batches(events, flat):
            for table, those in rows.items():
                database.executemany(f"insert into {table} values ({', '.join('?' * len(FLAT[table]))})", those)
        database.executescript((pathlib.Path(__file__).parent / "datasette.sql").read_text())


def into_parquet(folder: pathlib.Path, events: Iterator[str]) -> None:
    import pyarrow
    from pyarrow import parquet

    folder.mkdir()
    kinds = {name: pyarrow.int64() for name in WHOLE_NUMBERS}
    schemas = {
        table: pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in columns])
        for table, columns in FLAT.items()
    }
    files = {table: parquet.ParquetWriter(folder / f"{table}.parquet", schema) for table, schema in schemas.items()}
    for rows in batches(events, flat):
        for table, those in rows.items():
            files[table].write_table(pyarrow.table(list(map(list, zip(*those, strict=True))), schema=schemas[table]))
    for file in files.values():
        file.close()


def into_csv(folder: pathlib.Path, events: Iterator[str]) -> None:
    folder.mkdir()
    files = {table: (folder / f"{table}.csv").open("w", newline="") for table in NORMAL}
    writers = {table: csv.writer(file) for table, file in files.items()}
    for table, columns in NORMAL.items():
        writers[table].writerow(columns)
    for rows in batches(events, Normal()):
        for table, those in rows.items():
            # An empty cell is null to COPY; no text here is empty.
            writers[table].writerows(those)
    for file in files.values():
        file.close()


if __name__ == "__main__":
    form, target = sys.argv[1], pathlib.Path(sys.argv[2])
    {"sqlite": into_sqlite, "parquet": into_parquet, "csv": into_csv}[form](target, sys.stdin)
