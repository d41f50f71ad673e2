"""Compares two OpenAPI 3.1 documents: what would break a client made for the older one (scripts/check-breaking).

What a client sends must stay allowed, and what it is given must stay what it expects. A break is reported as such; a
note is what a client may trip over without having been promised otherwise, such as one more code in an answer.

Not compared: patterns and formats, of which it cannot be told which of two allows more; examples and words.

Public tools were tried first: openapi-diff refuses OpenAPI 3.1, openapi-changes and oasdiff are programs that are
downloaded when installed, and those on PyPI are new and hardly used.
"""

import json
import pathlib
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
NAME = "\0name"  # a key that no document has: the name under which a schema was found
ALL_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
UNIONS = ("oneOf", "anyOf")
LOWER, UPPER = ("minimum", "minLength", "minItems"), ("maximum", "maxLength", "maxItems")

Json = dict[str, Any]
Parameters = dict[tuple[str, str], Json]


class Document:
    def __init__(self, root: Json) -> None:
        self.root = root

    def resolve(self, node: Json) -> Json:
        """The node that a reference leads to; what stands beside the reference (3.1) is laid over it."""
        beside = {key: value for key, value in node.items() if key != "$ref"}
        while "$ref" in node:
            name = node["$ref"].removeprefix("#/")
            node = self.root
            for part in name.split("/"):
                node = node[part.replace("~1", "/").replace("~0", "~")]
            beside[NAME] = name.rsplit("/", 1)[-1]
        return {**node, **beside}

    def schema(self, node: Json | bool) -> Json:
        """A schema with references, `allOf` and the nullable `oneOf` taken apart, and `type` as a set."""
        if isinstance(node, bool):
            return {"type": ALL_TYPES if node else frozenset()}
        node = self.resolve(node)
        types = node.get("type", ALL_TYPES)
        node["type"] = frozenset([types] if isinstance(types, str) else types)
        if "number" in node["type"]:
            node["type"] |= {"integer"}
        if "const" in node:
            node["enum"] = [node.pop("const")]
        for part in map(self.schema, node.pop("allOf", [])):
            part.pop(NAME, None)
            properties = {**part.get("properties", {}), **node.get("properties", {})}
            required = [*part.get("required", []), *node.get("required", [])]
            types = node["type"] & part["type"]
            node = {**part, **node, "properties": properties, "required": required, "type": types}
        for word in UNIONS:
            branches = [self.schema(branch) for branch in node.get(word, [])]
            others = [branch for branch in branches if branch["type"] != {"null"}]
            if len(others) == 1:
                del node[word]
                nullable = {"null"} if len(branches) > 1 else set()
                node = {**node, **others[0], "type": others[0]["type"] | nullable}
        return node

    def operations(self) -> Iterator[tuple[str, str, Json]]:
        for path, item in self.root.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    operation = dict(item[method])
                    both = [*item.get("parameters", []), *operation.get("parameters", [])]
                    operation["parameters"] = {(one["in"], one["name"]): one for one in map(self.resolve, both)}
                    # What a parameter of the path is called is not seen in requests.
                    yield re.sub(r"\{[^}]*\}", "{}", path), method, operation


