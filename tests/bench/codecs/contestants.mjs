// SPDX-License-Identifier: Apache-2.0
// The two that the codec bench has run in turns: the native yardstick, and a worker in a page of a browser.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { film } from './media.mjs';

/** The native yardstick, which answers one line with one. */
export function startNative(program, { pictures, speech }) {
  const child = spawn(program, [pictures, String(film.width), String(film.height), speech], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(what, frames) {
      child.stdin.write(`${what} ${frames}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`codec_bench ended while it was asked for ${what}`);
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}

const launch = {
  async chromium() {
    const browser = await chromium.launch({
      executablePath: process.env.TESSERA_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    return { browser, close: () => browser.close() };
  },
  async firefox() {
    const profile = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
    const drop = () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    try {
      const browser = await puppeteer.launch({
        browser: 'firefox', executablePath: process.env.TESSERA_FIREFOX ?? '/usr/bin/firefox-esr', headless: true, userDataDir: profile,
        extraPrefsFirefox: { 'app.update.enabled': false, 'datareporting.policy.dataSubmissionEnabled': false, 'network.captive-portal-service.enabled': false },
        env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' }, protocolTimeout: 600_000, timeout: 60_000,
      });
      return { browser, close: () => browser.close().finally(drop) };
    } catch (error) {
      drop();
      throw error;
    }
  },
};

/**
 * Starts a browser with the measuring worker in a page.
 * @param {'chromium' | 'firefox'} name
 * @returns {Promise<{ask(request: object): Promise<number[]>, close(): Promise<void>}>} `ask` gives milliseconds, one for each frame
 */
export async function startBrowser(name, address) {
  const { browser, close } = await launch[name]();
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.evaluate(() => {
      const worker = new Worker('/measure.js', { type: 'module' });
      globalThis.ask = (request) => new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.times));
        worker.onerror = (event) => reject(new Error(event.message));
        worker.postMessage(request);
      });
    });
    return { ask: (request) => page.evaluate((asked) => globalThis.ask(asked), request), close };
  } catch (error) {
    await close();
    throw error;
  }
}
