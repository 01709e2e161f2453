// SPDX-License-Identifier: Apache-2.0
// A page with nothing but the engine on it, for what the web app's screens do not reach: its own API, its log, what it leaves behind.
import { cpSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { engineDist } from './paths.js';
import { removeFolder, type Resources } from './resources.js';

/**
 * Makes a folder for the server to serve: the built package under /engine and a page that loads it under the server's own strict CSP.
 * `further`: more of its entry points, each to be had as globalThis.NAME.
 */
export function barePage(resources: Resources, ...further: string[]): string {
  if (!existsSync(path.join(engineDist, 'index.js'))) throw new Error(`${engineDist} is missing: run scripts/build`);
  const folder = resources.add(mkdtempSync(path.join(tmpdir(), 'tessera-bare-')), 'bare page', removeFolder);
  cpSync(engineDist, path.join(folder, 'engine'), { recursive: true });
  const lines = further.map(name => `globalThis.${name} = await import('/engine/${name}.js');\n`);
  writeFileSync(path.join(folder, 'bare.js'), `${lines.join('')}globalThis.tessera = await import('/engine/index.js');\n`);
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><html lang="en"><title>bare</title><link rel="icon" href="data:,"><script type="module" src="/bare.js"></script><main></main></html>');
  return folder;
}
