// SPDX-License-Identifier: Apache-2.0
// Signalling over loopback: how long a join takes, how long a relayed message, how many a second, and a soak of full rooms.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const kSecret = 'only for measuring, long enough for HS256';
const kJoins = 60;
const kRelays = 400;
const kRounds = 5;
const kFlood = 4000;
const kWindow = 64;
const kSoakRooms = 20;
const kSoakSeconds = process.env.TESSERA_LONG === '1' ? 120 : 4;

// As long as an offer with audio, video and data usually is.
const description = { description: { type: 'offer', sdp: 'a=candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host\r\n'.repeat(60) } };

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const percentile = (list, p) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))];
const round = (value, digits = 3) => Number(value.toFixed(digits));

/** Starts a server in a process of its own; resolves with its address once it says that it listens. */
function start(script, args, env) {
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, port } = JSON.parse(line);
      if (msg === 'listening') resolve({ url: `http://127.0.0.1:${port}`, stop: () => child.kill() });
    });
  });
}

class Client {
  static async connect(io, url) {
    const client = new Client();
    client.socket = io(url, { path: '/signalling', transports: ['websocket'], forceNew: true, reconnection: false });
    client.waiting = new Map();
    client.early = new Map();
    client.errors = 0;
    client.socket.on('message', (message) => {
      if (message.type === 'error') client.errors += 1;
      const waiting = client.waiting.get(message.type);
      if (waiting) {
        client.waiting.delete(message.type);
        waiting(message);
      } else if (message.type === 'joined') client.early.set(message.type, message);
      client.onMessage?.(message);
    });
    await new Promise((resolve, reject) => client.socket.once('connect', resolve).once('connect_error', reject));
    return client;
  }

  next(type) {
    const early = this.early.get(type);
    this.early.delete(type);
    return early ? Promise.resolve(early) : new Promise((resolve) => this.waiting.set(type, resolve));
  }

  send(message) {
    this.socket.emit('message', message);
  }

  async join(room, token) {
    this.send({
      type: 'join', protocol: 1, room, token, participantKey: randomBytes(32).toString('base64url'), name: 'Ana',
      capabilities: { topologies: ['mesh'], dataChannels: true },
      sources: [{ id: 'camera', kind: 'video', content: 'camera', muted: false }],
    });
    return this.next('joined');
  }

  close() {
    this.socket.disconnect();
  }
}

/** Milliseconds from sending to receiving one message, each sent after the one before has arrived. */
async function relayLatency(from, to, id, count) {
  const times = [];
  for (let n = 0; n < count; n += 1) {
    const arrived = to.next('signal');
    const began = performance.now();
    from.send({ type: 'signal', to: id, payload: description });
    await arrived;
    times.push(performance.now() - began);
  }
  return median(times);
}

/** Messages a second with at most `kWindow` under way. */
async function throughput(from, to, id, count) {
  const began = performance.now();
  await new Promise((resolve) => {
    let [sent, received] = [0, 0];
    const fill = () => {
      while (sent < count && sent - received < kWindow) {
        sent += 1;
        from.send({ type: 'signal', to: id, payload: description });
      }
    };
    to.onMessage = (message) => {
      if (message.type !== 'signal') return;
      received += 1;
      if (received === count) resolve();
      else fill();
    };
    fill();
  });
  to.onMessage = undefined;
  return (count / (performance.now() - began)) * 1000;
}

