// SPDX-License-Identifier: Apache-2.0
// Runs a real livekit-server, as scripts/setup built it, in a namespace of its own; it can be killed and started again.
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AccessToken } from 'livekit-server-sdk';
import type { Page } from 'playwright-core';
import type { Host } from '../../net/network.js';
import { layerSettings, livekitServer } from '../../../scripts/lib/livekit.mjs';
import { root } from './paths.js';
import { type Child, start } from './processes.js';
import { until } from './resources.js';

const kPort = 7880;
export const kLiveKitKey = 'tests';
export const kLiveKitSecret = 'a secret for tests only, long enough for HS256';

export class LiveKit {
  #child: Child | null = null;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'tessera-livekit-'));

  private constructor(readonly host: Host) {}

  /** @param redis `address:port` of the Redis that makes several of them one. */
  static async start(host: Host, { redis }: { redis?: string } = {}): Promise<LiveKit> {
    if (!existsSync(livekitServer())) throw new Error('livekit-server is not built: run scripts/setup');
    const livekit = new LiveKit(host);
    // JSON is YAML.
    writeFileSync(path.join(livekit.#folder, 'livekit.yaml'), JSON.stringify({
      port: kPort, bind_addresses: [host.address], keys: { [kLiveKitKey]: kLiveKitSecret }, logging: { level: 'warn' },
      rtc: { port_range_start: 50000, port_range_end: 50200, tcp_port: 7881, use_external_ip: false, node_ip: host.address, ...layerSettings.rtc },
      video: layerSettings.video,
      ...(redis === undefined ? {} : { redis: { address: redis } }),
    }));
    await livekit.start();
    return livekit;
  }

  get url(): string { return `ws://${this.host.address}:${kPort}`; }

  /** The flags of a tessera-server that uses it. */
  get flags(): string[] { return ['--sfu', 'livekit', '--livekit-url', this.url, '--livekit-key', kLiveKitKey, '--livekit-secret', kLiveKitSecret]; }

  /** For a page's own livekit-client. */
  static token(room: string, identity: string): Promise<string> {
    const token = new AccessToken(kLiveKitKey, kLiveKitSecret, { identity, ttl: 600 });
    token.addGrant({ room, roomJoin: true });
    return token.toJwt();
  }

  /** Starts it (again), and waits until its port answers. */
  async start(): Promise<void> {
    this.#child = start('livekit', 'nsenter', [`--net=/proc/${this.host.keeper.pid}/ns/net`, '--', livekitServer(), '--config', path.join(this.#folder, 'livekit.yaml')]);
    const child = this.#child;
    await until('LiveKit to answer', async () => {
      if (!child.running) throw new Error(`LiveKit ended: ${child.output.slice(-2000)}`);
      return (await fetch(this.url.replace(/^ws/, 'http'))).ok;
    }, 30_000, 50);
  }

  get output(): string { return this.#child?.output ?? ''; }

  /** As when its machine loses power. */
  async kill(): Promise<void> { await this.#child?.end('SIGKILL'); }

  async close(): Promise<void> {
    await this.#child?.end('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

declare global {
  // eslint-disable-next-line no-var
  var livekit: typeof import('../../../js/engine/src/livekit/index.js');
  // eslint-disable-next-line no-var
  var livekitClient: typeof import('livekit-client');
}

/** Puts a copy of livekit-client into a bare page's folder, as a site of its own has one; gives the folder. */
export function ownLiveKitClient(folder: string): string {
  copyFileSync(path.join(root, 'node_modules/livekit-client/dist/livekit-client.esm.mjs'), path.join(folder, 'livekit-client.mjs'));
  writeFileSync(path.join(folder, 'own.js'), "globalThis.livekitClient = await import('/livekit-client.mjs');\n");
  return folder;
}

/** Loads it, as globalThis.livekitClient. */
export async function loadLiveKitClient(page: Page): Promise<void> {
  await page.addScriptTag({ type: 'module', url: '/own.js' });
  await page.waitForFunction(() => globalThis.livekitClient !== undefined);
}
