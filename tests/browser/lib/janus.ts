// SPDX-License-Identifier: Apache-2.0
// Runs a real Janus, as Debian packages it, in a namespace of its own with generated settings; it can be killed and started again.
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Host } from '../../net/network.js';
import { type Child, command, start } from './processes.js';
import { until } from './resources.js';

const kPort = 8188;

/** Only what the tests use: the VideoRoom over WebSockets, nothing that listens elsewhere. */
async function settings(folder: string, address: string): Promise<void> {
  const library = (await command('dpkg', '-L', 'janus')).split('\n').find(file => file.endsWith('/plugins/libjanus_videoroom.so'));
  if (!library) throw new Error('Debian\'s package janus has no VideoRoom: run scripts/setup');
  const libraries = path.dirname(path.dirname(library));
  for (const [kind, name] of [['plugins', 'libjanus_videoroom.so'], ['transports', 'libjanus_websockets.so']] as const) {
    mkdirSync(path.join(folder, kind));
    symlinkSync(path.join(libraries, kind, name), path.join(folder, kind, name));
  }
  for (const kind of ['events', 'loggers', 'recordings']) mkdirSync(path.join(folder, kind));
  writeFileSync(path.join(folder, 'janus.jcfg'), `general: {
  configs_folder = "${folder}"
  plugins_folder = "${folder}/plugins"
  transports_folder = "${folder}/transports"
  events_folder = "${folder}/events"
  loggers_folder = "${folder}/loggers"
  debug_level = 3
  session_timeout = 60
  reclaim_session_timeout = 15
}
media: { rtp_port_range = "20000-20400" }
nat: { full_trickle = true, ice_enforce_list = "${address}" }
`);
  writeFileSync(path.join(folder, 'janus.transport.websockets.jcfg'), `general: { json = "compact", ws = true, ws_port = ${kPort}, ws_ip = "${address}", wss = false }
admin: { admin_ws = false, admin_wss = false }
`);
  writeFileSync(path.join(folder, 'janus.plugin.videoroom.jcfg'), 'general: { }\n');
}

export class Janus {
  #child: Child | null = null;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'tessera-janus-'));

  private constructor(readonly host: Host) {}

  static async start(host: Host): Promise<Janus> {
    if (!existsSync('/usr/bin/janus')) throw new Error('janus is not installed: run scripts/setup');
    const janus = new Janus(host);
    await settings(janus.#folder, host.address);
    await janus.start();
    return janus;
  }

  get url(): string { return `ws://${this.host.address}:${kPort}`; }

  /** Starts it (again), and waits until its port answers. */
  async start(): Promise<void> {
    this.#child = start('janus', 'nsenter', [`--net=/proc/${this.host.keeper.pid}/ns/net`, '--', '/usr/bin/janus', '--config', path.join(this.#folder, 'janus.jcfg'), '--configs-folder', this.#folder]);
    const child = this.#child;
    await until('Janus to listen', async () => {
      if (!child.running) throw new Error(`Janus ended: ${child.output.slice(-2000)}`);
      return (await this.host.run('cat', '/proc/net/tcp')).toUpperCase().includes(`:${kPort.toString(16).toUpperCase()} 00000000:0000 0A`);
    }, 20_000, 50);
  }

  get output(): string { return this.#child?.output ?? ''; }

  /** As when its machine loses power. */
  async kill(): Promise<void> { await this.#child?.end('SIGKILL'); }

  async close(): Promise<void> {
    await this.#child?.end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