/** Full rooms in which everybody sends to everybody, ten messages a second each; counts what is lost. */
async function soak(io, url, token, log) {
  const rooms = [];
  for (let r = 0; r < kSoakRooms; r += 1) {
    const name = `soak-${r}`;
    const clients = [];
    for (let n = 0; n < 6; n += 1) {
      const client = await Client.connect(io, url);
      const { participantId } = await client.join(name, await token(name));
      clients.push(Object.assign(client, { id: participantId }));
    }
    rooms.push(clients);
  }
  const all = rooms.flat();
  let [sent, received] = [0, 0];
  const delays = [];
  for (const client of all) {
    client.onMessage = (message) => {
      if (message.type !== 'signal') return;
      received += 1;
      delays.push(performance.now() - message.payload.at);
    };
  }
  const end = performance.now() + kSoakSeconds * 1000;
  for (let turn = 0; performance.now() < end; turn += 1) {
    for (const clients of rooms) {
      for (const [index, client] of clients.entries()) {
        const { id } = clients[(index + 1 + (turn % 5)) % 6];
        client.send({ type: 'signal', to: id, payload: { at: performance.now(), ...description } });
        sent += 1;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  const errors = all.reduce((sum, client) => sum + client.errors, 0);
  for (const client of all) client.close();
  log(`soak: ${all.length} participants, ${sent} sent, ${received} received, ${errors} errors`);
  return { lost: sent - received, errors, median: median(delays), p99: percentile(delays, 0.99) };
}

export default {
  name: 'signalling',
  title: 'Signalling: joins, relayed messages, full rooms',
  async run({ root, log }) {
    const require = createRequire(join(root, 'js/server/package.json'));
    const { io } = require('socket.io-client');
    const { createToken } = await import(join(root, 'js/server/dist/index.js'));
    const token = (room) => createToken({ room, secret: kSecret });
    const servers = [
      await start(join(root, 'js/server/dist/cli.js'), ['--port', '0'], {
        TESSERA_TOKEN_SECRET: kSecret, TESSERA_MESSAGE_RATE: '1000000', TESSERA_MESSAGE_BURST: '1000000', TESSERA_LOG_LEVEL: 'info',
      }),
      await start(fileURLToPath(new URL('bare-relay.mjs', import.meta.url)), [], {}),
    ];
    try {
      const [tessera, bare] = servers;
      const connects = [];
      const joins = [];
      for (let n = 0; n < kJoins; n += 1) {
        const pass = await token(`join-${n}`);
        const began = performance.now();
        const client = await Client.connect(io, tessera.url);
        const connected = performance.now();
        await client.join(`join-${n}`, pass);
        joins.push(performance.now() - connected);
        connects.push(connected - began);
        client.close();
      }
      log(`join ${median(joins).toFixed(2)} ms, connecting before it ${median(connects).toFixed(2)} ms`);

      const pairs = [];
      for (const server of servers) {
        const from = await Client.connect(io, server.url);
        const to = await Client.connect(io, server.url);
        const pass = await token('relay');
        const own = server === bare ? [from.next('joined'), to.next('joined')] : [from.join('relay', pass), to.join('relay', pass)];
        const [, { participantId }] = await Promise.all(own);
        pairs.push({ from, to, id: participantId, latencies: [], rates: [] });
      }
      for (let n = 0; n < kRounds; n += 1) {
        for (const pair of n % 2 ? [...pairs].reverse() : pairs) {
          pair.latencies.push(await relayLatency(pair.from, pair.to, pair.id, kRelays));
          pair.rates.push(await throughput(pair.from, pair.to, pair.id, kFlood));
        }
      }
      for (const { from, to } of pairs) [from, to].forEach((client) => client.close());
      const [ours, theirs] = pairs;
      log(`relay ${median(ours.latencies).toFixed(3)} ms against ${median(theirs.latencies).toFixed(3)} ms bare`);
      const full = await soak(io, tessera.url, token, log);
      return {
        ratios: {
          relay_latency_vs_bare_socketio: round(median(theirs.latencies) / median(ours.latencies)),
          relay_rate_vs_bare_socketio: round(median(ours.rates) / median(theirs.rates)),
        },
        values: {
          connect_ms: round(median(connects)),
          join_ms: round(median(joins)),
          relay_ms: round(median(ours.latencies)),
          relayed_per_second: Math.round(median(ours.rates)),
          soak_participants: kSoakRooms * 6,
          soak_relay_ms: round(full.median),
          soak_relay_p99_ms: round(full.p99),
          soak_lost: full.lost,
          soak_errors: full.errors,
        },
      };
    } finally {
      for (const server of servers) server.stop();
    }
  },
};
