// SPDX-License-Identifier: Apache-2.0
// What happens to a camera and its page during a call: another camera, another size, no frames for a while, no memory. Nothing raw ever shows.
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { Resources, sleep, until } from '../lib/resources.js';
import { events, openPage, picture, start, untilGreen } from './bench.js';
import { bytes, greenShare, isGreen, kGreen } from './look.js';
import { serveSite, type Site } from './site.js';
import { workerFiles } from './workers.js';

const suite = new Resources();
let browser: Browser;
let site: Site;
let page: Page;

beforeAll(async () => {
  site = await serveSite(suite, workerFiles);
  browser = suite.add(await launchChromium(), 'chromium', value => value.close());
});
afterAll(() => suite.close());
beforeEach(async () => {
  ({ page } = await openPage(browser, site));
});
afterEach(() => page.context().close());

declare global {
  // eslint-disable-next-line no-var
  var other: { track: MediaStreamTrack; writer: WritableStreamDefaultWriter<VideoFrame> };
}

const count = () => page.evaluate(() => follow(bench.processor.track, (globalThis as unknown as { MediaStreamTrackProcessor: Parameters<typeof follow>[1] }).MediaStreamTrackProcessor));
const frames = () => page.evaluate(() => followed.count);
const newest = async () => bytes(await page.evaluate(() => followed.look()));

/** A second camera, `bench.other`: blue, with nobody in the picture; it gives a frame whenever asked. */
const otherCamera = (width: number, height: number) => page.evaluate(({ width, height }) => {
  const { MediaStreamTrackGenerator } = globalThis as unknown as { MediaStreamTrackGenerator: new (init: object) => MediaStreamTrack & { writable: WritableStream<VideoFrame> } };
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  globalThis.other = { track, writer: track.writable.getWriter() };
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#1020e0';
  context.fillRect(0, 0, width, height);
  const timer = setInterval(() => {
    if (track.readyState === 'ended') clearInterval(timer);
    else void other.writer.write(new VideoFrame(canvas, { timestamp: performance.now() * 1000 }));
  }, 66);
}, { width, height });

/** Watches the output for `ms`, and fails if anything but the colour and the person shows. */
async function staysGreen(ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    expect(isGreen((await picture(page))!)).toBe(true);
    await sleep(100);
  }
}

test('another camera of another size: the same output goes on, and the new room does not show either', async () => {
  await start(page, kGreen);
  await untilGreen(page);
  await otherCamera(320, 240);
  const id = await page.evaluate(() => bench.processor.track.id);
  await page.evaluate(() => bench.processor.replaceTrack(other.track));
  await until('the other camera’s size', async () => {
    expect(isGreen((await picture(page))!)).toBe(true);
    return page.evaluate(() => bench.video.videoWidth === 320 && bench.video.videoHeight === 240);
  }, 10_000, 50);
  expect(greenShare((await picture(page))!), 'nobody is in the picture').toBeGreaterThan(0.9);
  // The camera before is the caller's; its end concerns nobody any more.
  await page.evaluate(() => bench.camera.stop());
  await staysGreen(1_500);
  expect(await page.evaluate(() => [bench.processor.track.id, bench.processor.track.readyState])).toEqual([id, 'live']);
  const refused = await page.evaluate(() => { try { bench.processor.replaceTrack(bench.camera); return 'accepted'; } catch (error) { return (error as { code: string }).code; } });
  expect(refused).toBe('option-invalid');
  await page.evaluate(() => other.track.stop());
  await until('the end', async () => (await events(page, 'ended')).length === 1);
});

test('a camera that changes its size, and one that gives nothing for a while, are followed', async () => {
  await start(page, kGreen);
  await untilGreen(page);
  await page.evaluate(() => bench.camera.applyConstraints({ width: 320, height: 180 }));
  await until('the smaller picture', () => page.evaluate(() => bench.video.videoWidth === 320));
  await untilGreen(page);
  await count();
  await page.evaluate(() => { bench.camera.enabled = false; });
  await sleep(500);
  await staysGreen(5_000);
  await page.evaluate(() => { bench.camera.enabled = true; });
  const before = await frames();
  await until('frames again', async () => (await frames()) > before + 10);
  await untilGreen(page);
  expect(await events(page, 'error')).toEqual([]);
});

test('no memory left: an error is told, and the last processed picture stays', async () => {
  await start(page, { ...kGreen, assetBaseUrl: '/full/' });
  await untilGreen(page);
  await otherCamera(3840, 2160);
  await page.evaluate(() => bench.processor.replaceTrack(other.track));
  await until('the error', async () => (await events(page, 'error')).includes('error background-failed'), 20_000);
  await staysGreen(500);
  expect(await page.evaluate(() => bench.processor.track.readyState)).toBe('live');
});

test('Safari’s shape: the track goes to the worker, which makes processor and generator; another camera; the end', async () => {
  await page.evaluate(async () => {
    const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as { MediaStreamTrackProcessor: new (init: object) => { readable: ReadableStream<VideoFrame> } };
    Reflect.deleteProperty(globalThis, 'MediaStreamTrackProcessor');
    Reflect.deleteProperty(globalThis, 'MediaStreamTrackGenerator');
    const camera = await openCamera();
    // What stands in for a track that can be transferred: see workers.ts.
    const standIn = () => Object.assign(new EventTarget(), {
      kind: 'video', readyState: 'live', getSettings: () => camera.getSettings(),
      clone: () => new Processor({ track: camera.clone() }).readable,
    }) as unknown as MediaStreamTrack;
    const processor = await background.BackgroundProcessor.create(standIn(), { kind: 'color', color: '#00a03c', assetBaseUrl: '/safari/' });
    const port = processor.track as unknown as MessagePort;
    Object.assign(port, { readyState: 'live', stop() { this.readyState = 'ended'; }, onmessage: ({ data }: MessageEvent<VideoFrame>) => followed.take(data) });
    globalThis.bench = { camera: standIn(), processor, video: document.createElement('video'), events: [] };
    processor.addEventListener('error', ({ error }) => bench.events.push(`error ${error.message}`));
  });
  await until('frames', async () => (await frames()) > 5);
  expect(isGreen(await newest())).toBe(true);
  await page.evaluate(() => bench.processor.replaceTrack(bench.camera));
  const before = await frames();
  await until('frames of the other camera', async () => (await frames()) > before + 5);
  expect(isGreen(await newest())).toBe(true);
  expect(await events(page, 'error')).toEqual([]);
  await page.evaluate(() => bench.processor.close());
  await until('the worker to end', () => page.workers().length === 0, 1_900);
  expect(await page.evaluate(() => (bench.processor.track as unknown as { readyState: string }).readyState)).toBe('ended');
});
