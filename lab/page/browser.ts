import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import axe from 'axe-core';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';

/** What a look at a page found. */
export interface Look {
  readonly name: string;
  /** Errors that the page, its script or its policy gave. */
  readonly errors: readonly string[];
  /** Serious and critical faults that axe found, each with the first element. */
  readonly axe: readonly string[];
  readonly firstPaintMs: number;
  /** Whether something is wider than the screen. */
  readonly isTooWide: boolean;
}

/** What others run on the machine slows a browser: the fastest of some tries counts. */
const MOST_TRIES = 5;
const FAST_MS = 500;

export interface Screen {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

/** For Lambda; here they would end the browser with its first page, and allow pages what a person's browser refuses. */
const UNWANTED = ['--single-process', '--disable-web-security', '--allow-running-insecure-content'];

/** A real Chromium, from an npm package. */
export async function openBrowser(): Promise<Browser> {
  return await playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...chromium.args.filter((arg) => !UNWANTED.includes(arg)), '--no-sandbox'],
    headless: true,
  });
}

/** Opens an address, writes a picture into the folder, and says what is wrong with the page. */
export async function lookAt(
  browser: Browser,
  url: string,
  { name, width, scheme, folder }: Screen & { readonly name: string; readonly folder: string },
  also: (page: Page) => Promise<readonly string[]> = async () => [],
): Promise<Look> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme: scheme });
  try {
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('dialog', (dialog) => {
      errors.push(`a dialog opened: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const paints: number[] = [];
    while (paints.length < MOST_TRIES && !paints.some((ms) => ms < FAST_MS)) {
      // To go to an address with a fragment again loads nothing.
      if (paints.length === 0) await page.goto(url, { waitUntil: 'load' });
      else await page.reload({ waitUntil: 'load' });
      paints.push(await firstPaint(page));
    }
    const firstPaintMs = Math.min(...paints);
    const isTooWide = await page.evaluate(
      'document.documentElement.scrollWidth > document.documentElement.clientWidth',
    );
    const faults = await axeFaults(page);
    errors.push(...(await also(page)));
    writeFileSync(join(folder, `${name}-${width}-${scheme}.png`), await page.screenshot({ fullPage: true }));
    return { name: `${name} ${width} ${scheme}`, errors, axe: faults, firstPaintMs, isTooWide: isTooWide === true };
  } finally {
    await context.close();
  }
}

/** From the begin of the navigation: what the server takes is part of it. */
async function firstPaint(page: Page): Promise<number> {
  const painted = await page.evaluate(
    `new Promise((resolve) => new PerformanceObserver((list) => {
      const entry = list.getEntries().find(({ name }) => name === 'first-contentful-paint');
      if (entry !== undefined) resolve(entry.startTime);
    }).observe({ type: 'paint', buffered: true }))`,
  );
  return Math.round(Number(painted));
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResult;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}
