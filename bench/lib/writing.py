"""Writing and reading at once: as fast as it goes, and at a pace."""

import contextlib
import itertools
import json
import pathlib
from concurrent.futures import ThreadPoolExecutor

from .load import Figures, Stand, Workload, wrk
from .processes import Argument, lines_of, run

# Those who read while others write as fast as it goes.
READERS = 8
# Events that are posted, round and round.
DOCUMENTS = 20_000
# Events a second, and the clients that post them: so many that none is late while answers take a tenth of a second.
PACE = 500
WRITERS = 64


def documents(file: pathlib.Path, *generate: Argument) -> None:
    """Events like those that are there, as if each were another one, to be posted."""
    parsed = (json.loads(line) for line in lines_of(*generate))
    events = (one["document"] for one in parsed if one["resource"] == "event")
    with file.open("w") as out:
        for document in itertools.islice(events, DOCUMENTS):
            out.write("/v1/events\t" + json.dumps({**document, "id": None, "external_ids": []}) + "\n")


def key_for(stand: Stand, database: str) -> str:
    return run(*stand.program("keys", database), "create", "--name", "bench", "--scope", "write").splitlines()[-1]


def at_once(stand: Stand, database: str, file: pathlib.Path, beside: Workload | None) -> Figures:
    """Durable writes, each document an event of its own, and what is read meanwhile."""
    key = key_for(stand, database)
    writes, reads = [], []
    with stand.server(database, 2) as server, ThreadPoolExecutor() as pool:
        wrk(server, file, 0, 1, key=key)
        for number in range(stand.rounds):
            if beside:
                first = number * beside.count // stand.rounds
                reading = pool.submit(wrk, server, beside.questions, first, stand.seconds, READERS)
            writes.append(wrk(server, file, 0, stand.seconds, key=key))
            if beside:
                reads.append(reading.result())
    return {"writes": writes, "reads": reads}


def paced(stand: Stand, database: str, file: pathlib.Path, load: Workload, workers: int) -> Figures:
    """The same reading twice, nobody writing and then a number of events a second, on one server."""
    key = key_for(stand, database)
    idle, written, writes, asked_again = [], [], [], False
    keeps = () if not load.fresh else ("--document-cache", "0")
    with contextlib.ExitStack() as stack, ThreadPoolExecutor() as pool:
        steady = None
        if not load.fresh:
            steady = stack.enter_context(stand.server(database, workers))
            stand.go_through(steady, load)
        for number in range(stand.rounds):
            first = number * load.count // stand.rounds
            with contextlib.nullcontext(steady) if steady else stand.server(database, workers, *keeps) as server:
                at = first + wrk(server, load.questions, first, 1)["requests"]
                idle.append(wrk(server, load.questions, at, stand.seconds))
                at += idle[-1]["requests"]
                posting = pool.submit(wrk, server, file, 0, stand.seconds + 2, WRITERS, key, PACE)
                # Until those who write have begun.
                at += wrk(server, load.questions, at, 1)["requests"]
                written.append(wrk(server, load.questions, at, stand.seconds))
                writes.append(posting.result())
                asked_again |= load.fresh and at + written[-1]["requests"] - first > load.count
    return {"idle": idle, "written": written, "writes": writes, "asked_again": asked_again}
