// SPDX-License-Identifier: Apache-2.0
// One sender and many receivers of the relay, as plain WebSockets: frames of 360p30 in six layers, and sound; acknowledged every 50 ms.
//   load.mjs ORIGIN RECEIVERS SECRET

import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../../../js/server/package.json', import.meta.url));
const { io } = require('socket.io-client');
const { WebSocket } = require('ws');
const { createToken } = await import('../../../js/server/dist/index.js');
const [, , origin, receivers, secret] = process.argv;

/** Bytes of a picture's small and large layer, by its temporal layer: about 600 kbit/s in all. */
const kBytes = [[1600, 3200], [900, 1900], [600, 1200]];
const kPattern = [0, 2, 1, 2];
/** A room holds 64: the receivers sit in several, each with a sender. */
const kRoomSize = 50;

function frame(type, stream, layer, flags, timestamp, payload) {
  const header = Buffer.alloc(20);
  header.writeUInt8(1, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(stream, 2);
  header.writeUInt8(layer, 4);
  header.writeUInt8(flags, 5);
  header.writeBigUInt64BE(BigInt(timestamp), 8);
  header.writeUInt32BE(payload.length, 16);
  return Buffer.concat([header, payload]);
}

async function enter(room) {
  const key = randomBytes(32).toString('base64url');
  const signalling = io(origin, { path: '/signalling', transports: ['websocket'], forceNew: true });
  await new Promise((resolve) => signalling.once('connect', resolve));
  signalling.emit('message', {
    type: 'join', protocol: 1, room, token: await createToken({ room, secret }), participantKey: key, name: 'Load', capabilities: { topologies: ['mesh'] }, sources: [],
  });
  await new Promise((resolve) => signalling.on('message', ({ type }) => type === 'joined' && resolve()));
  const client = { socket: new WebSocket(`${origin.replace('http', 'ws')}/relay`), texts: [], received: 0, newest: null, key: false };
  client.socket.on('message', (data, binary) => {
    if (!binary) client.texts.push(JSON.parse(data.toString()));
    else if (data[1] === 4) client.key = true;
    else if (data[1] < 3) {
      client.received += 1;
      client.newest = data;
    }
  });
  await new Promise((resolve) => client.socket.once('open', resolve));
  client.socket.send(JSON.stringify({ type: 'enter', protocol: 1, room, participantKey: key }));
  return client;
}

const until = async (condition) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

const rooms = Math.ceil(Number(receivers) / kRoomSize);
const senders = [];
const all = [];
for (let room = 0; room < rooms; room += 1) {
  const sender = await enter(`load${room}`);
  const layers = [0, 1].flatMap((spatial) => [0, 1, 2].map((temporal) => ({ spatial, temporal, width: 320 << spatial, height: 180 << spatial, frameRate: 7.5 * 2 ** temporal, bitrate: 100_000 * (1 + spatial * 2 + temporal) })));
  sender.socket.send(JSON.stringify({ type: 'publish', kind: 'video', sourceId: 'camera', content: 'camera', codec: 'vp09.00.31.08', layers }));
  sender.socket.send(JSON.stringify({ type: 'publish', kind: 'audio', sourceId: 'microphone', content: 'microphone', codec: 'opus', channels: 1 }));
  await until(() => sender.texts.filter(({ type }) => type === 'published').length === 2);
  [sender.video, sender.audio] = sender.texts.filter(({ type }) => type === 'published').map(({ stream }) => stream);
  senders.push(sender);
  for (let n = 0; n < Math.min(kRoomSize, Number(receivers) - room * kRoomSize); n += 1) all.push(await enter(`load${room}`));
}
setInterval(() => {
  for (const client of all) {
    if (!client.newest) continue;
    const data = client.newest;
    client.newest = null;
    const acknowledgement = Buffer.alloc(24);
    data.copy(acknowledgement, 0, 0, 20);
    acknowledgement[1] = 3;
    acknowledgement[5] = 0;
    acknowledgement.writeUInt32BE(4, 16);
    client.socket.send(acknowledgement);
  }
}, 50);
const [pictures, sounds] = [kBytes.map((sizes) => sizes.map((size) => randomBytes(size))), randomBytes(80)];
let [number, packets] = [0, 0];
const began = performance.now();
const micros = () => Math.round((performance.timeOrigin + performance.now()) * 1000);
setInterval(() => {
  const elapsed = performance.now() - began;
  for (; packets * 20 < elapsed; packets += 1) {
    for (const sender of senders) sender.socket.send(frame(2, sender.audio, 0, 0, micros() + packets, sounds));
  }
  for (; (number * 1000) / 30 < elapsed; number += 1) {
    for (const sender of senders) {
      const key = number === 0 || (sender.key && number % 4 === 0);
      if (key) sender.key = false;
      const temporal = key ? 0 : kPattern[number % 4];
      const timestamp = micros() + number;
      for (const spatial of [0, 1]) {
        sender.socket.send(frame(1, sender.video, spatial | (temporal << 4), (key ? 1 : 0) | (temporal ? 2 : 0) | (temporal === 2 ? 4 : 0), timestamp, pictures[temporal][spatial]));
      }
    }
  }
}, 4);
await until(() => all.every(({ received }) => received > 60));
for (const client of all) client.received = 0;
const [fromPictures, fromPackets] = [number, packets];
console.log(JSON.stringify({ msg: 'flowing' }));
createInterface({ input: process.stdin }).once('line', () => {
  const count = (number - fromPictures) * 2 + (packets - fromPackets);
  console.log(JSON.stringify({ msg: 'received', received: all.reduce((sum, { received }) => sum + received, 0), sent: count }));
});
