"""Tests of breaking.py: a small document, one change at a time, and what is said of it."""

import contextlib
import copy
import io
import json
import pathlib
import tempfile
import unittest
from collections.abc import Callable

from breaking import Comparison, Json, main

DOCUMENT: Json = {
    "openapi": "3.1.0",
    "info": {"title": "Test", "version": "1.2.3"},
    "paths": {
        "/events": {
            "get": {
                "operationId": "list_events",
                "parameters": [
                    {
                        "name": "type",
                        "in": "query",
                        "style": "form",
                        "explode": False,
                        "schema": {"type": "array", "items": {"type": "string", "enum": ["rally", "march"]}},
                    },
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 500}},
                ],
                "responses": {
                    "200": {
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Event"}}
                            }
                        },
                    },
                    "400": {"content": {"application/problem+json": {"schema": {"type": "object"}}}},
                },
            },
            "post": {
                "operationId": "create_event",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/EventIn"}}}},
                "responses": {"201": {}},
            },
        },
        "/events/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "get_event", "responses": {"200": {}}},
        },
    },
    "components": {
        "schemas": {
            "Event": {
                "type": "object",
                "required": ["id", "type", "size", "parent"],
                "properties": {
                    "id": {"type": "string"},
                    "type": {"type": "string", "enum": ["rally", "march"]},
                    "size": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Size"}]},
                    "parent": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Event"}]},
                    "evidence": {"type": "array", "items": {"type": "string"}},
                },
            },
            "Size": {
                "type": "object",
                "required": ["low", "high"],
                "properties": {"low": {"type": "integer"}, "high": {"type": ["integer", "null"]}},
            },
            "EventIn": {
                "type": "object",
                "required": ["title"],
                "properties": {"title": {"type": "string"}, "summary": {"type": ["string", "null"]}},
            },
        }
    },
}

Change = Callable[[Json], object]


def changed(change: Change) -> Json:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return document


def listing(document: Json) -> Json:
    found: Json = document["paths"]["/events"]["get"]
    return found


def parameter(document: Json, place: int) -> Json:
    found: Json = listing(document)["parameters"][place]
    return found


def schema(document: Json, name: str) -> Json:
    found: Json = document["components"]["schemas"][name]
    return found


