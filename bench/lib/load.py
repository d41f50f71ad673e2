"""Rounds of wrk against a server, each beside a round against the baseline."""

import contextlib
import json
import pathlib
import statistics
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from .processes import ROOT, Failed, Server, run

WRK = ("wrk", "-t1")
CLIENTS = 32
# Those who read while others write.
READERS = 8
# Questions of a list whose answers are looked at to find out how large they are.
SAMPLE = 500
# Headers that the server puts around every answer; the baseline is the same server and does so too.
OF_THE_SERVER = ("connection", "content-length", "dataset-revision", "date", "request-id", "transfer-encoding", "vary")
OF_THE_SERVER_TOO = ("access-control-", "x-content-type-options")


@dataclass(frozen=True)
class Round:
    requests: int
    rate: float  # answers a second
    p50: float  # milliseconds
    p99: float
    size: float  # bytes an answer, head included


@dataclass
class Series:
    """What the rounds gave; their medians count."""

    rounds: list[Round] = field(default_factory=list)

    def median(self, name: str) -> float:
        return statistics.median(getattr(one, name) for one in self.rounds)

    def spread(self, name: str) -> tuple[float, float]:
        values = [getattr(one, name) for one in self.rounds]
        return min(values), max(values)


@dataclass
class Memory:
    private: int
    index: int
    versions: int

    @classmethod
    def of(cls, server: Server) -> "Memory":
        index, versions = server.metric("marchline_index_event_bytes"), server.metric("marchline_index_event_versions")
        return cls(server.private_bytes(), index, versions)


@dataclass
class Outcome:
    """A workload and its baseline."""

    measured: Series
    baseline: Series | None
    memory: Memory | None  # after the load; of a server that answered all rounds
    asked_again: bool  # though each question should have been asked once

    def ratio(self) -> float:
        return self.measured.median("rate") / self.baseline.median("rate")


@dataclass(frozen=True)
class Workload:
    questions: pathlib.Path
    count: int  # of the questions
    fresh: bool = False  # whether each round is answered by a server that was just started, and nothing is asked twice
    has_baseline: bool = True


def wrk(
    server: Server, questions: pathlib.Path, first: int, seconds: int, clients: int = CLIENTS, key: str | None = None
) -> Round:
    """Asks from a line of a file on; with a key, posts what the lines hold."""
    script = ROOT / "bench/questions.lua"
    command = (*WRK, f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", script, f"http://{server.address}")
    told = json.loads(run(*command, "--", questions, str(first), *filter(None, (key,))).splitlines()[-1])
    if told["refused"] or told["broken"]:
        raise Failed(
            f"{server.command[0]}: of {told['requests']} questions of {questions.name} the server refused "
            f"{told['refused']}, and {told['broken']} were not answered"
        )
    requests = told["requests"]
    rate = requests / (told["micros"] / 1e6)
    return Round(requests, rate, told["p50"] / 1e3, told["p99"] / 1e3, told["bytes"] / requests)


class Stand:
    """Where servers are put under load."""

    def __init__(self, binaries: pathlib.Path, folder: pathlib.Path, rounds: int, seconds: int) -> None:
        self.binaries, self.folder, self.rounds, self.seconds = binaries, folder, rounds, seconds
        self.answers: dict[tuple[str, pathlib.Path], pathlib.Path] = {}

    def server(self, database: str, workers: int, *more: str) -> Server:
        command = [self.binaries / "marchline", "serve", "--database-url", database, "--workers", str(workers)]
        return Server([*command, *more], self.folder / "server.log")

    def static(self, answer: pathlib.Path, workers: int) -> Server:
        command = [self.binaries / "examples/static_answer", "--answer", answer, "--workers", str(workers)]
        return Server(command, self.folder / "static.log")

    def measure(self, database: str, load: Workload, workers: int) -> Outcome:
        outcome = Outcome(Series(), Series() if load.has_baseline else None, None, False)
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
                    outcome.baseline.rounds.append(wrk(baseline, load.questions, first, self.seconds))
                fresh = self.server(database, workers, "--document-cache", "0")
                with contextlib.nullcontext(steady) if steady else fresh as server:
                    warm_up = 0 if steady else wrk(server, load.questions, first, 1).requests
                    measured = wrk(server, load.questions, first + warm_up, self.seconds)
                outcome.measured.rounds.append(measured)
                outcome.asked_again |= load.fresh and warm_up + measured.requests > load.count
            outcome.memory = Memory.of(steady) if steady else None
        return outcome

    def write(self, database: str, documents: pathlib.Path, beside: Workload | None) -> tuple[Series, Series]:
        """Durable writes, each document an event of its own, and what is read meanwhile."""
        named = ("--name", "bench", "--scope", "write", "--database-url", database)
        key = run(self.binaries / "marchline", "keys", "create", *named).splitlines()[-1]
        writes, reads = Series(), Series()
        with self.server(database, 2) as server, ThreadPoolExecutor() as pool:
            wrk(server, documents, 0, 1, key=key)
            for number in range(self.rounds):
                if beside:
                    first = number * beside.count // self.rounds
                    reading = pool.submit(wrk, server, beside.questions, first, self.seconds, READERS)
                writes.rounds.append(wrk(server, documents, 0, self.seconds, key=key))
                if beside:
                    reads.rounds.append(reading.result())
        return writes, reads

    def go_through(self, server: Server, load: Workload) -> None:
        """Asks every question once, and a second at least."""
        asked = wrk(server, load.questions, 0, 1).requests
        while asked < load.count:
            asked += wrk(server, load.questions, asked, self.seconds).requests

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


def is_of_the_server(name: str) -> bool:
    return name.lower() in OF_THE_SERVER or name.lower().startswith(OF_THE_SERVER_TOO)
