import { mkdirSync } from 'node:fs';
import path from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import type { Visit } from './visits.ts';

interface Failure {
  readonly page: string;
  readonly request: string;
  readonly what: string;
}

export interface Visited {
  /** What should be on the page and is not. */
  readonly missing: readonly string[];
  readonly failures: readonly Failure[];
  /** Errors that the scripts of the page have thrown. */
  readonly errors: readonly string[];
  /** What the browser told as an error on its console. */
  readonly told: readonly string[];
  readonly requests: number;
}

const shownTimeoutMs = 60_000;
const quietMs = 1_000;
const quietTimeoutMs = 15_000;

/** A real browser without a window. */
export async function openBrowser(command: string): Promise<Browser> {
  return puppeteer.launch({
    executablePath: command,
    headless: true,
    // Root in a container has no sandbox; the pages are our own. Its own tracks would go out to the network.
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-background-networking',
      '--no-first-run',
    ],
    defaultViewport: { width: 1_600, height: 1_000 },
  });
}

/** Opens a page anew, waits until it shows what it should and asks for nothing more, and tells what went wrong meanwhile. */
export async function visit(
  browser: Browser,
  baseUrl: string,
  { place, screenshots }: { place: Visit; screenshots: string },
): Promise<Visited> {
  const page = await browser.newPage();
  const failures: Failure[] = [];
  const errors: string[] = [];
  const told: string[] = [];
  let requests = 0;
  page.on('request', () => (requests += 1));
  page.on('requestfailed', (request) => {
    // The page itself takes back what it has no more use for.
    const what = request.failure()?.errorText ?? 'failed';
    if (what !== 'net::ERR_ABORTED')
      failures.push({ page: place.name, request: nameOf(request.method(), request.url()), what });
  });
  page.on('response', (response) => {
    if (response.status() < 400) return;
    const request = nameOf(response.request().method(), response.url());
    failures.push({ page: place.name, request, what: String(response.status()) });
  });
  page.on('console', (message) => {
    if (message.type() === 'error') told.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  try {
    await page.goto(`${baseUrl}${place.path}`, { waitUntil: 'domcontentloaded' });
    const missing: string[] = [];
    for (const text of place.shows) if (!(await appears(page, text))) missing.push(text);
    for (const selector of place.drawings ?? []) if (!(await draws(page, selector))) missing.push(selector);
    await quiet(page);
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: path.join(screenshots, `${place.name.replaceAll(' ', '-')}.png`) });
    return { missing, failures, errors, told, requests };
  } finally {
    await page.close();
  }
}

/** Some pages ask again and again: they are looked at after a while. */
async function quiet(page: Page): Promise<void> {
  await page.waitForNetworkIdle({ idleTime: quietMs, timeout: quietTimeoutMs }).catch(() => undefined);
}

async function appears(page: Page, text: string): Promise<boolean> {
  try {
    // As text: it runs in the page, which this program knows no types of.
    await page.waitForFunction(`document.body.innerText.includes(${JSON.stringify(text)})`, {
      timeout: shownTimeoutMs,
    });
    return true;
  } catch {
    return false;
  }
}

async function draws(page: Page, selector: string): Promise<boolean> {
  try {
    await page.waitForSelector(selector, { timeout: shownTimeoutMs });
    return true;
  } catch {
    return false;
  }
}

/** Without what differs from one run of the proof to the next. */
function nameOf(method: string, url: string): string {
  return `${method} ${new URL(url).pathname}`;
}