class Comparison:
    def __init__(self, old: Json, new: Json) -> None:
        self.old, self.new = Document(old), Document(new)
        self.breaks: list[str] = []
        self.notes: list[str] = []
        self.compared: set[tuple[str, str, str]] = set()
        new_operations = {(path, method): operation for path, method, operation in self.new.operations()}
        for path, method, operation in self.old.operations():
            where = f"{method.upper()} {path}"
            if (path, method) in new_operations:
                self.operation(where, operation, new_operations[path, method])
            else:
                self.breaks.append(f"{where}: removed")
        schemas = [document.get("components", {}).get("schemas", {}) for document in (old, new)]
        for name in schemas[0].keys() - schemas[1].keys():
            self.notes.append(f"{name}: generated types of this name are gone")
        self.breaks, self.notes = sorted(set(self.breaks)), sorted(set(self.notes))

    def operation(self, where: str, old: Json, new: Json) -> None:
        if old.get("operationId") != new.get("operationId"):
            self.breaks.append(f"{where}: operation id {old.get('operationId')} is now {new.get('operationId')}")
        sufficed = old.get("security", self.old.root.get("security", [])) or [{}]
        suffices = new.get("security", self.new.root.get("security", [])) or [{}]
        if {} not in suffices and any(one not in suffices for one in sufficed):
            self.breaks.append(f"{where}: needs other credentials")
        self.parameters(where, old["parameters"], new["parameters"])
        self.body(where, self.old.resolve(old.get("requestBody", {})), self.new.resolve(new.get("requestBody", {})))
        self.responses(where, old.get("responses", {}), new.get("responses", {}))

    def parameters(self, where: str, old: Parameters, new: Parameters) -> None:
        # By their order where they stand in the path, by name elsewhere.
        for (place, name), before in old.items():
            what = f"{where}: {place} parameter {name}"
            after = new.get((place, name))
            if place == "path":
                continue
            if after is None:
                self.breaks.append(f"{what}: removed")
                continue
            if after.get("required") and not before.get("required"):
                self.breaks.append(f"{what}: now required")
            if self.style(before) != self.style(after):
                self.breaks.append(f"{what}: written in another style")
            self.sent(what, before.get("schema", True), after.get("schema", True))
        for (place, name), after in new.items():
            if place != "path" and after.get("required") and (place, name) not in old:
                self.breaks.append(f"{where}: {place} parameter {name}: new and required")
        paths = [[one for (place, _), one in side.items() if place == "path"] for side in (old, new)]
        for before, after in zip(*paths):
            if before["name"] != after["name"]:
                self.notes.append(f"{where}: path parameter {before['name']} is now called {after['name']}")
            self.sent(f"{where}: path parameter {after['name']}", before.get("schema", True), after.get("schema", True))

    @staticmethod
    def style(parameter: Json) -> tuple[str, bool]:
        style = parameter.get("style", "form" if parameter["in"] in ("query", "cookie") else "simple")
        return style, parameter.get("explode", style == "form")

    def body(self, where: str, old: Json, new: Json) -> None:
        if new.get("required") and not old.get("required"):
            self.breaks.append(f"{where}: body: now required")
        for media, before in old.get("content", {}).items():
            if after := new.get("content", {}).get(media):
                self.sent(f"{where}: body", before.get("schema", True), after.get("schema", True))
            else:
                self.breaks.append(f"{where}: body: no longer taken as {media}")

    def responses(self, where: str, old: Json, new: Json) -> None:
        for status, before in old.items():
            what = f"{where}: {status}"
            if status not in new:
                # Nobody misses a refusal, or an answer without content.
                if status.startswith("2") or status == "default":
                    self.breaks.append(f"{what}: removed")
                continue
            before, after = self.old.resolve(before), self.new.resolve(new[status])
            for name in before.get("headers", {}).keys() - after.get("headers", {}).keys():
                self.breaks.append(f"{what}: header {name}: removed")
            for media, content in before.get("content", {}).items():
                if other := after.get("content", {}).get(media):
                    self.given(what, content.get("schema", True), other.get("schema", True))
                else:
                    self.breaks.append(f"{what}: no longer given as {media}")

    def sent(self, where: str, old: Json | bool, new: Json | bool) -> None:
        """What was allowed to be sent must still be."""
        before, after = self.old.schema(old), self.new.schema(new)
        if lost := before["type"] - after["type"]:
            self.breaks.append(f"{where}: no longer takes {', '.join(sorted(lost))}")
        if not (where := self.once(where, before, after, "sent")):
            return
        if "enum" in after:
            if "enum" not in before:
                self.breaks.append(f"{where}: takes only certain values now")
            elif lost := [value for value in before["enum"] if value not in after["enum"]]:
                self.breaks.append(f"{where}: no longer takes {', '.join(map(json.dumps, lost))}")
        for word in LOWER + UPPER:
            bounds = before.get(word), after.get(word)
            narrower = bounds[1] is not None and (
                bounds[0] is None or (bounds[1] > bounds[0] if word in LOWER else bounds[1] < bounds[0])
            )
            # A minimum of nothing is none.
            if narrower and not (word in ("minLength", "minItems") and bounds[1] == 0):
                self.breaks.append(f"{where}: {word} is {bounds[1]} now")
        for name in set(after.get("required", [])) - set(before.get("required", [])):
            self.breaks.append(f"{where}.{name}: now required")
        self.members(where, before, after, self.sent)

    def given(self, where: str, old: Json | bool, new: Json | bool) -> None:
        """What is given must be among what was."""
        before, after = self.old.schema(old), self.new.schema(new)
        if more := after["type"] - before["type"]:
            self.breaks.append(f"{where}: may be {', '.join(sorted(more))} now")
        if not (where := self.once(where, before, after, "given")):
            return
        if "enum" in before and "enum" not in after:
            self.notes.append(f"{where}: may be any value now")
        elif "enum" in before and (more := [one for one in after["enum"] if one not in [*before["enum"], None]]):
            self.notes.append(f"{where}: may be {', '.join(map(json.dumps, more))} now")
        for name in set(before.get("required", [])) - set(after.get("required", [])):
            if name in after.get("properties", {}):
                self.breaks.append(f"{where}.{name}: no longer always there")
        self.members(where, before, after, self.given)

    def once(self, where: str, before: Json, after: Json, way: str) -> str:
        """Where to say that something is: named schemas are compared once, under their name; empty if they were."""
        if NAME not in before or NAME not in after:
            return where
        names = (before[NAME], after[NAME], way)
        if names in self.compared:
            return ""
        self.compared.add(names)
        return f"{before[NAME]} as {way}"

    def members(self, where: str, before: Json, after: Json, compare: Callable[[str, Any, Any], None]) -> None:
        properties = after.get("properties", {})
        for name, schema in before.get("properties", {}).items():
            if name in properties:
                compare(f"{where}.{name}", schema, properties[name])
            else:
                self.breaks.append(f"{where}.{name}: removed")
        for word, sign in ("items", "[]"), ("additionalProperties", ".*"):
            if word in before and word in after:
                compare(where + sign, before[word], after[word])
        for word in UNIONS:
            pair = before.get(word, []), after.get(word, [])
            if len(pair[0]) != len(pair[1]):
                self.breaks.append(f"{where}: another choice of schemas")
            else:
                for one, other in zip(*pair):
                    compare(where, one, other)


def may_break(old: Json, new: Json) -> bool:
    """Whether the version says so: another major version or, below 1.0, another minor one."""
    versions = []
    for document in old, new:
        major, minor = (int(part) for part in document["info"]["version"].split(".")[:2])
        versions.append((major, 0 if major else minor))
    return versions[0] < versions[1]


def main(new_path: str, old_path: str) -> int:
    if not pathlib.Path(old_path).exists():
        print("There is no released document yet: nothing can be broken.")
        return 0
    old, new = (json.loads(pathlib.Path(path).read_text(encoding="utf-8")) for path in (old_path, new_path))
    comparison = Comparison(old, new)
    for note in comparison.notes:
        print(f"note: {note}")
    for one in comparison.breaks:
        print(f"BREAKS: {one}")
    versions = f"{old['info']['version']} to {new['info']['version']}"
    if not comparison.breaks:
        print(f"Nothing breaks from {versions}.")
    elif may_break(old, new):
        print(f"Clients break from {versions}, and the version says so.")
    else:
        print(f"Clients break from {versions}: keep what was released, or raise the version so that it may break.")
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: breaking.py DOCUMENT RELEASED")
    sys.exit(main(*sys.argv[1:]))
