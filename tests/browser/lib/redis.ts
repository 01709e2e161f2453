// SPDX-License-Identifier: Apache-2.0
// Runs a real Redis, as Debian packages it, with nothing on disk.
import { createConnection } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Child, start } from './processes.js';
import { removeFolder, until } from './resources.js';
import { freePort } from './server.js';

export class Redis {
  private constructor(readonly address: string, readonly child: Child, readonly folder: string) {}

  static async start(host = '127.0.0.1'): Promise<Redis> {
    const port = await freePort(host);
    const folder = mkdtempSync(path.join(tmpdir(), 'tessera-redis-'));
    const child = start('redis', 'redis-server', ['--port', String(port), '--bind', host, '--dir', folder, '--save', '', '--appendonly', 'no', '--protected-mode', 'no']);
    await until('Redis to answer', () => {
      if (!child.running) throw new Error(`Redis ended: ${child.output.slice(-2000)}`);
      return new Promise<boolean>((resolve, reject) => {
        const socket = createConnection(port, host);
        socket.once('connect', () => { socket.destroy(); resolve(true); });
        socket.once('error', reject);
      });
    }, 20_000, 50);
    return new Redis(`${host}:${port}`, child, folder);
  }

  get url(): string { return `redis://${this.address}`; }

  async close(): Promise<void> {
    await this.child.end('SIGTERM');
    removeFolder(this.folder);
  }
}
