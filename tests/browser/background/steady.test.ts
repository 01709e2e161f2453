// SPDX-License-Identifier: Apache-2.0
// Minutes of running in Chromium: the module's memory, both JavaScript heaps and the frame rate stay as they were. 30 minutes in the long run.
import { expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { events, kUnclosed, openPage, start, untilGreen } from './bench.js';
import { kGreen } from './look.js';
import { serveSite } from './site.js';
import { workerFiles } from './workers.js';

const kSeconds = process.env.TESSERA_LONG ? 30 * 60 : 55;
const kWarmUpSeconds = 15;
/** What a heap may hold more at the end than after warming up, in bytes: a frame's worth of anything kept would exceed it. */
const kMost = 1.5e6;

interface Measured {
  /** Bytes of live JavaScript on the page and in the worker, after a collection. */
  heaps: number[];
  wasm: number;
  fps: number;
}

test(`${kSeconds} seconds with the background changed every five: memory stays flat, frames keep coming`, async () => {
  await using resources = new Resources();
  const site = await serveSite(resources, workerFiles);
  const browser = resources.add(await launchChromium(), 'chromium', value => value.close());
  const { page, words } = await openPage(browser, site);
  const heaps = await attach();
  await start(page, { ...kGreen, assetBaseUrl: '/watched/' });
  await untilGreen(page);
  await page.evaluate(() => {
    bench.processor.addEventListener('stats', ({ fps }) => { (bench.events as unknown as { fps: number }).fps = fps; });
    const memory = new BroadcastChannel('memory');
    memory.onmessage = ({ data }) => { (bench.events as unknown as { wasm: number }).wasm = data; };
    Object.assign(bench.events, { ask: () => memory.postMessage('ask') });
  });

  /** Reaches the heaps of the page and of its worker. */
  async function attach(): Promise<() => Promise<number[]>> {
    const session = await page.context().newCDPSession(page);
    const workers: string[] = [];
    let id = 0;
    const answers = new Map<number, (result: { usedSize?: number }) => void>();
    session.on('Target.attachedToTarget', ({ sessionId }) => workers.push(sessionId));
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id: answered, result } = JSON.parse(message) as { id?: number; result?: { usedSize?: number } };
      if (answered !== undefined) answers.get(answered)?.(result ?? {});
    });
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    const inWorker = (method: string) => new Promise<{ usedSize?: number }>(resolve => {
      answers.set(++id, resolve);
      void session.send('Target.sendMessageToTarget', { sessionId: workers.at(-1)!, message: JSON.stringify({ id, method }) });
    });
    return async () => {
      await session.send('HeapProfiler.collectGarbage');
      await inWorker('HeapProfiler.collectGarbage');
      return [(await session.send('Runtime.getHeapUsage')).usedSize, (await inWorker('Runtime.getHeapUsage')).usedSize!];
    };
  }

  async function measure(): Promise<Measured> {
    const told = await until('figures', () => page.evaluate(() => {
      const { wasm, fps, ask } = bench.events as unknown as { wasm?: number; fps?: number; ask: () => void };
      ask();
      return wasm && fps && { wasm, fps };
    }));
    return { ...told, heaps: await heaps() };
  }

  const kinds = [kGreen, { kind: 'blur', strength: 0.8 }, { kind: 'color', color: '#a03c00', lightWrap: 0.4 }, { kind: 'room', portraitLight: 0.7, autoFraming: true }] as const;
  let turn = 0;
  const run = async (seconds: number) => {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(Math.min(5_000, Math.max(0, end - performance.now())))) {
      await page.evaluate(options => bench.processor.update(options), kinds[turn++ % kinds.length]!);
    }
  };
  await run(kWarmUpSeconds);
  const before = await measure();
  await run(kSeconds - kWarmUpSeconds);
  const after = await measure();
  const show = ({ heaps, wasm, fps }: Measured) => `heaps ${heaps.map(bytes => (bytes / 1e6).toFixed(2)).join(' and ')} MB, module ${(wasm / 1e6).toFixed(1)} MB, ${fps.toFixed(1)} frames a second`;
  console.log(`after ${kWarmUpSeconds} s: ${show(before)}\nafter ${kSeconds} s: ${show(after)}`);
  expect(after.wasm).toBe(before.wasm);
  after.heaps.forEach((bytes, i) => expect(bytes - before.heaps[i]!).toBeLessThan(kMost));
  expect(after.fps).toBeGreaterThan(15 / 3);
  expect(await events(page, 'error')).toEqual([]);
  expect(words.filter(word => kUnclosed.test(word))).toEqual([]);
}, (kSeconds + 90) * 1000);
