// Shows the founding timeline on a map with MapLibre, from afar and from near by, and asks a dot what it is.
//
//     scripts/test-clients    runs this against servers of its own
//     node map.mjs http://…   runs it against a server of the founding timeline

import assert from "node:assert/strict";
import { json, server, show } from "./browser.mjs";

const url = server();
const bearings = { lat: 34.047, lon: -118.243 }; // downtown Los Angeles

// What the map shows when it has come to rest: `{layer, properties, x, y}`, each once, though two tiles may tell of it.
async function shown(page) {
  await page.waitForFunction(() => window.map.loaded() && window.map.areTilesLoaded() && !window.map.isMoving());
  return page.evaluate(() => {
    const features = window.map.queryRenderedFeatures({ layers: ["clusters", "events"] }).map((feature) => {
      const { x, y } = window.map.project(feature.geometry.coordinates);
      return { layer: feature.layer.id, properties: feature.properties, x: Math.round(x), y: Math.round(y) };
    });
    return [...new Map(features.map((feature) => [JSON.stringify(feature), feature])).values()];
  });
}

await show("map", { server: url }, async (page) => {
  await page.waitForFunction(() => window.map?.loaded());

  // From afar: those in and about Los Angeles together, and the one in Minneapolis.
  const { data: events, page: { total } } = await json(`${url}/v1/events?has=point`);
  const afar = await shown(page);
  const counts = afar.map(({ layer, properties }) => (layer === "clusters" ? properties.count : 1));
  assert.equal(counts.reduce((sum, count) => sum + count, 0), total, JSON.stringify(afar));
  const [cluster, ...others] = afar.filter(({ layer }) => layer === "clusters");
  assert.deepEqual([cluster.properties.count, others], [total - 1, []]);
  assert.ok(events.some((event) => event.type === cluster.properties.type && event.category === cluster.properties.category));
  await page.picture("map-afar");

  // From near by: each of those that the same box finds.
  const box = await page.evaluate(({ lat, lon }) => {
    window.map.jumpTo({ center: [lon, lat], zoom: 14.5 });
    return window.map.getBounds().toArray().flat().join();
  }, bearings);
  const near = await shown(page);
  const found = await json(`${url}/v1/events?bbox=${box}`);
  assert.ok(near.every(({ layer }) => layer === "events"), JSON.stringify(near));
  assert.deepEqual(
    [...new Set(near.map(({ properties }) => properties.id))].toSorted(),
    found.data.map((event) => event.id).toSorted(),
  );
  for (const { properties } of near) {
    const event = found.data.find(({ id }) => id === properties.id);
    const { type, category, status, verification } = event;
    assert.deepEqual({ ...properties, from: "", to: "", precision: "" }, {
      id: event.id, type, category, status, verification, from: "", to: "", precision: "",
    });
    assert.ok(event.places.some((place) => place.precision === properties.precision));
    assert.ok(properties.from <= properties.to && /^\d{4}-\d\d-\d\d$/.test(properties.to), JSON.stringify(properties));
  }

  // A dot that is asked says which event it is.
  const clash = near.find(({ properties }) => properties.type === "clash");
  await page.mouse.click(clash.x, clash.y);
  const item = await page.waitForSelector(".maplibregl-popup li");
  const [id, title] = await item.evaluate((one) => [one.dataset.id, one.textContent]);
  assert.deepEqual([id, title], [clash.properties.id, (await json(`${url}/v1/events/${id}`)).title]);
});
console.log("MapLibre: ok");
