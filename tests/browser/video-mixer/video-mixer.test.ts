// SPDX-License-Identifier: Apache-2.0
// The video mixer in real browsers: every input in its tile with its name, layouts, leaving, sizes, refusals, and nothing left after close().
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { launchFirefox } from '../lib/firefox.js';
import { type Held, observeLeaks } from '../lib/observe-leaks.js';
import { Resources, until } from '../lib/resources.js';
import { serveMixer } from '../mixer/site.js';
import { addColours, closeMixer, coloursAt, misuse, openMixer, whitePixels } from './in-page.js';

/** What is used of either browser's page. */
interface Tab {
  evaluate<A extends unknown[], R>(run: (...values: A) => R, ...values: A): Promise<Awaited<R>>;
}

const suite = new Resources();
let origin: string;
beforeAll(async () => { origin = await serveMixer(suite); });
afterAll(() => suite.close());

async function open(name: 'chromium' | 'firefox', resources: Resources): Promise<Tab> {
  if (name === 'chromium') {
    const browser = resources.add(await launchChromium(), 'chromium', value => value.close());
    const page = await browser.newPage();
    await page.addInitScript(observeLeaks);
    await page.goto(`${origin}/video`);
    await page.waitForFunction(() => 'video' in globalThis);
    // Playwright takes one argument.
    return { evaluate: (run, ...values) => page.evaluate(run as never, values[0] as never) };
  }
  const firefox = await launchFirefox();
  resources.add(firefox.resources, 'firefox', value => value.close());
  const page = await firefox.browser.newPage();
  await page.evaluateOnNewDocument(observeLeaks);
  await page.goto(`${origin}/video`);
  await page.waitForFunction(() => 'video' in globalThis);
  return page as unknown as Tab;
}

for (const name of ['chromium', 'firefox'] as const) {
  test(`${name}: everybody is in their tile with a name, through every layout; misuse; nothing left`, async () => {
    await using resources = new Resources();
    const tab = await open(name, resources);
    const held = (): Promise<Held> => tab.evaluate(() => globalThis.held());
    const before = await held();
    await tab.evaluate(openMixer);
    const shows = (what: string, expected: [number, number, string][]): Promise<unknown> => {
      let last: string[] = [];
      return until(what, async () => {
        last = await tab.evaluate(coloursAt, expected.map(([x, y]) => [x, y] as [number, number]));
        return expected.every(([, , colour], i) => last[i] === colour);
      }, 20_000, 100).catch((error: Error) => { throw new Error(`${error.message}\n${expected.map(([x, y, colour], i) => `(${x}, ${y}) ${colour}: ${last[i]}`).join('\n')}`); });
    };
    await tab.evaluate(addColours, ['red', 'lime', 'blue', 'yellow']);
    await shows('four colours in a grid', [[160, 60, 'red'], [480, 60, 'lime'], [160, 240, 'blue'], [480, 240, 'yellow'], [320, 2, 'dark']]);
    // Letters on the lower left of the first tile, none on its upper right.
    await until('a name', async () => (await tab.evaluate(whitePixels, [8, 150, 150, 26])) > 20, 20_000);
    expect(await tab.evaluate(whitePixels, [160, 20, 120, 60])).toBe(0);

    await tab.evaluate(() => { videoMixing.mixer.setLayout({ kind: 'speaker', featured: 'blue' }); });
    await shows('blue large', [[250, 90, 'blue'], [100, 180, 'blue'], [400, 180, 'blue']]);
    await tab.evaluate(() => { videoMixing.mixer.setLayout({ kind: 'picture-in-picture', featured: 'lime' }); });
    await shows('lime everywhere but in the lower right', [[20, 20, 'lime'], [320, 100, 'lime'], [560, 300, 'yellow']]);
    await tab.evaluate(() => {
      videoMixing.mixer.setLayout({ kind: 'grid' });
      videoMixing.mixer.removeInput('yellow');
      videoMixing.mixer.removeInput('blue');
      videoMixing.mixer.addInput('lime', null, { background: '#0000ff' });
    });
    // Without a picture lime's tile has its colour and a letter in the middle.
    await shows('the two who are left', [[160, 150, 'red'], [380, 150, 'blue'], [160, 20, 'dark']]);
    await until('the first letter', async () => (await tab.evaluate(whitePixels, [440, 140, 80, 80])) > 20, 20_000);
    await tab.evaluate(() => { videoMixing.mixer.resize(320, 180); });
    await until('the new size', () => tab.evaluate(() => videoMixing.player.videoWidth === 320), 20_000);
    await shows('the same in small', [[160, 150, 'red'], [380, 150, 'blue']]);
    await until('figures', () => tab.evaluate(() => videoMixing.fps > 0), 20_000);

    expect(await tab.evaluate(misuse)).toEqual([
      'OptionError option-invalid', 'VideoMixerError mixer-failed', 'AbortedError aborted', 'OptionError option-invalid', 'OptionError option-invalid',
      'OptionError option-invalid', 'OptionError option-invalid', 'OptionError option-invalid', 'OptionError option-invalid', 'VideoMixerError mixer-full',
    ]);
    expect(await tab.evaluate(closeMixer)).toEqual({ output: 'ended', inputs: Array(4).fill('live'), errors: [], after: 'closed' });
    let after = await held();
    await until('nothing to be left', async () => JSON.stringify(after = await held()) === JSON.stringify(before), 10_000).catch(() => undefined);
    expect(after).toEqual(before);
  }, 120_000);
}
