"""A walk through Marchline's API with a client that `openapi-python-client` generated from the OpenAPI document.

Each step says what it expects and fails otherwise.

    scripts/test-clients          generates, checks and runs this against servers of its own
    python walk.py http://…       runs it against a server of the founding timeline
"""

import sys
from http import HTTPStatus
from uuid import UUID

import httpx

from marchline_client import Client
from marchline_client.api.events import get_event, list_events
from marchline_client.models import Event, EventList, Problem, Size
from marchline_client.types import UNSET


def join_lists(request: httpx.Request) -> None:
    """Sends lists as `type=rally,march`, never as `type=rally&type=march`: a parameter given twice is a 400.

    The document says so (`explode: false`), but the generator does not read that yet, so the client is told here.
    """
    parameters = request.url.params
    request.url = request.url.copy_with(params={name: ",".join(parameters.get_list(name)) for name in parameters})


def event_id(end: str) -> UUID:
    """The ids of the founding timeline are fixed."""
    return UUID(f"019c1159-7000-7000-8000-00000000{end}")


def ids(events: list[Event]) -> list[UUID]:
    return [event.id for event in events]


RALLY = event_id("00e4")


def filters(client: Client) -> None:
    """Lists with filters.

    Values of one parameter are alternatives, `!` in front excludes, and different parameters must all hold.
    `actor_within` takes the department with all its parts, such as ICE. The dates are those of each event's own
    calendar, `to` included.
    """
    found = list_events.sync(
        client=client,
        type_=["rally", "demonstration_wave", "!directive"],
        actor_within=["dhs"],
        from_="2026-01-30",
        to="2026-01-31",
    )
    # What is no list is a problem; see `problems` below.
    assert isinstance(found, EventList), found
    assert ids(found.data) == [event_id("0e10"), RALLY]  # the newest first
    assert found.page.total == 2
    # The filters as they were understood, and the numbered state of the dataset that was asked.
    assert found.query.type_ == ["rally", "demonstration_wave", "!directive"]
    assert found.query.as_of > 0

    # An exclusion alone leaves all the rest: where a part of the department plays a role, but nobody is a target.
    others = list_events.sync(
        client=client, actor_within=["dhs"], role=["!target"], from_="2026-01-30", to="2026-01-31"
    )
    assert isinstance(others, EventList), others
    assert ids(others.data) == [event_id("00e8"), event_id("0e13")]


def pages(client: Client) -> None:
    """Walks all pages.

    `page.next` is the cursor of the next one and None on the last; every page is computed at the moment of the
    first, so that nothing is missed or met twice while others write.
    """
    seen: list[Event] = []
    sizes: list[int] = []
    moments: set[int] = set()
    cursor: str | None = None
    while len(sizes) < 10:
        page = list_events.sync(client=client, limit=3, cursor=UNSET if cursor is None else cursor)
        assert isinstance(page, EventList), page
        seen += page.data
        sizes.append(len(page.data))
        moments.add(page.query.as_of)
        assert page.page.total == 13
        cursor = page.page.next_
        if cursor is None:
            break
    assert sizes == [3, 3, 3, 3, 1]
    assert len(set(ids(seen))) == 13
    assert len(moments) == 1

    # None means *not reported*, and the types insist that this is thought of: without its mark the next line is
    # an error, and the mark is one as soon as the line is not.
    try:
        [event.size.low for event in seen]  # type: ignore[union-attr]
    except AttributeError:
        pass
    else:
        raise AssertionError("no size was None")

    fewest: list[int | None] = [event.size.low if event.size else None for event in seen]
    assert [low for low in fewest if low is not None] == [2000]  # one of the 13 has a size at all


def one_event(client: Client) -> None:
    """Gets one. `evidence` is UNSET unless `include` asks for it; other members are always there."""
    event = get_event.sync(RALLY, client=client, include=["evidence"])
    assert isinstance(event, Event), event
    assert event.type_ == "rally"
    assert event.when.start is not None and event.when.start.edtf == "2026-01-30"
    assert isinstance(event.size, Size)
    assert event.size.low == 2000
    assert event.size.high is None  # with `low` set: open upwards
    assert event.outcomes is None
    assert event.evidence
    assert [item.locator for item in event.evidence if item.field == "size"] == ["¶3, ¶5"]
    assert event.links is UNSET  # not asked for

    bare = get_event.sync(RALLY, client=client)
    assert isinstance(bare, Event), bare
    assert bare.evidence is UNSET


def problems(client: Client) -> None:
    """Meets errors. Whatever is not a success is a problem document (RFC 9457), whatever its status."""
    missing = get_event.sync_detailed(event_id("ffff"), client=client)
    assert missing.headers["Content-Type"] == "application/problem+json"
    assert missing.status_code is HTTPStatus.NOT_FOUND
    problem = missing.parsed
    assert isinstance(problem, Problem)
    assert (problem.status, problem.code, problem.type_) == (404, "not_found", "about:blank")
    assert problem.errors == []

    # All faults of a request are told at once, each with the parameter that it is in.
    refused = list_events.sync_detailed(client=client, country=["usa"], from_="yesterday", limit=0)
    assert refused.status_code is HTTPStatus.BAD_REQUEST
    problem = refused.parsed
    assert isinstance(problem, Problem)
    assert (problem.status, problem.code) == (400, "invalid_request")
    faults = {fault.parameter: fault.code for fault in problem.errors}
    assert faults.keys() == {"country", "from", "limit"}
    assert faults["limit"] == "out_of_range"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: walk.py URL")
    client = Client(
        base_url=sys.argv[1],
        raise_on_unexpected_status=True,
        httpx_args={"event_hooks": {"request": [join_lists]}},
    )
    with client:
        for step in filters, pages, one_event, problems:
            step(client)
            print(f"{step.__name__}: ok")


if __name__ == "__main__":
    main()
