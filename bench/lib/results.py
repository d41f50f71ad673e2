"""What was measured, kept as JSON, so that the page can be written of several runs."""

import json
import pathlib
import string
from dataclasses import dataclass, field
from typing import Any

from .load import Figures

MILLION = 1_000_000
GIGABYTE = 1e9
WORKERS = (1, 2)

# A part, the database it was measured on ("sqlite", "postgres", or "" for none), and its events.
Key = tuple[str, str, int]


@dataclass
class Run:
    """One run, and what was asked of it."""

    started: str
    events: int
    rounds: int
    seconds: int
    seed: int
    machine: dict[str, str]
    versions: dict[str, str] = field(default_factory=dict)
    phases: list[tuple[str, float]] = field(default_factory=list)  # what took how many seconds
    failures: list[str] = field(default_factory=list)

    def is_like(self, other: "Run") -> bool:
        """Whether figures of both can stand beside each other as if they were of one."""
        mine, others = ((run.seed, run.commit, run.place) for run in (self, other))
        return mine == others

    @property
    def commit(self) -> str:
        return self.versions.get("Marchline", "")

    @property
    def place(self) -> tuple[str, ...]:
        """The machine, without what changes from hour to hour."""
        return tuple(self.machine[name] for name in ("Processor", "Memory", "Kernel"))


@dataclass
class Results:
    """The figures of all parts, each with the run that it is of."""

    runs: list[Run] = field(default_factory=list)
    parts: dict[Key, tuple[int, Figures]] = field(default_factory=dict)

    @classmethod
    def read(cls, file: pathlib.Path) -> "Results":
        if not file.exists():
            return cls()
        kept = json.loads(file.read_text())
        runs = [Run(**run) for run in kept["runs"]]
        parts = {(*one["of"],): (one["run"], one["figures"]) for one in kept["parts"]}
        return cls(runs, parts)

    def write(self, file: pathlib.Path) -> None:
        """Without the runs of which no figure is left."""
        used = sorted({run for run, _ in self.parts.values()})
        parts = [
            {"of": key, "run": used.index(run), "figures": figures}
            for key, (run, figures) in sorted(self.parts.items())
        ]
        kept = {"runs": [vars(self.runs[run]) for run in used], "parts": parts}
        file.write_text(json.dumps(kept, indent=1) + "\n")

    def begin(self, run: Run) -> None:
        """Another run, whose figures take the place of those that are known of the same."""
        self.runs.append(run)

    def put(self, key: Key, figures: Figures) -> None:
        # As it will be read, so that a page is the same whether it is written now or later.
        self.parts[key] = (len(self.runs) - 1, json.loads(json.dumps(figures)))

    def has_like(self, key: Key, run: Run) -> bool:
        return key in self.parts and self.runs[self.parts[key][0]].is_like(run)

    def get(self, part: str, database: str, events: int) -> Any:
        """The figures of a part; None where it was not measured."""
        return self.parts.get((part, database, events), (0, None))[1]

    def beside(self, key: Key, part: str) -> Any:
        """The figures of another part on the same database; None where it was not measured on the same machine."""
        other = (part, *key[1:])
        return self.get(*other) if self.are_of_one_place(key, other) else None

    def are_of_one_place(self, *keys: Key) -> bool:
        """Whether all of these parts were measured, on one machine: else they are not held against each other."""
        return len({self.runs[self.parts[key][0]].place if key in self.parts else () for key in keys}) == 1

    def sizes(self, part: str, database: str) -> list[int]:
        """On how many events a part was measured, ascending."""
        return sorted(events for name, on, events in self.parts if (name, on) == (part, database))

    def letters(self, *keys: Key) -> str:
        """The runs that figures are of."""
        used = sorted({run for run, _ in self.parts.values()})
        numbers = sorted({self.parts[key][0] for key in keys if key in self.parts})
        return ", ".join(string.ascii_uppercase[used.index(number) % 26] for number in numbers)

    def used(self) -> list[tuple[str, Run]]:
        """The runs that figures are of, with their letters."""
        numbers = sorted({run for run, _ in self.parts.values()})
        return [(string.ascii_uppercase[place % 26], self.runs[number]) for place, number in enumerate(numbers)]
