// Frames the founding timeline on a page of another origin, and looks whether everybody can read it: in English and Spanish, light
// and dark, on narrow screens, on paper, by keyboard, and without scripts.
//
//     scripts/test-clients       runs this against servers of its own
//     node embed.mjs http://…    runs it against a server of the founding timeline

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { json, server, show } from "./browser.mjs";

// Pixels of the narrowest screens, and of an A4 sheet between its margins.
const NARROW = 320;
const SHEET = 718;

const url = server();
const embed = (lang) => `${url}/embed/timelines/ice-out-los-angeles?lang=${lang}`;
const listed = async (lang) => (await json(`${url}/v1/timelines/ice-out-los-angeles/events?lang=${lang}`)).data;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const titles = (frame) => frame.$$eval("ol > li h2", (all) => all.map((one) => one.textContent));
const sideways = (frame) => frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

// What stands in the way of readers, as axe-core knows it.
async function barriers(frame) {
  await frame.evaluate(axe);
  const { violations } = await frame.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

// Where the keyboard leads, and whether that is seen.
async function tabbed(page) {
  const stops = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      return at === document.body ? null : [at.getAttribute("href"), getComputedStyle(at).outlineStyle];
    });
    if (!stop || stops.some(([href]) => href === stop[0])) {
      return stops;
    }
    stops.push(stop);
  }
}

for (const [lang, words] of [
  ["en", "30 or 31 January 2026"],
  ["es", "30 o 31 de enero de 2026"],
]) {
  await show("embed", { timeline: embed(lang) }, async (page) => {
    const element = await page.waitForSelector("iframe");
    const frame = await element.contentFrame();
    await frame.waitForSelector("footer");
    assert.notEqual(new URL(frame.url()).origin, new URL(page.url()).origin, "the frame is of another origin");
    assert.deepEqual(await titles(frame), (await listed(lang)).map(({ title }) => title));
    assert.equal(await frame.$eval("html", (html) => html.lang), lang);
    assert.ok((await frame.$eval("main", (main) => main.textContent)).includes(words), words);
    await page.picture(`embed-${lang}`);
  });
}

await show("embed", { timeline: embed("en") }, async (page) => {
  await page.goto(embed("en"));
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    assert.deepEqual(await barriers(page), [], `in ${scheme} colours`);
    await page.picture(`embed-${scheme}`);
  }
  const links = await page.$$eval("a[href]", (all) => all.map((one) => one.getAttribute("href")));
  const stops = await tabbed(page);
  assert.deepEqual(stops.map(([href]) => href), links, "the keyboard leads through all links in their order");
  assert.ok(stops.every(([, outline]) => outline !== "none"), "what the keyboard is on is seen");

  await page.emulateMediaFeatures([]);
  await page.setViewport({ width: NARROW, height: 640 });
  assert.equal(await sideways(page), 0, `it is no wider than ${NARROW} pixels`);
  assert.deepEqual(await barriers(page), [], "on a narrow screen");
  await page.picture("embed-narrow");

  await page.setViewport({ width: SHEET, height: 1000 });
  await page.emulateMediaType("print");
  assert.equal(await sideways(page), 0, "nothing stands beside the sheet");
  const cut = await page.$$eval("main *", (all) =>
    all.filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== "visible" && one.className !== "unseen").length,
  );
  assert.equal(cut, 0, "nothing is cut off");
  await page.picture("embed-print");
  assert.ok((await page.pdf({ format: "A4" })).length > 10_000, "it is printed");
});

await show("embed", { timeline: embed("es") }, async (page) => {
  await page.setJavaScriptEnabled(false);
  await page.goto(embed("es"));
  assert.deepEqual(await titles(page), (await listed("es")).map(({ title }) => title), "without scripts");
});
console.log("The page to be framed: ok");
