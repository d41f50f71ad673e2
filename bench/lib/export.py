"""Whole answers, streamed: how fast, and what the server needs for it."""

import threading
import time

from .load import Figures, Stand
from .processes import Server, run

# More rounds take long and tell no more.
MOST_ROUNDS = 3
FORMS = ("csv", "ndjson")
CURL = ("curl", "--silent", "--show-error", "--fail", "--output", "/dev/null", "--write-out", "%{size_download}")


def measure(stand: Stand, database: str) -> Figures:
    """Each on a server that was just started, so that its memory is held against what it had before."""
    rounds: Figures = {}
    for form in FORMS:
        rounds[form] = []
        for _ in range(min(stand.rounds, MOST_ROUNDS)):
            with stand.server(database, 2) as server:
                rounds[form].append(once(server, form))
    return rounds


def once(server: Server, form: str) -> dict[str, float]:
    idle, most, over = server.private_bytes(), [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            most[0] = max(most[0], server.private_bytes())

    watching = threading.Thread(target=watch)
    watching.start()
    started = time.perf_counter()
    try:
        size = run(*CURL, f"http://{server.address}/v1/events.{form}")
        seconds = time.perf_counter() - started
    finally:
        over.set()
        watching.join()
    return {"bytes": float(size), "seconds": seconds, "idle": idle, "most": max(most[0], idle)}
