#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The command `tessera-mcu`: joins a room as the participant who mixes, in a headless Chromium on this machine.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { isRoomName } from '../protocol.js';
import { launchBrowser, SetupError, type Browser } from './browser.js';
import { mix } from './in-page.js';
import { serveMixingPage, type Site } from './site.js';

interface Flags {
  room: string;
  url: URL;
  token?: string;
  name: string;
  chromium?: string;
  chromiumFlag: string[];
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

const roomName = (text: string): string => {
  if (!isRoomName(text)) throw new InvalidArgumentError('It must be 1 to 64 letters, digits, underscores or hyphens.');
  return text;
};
const address = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw new InvalidArgumentError('It must be the http:// or https:// address of a tessera-server.');
  return url;
};

/** The folder of the engine that is installed beside this package. */
function engineFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('tessera-rtc/package.json')), 'dist');
  } catch {
    throw new SetupError('tessera-mcu needs tessera-rtc of the same version: npm install tessera-rtc');
  }
}

const log = (event: string, detail: string): void => void process.stdout.write(`${new Date().toISOString()} ${event} ${detail}\n`);

async function run(flags: Flags): Promise<void> {
  let site: Site | undefined;
  let browser: Browser | undefined;
  let ending = false;
  const end = async (code: number): Promise<void> => {
    if (ending) return;
    ending = true;
    await browser?.close().catch(() => undefined);
    await site?.close();
    process.exit(code);
  };
  process.once('SIGTERM', () => void end(0));
  process.once('SIGINT', () => void end(0));
  try {
    site = await serveMixingPage(flags.url, engineFolder());
    browser = await launchBrowser(flags.chromium, flags.chromiumFlag);
    browser.on('disconnected', () => {
      if (!ending) log('failed', 'Chromium has ended');
      void end(1);
    });
    const page = await browser.newPage();
    page.on('crash', () => void end(1));
    page.on('pageerror', (error) => log('error', error.message));
    await page.exposeFunction('report', (event: string, detail: string) => {
      log(event, detail);
      if (event === 'closed') void end(1);
    });
    await page.goto(site.page);
    await page.waitForFunction('"tessera" in globalThis', undefined, { timeout: 60_000 });
    const id = await page.evaluate(mix, { room: flags.room, name: flags.name, token: flags.token ?? '' });
    log('joined', `room ${flags.room} as ${id}`);
  } catch (error) {
    process.stderr.write(`tessera-mcu: ${error instanceof SetupError ? error.message : String(error)}\n`);
    await end(error instanceof SetupError ? 2 : 1);
  }
}

await new Command('tessera-mcu')
  .description('Mixes a room: joins it in a headless Chromium, takes everybody’s stream, and gives each one stream back. Ends when told to, or when it cannot go on: let a supervisor start it again.')
  .version(version)
  .requiredOption('--room <name>', 'the room to mix', roomName)
  .requiredOption('--url <address>', 'the tessera-server, for example https://meet.example', address)
  .option('--token <jwt>', 'a token of the room; without one the server is asked, as open rooms allow')
  .option('--name <name>', 'how the mixer is called in the room', 'Mixer')
  .option('--chromium <path>', 'the browser (default: where it usually is)')
  .option('--chromium-flag <flag>', 'a further flag for the browser; may be given again', (flag: string, all: string[]) => [...all, flag], [] as string[])
  .action(run)
  .parseAsync();
