"""Receives webhooks and verifies their signatures with the library that Standard Webhooks publishes.

    scripts/test-clients                 runs this against servers of its own
    python receive.py http://… mk_…      runs it against a server with `webhook_private=on` and a key with the scope `admin`
"""

import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

Message = tuple[dict[str, str], bytes]

# Long enough for whatever comes, so that a message which never does is a failure and not a wait.
PATIENCE = 30


def receiver(received: Queue[Message]) -> HTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.put((dict(self.headers.items()), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return HTTPServer(("127.0.0.1", 0), Handler)


def refused(verify: Callable[[], object]) -> bool:
    try:
        verify()
    except WebhookVerificationError:
        return True
    return False


def walk(client: httpx.Client, received: Queue[Message], port: int) -> None:
    def post(path: str, document: Any) -> Any:
        answer = client.post(path, json=document)
        answer.raise_for_status()
        return answer.json()

    hook = post("/v1/webhooks", {"url": f"http://127.0.0.1:{port}/hook", "filter": "type=vigil"})
    path, first = f"/v1/webhooks/{hook['id']}", Webhook(hook["secret"])
    assert post(f"{path}/test", None)["delivered"]
    headers, body = received.get(timeout=PATIENCE)
    assert first.verify(body, headers)["type"] == "timeline.test"
    print("a test: ok")

    vigil = {"type": "vigil", "title": "A vigil — señales", "sources": [{"id": "parriva-2026-01-31"}]}
    event = post("/v1/events", vigil)
    headers, body = received.get(timeout=PATIENCE)
    entry = first.verify(body, headers)["data"]
    assert (entry["seq"], entry["items"][0]["id"]) == (event["seq"], event["id"]), entry
    assert refused(lambda: first.verify(body + b" ", headers))
    assert refused(lambda: first.verify(body, headers | {"webhook-id": "another"}))
    print("a change: ok")

    second = Webhook(post(f"{path}/rotate", None)["secret"])
    assert refused(lambda: second.verify(body, headers))
    post("/v1/events", vigil | {"title": "Another vigil"})
    headers, body = received.get(timeout=PATIENCE)
    assert first.verify(body, headers) == second.verify(body, headers)
    print("two signatures: ok")
    client.delete(path).raise_for_status()


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: receive.py URL KEY")
    received: Queue[Message] = Queue()
    with receiver(received) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            headers = {"Authorization": f"Bearer {sys.argv[2]}"}
            with httpx.Client(base_url=sys.argv[1], headers=headers, timeout=PATIENCE) as client:
                walk(client, received, server.server_port)
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    main()
