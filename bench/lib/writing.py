"""Writing and reading at once: as fast as it goes, and at a pace."""

import contextlib
import itertools
import json
import pathlib
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from .load import Figures, Round, Stand, Workload, wrk
from .processes import Argument, Failed, Server, lines_of, run

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
    with contextlib.ExitStack() as stack:
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
                with pace(server, file, key) as posted:
                    # Until those who write have begun.
                    at += wrk(server, load.questions, at, 1)["requests"]
                    posted.clear()
                    started = time.perf_counter()
                    written.append(wrk(server, load.questions, at, stand.seconds))
                    writes.append(told(list(posted), time.perf_counter() - started))
                asked_again |= load.fresh and at + written[-1]["requests"] - first > load.count
    return {"idle": idle, "written": written, "writes": writes, "asked_again": asked_again}


def told(posted: list[float], seconds: float) -> Round:
    """Of how long each write took."""
    if len(posted) < 2:
        raise Failed("nothing was written while others read")
    percentiles = statistics.quantiles(posted, n=100)
    return {"rate": len(posted) / seconds, "p50": percentiles[49] * 1e3, "p99": percentiles[98] * 1e3}


@contextlib.contextmanager
def pace(server: Server, file: pathlib.Path, key: str) -> Iterator[list[float]]:
    """Events are posted while this goes on; what is given tells how long each took, in seconds."""
    lines = file.read_text().splitlines()
    requests = [request(server.address, line, key) for line in lines]
    posted: list[float] = []
    turns, stop = itertools.count(), threading.Event()
    started = time.perf_counter()

    def post() -> None:
        with socket.create_connection(server.address.split(":")) as connection, connection.makefile("rb") as answers:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while True:
                turn = next(turns)
                if stop.wait(max(0.0, started + turn / PACE - time.perf_counter())):
                    return
                begun = time.perf_counter()
                connection.sendall(requests[turn % len(requests)])
                read_created(answers)
                posted.append(time.perf_counter() - begun)

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(post) for _ in range(WRITERS)]
        try:
            yield posted
        finally:
            stop.set()
        for writer in writers:
            writer.result()


def request(address: str, line: str, key: str) -> bytes:
    path, _, body = line.partition("\t")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n"
    )
    return (head + body).encode()


def read_created(answers: "socket.SocketIO") -> None:
    """By hand, since the library's own reader takes more of the processor than the writing is to have."""
    status = answers.readline()
    if b" 201 " not in status:
        raise Failed(f"a write was answered with {status.decode(errors='replace')}")
    length = 0
    while (line := answers.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    answers.read(length)
