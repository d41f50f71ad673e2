"""What is started is stopped: commands, servers, and a PostgreSQL that is thrown away."""

import contextlib
import http.client
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Self

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A server of ten million events that builds its index anew and gathers all words, on a slow machine.
PATIENCE_SECONDS = 1_800

Argument = str | os.PathLike[str]


class Failed(Exception):
    """Why nothing more can be measured."""


class Unanswered(Failed):
    """Nothing was answered as long as a round went on."""


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def environment(**more: str) -> dict[str, str]:
    """That of the caller, without whatever would set the program other than it is said here."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MARCHLINE_", "DATABASE_URL"))}
    return {**own, "RUST_LOG": "info", "MARCHLINE_RATE_LIMIT": "off", **more}


def run(*command: Argument, cwd: pathlib.Path = ROOT, **more: str) -> str:
    """What a command prints; its messages are shown when it fails."""
    try:
        ended = subprocess.run(command, cwd=cwd, env=environment(**more), stdin=subprocess.DEVNULL, capture_output=True)
    except FileNotFoundError:
        raise Failed(f"{command[0]} is missing") from None
    if ended.returncode:
        raise failure(command, ended.stdout + ended.stderr)
    return ended.stdout.decode()


def run_piped(first: list[Argument], second: list[Argument]) -> None:
    """Two commands, of which the second reads what the first writes."""
    with subprocess.Popen(first, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as one:
        try:
            ended = subprocess.run(second, cwd=ROOT, env=environment(), stdin=one.stdout, capture_output=True)
        finally:
            # It has written all, or nobody reads it any more.
            one.stdout.close()
        if ended.returncode:
            raise failure(second, ended.stdout + ended.stderr)
    if one.returncode:
        raise failure(first, b"what it says is above")


def lines_of(*command: Argument) -> Iterator[bytes]:
    """The lines that a command writes; it is stopped when no more are wanted, of which it need not complain."""
    none = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdin=none, stdout=subprocess.PIPE, stderr=none) as one:
        try:
            yield from one.stdout
        finally:
            one.kill()


def failure(command: list[Argument] | tuple[Argument, ...], told: bytes) -> Failed:
    return Failed(f"{' '.join(map(str, command))}\n{told.decode(errors='replace')[-4000:]}")


def build() -> pathlib.Path:
    """The folder of the release binaries, brought up to date."""
    run(os.environ.get("CARGO", "cargo"), "build", "--release", "--locked", "--bins", "--examples")
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release"


class Process:
    """A server that is ready when `with` begins, and ends as if told to by an administrator."""

    # How it may end then.
    ENDS_WITH = (0,)

    def __init__(self, command: list[Argument], log: pathlib.Path, address: str, ready: str, **more: str) -> None:
        self.command = list(map(str, command))
        self.log, self.address, self.ready, self.environment = log, address, ready, environment(**more)
        self.ready_after = 0.0

    def __enter__(self) -> Self:
        started = time.perf_counter()
        with self.log.open("wb") as log:
            # A session of its own, so that Ctrl-C reaches it through `__exit__` alone.
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            while not self._is_ready(started):
                if self.process.poll() is not None or time.perf_counter() - started > PATIENCE_SECONDS:
                    raise Failed(f"{' '.join(self.command)} did not become ready:\n{self.told()}")
                # As exactly as what it took asks for.
                time.sleep(0.002 + (time.perf_counter() - started) / 200)
        except BaseException:
            self._kill()
            raise
        self.ready_after = time.perf_counter() - started
        return self

    def _is_ready(self, _: float) -> bool:
        return self.get(self.ready)[0] == 200

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            status = self.process.wait(PATIENCE_SECONDS)
        except BaseException:
            self._kill()
            raise
        if status not in self.ENDS_WITH:
            raise Failed(f"{' '.join(self.command)} did not end well:\n{self.told()}")

    def _kill(self) -> None:
        # With all that it started.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def told(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def get(self, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body; status 0 while nobody answers."""
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            connection.request(method, path, body.encode() if body else None)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except ConnectionError:
            return 0, [], b""
        except TimeoutError:
            raise Failed(f"{self.command[0]} did not answer {path} within a minute") from None
        finally:
            connection.close()

    def private_bytes(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024


class Server(Process):
    """One of ours."""

    def __init__(self, command: list[Argument], log: pathlib.Path) -> None:
        # The search for duplicates has all events before it after a load, and is no part of what is measured.
        asked = [*command, "--bind", "127.0.0.1:0", "--access-log", "off", "--duplicates", "off"]
        super().__init__(asked, log, "", "/readyz")
        # When it answered everything but questions for words, which it may still be gathering.
        self.answers_after = 0.0

    def _is_ready(self, started: float) -> bool:
        if not self.address:
            found = re.search(r"listening on http://(127\.0\.0\.1:\d+)", self.told())
            self.address = found[1] if found else ""
            return False
        if not self.answers_after:
            if self.get("/v1/events?limit=1&count=none")[0] != 200:
                return False
            self.answers_after = time.perf_counter() - started
        return super()._is_ready(started)

    def metric(self, name: str) -> int:
        text = self.get("/metrics")[2].decode()
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        if not found:
            raise Failed(f"/metrics does not tell {name}")
        return int(float(found[1]))


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


@contextlib.contextmanager
def postgres(options: str) -> Iterator[str]:
    """The URL of a throw-away PostgreSQL with these options."""
    server = subprocess.Popen(
        [ROOT / "scripts/test-postgres"],
        env=environment(TEST_POSTGRES_OPTIONS=options),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        url = server.stdout.readline().decode().strip()
        if not url:
            raise Failed("scripts/test-postgres gave no database; what it says is above")
        yield url
    finally:
        # It cleans up when its standard input ends.
        server.stdin.close()
        server.wait()


def stop_on_signals() -> None:
    """Lets everything be cleaned up whatever ends the measurement but `kill -9`."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(number: int, _: object) -> None:
        for again in numbers:
            signal.signal(again, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in numbers:
        signal.signal(number, stop)
