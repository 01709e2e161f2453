// SPDX-License-Identifier: Apache-2.0
// tessera-rtc/recorder in Chromium and Firefox: what it writes plays in both and in ffmpeg, whole or cut off by a tab that died.
import type { Browser, Page } from 'playwright-core';
import type { Page as FirefoxPage } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '../lib/chromium.js';
import { launchFirefox, newFirefoxPage } from '../lib/firefox.js';
import { observeLeaks } from '../lib/observe-leaks.js';
import { Resources, until } from '../lib/resources.js';
import { comeAndGo, kept, overload, play, record, recordForever, type Script } from './in-page.js';
import { probe } from './media.js';
import { serveRecorder } from './site.js';

const resources = new Resources();
const files = new Map<string, Buffer>();
let origin: string;
let chromium: Browser;
let page: Page;
let firefox: FirefoxPage;

async function open(opened = page): Promise<void> {
  await opened.goto(origin);
  await opened.waitForFunction(() => 'recorder' in globalThis);
}

beforeAll(async () => {
  origin = await serveRecorder(resources, files);
  chromium = resources.add(await launchChromium(), 'Chromium', (value) => value.close());
  page = await chromium.newPage();
  await open();
  const launched = await launchFirefox();
  resources.add(launched.resources, 'Firefox', (value) => value.close());
  firefox = await newFirefoxPage(launched.browser);
  await firefox.goto(origin);
  await firefox.waitForFunction(() => 'recorder' in globalThis);
});
afterAll(() => resources.close());

/** Serves a recording, and plays it in both browsers. */
async function expectPlays(name: string, base64: string, duration: number, size: [number, number]): Promise<void> {
  files.set(`/${name}.webm`, Buffer.from(base64, 'base64'));
  const ask = { address: `${origin}/${name}.webm`, places: [duration * 0.1, duration * 0.7] };
  for (const played of [await page.evaluate(play, ask), await firefox.evaluate(play, ask)]) {
    expect(Math.abs(played.duration - duration)).toBeLessThan(0.2);
    expect([played.width, played.height]).toEqual(size);
    played.sought.forEach((place, index) => expect(Math.abs(place - ask.places[index]!)).toBeLessThan(0.1));
    expect(played.change).toBeGreaterThan(0.5);
  }
}

test.each([['wasm', 'vp9'], ['native', 'vp8']] as const)('camera and microphone, %s %s: ffmpeg and both browsers play it, with duration and seeking', async (prefer, videoCodec) => {
  const script: Script = { options: { prefer, videoCodec }, seconds: 3, source: 'camera', target: 'default' };
  const result = await page.evaluate(record, script);
  expect(result.events.filter((event) => event !== 'progress true')).toEqual(['stop true']);
  expect(result.events).toContain('progress true');
  const said = await probe(result.base64);
  console.log(`${prefer} ${videoCodec}: ${result.bytes} bytes, ${said.frames} frames, ${result.droppedFrames} dropped, states ${said.duration} s of ${result.elapsed.toFixed(2)} s`);
  expect(said.streams[0]).toBe(`${videoCodec} 640x360`);
  expect(said.streams[1]).toMatch(/^opus 48000 [12]$/);
  expect(Math.abs(said.duration - result.elapsed)).toBeLessThan(0.2);
  // The camera gives 15 frames a second; a busy machine loses some of them.
  expect(said.frames).toBeGreaterThan(12);
  expect(said.frames).toBeLessThan(60);
  expect(Math.abs(said.lastPackets.video! - said.lastPackets.audio!)).toBeLessThan(0.2);
  expect(said.loudness).toBeGreaterThan(-45);
  expect(result.bytes).toBe(Buffer.from(result.base64, 'base64').length);
  await expectPlays(`${prefer}-${videoCodec}`, result.base64, result.elapsed, [640, 360]);
});

test.each(['wasm', 'native'] as const)('Firefox records, %s; ffmpeg and both browsers play it', async (prefer) => {
  const script: Script = { options: { prefer }, seconds: 3, source: 'camera', target: 'default' };
  const result = await firefox.evaluate(record, script);
  expect(result.events).toContain('stop true');
  const said = await probe(result.base64);
  console.log(`Firefox, ${prefer}: ${result.bytes} bytes, ${said.frames} frames, ${result.droppedFrames} dropped, states ${said.duration} s of ${result.elapsed.toFixed(2)} s`);
  expect(said.streams[0]).toBe('vp9 640x360');
  expect(Math.abs(said.duration - result.elapsed)).toBeLessThan(0.2);
  expect(said.frames).toBeGreaterThan(12);
  expect(said.loudness).toBeGreaterThan(-45);
  await expectPlays(`firefox-${prefer}`, result.base64, result.elapsed, [640, 360]);
});

