"""How long a tile of the map takes that nobody asked for before."""

import json
import math
import random
import time

from .load import Figures, Stand
from .processes import Failed, Server

ZOOMS = range(15)
# Tiles of a zoom, and pages of events whose places they lie around.
TILES, PAGES = 64, 40
# With a filter, tiles of a zoom for each: the value that most events have of each of these.
FILTERED = 4
FIELDS = (
    "type,category,tactic,status,verification,actor,actor_within,actor_kind,role,location,country,admin1,place_precision,campaign,issue,source"
)


def measure(stand: Stand, database: str, seed: int) -> Figures:
    """Each of some tiles asked once by one client, of a server that keeps nothing: milliseconds, by zoom."""
    with stand.server(database, 2, "--document-cache", "0") as server:
        places = around(server, seed)
        return {str(zoom): [timed(server, tile) for tile in tiles(places, zoom)] for zoom in ZOOMS}


def filtered(stand: Stand, database: str, seed: int) -> Figures:
    """The same of tiles of events that have what most events have of one field."""
    with stand.server(database, 2, "--document-cache", "0") as server:
        places = around(server, seed)
        counted = json.loads(server.get(f"/v1/events/facets?facet={FIELDS}&facet_limit=1")[2])
        most = [(facet["field"], value["id"] or value["value"]) for facet in counted["data"] for value in facet["values"]]
        filters = [f"{field}={value}" for field, value in most]
        return {
            str(zoom): [timed(server, f"{tile}?{text}") for text in filters for tile in tiles(places, zoom)[:FILTERED]]
            for zoom in ZOOMS
        }


def around(server: Server, seed: int) -> list[tuple[float, float]]:
    """Points of events from all years, in random order: longitude and latitude."""
    page, points = "/v1/events?has=place&limit=200&sort=recorded", []
    for _ in range(PAGES):
        document = json.loads(server.get(page)[2])
        found = (place["point"] for event in document["data"] for place in event["places"])
        points += [(point["lon"], point["lat"]) for point in found if point]
        if not document["page"]["next"]:
            break
        page = f"/v1/events?has=place&limit=200&sort=recorded&cursor={document['page']['next']}"
    random.Random(seed).shuffle(points)
    return points


def tiles(points: list[tuple[float, float]], zoom: int) -> list[str]:
    """The paths of the tiles of a zoom in which the first points lie, each once (web Mercator)."""
    found: dict[str, None] = {}
    for lon, lat in points:
        across = 2**zoom
        x = int((lon + 180) / 360 * across)
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * across)
        found.setdefault(f"/v1/tiles/{zoom}/{min(x, across - 1)}/{min(max(y, 0), across - 1)}.mvt")
        if len(found) == TILES:
            break
    return list(found)


def timed(server: Server, path: str) -> float:
    started = time.perf_counter()
    status, _, _ = server.get(path)
    if status != 200:
        raise Failed(f"{path} was answered with {status}")
    return (time.perf_counter() - started) * 1e3
