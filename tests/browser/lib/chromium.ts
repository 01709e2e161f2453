// SPDX-License-Identifier: Apache-2.0
// Starts Debian's Chromium for calls: camera and microphone from files, media on loopback allowed, inside a namespace when asked.
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import puppeteer, { type Browser as TabbedBrowser } from 'puppeteer-core';
import { cameraFile, microphoneFile, wideCameraFile } from './media-files.js';
import type { Host } from '../../net/network.js';
import { observe } from './observe.js';
import { chromiumPath } from './paths.js';

export interface ChromiumOptions {
  /** The host whose network the browser lives in. Default: the tests' own. */
  readonly host?: Host;
  /** An http origin to treat as secure, so that it may use the camera: `http://10.77.1.1:8080`. */
  readonly secureOrigin?: string;
  /** 'file' (default): photograph and speech. 'wide': the same at 960x540 and 10 fps, enough for three layers. 'none': a machine with no camera and no microphone. 'deny': the person refuses. */
  readonly camera?: 'file' | 'wide' | 'none' | 'deny';
  /** Further flags. */
  readonly flags?: readonly string[];
}

const baseFlags = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection', '--disable-features=WebRtcHideLocalIpsWithMdns',
];

async function flagsFor(options: ChromiumOptions): Promise<string[]> {
  const flags = [...baseFlags, ...(options.flags ?? [])];
  const camera = options.camera ?? 'file';
  if (camera === 'none') flags.push('--use-fake-device-for-media-stream=device-count=0');
  else flags.push('--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${await (camera === 'wide' ? wideCameraFile() : cameraFile())}`, `--use-file-for-fake-audio-capture=${await microphoneFile()}`);
  if (camera === 'deny') flags.push('--use-fake-ui-for-media-stream=deny');
  else flags.push('--use-fake-ui-for-media-stream');
  if (options.secureOrigin) flags.push(`--unsafely-treat-insecure-origin-as-secure=${options.secureOrigin}`);
  return flags;
}

/** Starts Chromium. The caller closes it. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  const flags = await flagsFor(options);
  return chromium.launch({
    executablePath: options.host ? options.host.wrap(chromiumPath) : chromiumPath,
    headless: true, args: flags, timeout: 30_000,
  });
}

/**
 * Starts Chromium with tabs that can be hidden, and whose timers are slow then, as people have it: under Playwright every page
 * counts as visible. The caller closes it.
 */
export async function launchChromiumWithTabs(options: ChromiumOptions = {}): Promise<TabbedBrowser> {
  return puppeteer.launch({
    browser: 'chrome', executablePath: chromiumPath, headless: true, args: await flagsFor(options), timeout: 30_000,
    ignoreDefaultArgs: ['--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'],
  });
}

/** A fresh person: own storage, one page, its connections observed. Console errors are kept in `page.consoleErrors`. */
export async function newPerson(browser: Browser, options: Parameters<Browser['newContext']>[0] = {}): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1024, height: 720 }, reducedMotion: 'reduce', ...options });
  await context.addInitScript(observe);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', message => { if (message.type() === 'error') errors.push(message.text()); });
  page.on('pageerror', error => errors.push(String(error)));
  page.setDefaultTimeout(20_000);
  return { context, page, errors };
}
