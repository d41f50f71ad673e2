"""What scripts/schemathesis makes of requests to write, so that they reach the code that writes.

Many requests are made of the document's examples, with one of their values changed. The examples of two headers are good
once only: `If-Match` names a version that has been superseded by the second request, and with the same `Idempotency-Key`
all requests but the first one are refused as other ones. Three in four are therefore given other values, which the schemas
allow as well; the rest shows what is answered to the old ones.

And the examples name members of the founding timeline, some of which nothing can be written without: there is one source.
Whatever would end one of them is sent to another member of the same kind.
"""

import itertools
import json
import pathlib

import schemathesis

DOCUMENT = json.loads(pathlib.Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))


def example(name):
    """The example of a header, wherever it is a parameter."""
    operations = (operation for path in DOCUMENT["paths"].values() for operation in path.values())
    parameters = (one for operation in operations for one in operation.get("parameters", ()))
    return next(one["example"] for one in parameters if one["name"] == name)


VALIDATOR = example("If-Match")
KEY = example("Idempotency-Key")

# What examples name, as in bodies so in paths, by slug and by id.
KEPT = {
    "events": {"019c1159-7000-7000-8000-0000000000e2", "019c1159-7000-7000-8000-0000000000e4"},
    "actors": {"ice", "019c1159-7000-7002-8000-000000000002"},
    "locations": {
        *("los-angeles", "019c1159-7000-7001-8000-000000000004"),
        *("california", "019c1159-7000-7001-8000-000000000002"),
    },
    "sources": {"parriva-2026-01-31", "019c1159-7000-7003-8000-000000000001"},
    "campaigns": {"ice-out", "019c1159-7000-7004-8000-000000000001"},
    "timelines": {"ice-out-los-angeles", "019c1159-7000-7005-8000-000000000001"},
}
# What may end instead: slugs that schemathesis.toml gives to what is made, and events.
MADE = ["one", "two", "three", "four"]
ENDING = {kind: itertools.cycle(MADE) for kind in KEPT}
ENDING["events"] = itertools.cycle(f"019c1159-7000-7000-8000-0000000000{number}" for number in ("e5", "e7", "e8", "e9"))

requests = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    # As in /v1/events/{id}/merge.
    kind, *rest = case.path.removeprefix("/v1/").split("/")
    ends = (case.method, rest) == ("DELETE", ["{id}"]) or rest[1:] in (["merge"], ["split"])
    if ends and str(case.path_parameters.get("id")) in KEPT.get(kind, ()):
        case.path_parameters["id"] = next(ENDING[kind])
    number = next(requests)
    if number % 4 == 0 or not case.headers:
        return
    if case.headers.get("If-Match") == VALIDATOR:
        case.headers["If-Match"] = "*"
    if case.headers.get("Idempotency-Key") == KEY:
        case.headers["Idempotency-Key"] = f"request-{number}"
