"""Reads `/ogc` with programs that others wrote for OGC API Features: GDAL's `ogrinfo` and `ogr2ogr`, and OWSLib.

They go through a proxy that notes what they ask for, so that a filter which they apply by themselves is not taken for one that the
service was asked.

    scripts/test-clients               runs this against servers of its own
    python ogc.py http://…             runs it against a server of the founding timeline
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from owslib.ogcapi.features import Features

# Downtown Los Angeles.
BOX = [-118.25, 34.04, -118.23, 34.06]


class Proxy(ThreadingHTTPServer):
    """Passes requests on as they are, `Host` included, so that the links of answers lead through it again."""

    def __init__(self, server: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behind = urlsplit(server).netloc
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def items(self) -> list[dict[str, list[str]]]:
        """The parameters of the pages of events that were asked for since the last call."""
        asked, self.asked = self.asked, []
        return [parse_qs(urlsplit(target).query) for target in asked if "/events/items" in target]


class Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        behind = HTTPConnection(self.server.behind)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "accept-encoding"}
        behind.request("GET", self.path, headers=headers)
        answer = behind.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        behind.close()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def recorded(server: str) -> Iterator[Proxy]:
    proxy = Proxy(server)
    Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()


def program(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and not done.stderr.strip(), f"{words}: {done.stderr or done.stdout}"
    return done.stdout


def converted(proxy: Proxy, *options: str, layer: str = "events") -> list[dict[str, Any]]:
    """The features that ogr2ogr makes of a layer."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder, "out.geojson"))
        program("ogr2ogr", "-f", "GeoJSON", *options, out, f"OAPIF:{proxy.url}/ogc", layer)
        features: list[dict[str, Any]] = json.loads(Path(out).read_text(encoding="utf-8"))["features"]
        return features


def ids(features: list[dict[str, Any]]) -> list[str]:
    return [feature.get("id") or feature["properties"]["id"] for feature in features]


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: ogc.py URL")
    with urlopen(f"{sys.argv[1]}/v1/events.ndjson") as answer:
        events = [json.loads(line) for line in answer.read().splitlines()]

    with recorded(sys.argv[1]) as proxy:
        layers = program("ogrinfo", "-ro", f"OAPIF:{proxy.url}/ogc")
        assert all(name in layers for name in ("events", "locations", "campaigns")), layers
        described = program("ogrinfo", "-ro", "-so", f"OAPIF:{proxy.url}/ogc", "events")
        assert f"Feature Count: {len(events)}" in described and "Geometry: Multi Point" in described, described
        assert "start: DateTime" in described and "size: Integer" in described and "title: String" in described, described
        print("ogrinfo: ok")

        # All of it, by small pages: each event once.
        proxy.items()
        found = converted(proxy, "-oo", "PAGE_SIZE=4")
        assert sorted(ids(found)) == sorted(event["id"] for event in events), ids(found)
        pages = proxy.items()
        assert sum("cursor" in page for page in pages) >= len(events) // 4, pages

        # What is asked of attributes is asked of the service.
        rallies = converted(proxy, "-where", "type = 'rally'")
        assert ids(rallies) == [event["id"] for event in events if event["type"] == "rally"]
        assert any(page.get("type") == ["rally"] for page in proxy.items())
        both = converted(proxy, "-where", "category = 'policing' AND admin1 = 'US-CA'")
        assert len(both) > 0 and all(feature["properties"]["category"] == "policing" for feature in both)
        assert any(page.get("category") == ["policing"] and page.get("admin1") == ["US-CA"] for page in proxy.items())

        # And so is where they are.
        near = converted(proxy, "-spat", *map(str, BOX))
        west, south, east, north = BOX
        inside = [
            event["id"]
            for event in events
            if any(
                place["point"] and west <= place["point"]["lon"] <= east and south <= place["point"]["lat"] <= north
                for place in event["places"]
            )
        ]
        assert sorted(ids(near)) == sorted(inside) and 0 < len(inside) < len(events), ids(near)
        asked = [list(map(float, page["bbox"][0].split(","))) for page in proxy.items() if "bbox" in page]
        assert BOX in asked, asked

        locations = converted(proxy, layer="locations")
        assert len(locations) == 10 and sum(feature["geometry"] is not None for feature in locations) == 7
        assert len(converted(proxy, layer="campaigns")) == 1
        print("ogr2ogr: ok")

        features = Features(f"{proxy.url}/ogc")
        assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in features.conformance()["conformsTo"]
        assert features.api()["openapi"].startswith("3.0")
        assert features.feature_collections() == ["events", "locations", "campaigns"]
        assert features.collection("events")["itemType"] == "feature"
        properties = features.collection_queryables("events")["properties"]
        assert properties["geometry"]["x-ogc-role"] == "primary-geometry" and "rally" in properties["type"]["enum"]
        proxy.items()
        page = features.collection_items("events", limit=2, bbox=BOX)
        assert page["numberMatched"] == len(inside) and page["numberReturned"] == 2
        filtered = features.collection_items("events", filter="type = 'rally' AND size >= 1000")
        assert ids(filtered["features"]) == ids(rallies)
        assert any("filter" in page for page in proxy.items())
        for collection in ("locations", "campaigns"):
            assert "recorded_at" in features.collection_queryables(collection)["properties"]
        places = features.collection_items("locations", filter="location = 'los-angeles' AND kind > 'locality'")
        assert 0 < places["numberMatched"] < len(locations), places
        alone = features.collection_item("events", ids(rallies)[0])
        assert alone["properties"]["type"] == "rally"
        print("OWSLib: ok")


if __name__ == "__main__":
    main()
