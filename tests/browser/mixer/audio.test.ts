// SPDX-License-Identifier: Apache-2.0
// The mixer in real browsers: everybody hears all others and not themselves, the speaker is told, latency is measured, close() leaves nothing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { launchFirefox } from '../lib/firefox.js';
import { type Held, observeLeaks } from '../lib/observe-leaks.js';
import { Resources, until } from '../lib/resources.js';
import { addRemote, closeAll, heard, measureLatency, misuse, openFour } from './in-page.js';
import { serveMixer } from './site.js';

/** What is used of either browser's page. */
interface Tab {
  evaluate<A extends unknown[], R>(run: (...values: A) => R, ...values: A): Promise<Awaited<R>>;
}

const tones = [700, 1300, 2100, 3100];
const suite = new Resources();
let origin: string;
beforeAll(async () => { origin = await serveMixer(suite); });
afterAll(() => suite.close());

async function open(name: 'chromium' | 'firefox', resources: Resources): Promise<Tab> {
  if (name === 'chromium') {
    const browser = resources.add(await launchChromium(), 'chromium', value => value.close());
    const page = await browser.newPage();
    await page.addInitScript(observeLeaks);
    await page.goto(origin);
    await page.waitForFunction(() => 'audio' in globalThis);
    // Playwright takes one argument.
    return { evaluate: (run, ...values) => page.evaluate(run as never, values[0] as never) };
  }
  const firefox = await launchFirefox();
  resources.add(firefox.resources, 'firefox', value => value.close());
  const page = await firefox.browser.newPage();
  await page.evaluateOnNewDocument(observeLeaks);
  await page.goto(origin);
  await page.waitForFunction(() => 'audio' in globalThis);
  return page as unknown as Tab;
}

/** Each hears every tone but their own, `margin` dB above what there is of that; the mix has all. */
const apart = (levels: number[][], margin: number): boolean => levels.every((row, listener) => {
  const others = row.filter((_, tone) => tone !== listener);
  return Math.min(...others) > -45 && (listener === tones.length || row[listener]! < Math.min(...others) - margin);
});

for (const name of ['chromium', 'firefox'] as const) {
  test(`${name}: four people hear the others and not themselves, also over a connection; latency; misuse; nothing left`, async () => {
    await using resources = new Resources();
    const tab = await open(name, resources);
    const held = (): Promise<Held> => tab.evaluate(() => globalThis.held());
    const before = await held();
    await tab.evaluate(openFour, tones);
    const levels = (): Promise<number[][]> => tab.evaluate(heard, tones);
    const matrix = async (what: string, margin: number): Promise<void> => {
      let last: number[][] = [];
      await until(what, async () => apart(last = await levels(), margin), 20_000, 150).catch((error: Error) => {
        throw new Error(`${error.message}\n${last.map(row => row.map(Math.round).join(' ')).join('\n')}`);
      });
      console.log(`${name}: ${what}: dB of each tone, by listener, the mix last\n${last.map(row => `  ${row.map(Math.round).join(' ')}`).join('\n')}`);
    };
    await matrix('three other tones', 50);

    await tab.evaluate(() => { mixing.mixer.setGain('person 1', 0); });
    await until('the gain to be heard', async () => (await levels()).every(row => row[1]! < -90), 20_000);
    await tab.evaluate(() => { mixing.mixer.setGain('person 1', 1); });

    const { tracks, kernel } = await tab.evaluate(measureLatency);
    console.log(`${name}: ${kernel.toFixed(2)} ms in the mixer, ${tracks.toFixed(1)} ms from track to track`);
    expect(kernel).toBeGreaterThan(0);
    expect(kernel).toBeLessThanOrEqual(10);
    // Firefox adds nothing where both contexts share a graph: then this is the mixer alone, to the sample.
    expect(tracks).toBeGreaterThan(kernel - 0.01);
    expect(tracks).toBeLessThan(1_000);

    await tab.evaluate(() => { for (const { volume } of mixing.tones) volume.gain.value = 0; });
    await until('nobody to speak', () => tab.evaluate(() => mixing.mixer.activeSpeaker === null), 20_000);
    await tab.evaluate(() => { mixing.tones[2]!.volume.gain.value = 0.3; });
    await until('the one who speaks', () => tab.evaluate(() => mixing.mixer.activeSpeaker === 'person 2' && mixing.speakers.at(-1) === 'person 2'), 20_000);
    await tab.evaluate(() => { for (const { volume } of mixing.tones) volume.gain.value = 0.1; });

    await tab.evaluate(addRemote);
    // Opus adds noise of its own to what it carries.
    await matrix('one of them over a connection', 30);

    expect(await tab.evaluate(misuse)).toEqual([
      'AudioError audio-failed', 'AbortedError aborted', 'OptionError option-invalid', 'OptionError option-invalid', 'AbortedError aborted',
      'OptionError option-invalid', 'OptionError option-invalid', 'OptionError option-invalid', 'OptionError option-invalid', 'AudioError mixer-full', 'accepted', 'running',
    ]);
    expect(await tab.evaluate(closeAll)).toEqual({
      outputs: Array(5).fill('ended'), inputs: Array(4).fill('live'), errors: [], after: Array(4).fill('closed'), activeSpeaker: null,
    });
    let after = await held();
    await until('nothing to be left', async () => JSON.stringify(after = await held()) === JSON.stringify(before), 5_000).catch(() => undefined);
    expect(after).toEqual(before);
  }, 90_000);
}
