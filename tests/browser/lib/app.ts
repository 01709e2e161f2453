// SPDX-License-Identifier: Apache-2.0
// The web app as a person uses it: entering a lobby, joining, the bar's buttons, and what a call's screen shows.
import { randomBytes } from 'node:crypto';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { newPerson } from './chromium.js';
import { inbound, received, total } from './probes.js';
import { until } from './resources.js';
import type { Server } from './server.js';
import { chromiumUi, type Ui } from './ui.js';

/** A room nobody else uses. */
export const newRoom = (): string => `test-${randomBytes(4).toString('hex')}`;

export interface Person {
  readonly name: string;
  readonly ui: Ui;
  /** Console errors and uncaught errors of the page. */
  readonly errors: string[];
}

export interface ChromiumPerson extends Person {
  readonly page: Page;
  readonly context: BrowserContext;
}

/** Runs in the page: permissions are as on a first visit, to be asked for. Chromium's fake question would say granted before it is asked. */
function firstVisit(): void {
  const native = Permissions.prototype.query;
  Permissions.prototype.query = async function (descriptor) {
    const status = await native.call(this, descriptor);
    if (['camera', 'microphone'].includes(descriptor.name)) Object.defineProperty(status, 'state', { value: 'prompt' });
    return status;
  };
}

/** Opens the lobby of `room` in a fresh Chromium context, where permissions were granted before or (`granted: false`) not yet asked for. */
export async function openLobby(browser: Browser, server: Server, room: string, name: string,
  { granted = true, origin = server.origin, ...options }: { granted?: boolean; origin?: string } & Parameters<Browser['newContext']>[0] = {}): Promise<ChromiumPerson> {
  const { context, page, errors } = await newPerson(browser, options);
  if (granted) await context.grantPermissions(['camera', 'microphone'], { origin });
  else await context.addInitScript(firstVisit);
  const ui = chromiumUi(page);
  await page.goto(`${origin}/r/${room}`);
  return { name, ui, errors, page, context };
}

/** Types the name and presses Join, as in the lobby; waits for the room. */
export async function join(person: Person): Promise<void> {
  await person.ui.type(/name/i, person.name);
  await person.ui.press('button', /^join\b/i);
  await until(`${person.name} to be in the room`, () => person.ui.has('button', /^leave/i), 40_000);
}

/** Opens the lobby with a running camera, and joins. */
export async function joinRoom(browser: Browser, server: Server, room: string, name: string, options: Parameters<typeof openLobby>[4] = {}): Promise<ChromiumPerson> {
  const person = await openLobby(browser, server, room, name, options);
  await until(`${name}'s own picture`, () => person.ui.evaluate(() => [...document.querySelectorAll('video')].some(video => video.videoWidth > 0), null));
  await join(person);
  return person;
}

/** Leaves by the button; it asks once. */
export async function leave(person: Person): Promise<void> {
  await person.ui.press('button', /^leave/i);
  await until('the question', () => person.ui.evaluate(() => document.querySelector('dialog[open]') !== null, null));
  await person.ui.press('button', /^leave/i);
}

/** Waits until `person` receives moving video of `count` others (frames of each decoded anew). */
export async function seesMoving(person: Person, count: number, timeoutMs = 40_000): Promise<void> {
  await until(`${person.name} to see ${count} moving`, async () => {
    const rows = (await received(person.ui, 500)).filter(row => row.kind === 'video' && row.frames > 0);
    return rows.length === count;
  }, timeoutMs, 50);
}

/** Over `ms`: frames and audio energy of each stream that `person` receives. */
export async function mediaOver(person: Person, ms: number): Promise<{ video: number[]; audio: number[] }> {
  const rows = await received(person.ui, ms);
  return { video: rows.filter(row => row.kind === 'video').map(row => row.frames), audio: rows.filter(row => row.kind === 'audio').map(row => row.audioEnergy) };
}

/** How many frames `person` has decoded in all. */
export const framesOf = async (person: Person): Promise<number> => total(await inbound(person.ui), 'video', 'frames');

/** Names on the tiles of the others: each tile is a group called "Ana, microphone on, camera on, connection good". */
export const remoteNames = (person: Person): Promise<string[]> => person.ui.evaluate(() =>
  [...document.querySelectorAll('[role=group][aria-label]')].map(tile => /^(.+), microphone (?:on|off), camera /.exec(tile.getAttribute('aria-label')!)?.[1])
    .filter(name => name !== undefined), null);

/** Writes what each person's screen says, and a screenshot beside the reports, when a test fails. */
export async function showOnFailure(label: string, ...people: (Person | undefined)[]): Promise<void> {
  for (const person of people) {
    if (!person) continue;
    console.log(`--- ${label}, ${person.name}:\n${await person.ui.text().catch(String)}\nerrors: ${person.errors.join('\n')}`);
    await person.ui.screenshot(`${label}-${person.name}`).catch(() => undefined);
  }
}

/** Opens the backgrounds with the bar's button, chooses one by its name, and closes them again. */
export async function chooseBackground(person: Person, name: RegExp): Promise<void> {
  await person.ui.press('button', /^background/i);
  await person.ui.press('radio', name);
  await person.ui.key('Escape');
}
