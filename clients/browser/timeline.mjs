// Shows the founding timeline with TimelineJS3, and looks whether all of it is there.
//
//     scripts/test-clients         runs this against servers of its own
//     node timeline.mjs http://…   runs it against a server of the founding timeline

import assert from "node:assert/strict";
import { json, server, show } from "./browser.mjs";

// Events of the founding timeline of which a day is known.
const DATED = 3;

const url = server();
const slides = await json(`${url}/v1/events.timelinejs.json`);
assert.equal(slides.events.length, DATED);

await show("timeline", { server: url }, async (page) => {
  await page.waitForSelector(".tl-timemarker");
  const texts = (selector) => page.$$eval(selector, (all) => all.map((one) => one.textContent.trim()));
  assert.equal((await page.$$(".tl-slide")).length, DATED + 1, "a slide for each event, and a title");
  assert.equal((await page.$$(".tl-timemarker")).length, DATED, "a marker for each event");
  // As a browser reads them: they are HTML.
  const titles = [slides.title, ...slides.events].map((slide) => slide.text.headline);
  const plain = await page.evaluate(
    (all) => all.map((html) => new DOMParser().parseFromString(html, "text/html").body.textContent.trim()),
    titles,
  );
  assert.deepEqual((await texts(".tl-slide .tl-headline")).toSorted(), plain.toSorted());
  assert.deepEqual((await texts(".tl-timemarker .tl-headline")).toSorted(), plain.slice(1).toSorted());

  await page.click(".tl-slidenav-next");
  const began = ({ start_date: { year, month, day } }) => Date.UTC(year, month - 1, day);
  const [first] = slides.events.toSorted((a, b) => began(a) - began(b));
  await page.waitForFunction((id) => window.timeline.current_id === id, {}, first.unique_id);
});
console.log("TimelineJS3: ok");
