// SPDX-License-Identifier: Apache-2.0
// Packs tessera-rtc, installs it in an empty project, and uses it as a site would: in Node, with Vite, with esbuild, with no build.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, newPerson } from '../browser/lib/chromium.ts';

const root = resolve(import.meta.dirname, '../..');
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const exec = promisify(execFile);
let project: string;
let browser: Browser;
const servers: Server[] = [];

/** Runs a command in the project; its output is shown when it fails. */
async function run(command: string, ...args: string[]): Promise<string> {
  try {
    return (await exec(command, args, { cwd: project, maxBuffer: 1 << 24 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
  }
}

const bin = (name: string): string => join(project, 'node_modules/.bin', name);

/** Serves a folder under the strict policy, with no cross-origin isolation. */
async function serve(folder: string): Promise<string> {
  const site = express();
  site.use((_request, response, next) => {
    response.setHeader('Content-Security-Policy', policy);
    next();
  });
  site.use(express.static(folder));
  const server = createServer(site);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  servers.push(server);
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** Waits until the site has painted some frames, then reads a corner (background) and the face. */
async function painted(page: Page): Promise<{ corner: number[]; face: number[] }> {
  await page.waitForFunction(() => Number(document.querySelector('canvas')!.dataset.frames) > 10, null, { timeout: 45_000 });
  return page.evaluate(() => {
    const canvas = document.querySelector('canvas')!;
    const pixel = (x: number, y: number) => [...canvas.getContext('2d')!.getImageData(x, y, 1, 1).data.slice(0, 3)];
    return { corner: pixel(6, 6), face: pixel(70, 30) };
  });
}

const isMagenta = ([red, green, blue]: number[]): boolean => red! > 200 && green! < 80 && blue! > 200;

async function expectBackground(url: string): Promise<void> {
  const { page, context, errors } = await newPerson(browser);
  try {
    await page.goto(url);
    const { corner, face } = await painted(page).catch((error: Error) => {
      throw new Error(`${error.message}\n${errors.join('\n')}`);
    });
    expect(isMagenta(corner), `the corner is ${corner.join()}`).toBe(true);
    expect(isMagenta(face), `the face is ${face.join()}`).toBe(false);
    expect(errors.filter((error) => /Content Security Policy|Uncaught/.test(error))).toEqual([]);
  } finally {
    await context.close();
  }
}

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'tessera-package-'));
  const { stdout } = await exec('npm', ['pack', '--silent', '--pack-destination', project, '-w', 'js/engine'], { cwd: root });
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'somebody-else', private: true, type: 'module' }));
  const tools = ['vite', 'esbuild', 'typescript'].map((name) => `${name}@${devDependencies[name]}`);
  await run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', join(project, stdout.trim().split('\n').at(-1)!), ...tools);
  cpSync(join(import.meta.dirname, 'site'), project, { recursive: true });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.close();
  if (project) rmSync(project, { recursive: true, force: true });
});

test('every entry point imports in plain Node, and touches no window', async () => {
  const { exports } = JSON.parse(readFileSync(join(project, 'node_modules/tessera-rtc/package.json'), 'utf8'));
  const entries = Object.keys(exports).filter((name) => !/\*|json/.test(name)).map((name) => name.replace('.', 'tessera-rtc'));
  expect(entries.length).toBeGreaterThanOrEqual(3);
  for (const entry of entries) await run('node', '--input-type=module', '-e', `await import(${JSON.stringify(entry)})`);
});

test('the advertised lines compile under the strictest settings', async () => {
  await run(bin('tsc'), '--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2022,dom,dom.iterable', 'api.ts');
});

test('built with Vite, the background works under a strict policy', async () => {
  await run(bin('vite'), 'build', '--outDir', 'vite-dist', '--target', 'es2022', '--logLevel', 'error');
  await expectBackground(await serve(join(project, 'vite-dist')));
});

test('built with esbuild, assets copied beside, the background works under a strict policy', async () => {
  const out = join(project, 'esbuild-dist');
  mkdirSync(out);
  await run(bin('esbuild'), 'main.ts', '--bundle', '--format=esm', '--target=es2022', '--splitting', `--outdir=${out}`, '--define:ASSET_BASE_URL="/tessera/"');
  cpSync(join(project, 'node_modules/tessera-rtc/dist'), join(out, 'tessera'), { recursive: true });
  writeFileSync(join(out, 'index.html'), readFileSync(join(project, 'index.html'), 'utf8').replace('main.ts', 'main.js'));
  await expectBackground(await serve(out));
});

test('with no build step at all, the element renders its lobby', async () => {
  writeFileSync(
    join(project, 'plain.html'),
    '<!doctype html><html lang="en"><title>Plain</title><script type="module" src="/node_modules/tessera-rtc/dist/element.js"></script><tessera-room url="http://localhost:9" room="standup"></tessera-room>',
  );
  const { page, context, errors } = await newPerson(browser);
  try {
    await page.goto(`${await serve(project)}/plain.html`);
    await page.waitForFunction(() => customElements.get('tessera-room') && document.querySelector('tessera-room')!.shadowRoot!.querySelector('button'));
    expect(errors.filter((error) => /Uncaught|SyntaxError|Content Security Policy: .*script/.test(error))).toEqual([]);
  } finally {
    await context.close();
  }
});