test('a picture that turns and then stands still, sound that is muted and ends, a pause: one sound file', async () => {
  const script: Script = { options: { videoCodec: 'vp8' }, seconds: 4, source: 'canvas', target: 'handle', trouble: ['turn', 'still', 'mute', 'end'], pause: 1 };
  const result = await page.evaluate(record, script);
  expect(result.events).toContain('paused');
  const said = await probe(result.base64);
  expect(said.streams).toEqual(['vp8 320x180', expect.stringMatching(/^opus/)]);
  expect(Math.abs(said.duration - (result.elapsed - 1))).toBeLessThan(0.3);
  for (const last of Object.values(said.lastPackets)) expect(said.duration - last).toBeLessThan(0.3);
  expect(said.loudness).toBeLessThan(-60);
});

test.each(['picture', 'sound'] as const)('only %s, into a stream: every beginning of it is a file', async (source) => {
  const script: Script = { options: { videoKeyFrameIntervalDuration: 1000 }, seconds: 3.5, source, target: 'stream' };
  const result = await page.evaluate(record, script);
  expect(result.pieces.length).toBeGreaterThan(4);
  const bytes = Buffer.from(result.base64, 'base64');
  let end = 0;
  for (const [index, length] of result.pieces.entries()) {
    end += length;
    if (index < 2) continue;
    const said = await probe(bytes.subarray(0, end).toString('base64'));
    expect(said.streams).toHaveLength(1);
    expect(Object.values(said.lastPackets)[0]).toBeGreaterThan(Math.min(index - 1, 3) - 0.4);
  }
});

test('frames that come too fast are left out and counted; picture and sound stay together', async () => {
  const result = await page.evaluate(overload, 3);
  const said = await probe(result.base64);
  console.log(`${result.given} frames of 720p given in 3 s: ${said.frames} recorded, ${result.droppedFrames} dropped`);
  expect(result.droppedFrames).toBeGreaterThan(10);
  expect(Math.abs(said.duration - result.duration)).toBeLessThan(0.2);
  expect(Math.abs(said.lastPackets.video! - said.lastPackets.audio!)).toBeLessThan(0.4);
});

test('a tab that dies leaves what it recorded', async () => {
  const context = await chromium.newContext();
  resources.add(context, 'context', (value) => value.close());
  await context.grantPermissions(['camera', 'microphone'], { origin });
  const [doomed, other] = [await context.newPage(), await context.newPage()];
  await Promise.all([open(doomed), open(other)]);
  await doomed.evaluate(recordForever);
  expect((await other.evaluate(kept, {})).names).toEqual([]);
  const session = await context.newCDPSession(doomed);
  void session.send('Page.crash').catch(() => undefined);
  const left = await until('the recording to be listed', async () => {
    const found = await other.evaluate(kept, {});
    return found.names.length > 0 && found;
  });
  expect(left.names).toEqual(['unfinished.webm']);
  const said = await probe(left.base64);
  expect(said.streams).toHaveLength(2);
  // Three clusters of a second: no more than the last one may be lost.
  expect(said.lastPackets.video).toBeGreaterThan(1.4);
  const picked = await probe((await other.evaluate(kept, { file: 'picked.webm' })).base64);
  expect(picked.streams[0]).toBe('vp8 640x360');
  expect(picked.lastPackets.video).toBeGreaterThan(0.4);
  files.set('/unfinished.webm', Buffer.from(left.base64, 'base64'));
  const ask = { address: `${origin}/unfinished.webm`, places: [1] };
  expect((await other.evaluate(play, ask)).width).toBe(640);
  expect((await firefox.evaluate(play, ask)).width).toBe(640);
  expect((await other.evaluate(kept, { remove: true })).names).toEqual(['unfinished.webm']);
  expect((await other.evaluate(kept, {})).names).toEqual([]);
});

test('close() and an aborted signal leave nothing behind', async () => {
  const fresh = await chromium.newPage();
  await fresh.addInitScript(observeLeaks);
  await open(fresh);
  // Playwright listens, too.
  const before = await fresh.evaluate(() => globalThis.held());
  const { codes, tracks, kept: files } = await fresh.evaluate(comeAndGo);
  expect(codes.slice(0, 4)).toEqual(['closed', 'aborted', 'aborted', expect.stringMatching(/aborted|nothing/)]);
  expect(codes.slice(4)).toEqual(['aborted', 'option-invalid', 'storage-failed', 'storage-failed', 'storage-failed']);
  expect(tracks).toEqual(['live', 'live']);
  // What was closed while recording is kept; what was aborted before is not.
  expect(files).toBeLessThanOrEqual(2);
  expect(files).toBeGreaterThanOrEqual(1);
  await until('every worker to have ended', () => fresh.workers().length === 0, 30_000);
  const held = await fresh.evaluate(() => globalThis.held());
  expect({ ...held, observers: held.observers.length }).toEqual({ ...before, observers: before.observers.length });
  expect(await fresh.evaluate(async () => (await navigator.locks.query()).held)).toEqual([]);
  await fresh.close();
});