class Breaking(unittest.TestCase):
    def test_nothing_changed(self) -> None:
        comparison = Comparison(DOCUMENT, DOCUMENT)
        self.assertEqual((comparison.breaks, comparison.notes), ([], []))

    def test_what_breaks(self) -> None:
        cases: dict[str, Change] = {
            "GET /events/{}: removed": lambda d: d["paths"].pop("/events/{id}"),
            "POST /events: removed": lambda d: d["paths"]["/events"].pop("post"),
            "GET /events: operation id list_events is now events": lambda d: listing(d).update(operationId="events"),
            "GET /events: needs other credentials": lambda d: d.update(security=[{"key": []}]),
            "GET /events: query parameter limit: removed": lambda d: listing(d)["parameters"].pop(),
            "GET /events: query parameter limit: now required": lambda d: parameter(d, 1).update(required=True),
            "GET /events: query parameter q: new and required": lambda d: listing(d)["parameters"].append(
                {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}
            ),
            "GET /events: query parameter type: written in another style": lambda d: parameter(d, 0).pop("explode"),
            'GET /events: query parameter type[]: no longer takes "march"': lambda d: parameter(d, 0)["schema"][
                "items"
            ]["enum"].pop(),
            "GET /events: query parameter limit: maximum is 100 now": lambda d: parameter(d, 1)["schema"].update(
                maximum=100
            ),
            "GET /events: query parameter limit: no longer takes integer": lambda d: parameter(d, 1)["schema"].update(
                type="string"
            ),
            "GET /events/{}: path parameter id: minLength is 36 now": lambda d: d["paths"]["/events/{id}"][
                "parameters"
            ][0]["schema"].update(minLength=36),
            "POST /events: body: now required": lambda d: d["paths"]["/events"]["post"]["requestBody"].update(
                required=True
            ),
            "EventIn as sent.summary: now required": lambda d: schema(d, "EventIn")["required"].append("summary"),
            "EventIn as sent.summary: removed": lambda d: schema(d, "EventIn")["properties"].pop("summary"),
            "EventIn as sent.summary: no longer takes null": lambda d: schema(d, "EventIn")["properties"].update(
                summary={"type": "string"}
            ),
            "GET /events: 200: removed": lambda d: listing(d)["responses"].pop("200"),
            "GET /events: 200: header ETag: removed": lambda d: listing(d)["responses"]["200"].pop("headers"),
            "GET /events: 200: no longer given as application/json": lambda d: listing(d)["responses"]["200"][
                "content"
            ].clear(),
            "Event as given.id: may be integer now": lambda d: schema(d, "Event")["properties"].update(
                id={"type": ["string", "integer"]}
            ),
            "Event as given.id: may be null now": lambda d: schema(d, "Event")["properties"].update(
                id={"type": ["string", "null"]}
            ),
            "Event as given.evidence: removed": lambda d: schema(d, "Event")["properties"].pop("evidence"),
            "Event as given.type: no longer always there": lambda d: schema(d, "Event")["required"].remove("type"),
            # Behind a nullable reference.
            "Size as given.low: may be null now": lambda d: schema(d, "Size")["properties"].update(
                low={"oneOf": [{"type": "null"}, {"type": "integer"}]}
            ),
        }
        for expected, change in cases.items():
            with self.subTest(expected):
                self.assertIn(expected, Comparison(DOCUMENT, changed(change)).breaks)

    def test_what_breaks_nobody(self) -> None:
        cases: dict[str, Change] = {
            "a new path": lambda d: d["paths"].update({"/x": {"get": {"operationId": "x", "responses": {}}}}),
            "a new parameter": lambda d: listing(d)["parameters"].append(
                {"name": "q", "in": "query", "schema": {"type": "string"}}
            ),
            "one more value to send": lambda d: parameter(d, 0)["schema"]["items"]["enum"].append("vigil"),
            "a wider bound": lambda d: parameter(d, 1)["schema"].update(maximum=1000),
            "a refusal less": lambda d: listing(d)["responses"].pop("400"),
            "a new member": lambda d: schema(d, "Event")["properties"].update(title={"type": "string"}),
            "a member that is always there": lambda d: schema(d, "Event")["required"].append("evidence"),
            "a member that need not be sent": lambda d: schema(d, "EventIn").update(required=[]),
            "no longer null": lambda d: schema(d, "Size")["properties"].update(high={"type": "integer"}),
            "credentials that are not demanded": lambda d: d.update(security=[{}, {"key": []}]),
            "other words": lambda d: schema(d, "Event").update(description="Something that happened."),
        }
        for name, change in cases.items():
            with self.subTest(name):
                self.assertEqual(Comparison(DOCUMENT, changed(change)).breaks, [])

    def test_what_is_noted(self) -> None:
        def more(document: Json) -> None:
            schema(document, "Event")["properties"]["type"]["enum"].append("vigil")

        def renamed(document: Json) -> None:
            document["paths"]["/events/{event}"] = document["paths"].pop("/events/{id}")
            document["paths"]["/events/{event}"]["parameters"][0]["name"] = "event"

        self.assertEqual(Comparison(DOCUMENT, changed(more)).notes, ['Event as given.type: may be "vigil" now'])
        comparison = Comparison(DOCUMENT, changed(renamed))
        self.assertEqual(comparison.breaks, [])
        self.assertEqual(comparison.notes, ["GET /events/{}: path parameter id is now called event"])

    def test_a_named_schema_is_reported_once(self) -> None:
        document = changed(lambda d: schema(d, "Event")["properties"].pop("id"))
        self.assertEqual(Comparison(DOCUMENT, document).breaks, ["Event as given.id: removed"])

    def test_the_version_may_allow_it(self) -> None:
        def status(old: str, new: str) -> int:
            documents = [copy.deepcopy(DOCUMENT), changed(lambda d: d["paths"].pop("/events/{id}"))]
            with tempfile.TemporaryDirectory() as folder:
                paths = [pathlib.Path(folder, name) for name in ("old.json", "new.json")]
                for path, document, version in zip(paths, documents, (old, new)):
                    document["info"]["version"] = version
                    path.write_text(json.dumps(document), encoding="utf-8")
                with contextlib.redirect_stdout(io.StringIO()):
                    return main(str(paths[1]), str(paths[0]))

        for old, new, expected in (
            ("1.2.3", "1.2.3", 1),
            ("1.2.3", "1.3.0", 1),
            ("1.2.3", "2.0.0", 0),
            ("0.1.0", "0.1.1", 1),
            ("0.1.0", "0.2.0", 0),
            ("0.9.0", "1.0.0", 0),
        ):
            with self.subTest(f"{old} to {new}"):
                self.assertEqual(status(old, new), expected)


if __name__ == "__main__":
    unittest.main()
