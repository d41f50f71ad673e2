// A headless Chromium for pages that show what a server of a timeline gives. It is the machine's own: nothing is
// downloaded. Pages and the libraries on them are served from here, as a newsroom serves its own; the timeline is on another
// origin, as it is there. Whatever a page complains of is a failure, and so is a request that leaves this machine.

import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import puppeteer from "puppeteer-core";

const here = import.meta.dirname;
const screenshots = process.env.MARCHLINE_SCREENSHOTS || join(here, "../../target/screenshots");
// Where Debian puts it.
const chromium = process.env.CHROMIUM || "/usr/bin/chromium";
const types = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
};

// Serves `/NAME.html` out of `pages`, and what packages hold at `/node_modules`. It is the pages' proxy as well: what comes here
// for another host would have left the machine, and is refused and noted in `left`.
async function serve(left) {
  const server = createServer(async (request, response) => {
    if (!request.url.startsWith("/")) {
      left.push(request.url);
      response.writeHead(403).end();
      return;
    }
    const path = normalize(decodeURIComponent(new URL(request.url, "http://127.0.0.1").pathname));
    try {
      const bytes = await readFile(join(here, path.startsWith("/node_modules/") ? "." : "pages", path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  server.on("connect", (request, socket) => {
    left.push(request.url);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

// Opens a page of `pages` and lets `look` see it: `look(page)`; then takes a picture of it under its name, as
// `page.picture(name)` does earlier. `query` is what the page is told.
export async function show(name, query, look) {
  if (!existsSync(chromium)) {
    console.error(`There is no ${chromium}: install Chromium (Debian: chromium), or say in CHROMIUM where it is.`);
    process.exit(3);
  }
  const [left, complaints] = [[], []];
  const server = await serve(left);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const browser = await puppeteer.launch({
    executablePath: chromium,
    args: [
      // Graphics by the processor alone: the same picture on every machine.
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      // What the browser asks for of itself goes nowhere.
      "--proxy-server=127.0.0.1:9",
      // It would ask its search engine through the page's proxy: for a connection, and what that offers of its assistant.
      "--disable-features=PreconnectToSearch,AimEnabled",
      // Chromium refuses to run as root with its sandbox, and is root in most containers.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  });
  try {
    const context = await browser.createBrowserContext({ proxyServer: origin });
    const page = await context.newPage();
    await page.setViewport({ width: 1024, height: 768 });
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) {
        complaints.push(`${message.type()}: ${message.text()} (${message.location().url ?? "no address"})`);
      }
    });
    page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
    page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}: ${request.failure()?.errorText}`));
    mkdirSync(screenshots, { recursive: true });
    page.picture = (file) => page.screenshot({ path: join(screenshots, `${file}.png`) });
    try {
      await page.goto(`${origin}/${name}.html?${new URLSearchParams(query)}`);
      await look(page);
    } finally {
      await page.picture(name);
      if (complaints.length > 0) {
        console.error(complaints.join("\n"));
      }
    }
    assert.deepEqual(left, [], "requests that would have left this machine");
    assert.deepEqual(complaints, [], "complaints of the page");
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

// The answer of a server that must have one, as JSON.
export async function json(address) {
  const answer = await fetch(address);
  assert.equal(answer.status, 200, `${address}: ${answer.status}`);
  return answer.json();
}

// The address of the server, which the command line names.
export function server() {
  const [url] = process.argv.slice(2);
  assert.ok(url, `usage: node ${process.argv[1]} URL`);
  return url;
}
