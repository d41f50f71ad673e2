"""Reads the founding timeline in every form, with programs that others wrote for these forms, and takes no warning.

    scripts/test-clients                 runs this against servers of its own
    python forms.py http://…             runs it against a server of the founding timeline
"""

import json
import re
import sys
import warnings
from urllib.request import urlopen

import feedparser
import frictionless
import geojson
import icalendar
from pyld import jsonld

EVENTS = 13
# Of these a day is known on which they began, and one on which they ended.
DATED = 3


def no_fetching(url: str, options: object) -> None:
    raise AssertionError(f"{url} was asked for: the context stands in the document")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: forms.py URL")
    warnings.simplefilter("error")

    def text(form: str) -> bytes:
        with urlopen(f"{sys.argv[1]}/v1/events.{form}") as answer:
            return answer.read()

    calendar = icalendar.Calendar.from_ical(text("ics"))
    events = calendar.walk("VEVENT")
    assert len(events) == DATED and not any(part.errors for part in calendar.walk()), calendar.errors
    assert all(event["UID"].endswith("@marchline") and event.start < event.end for event in events)
    [left_out] = calendar.walk("X-MARCHLINE-LEFT-OUT")
    assert left_out["X-MARCHLINE-COUNT"] == str(EVENTS - DATED)
    print("icalendar: ok")

    feed = feedparser.parse(text("atom"))
    assert not feed.bozo and feed.version == "atom10", feed.get("bozo_exception")
    assert len(feed.entries) == EVENTS and all(entry.title and entry.updated_parsed for entry in feed.entries)
    assert feed.feed.updated == max(entry.updated for entry in feed.entries)
    print("feedparser: ok")

    # Cells are to be what the schema says of their columns, and all rows to be as long as the header.
    for query in ["", "?vocab=acled,ccc,plover,cameo", "?bom=1"]:
        with urlopen(f"{sys.argv[1]}/v1/events.csv{query}") as answer:
            table, links = answer.read(), answer.headers["Link"]
        [page] = re.findall(r'<([^>]*)>; rel="describedby"', links)
        with urlopen(sys.argv[1] + page) as answer:
            schema = json.load(answer)
        assert frictionless.Schema.from_descriptor(schema).fields, page

        def validated(table: bytes, schema: dict[str, object]) -> frictionless.Report:
            given = frictionless.Schema.from_descriptor(schema)
            return frictionless.validate(frictionless.Resource(table, format="csv", encoding="utf-8-sig", schema=given))

        report = validated(table, schema)
        assert report.valid and not report.warnings, report.flatten(["rowNumber", "type", "message"])
        assert not validated(table + b"The table breaks off here\r\n", schema).valid
        # A schema that is not the table's is told.
        assert not validated(table, {**schema, "fields": schema["fields"][:-1]}).valid
    print("frictionless: ok")

    [graph] = jsonld.expand(json.loads(text("jsonld")), {"documentLoader": no_fetching})
    members = graph["https://schema.org/itemListElement"]
    assert len(members) == DATED and all(member["@type"] == ["https://schema.org/Event"] for member in members)
    quads = jsonld.to_rdf(graph, {"documentLoader": no_fetching})
    assert len(quads["@default"]) > 20 * DATED
    print("PyLD: ok")

    features = geojson.loads(text("geojson"))
    assert features.is_valid and len(features["features"]) == EVENTS, features.errors()
    print("geojson: ok")


if __name__ == "__main__":
    main()
