/**
 * The picture of a report for the README: `node bench/report-picture.ts PAGE [PICTURE]`.
 * PICTURE is docs/report.png by default; the top of the page at 1280 px, in light.
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [page, picture = 'docs/report.png'] = process.argv.slice(2);
if (page === undefined) {
  console.error('usage: node bench/report-picture.ts PAGE [PICTURE]');
  process.exit(2);
}
mkdirSync(dirname(resolve(picture)), { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const tab = await browser.newPage({
  viewport: { width: 1280, height: 1640 },
  colorScheme: 'light',
});
await tab.goto(pathToFileURL(resolve(page)).href);
await tab.screenshot({ path: picture });
await browser.close();
