// Follows the changes of a timeline with an EventSource while its server is killed and started again: whoever comes back
// with the id of the last event misses nothing, and is told nothing twice.
//
//     node build/follow.js BINARY DATABASE_URL KEY      the database holds a timeline, the key may write

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { EventSource } from "eventsource";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Change = components["schemas"]["Change"];

const [binary, database, key] = process.argv.slice(2);
assert.ok(binary && database && key, "usage: node build/follow.js BINARY DATABASE_URL KEY");

let server: ChildProcess | undefined;
process.on("exit", () => server?.kill("SIGKILL"));

// Starts the server at an address, and tells the one that it has when it knows its database.
async function start(bind: string): Promise<string> {
  const env = {
    ...process.env,
    DATABASE_URL: database,
    MARCHLINE_BIND: bind,
    MARCHLINE_RATE_LIMIT: "off",
    RUST_LOG: "info",
  };
  const started = spawn(binary ?? "", ["serve"], { env, stdio: ["ignore", "inherit", "pipe"] });
  server = started;
  assert.ok(started.stderr);
  let address: string | undefined;
  for await (const line of createInterface({ input: started.stderr })) {
    address ??= /listening on http:\/\/(\S+)/.exec(line)?.[1];
    if (address && line.includes("at operation")) {
      started.stderr.resume();
      return address;
    }
  }
  throw new Error("the server did not start");
}

async function kill(): Promise<void> {
  assert.ok(server);
  const ended = once(server, "exit");
  server.kill("SIGKILL");
  await ended;
}

const address = await start("127.0.0.1:0");
const client = createClient<paths>({
  baseUrl: `http://${address}`,
  headers: { Authorization: `Bearer ${key}` },
});

const met: Change[] = [];
const waiting: { seq: number; go: () => void }[] = [];
const source = new EventSource(`http://${address}/v1/changes/stream?after=0`);
source.addEventListener("message", ({ data, lastEventId }) => {
  const change = JSON.parse(data) as Change;
  assert.equal(lastEventId.split(".")[1], String(change.seq));
  met.push(change);
  for (const { seq, go } of waiting) {
    if (seq <= change.seq) go();
  }
});

function reached(seq: number): Promise<void> {
  return new Promise((go) => {
    if ((met.at(-1)?.seq ?? 0) >= seq) go();
    else waiting.push({ seq, go });
  });
}

// Writes a few campaigns, and tells the number of the last operation.
let written = 0;
async function write(): Promise<number> {
  let seq = 0;
  for (let one = 0; one < 10; one += 1) {
    written += 1;
    const { data, error } = await client.POST("/v1/campaigns", { body: { name: `Followed ${written}` } });
    assert.ok(data, `the campaign is refused: ${error?.detail}`);
    seq = data.seq;
  }
  return seq;
}

await reached(await write());
for (let round = 0; round < 3; round += 1) {
  await kill();
  assert.equal(await start(address), address);
  // Some of it is written before the stream is back.
  await reached(await write());
}
source.close();

const entries: Change[] = [];
for (let after = 0; ; ) {
  const { data, error } = await client.GET("/v1/changes", { params: { query: { after, limit: 20 } } });
  assert.ok(data, `the feed is refused: ${error?.detail}`);
  if (data.data.length === 0 && data.page.last_seq === after) break;
  entries.push(...data.data);
  after = data.page.last_seq;
}
assert.deepEqual(
  met.map(({ seq }) => seq),
  entries.map(({ seq }) => seq),
);
assert.deepEqual(met.slice(-written), entries.slice(-written));
await kill();
console.log(`changes: ok, ${met.length} entries through 3 restarts`);
