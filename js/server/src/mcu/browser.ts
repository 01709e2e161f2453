// SPDX-License-Identifier: Apache-2.0
// The headless Chromium that mixes, driven by playwright-core, which the operator installs beside this package.
import { existsSync } from 'node:fs';

/** What is used of playwright-core. */
interface Page {
  goto(url: string): Promise<unknown>;
  waitForFunction(script: string, argument?: unknown, options?: { timeout: number }): Promise<unknown>;
  evaluate<A, R>(run: (argument: A) => R, argument: A): Promise<Awaited<R>>;
  exposeFunction(name: string, run: (...values: never[]) => unknown): Promise<void>;
  on(event: 'pageerror' | 'crash', listener: (error: Error) => void): void;
}
export interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
  on(event: 'disconnected', listener: () => void): void;
}
interface Playwright {
  chromium: { launch(options: { executablePath: string; headless: true; args: string[]; handleSIGINT: false; handleSIGTERM: false }): Promise<Browser> };
}

const kUsualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const kFlags = [
  '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
  // A page that nobody looks at runs as fast as any other.
  '--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding',
  // Addresses of this machine are told as they are: it has no camera whose permission would allow it.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** A sentence for whoever started the command. */
export class SetupError extends Error {}

/** @throws SetupError */
export async function launchBrowser(chromium: string | undefined, flags: readonly string[]): Promise<Browser> {
  const executablePath = chromium ?? kUsualPlaces.find((path) => existsSync(path));
  if (!executablePath) throw new SetupError('No Chromium was found. Install one, or say with --chromium where it is.');
  // Not a dependency: most servers mix nothing.
  const name = 'playwright-core';
  const playwright = await (import(name) as Promise<Playwright>).catch(() => {
    throw new SetupError('tessera-mcu needs playwright-core: npm install playwright-core');
  });
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return playwright.chromium.launch({ executablePath, headless: true, args: [...kFlags, ...asRoot, ...flags], handleSIGINT: false, handleSIGTERM: false });
}
