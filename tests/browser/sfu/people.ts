// SPDX-License-Identifier: Apache-2.0
// People in a room of the SFU tests, in Chromium or Firefox, and what is asked of them whichever kind of server it is.
import type { Browser, Page } from 'playwright-core';
import type { Browser as FirefoxBrowser } from 'puppeteer-core';
import { expect } from 'vitest';
import { newRoom } from '../lib/app.js';
import { newPerson } from '../lib/chromium.js';
import { newFirefoxPage } from '../lib/firefox.js';
import { kWideCamera } from '../lib/media-files.js';
import type { Evaluates } from '../lib/probes.js';
import { type Resources, sleep, until } from '../lib/resources.js';
import type { Server } from '../lib/server.js';
import { encodes, heightOf, makeTiles, received, resize } from './in-page.js';

export interface Camera {
  readonly width: number;
  readonly height: number;
}

/** Three layers of 960x540, and one of 320x180. */
export const kThreeLayers: Camera = { width: 960, height: 540 };
export const kOneLayer: Camera = { width: 320, height: 180 };

const engineOn = (page: Evaluates) => until('the engine to be loaded', () => page.evaluate(() => globalThis.tessera !== undefined, null), 30_000, 50);

/** A room, and the pages of whoever is in it. */
export class People {
  readonly room = newRoom();
  /** What no page of theirs caught. */
  readonly errors: string[] = [];

  constructor(private readonly suite: Resources, private readonly server: Server) {}

  /** A page with the engine in Chromium, not in the room yet. */
  async open(browser: Browser, name: string): Promise<Page> {
    const { context, page } = await newPerson(browser);
    this.suite.add(context, `context of ${name}`, value => value.close());
    await page.goto(this.server.origin);
    await engineOn(page);
    page.on('pageerror', error => this.errors.push(`${name}: ${error}`));
    return page;
  }

  /** The same in Firefox, which looks for a way through every network only while a page of its own has a microphone. */
  async openFirefox(browser: FirefoxBrowser, name: string): Promise<Evaluates> {
    const page = await newFirefoxPage(browser, kWideCamera);
    this.suite.add(page, `page of ${name}`, value => value.close());
    page.on('pageerror', error => this.errors.push(`${name}: ${error}`));
    await page.goto(this.server.origin);
    const evaluates = page as unknown as Evaluates;
    await engineOn(evaluates);
    await evaluates.evaluate(async () => { Object.assign(globalThis, { microphone: await navigator.mediaDevices.getUserMedia({ audio: true }) }); }, null);
    return evaluates;
  }

  /** Joins the room with a tile for each of the others and a camera of this size, at ten frames a second. */
  async enter(page: Evaluates, name: string, camera: Camera): Promise<void> {
    await page.evaluate(async ({ room, name }) => {
      globalThis.room = await globalThis.tessera.joinRoom({ url: location.origin, room, name });
    }, { room: this.room, name });
    await makeTiles(page);
    await page.evaluate(async camera => { await globalThis.room!.local.enableCamera({ ...camera, frameRate: 10 }); }, camera);
  }

  /** Opens a page in Chromium and joins. */
  async join(browser: Browser, name: string, camera: Camera): Promise<Page> {
    const page = await this.open(browser, name);
    await this.enter(page, name, camera);
    return page;
  }
}

/** Who is to see whom, by name. */
export type Views = readonly (readonly [page: Evaluates, names: readonly string[]])[];

export async function everybodySeen(views: Views, timeoutMs: number): Promise<void> {
  for (const [page, names] of views) for (const name of names) await until(`${name} to be seen`, async () => (await heightOf(page, name)) > 0, timeoutMs);
}

/** Waits until these layers of the page's camera, as heights, and no others are being encoded. */
export const encodedAre = (page: Evaluates, heights: readonly number[], timeoutMs: number) => until(`the layers ${heights} and no others to be encoded`, async () => {
  const now = await encodes(page);
  if (JSON.stringify(now) !== JSON.stringify(heights)) throw new Error(`encoded are ${now}`);
  return true;
}, timeoutMs, 50);

/** Makes a person's tile this wide, in CSS pixels. */
export const setWidth = (page: Evaluates, name: string, pixels: number): Promise<void> => page.evaluate(({ name, pixels }) => {
  document.querySelector<HTMLElement>(`[data-name="${name}"]`)!.style.width = `${pixels}px`;
}, { name, pixels });

export const setShown = (page: Evaluates, name: string, shown: boolean): Promise<void> => page.evaluate(({ name, shown }) => {
  document.querySelector<HTMLElement>(`[data-name="${name}"]`)!.style.display = shown ? '' : 'none';
}, { name, shown });

export const pin = (page: Evaluates, name: string): Promise<void> => page.evaluate(name => {
  const participant = [...globalThis.room!.participants.values()].find(it => it.name === name)!;
  participant.observe(document.querySelector(`[data-name="${name}"]`)!, { pinned: true });
}, name);

/** Waits until more frames of somebody are decoded than until now. */
export async function movesAgain(page: Evaluates, name: string, timeoutMs: number): Promise<void> {
  let last = (await received(page, name)).frames;
  await until(`${name} to move again`, async () => {
    const { frames } = await received(page, name);
    // A new connection counts from nothing.
    if (frames < last) last = frames;
    return frames > last + 3;
  }, timeoutMs, 50);
}

/** Waits until a page shows that something is wrong with its connection. */
export const troubleSeen = (page: Evaluates, timeoutMs: number) => until('the trouble to be seen', () => page.evaluate(() => [...globalThis.room!.participants.values()].some(it => it.state !== 'connected'), null), timeoutMs);

/** Waits until each page sees all it should move, and everybody as connected; gives the milliseconds that it took. */
export async function allBack(views: Views, timeoutMs: number): Promise<number> {
  const began = performance.now();
  await Promise.all(views.map(async ([page, names]) => {
    for (const name of names) await movesAgain(page, name, timeoutMs);
    await until('everybody to be connected', () => page.evaluate(() => [...globalThis.room!.participants.values()].every(it => it.state === 'connected'), null), timeoutMs, 50);
  }));
  return performance.now() - began;
}

/** Kilobits a second received of somebody in a tile of each of these widths, at which a picture of that height is due. */
export async function bitsBySize(page: Evaluates, name: string, sizes: readonly (readonly [width: number, height: number])[]): Promise<number[]> {
  const rates: number[] = [];
  for (const [width, height] of sizes) {
    expect(await resize(page, name, width, height, 12_000)).toBeGreaterThanOrEqual(0);
    await sleep(1_000); // the keyframe of the change
    const before = await received(page, name);
    await sleep(2_500);
    const after = await received(page, name);
    expect(after.frames).toBeGreaterThan(before.frames);
    rates.push(Math.round((after.bytes - before.bytes) * 8 / (after.at - before.at)));
  }
  return rates;
}
