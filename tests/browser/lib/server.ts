// SPDX-License-Identifier: Apache-2.0
// Runs the real signalling server with the built web app as a child process that can be killed and started again on its port.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import type { AddressInfo } from 'node:net';
import { appDist, root } from './paths.js';
import { type Child, start } from './processes.js';
import { until } from './resources.js';

export interface ServerOptions {
  /** Address to listen on, and in the links. Default 127.0.0.1. */
  readonly host?: string;
  /** Default: one that is free. */
  readonly port?: number;
  /** Folder of static files. Default the built web app. */
  readonly staticDir?: string;
  /** Signs tokens. Default a random one. */
  readonly secret?: string;
  /** Further flags of tessera-server. */
  readonly flags?: readonly string[];
}

/** A port that nobody listens on. */
export async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

export class Server {
  #child: Child | null = null;
  readonly #secret: string;

  private constructor(readonly host: string, readonly port: number, readonly options: ServerOptions) {
    this.#secret = options.secret ?? randomBytes(32).toString('hex');
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    const host = options.host ?? '127.0.0.1';
    const server = new Server(host, options.port ?? (await freePort(host)), options);
    await server.start();
    return server;
  }

  /** Plain http; a secure context on 127.0.0.1, elsewhere only with Chromium's flag. */
  get origin(): string { return `http://${this.host}:${this.port}`; }

  /** Starts the server on its port (again). */
  async start(): Promise<void> {
    const cli = path.join(root, 'js/server/dist/cli.js');
    const staticDir = this.options.staticDir ?? appDist;
    for (const needed of [cli, staticDir]) if (!existsSync(needed)) throw new Error(`${needed} is missing: run scripts/build`);
    this.#child = start('server', process.execPath, [cli, '--host', this.host, '--port', String(this.port), '--static-dir', staticDir, '--open-rooms',
      '--log-level', 'warn', '--token-requests-per-minute', '6000', ...(this.options.flags ?? [])], { env: { TESSERA_TOKEN_SECRET: this.#secret } });
    const child = this.#child;
    await until('the server to answer', async () => {
      if (!child.running) throw new Error(child.output);
      return (await fetch(`${this.origin}/healthz`)).ok;
    }, 20_000, 50);
  }

  /** What the server wrote since it was last started: warnings and errors. */
  get output(): string { return this.#child?.output ?? ''; }

  /** As when its machine loses power: no goodbye to anybody. */
  async kill(): Promise<void> { await this.#child?.end('SIGKILL'); }

  async close(): Promise<void> { await this.#child?.end('SIGTERM'); }
}
