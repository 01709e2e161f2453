// SPDX-License-Identifier: Apache-2.0
// Makes the app's background pictures, every pixel of them: scenes drawn by code, then put out of focus like a real room
// behind a person. Run `node scripts/backgrounds/make.mjs [NAME…]`; CHROMIUM names another browser than /usr/bin/chromium.

import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../../www/app/public/backgrounds');
const names = ['office', 'bookshelf', 'plants', 'city', 'studio', 'coast'];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : names;
/** What one picture may weigh, in bytes. */
const kLimit = 60_000;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => { throw error; });
  for (const file of ['lens.js', 'scenes.js', 'nature.js']) await page.addScriptTag({ content: await readFile(join(here, file), 'utf8') });
  await mkdir(out, { recursive: true });
  for (const name of wanted) {
    const base64 = await page.evaluate((scene) => globalThis.makePicture(scene), name);
    const bytes = Buffer.from(base64, 'base64');
    const file = join(out, `${name}.webp`);
    await writeFile(file, bytes);
    if (bytes.length > kLimit) throw new Error(`${name}.webp has ${bytes.length} bytes, ${kLimit} at most`);
    console.log(`${name}.webp ${(await stat(file)).size} bytes`);
  }
} finally {
  await browser.close();
}
