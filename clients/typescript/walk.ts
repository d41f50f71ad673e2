// A walk through Marchline's API with a generated client: `openapi-typescript` writes the types from the
// OpenAPI document, `openapi-fetch` makes the requests. Each step says what it expects and fails otherwise.
//
//     scripts/test-clients              generates, checks and runs this against servers of its own
//     node build/walk.js http://…       runs it against a server of the founding timeline

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Event = components["schemas"]["Event"];
type Problem = components["schemas"]["Problem"];

const [baseUrl] = process.argv.slice(2);
assert.ok(baseUrl, "usage: node build/walk.js URL");

const client = createClient<paths>({
  baseUrl,
  // Lists travel as `type=rally,march`, never as `type=rally&type=march`: a parameter given twice is a 400.
  // The document says so (`explode: false`), but openapi-fetch reads it only for types, so it is told here.
  querySerializer: { array: { style: "form", explode: false } },
});

// The ids of the founding timeline are fixed.
const id = (end: string) => `019c1159-7000-7000-8000-00000000${end}`;
const rally = id("00e4");

// 1. List with filters. Values of one parameter are alternatives, `!` in front excludes, and different
// parameters must all hold. `actor_within` takes the department with all its parts, such as ICE. The dates are
// those of each event's own calendar, `to` included.
{
  const { data, error, response } = await client.GET("/v1/events", {
    params: {
      query: {
        type: ["rally", "demonstration_wave", "!directive"],
        actor_within: ["dhs"],
        from: "2026-01-30",
        to: "2026-01-31",
      },
    },
  });
  assert.ok(data, `the list is refused: ${error?.detail}`);
  assert.match(response.url, /[?&]type=rally,demonstration_wave,!directive(&|$)/);
  assert.deepEqual(ids(data.data), [id("0e10"), rally]); // the newest first
  assert.equal(data.page.total, 2);
  // The filters as they were understood, and the numbered state of the dataset that was asked.
  assert.deepEqual(data.query.type, ["rally", "demonstration_wave", "!directive"]);
  assert.ok(data.query.as_of > 0);

  // An exclusion alone leaves all the rest: where a part of the department plays a role, but nobody is a target.
  const others = await client.GET("/v1/events", {
    params: { query: { actor_within: ["dhs"], role: ["!target"], from: "2026-01-30", to: "2026-01-31" } },
  });
  assert.ok(others.data);
  assert.deepEqual(ids(others.data.data), [id("00e8"), id("0e13")]);
  console.log("filters: ok");
}

// 2. Walk all pages. `page.next` is the cursor of the next one and null on the last; every page is computed at
// the moment of the first, so that nothing is missed or met twice while others write.
{
  const seen: Event[] = [];
  const sizes: number[] = [];
  const moments = new Set<number>();
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = { limit: 3, ...(cursor !== null && { cursor }) };
    const page: components["schemas"]["EventList"] = await client
      .GET("/v1/events", { params: { query } })
      .then(({ data, error }) => data ?? assert.fail(`the page is refused: ${error?.detail}`));
    seen.push(...page.data);
    sizes.push(page.data.length);
    moments.add(page.query.as_of);
    assert.equal(page.page.total, 13);
    cursor = page.page.next;
  } while (cursor !== null && sizes.length < 10);

  assert.deepEqual(sizes, [3, 3, 3, 3, 1]);
  assert.equal(new Set(ids(seen)).size, 13);
  assert.equal(moments.size, 1);

  // Null means *not reported*, and the types insist that this is thought of: the next line without its mark is
  // an error, and the mark is one as soon as the line is not.
  // @ts-expect-error `event.size` may be null
  const careless = (event: Event) => event.size.low;
  assert.throws(() => seen.map(careless), TypeError);

  const fewest = seen.map((event): number | null => event.size?.low ?? null);
  assert.deepEqual(fewest.filter((low) => low !== null), [2000]); // one of the 13 has a size at all
  console.log("pages: ok");
}

// 3. Get one. `evidence` is there when `include` asks for it, so its type is optional; other members always are.
{
  const { data: event, error } = await client.GET("/v1/events/{id}", {
    params: { path: { id: rally }, query: { include: ["evidence"] } },
  });
  assert.ok(event, `the event is refused: ${error?.detail}`);
  assert.equal(event.type, "rally");
  assert.equal(event.when.start?.edtf, "2026-01-30");
  assert.equal(event.size?.low, 2000);
  assert.equal(event.size.high, null); // with `low` set: open upwards
  assert.equal(event.outcomes, null);
  const locators = event.evidence?.filter(({ field }) => field === "size").map(({ locator }) => locator);
  assert.deepEqual(locators, ["¶3, ¶5"]);
  assert.equal(event.links, undefined); // not asked for

  const bare = await client.GET("/v1/events/{id}", { params: { path: { id: rally } } });
  assert.ok(bare.data);
  assert.equal(bare.data.evidence, undefined);
  console.log("one event: ok");
}

// 4. Errors. Whatever is not a success has `error` set, and it is a problem document (RFC 9457) for every status.
{
  const { data, error, response } = await client.GET("/v1/events/{id}", { params: { path: { id: id("ffff") } } });
  assert.equal(response.headers.get("Content-Type"), "application/problem+json");
  if (data !== undefined || error.status !== 404) {
    assert.fail(`expected 404, got ${response.status}`);
  }
  const problem: Problem = error;
  assert.equal(problem.code, "not_found");
  assert.equal(problem.type, "about:blank");
  assert.deepEqual(problem.errors, []);
}
{
  // All faults of a request are told at once, each with the parameter that it is in.
  const { data, error, response } = await client.GET("/v1/events", {
    params: { query: { country: ["usa"], from: "yesterday", limit: 0 } },
  });
  if (data !== undefined || error.status !== 400) {
    assert.fail(`expected 400, got ${response.status}`);
  }
  const problem: Problem = error;
  assert.equal(problem.code, "invalid_request");
  const faults = new Map(problem.errors.map(({ parameter, code }) => [parameter, code]));
  assert.deepEqual([...faults.keys()].sort(), ["country", "from", "limit"]);
  assert.equal(faults.get("limit"), "out_of_range");

  // A parameter that does not exist is found by the compiler before it is by the server.
  // @ts-expect-error `typ` is not a parameter
  const misspelt = await client.GET("/v1/events", { params: { query: { typ: ["rally"] } } });
  assert.deepEqual(misspelt.error?.errors.map(({ parameter }) => parameter), ["typ"]);
  console.log("problems: ok");
}

function ids(events: Event[]): string[] {
  return events.map((event) => event.id);
}
