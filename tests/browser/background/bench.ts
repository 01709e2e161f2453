// SPDX-License-Identifier: Apache-2.0
// A page of Chromium with a camera and a processor on it, and what a test sees of its output.
import type { Browser, Page } from 'playwright-core';
import type { BlurBackground, ColorBackground, NoBackground } from '../../../js/engine/src/background/index.js';
import { observeLeaks } from '../lib/observe-leaks.js';
import { until } from '../lib/resources.js';
import { tools } from './in-page.js';
import { bytes, isGreen } from './look.js';
import type { Site } from './site.js';

declare global {
  // eslint-disable-next-line no-var
  var cameraVideo: HTMLVideoElement | undefined;
}

/** What Chromium says of a frame that nobody closed. */
export const kUnclosed = /garbage collected without being closed/;

/** A fresh page of the site in a context of its own. `words`: everything its console says. */
export async function openPage(browser: Browser, site: Site): Promise<{ page: Page; words: string[] }> {
  const context = await browser.newContext();
  await context.addInitScript(observeLeaks);
  await context.addInitScript(tools);
  const page = await context.newPage();
  const words: string[] = [];
  page.on('console', message => words.push(message.text()));
  page.setDefaultTimeout(30_000);
  await page.goto(site.origin);
  await page.waitForFunction(() => 'background' in globalThis);
  return { page, words };
}

/** Opens the camera and a processor; its output is shown from before the first frame. */
export async function start(page: Page, options: (NoBackground | BlurBackground | ColorBackground) & { assetBaseUrl?: string }): Promise<void> {
  await page.evaluate(async options => {
    const camera = await openCamera();
    const processor = await background.BackgroundProcessor.create(camera, options);
    const events: string[] = [];
    processor.addEventListener('error', ({ error }) => events.push(`error ${error.code}`));
    processor.addEventListener('stats', ({ fps, msPerFrame, segmentationMs, level }) => events.push(`stats ${fps > 0 && msPerFrame > 0 && segmentationMs >= 0 && level >= 0}`));
    processor.track.addEventListener('ended', () => events.push('ended'));
    globalThis.bench = { camera, processor, video: show(processor.track), events };
  }, options);
}

/** The output as it is now, 160x90 RGBA; null before the first picture. */
export async function picture(page: Page): Promise<Uint8Array | null> {
  const text = await page.evaluate(() => look(bench.video));
  return text === null ? null : bytes(text);
}

/** Waits until the background is green, and gives the picture. */
export const untilGreen = (page: Page): Promise<Uint8Array> => until('the colour', async () => {
  const seen = await picture(page);
  return seen && isGreen(seen) && seen;
}, 20_000);

/** Output and camera at the same moment: the camera's picture moves. */
export async function pair(page: Page): Promise<{ output: Uint8Array; camera: Uint8Array } | null> {
  const texts = await page.evaluate(() => {
    globalThis.cameraVideo ??= show(bench.camera);
    return [look(bench.video), look(globalThis.cameraVideo)];
  });
  return texts[0] && texts[1] ? { output: bytes(texts[0]), camera: bytes(texts[1]) } : null;
}

/** What the processor told so far that starts so. */
export const events = (page: Page, beginning: string): Promise<string[]> =>
  page.evaluate(beginning => bench.events.filter(event => event.startsWith(beginning)), beginning);
