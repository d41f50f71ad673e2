"""A question that every server can be asked, also in SQL."""

import urllib.parse
from dataclasses import dataclass
from datetime import datetime

# Values of a facet.
VALUES = 10


@dataclass(frozen=True)
class Question:
    """What can be asked of everybody."""

    filters: dict[str, str]  # as ours are asked
    is_ascending: bool
    facet: str  # of which the values are counted: no filter speaks of it

    @classmethod
    def read(cls, number: int, line: str) -> "Question":
        filters = dict(urllib.parse.parse_qsl(line.partition("?")[2]))
        is_ascending = filters.pop("sort", "-when") == "when"
        free = [field for field in ("type", "country", "actor", "status") if field not in filters]
        return cls(filters, is_ascending, free[number % len(free)])

    def values(self, name: str) -> list[str]:
        return self.filters[name].split(",") if name in self.filters else []

    def where(self) -> str:
        """As a condition of SQL."""
        return " and ".join([*self.own(), *(f"no in ({those})" for those in self.listed())]) or "true"

    def own(self) -> list[str]:
        """What is asked of the event itself."""
        conditions = [f"type in ({quoted(types)})"] if (types := self.values("type")) else []
        if "to" in self.filters:
            conditions.append(f"start_earliest <= {micros(self.filters['to'])}")
        if "from" in self.filters:
            conditions.append(f"end_latest >= {micros(self.filters['from'])}")
        return conditions

    def listed(self) -> list[str]:
        """The numbers of events that have what is asked of their places and actors."""
        return [
            f"select distinct event_no from event_{name} where {name} in ({quoted(values)})"
            for name in ("country", "actor")
            if (values := self.values(name))
        ]

    def facet_sql(self) -> str:
        if self.facet in ("country", "actor"):
            table, inner = f"event_{self.facet}", f"event_no in (select no from event where {self.where()})"
            # All of them: so nothing is looked up.
            inner = "true" if self.where() == "true" else inner
        else:
            table, inner = "event", self.where()
        return (
            f"select {self.facet} as value, count(*) as number from {table} where {inner} "
            f"group by {self.facet} order by number desc, value limit {VALUES}"
        )

    def histogram_sql(self) -> str:
        where = f"{self.where()} and day is not null"
        return f"select day as value, count(*) as number from event where {where} group by day order by day"


def quoted(values: list[str]) -> str:
    return ", ".join(f"'{value.replace(chr(39), chr(39) * 2)}'" for value in values)


def micros(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp()) * 1_000_000
