"""What is started is stopped: commands, servers, and a PostgreSQL that is thrown away."""

import contextlib
import http.client
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Self

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A server of ten million events that builds its index anew, on a slow machine.
PATIENCE_SECONDS = 900


class Failed(Exception):
    """Why nothing more can be measured."""


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def environment(**more: str) -> dict[str, str]:
    """That of the caller, without whatever would set the program other than it is said here."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MARCHLINE_", "DATABASE_URL"))}
    return {**own, "RUST_LOG": "info", "MARCHLINE_RATE_LIMIT": "off", **more}


def run(*command: str | os.PathLike[str]) -> str:
    """What a command prints; its messages are shown when it fails."""
    try:
        ended = subprocess.run(command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, capture_output=True)
    except FileNotFoundError:
        raise Failed(f"{command[0]} is missing") from None
    if ended.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{(ended.stdout + ended.stderr).decode(errors='replace')[-4000:]}")
    return ended.stdout.decode()


def build() -> pathlib.Path:
    """The folder of the release binaries, brought up to date."""
    cargo = os.environ.get("CARGO", "cargo")
    run(cargo, "build", "--release", "--locked", "--bins", "--examples")
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release"


class Server:
    """A server that is ready when `with` begins, and ends as if told to by an administrator."""

    def __init__(self, command: list[str | os.PathLike[str]], log: pathlib.Path) -> None:
        # The search for duplicates has all events before it after a load, and is no part of what is measured.
        self.command = [*map(str, command), "--bind", "127.0.0.1:0", "--access-log", "off", "--duplicates", "off"]
        self.log = log
        self.address = ""
        self.ready_after = 0.0

    def __enter__(self) -> Self:
        started = time.perf_counter()
        with self.log.open("wb") as log:
            # A session of its own, so that Ctrl-C reaches it through `__exit__` alone.
            self.process = subprocess.Popen(
                self.command,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            while not (self.address and self.get("/readyz")[0] == 200):
                self._look_for_address(started)
                time.sleep(0.002)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        self.ready_after = time.perf_counter() - started
        return self

    def _look_for_address(self, started: float) -> None:
        if self.process.poll() is not None or time.perf_counter() - started > PATIENCE_SECONDS:
            raise Failed(f"{' '.join(self.command)} did not become ready:\n{self.told()}")
        found = re.search(r"listening on http://(127\.0\.0\.1:\d+)", self.told())
        self.address = found[1] if found else ""

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            status = self.process.wait(PATIENCE_SECONDS)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        if status:
            raise Failed(f"{' '.join(self.command)} did not end well:\n{self.told()}")

    def told(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def get(self, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body; status 0 while nobody answers."""
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except ConnectionError:
            return 0, [], b""
        finally:
            connection.close()

    def metric(self, name: str) -> int:
        text = self.get("/metrics")[2].decode()
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        if not found:
            raise Failed(f"/metrics does not tell {name}")
        return int(float(found[1]))

    def private_bytes(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024


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
