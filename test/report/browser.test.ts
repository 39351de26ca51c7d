/** The page in a browser: what it fetches, and that narrow screens need no sideways scrolling. */
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeReport } from '../../engine/report/report.ts';
import { withPeer } from '../peers.ts';
import { type Fixture, fixture } from './fixture.ts';

const browsing = suite('the report in a browser');

interface Opened {
  readonly browser: Browser;
  readonly made: Fixture;
}

let opened: Promise<Opened> | undefined;

function open(path: string): Promise<Opened> {
  opened ??= (async () => {
    const made = await fixture();
    await writeReport(made.input);
    const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
    return { browser, made };
  })();
  return opened;
}

browsing.after(async () => {
  const last = await opened;
  await last?.browser.close();
  last?.made.close();
});

for (const width of [400, 760, 1280])
  withPeer(
    browsing,
    'chromium',
    `the report does not scroll sideways at ${width} px`,
    async (path) => {
      const { browser, made } = await open(path);
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      await page.goto(pathToFileURL(made.input.out).href);
      await page.locator('details').evaluateAll((all) => {
        for (const each of all) each.setAttribute('open', '');
      });
      const sizes = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      assert.equal(sizes, [width, width]);
      await page.close();
    },
  );

withPeer(browsing, 'chromium', 'the report fetches nothing and runs no script', async (path) => {
  const { browser, made } = await open(path);
  const page = await browser.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  const url = pathToFileURL(made.input.out).href;
  await page.goto(url);
  assert.equal(requests, [url]);
  assert.equal(complaints, []);
  await page.close();
});

withPeer(
  browsing,
  'chromium',
  'the report is light and dark as the reader has it',
  async (path) => {
    const { browser, made } = await open(path);
    const brightness = async (colorScheme: 'light' | 'dark'): Promise<number> => {
      const page = await browser.newPage({ colorScheme });
      await page.goto(pathToFileURL(made.input.out).href);
      const colour = String(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      await page.close();
      return Math.max(...[...colour.matchAll(/\d+/g)].map(Number));
    };
    assert.ok((await brightness('light')) > 230);
    assert.ok((await brightness('dark')) < 40);
  },
);

withPeer(
  browsing,
  'chromium',
  'text in figures keeps a readable size on a narrow screen',
  async (path) => {
    const { browser, made } = await open(path);
    const page = await browser.newPage({ viewport: { width: 400, height: 900 } });
    await page.goto(pathToFileURL(made.input.out).href);
    // Of the drawn text, in pixels of the screen.
    const heights = await page
      .locator('svg.plot text')
      .evaluateAll((all) =>
        all.map((each) => each.getBoundingClientRect().height).filter((h) => h > 0),
      );
    assert.ok(heights.length > 100);
    assert.ok(Math.min(...heights) > 9, String(Math.min(...heights)));
    await page.close();
  },
);

browsing.run();
