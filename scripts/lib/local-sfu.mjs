// SPDX-License-Identifier: Apache-2.0
// A media server on this machine for npm start: Janus or LiveKit as they are installed, with settings made here, ended with the server.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { layerSettings, livekitServer } from './livekit.mjs';

const kWithin = 10_000;
const kRestarts = 5;

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function answers(port, child) {
  const end = Date.now() + kWithin;
  while (Date.now() < end && child.exitCode === null && child.pid !== undefined) {
    const socket = createConnection(port, '127.0.0.1');
    const reached = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false);
    socket.destroy();
    if (reached) return true;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  return false;
}

/** Debian's folder of Janus' plugins and transports, or undefined. */
function janusLibraries() {
  if (!existsSync('/usr/bin/janus')) return undefined;
  return readdirSync('/usr/lib').map((name) => join('/usr/lib', name, 'janus')).find((folder) => existsSync(join(folder, 'plugins/libjanus_videoroom.so')));
}

function janus(folder, port) {
  const libraries = janusLibraries();
  for (const [kind, name] of [['plugins', 'libjanus_videoroom.so'], ['transports', 'libjanus_websockets.so']]) {
    mkdirSync(join(folder, kind));
    symlinkSync(join(libraries, kind, name), join(folder, kind, name));
  }
  for (const kind of ['events', 'loggers']) mkdirSync(join(folder, kind));
  const place = (kind) => `${kind}_folder = "${join(folder, kind)}"`;
  writeFileSync(
    join(folder, 'janus.jcfg'),
    `general: { configs_folder = "${folder}"\n${['plugins', 'transports', 'events', 'loggers'].map(place).join('\n')}\ndebug_level = 3\nsession_timeout = 60\nreclaim_session_timeout = 15 }
media: { rtp_port_range = "20000-29999" }
nat: { full_trickle = true }\n`,
  );
  writeFileSync(join(folder, 'janus.transport.websockets.jcfg'), `general: { json = "compact", ws = true, ws_port = ${port}, ws_ip = "127.0.0.1", wss = false }\nadmin: { admin_ws = false, admin_wss = false }\n`);
  writeFileSync(join(folder, 'janus.plugin.videoroom.jcfg'), 'general: { }\n');
  return { command: '/usr/bin/janus', args: ['--config', join(folder, 'janus.jcfg'), '--configs-folder', folder], options: { kind: 'janus' } };
}

function livekit(folder, port) {
  const [apiKey, apiSecret] = ['local', randomBytes(32).toString('base64url')];
  // JSON is YAML.
  const settings = {
    port, bind_addresses: ['127.0.0.1'], keys: { [apiKey]: apiSecret }, logging: { level: 'warn' },
    rtc: { port_range_start: 30000, port_range_end: 39999, tcp_port: port + 1, use_external_ip: false, enable_loopback_candidate: true, ...layerSettings.rtc },
    video: layerSettings.video,
  };
  writeFileSync(join(folder, 'livekit.yaml'), JSON.stringify(settings), { mode: 0o600 });
  return { command: livekitServer(), args: ['--config', join(folder, 'livekit.yaml')], options: { kind: 'livekit', apiKey, apiSecret } };
}

const hasNetwork = () => Object.values(networkInterfaces()).flat().some((item) => item && !item.internal && item.family === 'IPv4');

/** Each kind: its name for people, whether it can run here, and its command with settings in `folder`. */
export const kinds = {
  // With the loopback interface alone Janus finds no address for media.
  janus: { title: 'Janus', missing: () => (!janusLibraries() ? 'it is not installed' : hasNetwork() ? null : 'it needs a network, and this machine has none now'), settings: janus },
  livekit: { title: 'LiveKit', missing: () => (existsSync(livekitServer()) ? null : 'it is not built: scripts/setup --only livekit does that'), settings: livekit },
};

/**
 * Starts one, and again when it dies.
 * @param {'janus'|'livekit'} kind one of which nothing is `missing()`
 * @param {(message: string) => void} log
 * @returns {Promise<{options: object, stop: () => Promise<void>} | null>} `options` are the server's `sfu`; null if it does not come up.
 */
export async function startLocalSfu(kind, log) {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-sfu-'));
  const port = await freePort();
  const { command, args, options } = kinds[kind].settings(folder, port);
  let child;
  let stopping = false;
  let restarts = 0;
  const run = () => {
    // Dies with this process, however that ends.
    const [file, argv] = existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', ['--pdeathsig', 'TERM', '--', command, ...args]] : [command, args];
    child = spawn(file, argv, { stdio: 'ignore' });
    child.on('error', () => undefined);
    child.once('exit', () => {
      if (stopping) return;
      if (++restarts > kRestarts) return log(`${kinds[kind].title} ended again and again: rooms of more than three people have no media until npm start is started again.`);
      log(`${kinds[kind].title} ended; starting it again`);
      setTimeout(() => stopping || run(), 1000);
    });
  };
  const stop = async () => {
    stopping = true;
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(killer);
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  run();
  if (await answers(port, child)) return { options: { ...options, url: `ws://127.0.0.1:${port}`, throughServer: true }, stop };
  await stop();
  return null;
}
