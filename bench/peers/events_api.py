"""A service of events as most would write it: FastAPI, SQLAlchemy with asyncpg, typed answers, foreign keys.

It is tuned as far as one would go: every question has its index, what belongs to the events of a page is read by one
statement a table, connections are kept, the loop is uvloop. DATABASE_URL says where the tables are;
`python events_api.py` makes them.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, ForeignKey, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=0, pool_timeout=60)
sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    type_annotation_map = {int: BigInteger}


class Event(Base):
    __tablename__ = "event"
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    newest: Mapped[int]
    oldest: Mapped[int]
    id: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    category: Mapped[str]
    status: Mapped[str]
    verification: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str | None]
    language: Mapped[str | None]
    start: Mapped[str | None]
    end: Mapped[str | None]
    start_earliest: Mapped[int | None]
    end_latest: Mapped[int | None]
    day: Mapped[str | None]
    size_text: Mapped[str | None]
    size_low: Mapped[int | None]
    size_high: Mapped[int | None]
    size_best: Mapped[int | None]
    size_basis: Mapped[str | None]
    revision: Mapped[int]
    recorded_at: Mapped[str]
    places: Mapped[list["EventPlace"]] = relationship(order_by="EventPlace.position")
    actors: Mapped[list["EventActor"]] = relationship(order_by="EventActor.position")
    sources: Mapped[list["EventSource"]] = relationship(order_by="EventSource.position")
    campaigns: Mapped[list["EventCampaign"]] = relationship(order_by="EventCampaign.position")
    issues: Mapped[list["EventIssue"]] = relationship(order_by="EventIssue.position")
    tactics: Mapped[list["EventTactic"]] = relationship(order_by="EventTactic.position")


class Location(Base):
    __tablename__ = "location"
    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    country: Mapped[str | None]
    admin1: Mapped[str | None]


class Actor(Base):
    __tablename__ = "actor"
    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]


class Source(Base):
    __tablename__ = "source"
    id: Mapped[str] = mapped_column(primary_key=True)
    publisher: Mapped[str | None]
    title: Mapped[str | None]
    url: Mapped[str | None]


class Campaign(Base):
    __tablename__ = "campaign"
    id: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class OfEvent:
    event_no: Mapped[int] = mapped_column(ForeignKey("event.no"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)


class EventPlace(OfEvent, Base):
    __tablename__ = "event_place"
    location_id: Mapped[str] = mapped_column(ForeignKey("location.id"))
    role: Mapped[str]
    precision: Mapped[str]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    radius_m: Mapped[float | None]
    location: Mapped[Location] = relationship()


class EventActor(OfEvent, Base):
    __tablename__ = "event_actor"
    actor_id: Mapped[str] = mapped_column(ForeignKey("actor.id"))
    role: Mapped[str]
    actor: Mapped[Actor] = relationship()


class EventSource(OfEvent, Base):
    __tablename__ = "event_source"
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id"))
    source: Mapped[Source] = relationship()


class EventCampaign(OfEvent, Base):
    __tablename__ = "event_campaign"
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    campaign: Mapped[Campaign] = relationship()


class EventIssue(OfEvent, Base):
    __tablename__ = "event_issue"
    issue: Mapped[str]


class EventTactic(OfEvent, Base):
    __tablename__ = "event_tactic"
    tactic: Mapped[str]


class Given(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class LocationOut(Given):
    id: str
    slug: str
    name: str
    kind: str
    country: str | None
    admin1: str | None


class PlaceOut(Given):
    location: LocationOut
    role: str
    precision: str
    lat: float | None
    lon: float | None
    radius_m: float | None


class NamedOut(Given):
    id: str
    slug: str
    name: str


class ActorOut(NamedOut):
    kind: str


class PartOut(Given):
    actor: ActorOut
    role: str


class SourceOut(Given):
    id: str
    publisher: str | None
    title: str | None
    url: str | None


class EventOut(Given):
    id: str
    type: str
    category: str
    status: str
    verification: str
    title: str
    summary: str | None
    language: str | None
    start: str | None
    end: str | None
    start_earliest: int | None
    end_latest: int | None
    size_text: str | None
    size_low: int | None
    size_high: int | None
    size_best: int | None
    size_basis: str | None
    revision: int
    recorded_at: str
    places: list[PlaceOut]
    actors: list[PartOut]
    sources: list[SourceOut]
    campaigns: list[NamedOut]
    issues: list[str]
    tactics: list[str]

    @classmethod
    def of(cls, event: Event) -> "EventOut":
        columns = {name: getattr(event, name) for name in cls.model_fields if name not in RELATIONS}
        return cls(
            **columns,
            places=event.places,
            actors=event.actors,
            sources=[one.source for one in event.sources],
            campaigns=[one.campaign for one in event.campaigns],
            issues=[one.issue for one in event.issues],
            tactics=[one.tactic for one in event.tactics],
        )


RELATIONS = {"places", "actors", "sources", "campaigns", "issues", "tactics"}


class Page(BaseModel):
    data: list[EventOut]


class Total(BaseModel):
    total: int


class Value(BaseModel):
    value: str
    count: int


class Values(BaseModel):
    data: list[Value]


@dataclass
class Filters:
    """Values joined by commas, of which one is enough; a window between two instants that the event may lie in."""

    type: str | None = None
    country: str | None = None
    actor: str | None = None
    start: Annotated[datetime | None, Query(alias="from")] = None
    end: Annotated[datetime | None, Query(alias="to")] = None

    def applied(self, query: Select) -> Select:
        if self.type:
            query = query.where(Event.type.in_(self.type.split(",")))
        if self.country:
            placed = select(EventPlace.event_no).join(Location).where(Location.country.in_(self.country.split(",")))
            query = query.where(Event.no.in_(placed))
        if self.actor:
            taking_part = select(EventActor.event_no).join(Actor).where(Actor.slug.in_(self.actor.split(",")))
            query = query.where(Event.no.in_(taking_part))
        if self.end:
            query = query.where(Event.start_earliest <= micros(self.end))
        if self.start:
            query = query.where(Event.end_latest >= micros(self.start))
        return query


def micros(instant: datetime) -> int:
    told = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (told.days * 86_400 + told.seconds) * 1_000_000 + told.microseconds


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Asked = Annotated[Filters, Depends()]
Session = Annotated[AsyncSession, Depends(session)]
app = FastAPI()

WHOLE = (
    selectinload(Event.places).joinedload(EventPlace.location),
    selectinload(Event.actors).joinedload(EventActor.actor),
    selectinload(Event.sources).joinedload(EventSource.source),
    selectinload(Event.campaigns).joinedload(EventCampaign.campaign),
    selectinload(Event.issues),
    selectinload(Event.tactics),
)
ORDERS = {
    "-when": (Event.start_earliest.desc().nulls_last(), Event.no.desc()),
    "when": (Event.start_earliest, Event.no),
}


@app.get("/health")
async def health() -> str:
    return "ok"


@app.get("/events")
async def list_events(
    asked: Asked,
    session: Session,
    sort: Literal["when", "-when"] = "-when",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Page:
    query = asked.applied(select(Event)).options(*WHOLE).order_by(*ORDERS[sort]).limit(limit).offset(offset)
    return Page(data=[EventOut.of(event) for event in (await session.scalars(query)).all()])


@app.get("/events/count")
async def count_events(asked: Asked, session: Session) -> Total:
    return Total(total=await session.scalar(asked.applied(select(func.count()).select_from(Event))))


@app.get("/events/facets")
async def facets(
    asked: Asked, session: Session, facet: Literal["type", "status", "country", "actor"], limit: int = 10
) -> Values:
    match facet:
        case "country":
            value, number = Location.country, func.count(Event.no.distinct())
            query = select(value, number).select_from(Event).join(EventPlace).join(Location).where(value.is_not(None))
        case "actor":
            value, number = Actor.slug, func.count(Event.no.distinct())
            query = select(value, number).select_from(Event).join(EventActor).join(Actor)
        case _:
            value, number = getattr(Event, facet), func.count()
            query = select(value, number).select_from(Event)
    query = asked.applied(query).group_by(value).order_by(number.desc(), value).limit(limit)
    return Values(data=[Value(value=value, count=number) for value, number in await session.execute(query)])


@app.get("/events/histogram")
async def histogram(asked: Asked, session: Session) -> Values:
    query = select(Event.day, func.count()).where(Event.day.is_not(None)).group_by(Event.day).order_by(Event.day)
    counted = await session.execute(asked.applied(query))
    return Values(data=[Value(value=day, count=number) for day, number in counted])


async def create() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


if __name__ == "__main__":
    asyncio.run(create())
