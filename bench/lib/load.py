"""Rounds of wrk against a server, each beside a round against the baseline."""

import contextlib
import json
import pathlib
import statistics
from dataclasses import dataclass

from .processes import ROOT, Argument, Failed, Process, Server, Unanswered, run

WRK = ("wrk", "-t1")
CLIENTS = 32
# Questions of a list whose answers are looked at to find out how large they are.
SAMPLE = 500
# Headers that the server puts around every answer; the baseline is the same server and does so too.
OF_THE_SERVER = ("connection", "content-length", "dataset-revision", "date", "request-id", "transfer-encoding", "vary")
OF_THE_SERVER_TOO = ("access-control-", "x-content-type-options")

# What a round gave: requests, answers a second, p50 and p99 in milliseconds, bytes an answer with its head.
Round = dict[str, float]
# What the rounds gave; their medians count.
Series = list[Round]
# What was measured, as it is kept.
Figures = dict[str, object]


def median(series: Series, name: str) -> float:
    return statistics.median(one[name] for one in series)


@dataclass(frozen=True)
class Workload:
    questions: pathlib.Path
    count: int  # of the questions
    fresh: bool = False  # whether each round is answered by a server that was just started, and nothing is asked twice
    has_baseline: bool = True
    clients: int = CLIENTS


def wrk(
    server: Process,
    questions: pathlib.Path,
    first: int,
    seconds: int,
    clients: int = CLIENTS,
    key: str | None = None,
    pace: int | None = None,
) -> Round:
    """Asks from a line of a file on; with a key, posts what the lines hold; with a pace too, so many a second."""
    script = ROOT / "bench/questions.lua"
    command = (*WRK, f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", script, f"http://{server.address}")
    told = json.loads(run(*command, "--", questions, str(first), *filter(None, (key, pace and str(pace)))).splitlines()[-1])
    requests = told["requests"]
    if not (requests or told["refused"] or told["broken"]):
        raise Unanswered(f"{server.command[0]}: nothing of {questions.name} was answered within {seconds} s")
    if told["refused"] or told["broken"] or not requests:
        raise Failed(
            f"{server.command[0]}: of {requests} questions of {questions.name} the server refused "
            f"{told['refused']}, and {told['broken']} were not answered"
        )
    rate, size = requests / (told["micros"] / 1e6), told["bytes"] / requests
    return {"requests": requests, "rate": rate, "p50": told["p50"] / 1e3, "p99": told["p99"] / 1e3, "size": size}


class Stand:
    """Where servers are put under load."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path, rounds: int, seconds: int) -> None:
        self.binaries, self.folder, self.rounds, self.seconds = binaries, folder, rounds, seconds
        self.answers: dict[tuple[str, pathlib.Path], pathlib.Path] = {}

    def settings(self, database: str) -> tuple[Argument, ...]:
        """What every program of ours is told of a database; the index is kept in a file for either kind."""
        if database.startswith("sqlite:"):
            return "--database-url", database
        return "--database-url", database, "--index-file", self.folder / "postgres.index"

    def program(self, name: str, database: str, *more: Argument) -> list[Argument]:
        return [self.binaries / "marchline", name, *self.settings(database), *more]

    def server(self, database: str, workers: int, *more: str) -> Server:
        command = self.program("serve", database, "--workers", str(workers), *more)
        return Server(command, self.folder / "server.log")

    def static(self, answer: pathlib.Path, workers: int) -> Server:
        command = [self.binaries / "examples/static_answer", "--answer", answer, "--workers", str(workers)]
        return Server(command, self.folder / "static.log")

    def measure(self, database: str, load: Workload, workers: int) -> Figures:
        """A workload and its baseline."""
        measured, baselines = [], []
        asked_again, memory = False, None
        with contextlib.ExitStack() as stack:
            steady = baseline = None
            if not load.fresh:
                steady = stack.enter_context(self.server(database, workers))
                self.go_through(steady, load)
            if load.has_baseline:
                answer = self.answer_of(database, load, steady)
                baseline = stack.enter_context(self.static(answer, workers))
                wrk(baseline, load.questions, 0, 1)
            for number in range(self.rounds):
                first = number * load.count // self.rounds
                if baseline:
                    baselines.append(wrk(baseline, load.questions, first, self.seconds, load.clients))
                fresh = self.server(database, workers, "--document-cache", "0")
                with contextlib.nullcontext(steady) if steady else fresh as server:
                    warm_up = 0 if steady else wrk(server, load.questions, first, 1, load.clients)["requests"]
                    measured.append(wrk(server, load.questions, first + warm_up, self.seconds, load.clients))
                asked_again |= load.fresh and warm_up + measured[-1]["requests"] > load.count
            if steady:
                memory = memory_of(steady)
        return {"measured": measured, "baseline": baselines, "memory": memory, "asked_again": asked_again}

    def go_through(self, server: Server, load: Workload) -> None:
        """Asks every question once, and a second at least."""
        asked = wrk(server, load.questions, 0, 1, load.clients)["requests"]
        while asked < load.count:
            asked += wrk(server, load.questions, asked, self.seconds, load.clients)["requests"]

    def answer_of(self, database: str, load: Workload, running: Server | None) -> pathlib.Path:
        """The answer, in a file, that is nearest to the mean size of all: what the baseline will give."""
        key = (database, load.questions)
        if key not in self.answers:
            with contextlib.nullcontext(running) if running else self.server(database, 1) as server:
                paths = load.questions.read_text().splitlines()[:: max(1, load.count // SAMPLE)]
                sizes = {path: len(server.get(path)[2]) for path in paths}
                mean = statistics.mean(sizes.values())
                nearest = min(paths, key=lambda path: abs(sizes[path] - mean))
                self.answers[key] = self.capture(server, nearest)
        return self.answers[key]

    def capture(self, server: Server, path: str) -> pathlib.Path:
        status, headers, body = server.get(path)
        if status != 200:
            raise Failed(f"{path} was answered with {status}")
        own = [(name, value) for name, value in headers if not is_of_the_server(name)]
        file = self.folder / f"answer-{len(self.answers)}.json"
        file.write_text(json.dumps({"headers": own, "body": body.decode()}))
        with self.static(file, 1) as baseline:
            _, its_headers, its_body = baseline.get(path)
        names = [sorted(name.lower() for name, _ in all_of) for all_of in (headers, its_headers)]
        if names[0] != names[1] or body != its_body:
            raise Failed(f"the baseline does not answer as the server does: {names[0]}, {names[1]}")
        return file


def memory_of(server: Server) -> Figures:
    return {
        "private": server.private_bytes(),
        "index": server.metric("marchline_index_event_bytes"),
        "versions": server.metric("marchline_index_event_versions"),
    }


def is_of_the_server(name: str) -> bool:
    return name.lower() in OF_THE_SERVER or name.lower().startswith(OF_THE_SERVER_TOO)
