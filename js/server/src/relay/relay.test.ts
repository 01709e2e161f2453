// SPDX-License-Identifier: Apache-2.0
// The relay with real sockets: who gets what, acknowledgements, keyframes, layers by tile and by what a receiver's way carries.
import { expect, test } from 'vitest';
import { startServer, until } from '../testing/client.js';
import { camera, cameraVp8, frameBytes, microphone, RelayClient, type TestFrame } from '../testing/relay-client.js';

const kLayerPattern = [0, 2, 1, 2];
const kPictureMicros = 33_333;

/** L2T3 at 30 fps, as an encoder gives it; a keyframe where asked for. */
class Source {
  number = 0;
  key = true;
  constructor(readonly client: RelayClient, readonly stream: number, readonly bytes = 500) {}

  /** One picture: both its layers. */
  send(): void {
    if (this.client.keyFrameRequests.splice(0).includes(this.stream)) this.key = true;
    const temporal = this.key ? 0 : kLayerPattern[this.number % 4]!;
    const flags = (this.key ? 1 : 0) | (temporal > 0 ? 2 : 0) | (temporal === 2 ? 4 : 0);
    if (this.key) this.number = 0;
    this.key = false;
    const timestamp = Math.round(performance.timeOrigin * 1000 + performance.now() * 1000) % 2 ** 40;
    for (const spatial of [0, 1]) this.client.frame({ stream: this.stream, spatial, temporal, flags, timestamp, payload: Buffer.alloc(this.bytes << spatial, this.number) });
    this.number += 1;
  }

  /** Pictures at their rate until `done`. */
  async run(done: () => boolean, timeoutMs = 15_000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!done()) {
      if (performance.now() > end) throw new Error('it did not come to that');
      this.send();
      await new Promise((resolve) => setTimeout(resolve, kPictureMicros / 1000));
    }
  }
}

const spatialOf = (data: Buffer): number => data[4]! & 7;
const temporalOf = (data: Buffer): number => data[4]! >> 4;
const soundOf = (stream: number, n: number): TestFrame => ({ type: 2, stream, timestamp: n * 20_000, payload: Buffer.alloc(60, n) });

test('frames go to the others of the room, byte by byte, and to nobody else; streams are announced and removed', async () => {
  await using server = await startServer();
  await using ana = await RelayClient.enter(server.url);
  await using elsewhere = await RelayClient.enter(server.url, { room: 'other' });
  const stream = await ana.publish(camera);
  const sound = await ana.publish(microphone);
  await using bo = await RelayClient.enter(server.url);
  await using cy = await RelayClient.enter(server.url);
  const late = await ana.publish({ ...camera, sourceId: 'screen' });
  expect((await bo.next('streamAdded')).stream).toMatchObject({ id: late, sourceId: 'screen', kind: 'video', participantId: ana.signalling!.received.find((it) => it.type === 'joined')!.participantId });
  const picture: TestFrame = { stream, flags: 1, timestamp: 1000, payload: Buffer.from('a picture') };
  ana.frame(picture);
  ana.frame(soundOf(sound, 1));
  for (const client of [bo, cy]) {
    await until(() => client.media.length === 2);
    expect(client.media).toEqual([frameBytes(picture), frameBytes(soundOf(sound, 1))]);
  }
  expect(elsewhere.media).toEqual([]);
  expect(ana.media).toEqual([]);
  ana.send({ type: 'unpublish', stream: late });
  expect((await bo.next('streamRemoved')).stream).toBe(late);
  await ana[Symbol.asyncDispose]();
  await cy.next('streamRemoved', (it) => it.stream === stream);
  await cy.next('streamRemoved', (it) => it.stream === sound);
});

test('the server acknowledges a sender by timestamp, and asks it for a keyframe when somebody comes', async () => {
  await using server = await startServer();
  await using ana = await RelayClient.enter(server.url);
  const stream = await ana.publish(camera);
  await using bo = await RelayClient.enter(server.url);
  ana.frame({ stream, timestamp: 12_345, payload: Buffer.alloc(100) });
  await until(() => ana.acknowledgements.length === 1 && ana.keyFrameRequests.length === 1);
  expect(ana.acknowledgements[0]).toMatchObject({ stream, timestamp: 12_345 });
  expect(ana.acknowledgements[0]!.heldMicros).toBeLessThan(1_000_000);
  expect(ana.keyFrameRequests).toEqual([stream]);
  expect(bo.media).toEqual([]);
  ana.frame({ stream, timestamp: 45_678, flags: 1, payload: Buffer.alloc(100) });
  await until(() => bo.media.length === 1);
  // And a receiver who cannot decode asks through the server.
  bo.frame({ type: 4, stream, timestamp: 0 });
  await until(() => ana.keyFrameRequests.length === 2);
});

test('a small tile gets the small layer, a hidden one nothing, and the sender is told what anybody takes', async () => {
  await using server = await startServer();
  await using ana = await RelayClient.enter(server.url);
  const stream = await ana.publish(camera);
  expect(await ana.next('demand')).toMatchObject({ stream, spatial: -1 });
  await using bo = await RelayClient.enter(server.url);
  await ana.next('demand', ({ spatial }) => spatial === 1);
  const source = new Source(ana, stream);
  await source.run(() => bo.media.some((data) => spatialOf(data) === 1));
  bo.send({ type: 'view', stream, width: 160, height: 90 });
  await source.run(() => bo.media.slice(-20).length === 20 && bo.media.slice(-20).every((data) => spatialOf(data) === 0));
  await ana.next('demand', ({ spatial }) => spatial === 0);
  bo.send({ type: 'view', stream, width: 0, height: 0 });
  await ana.next('demand', ({ spatial }) => spatial === -1);
  const before = bo.media.length;
  for (let n = 0; n < 10; n += 1) source.send();
  bo.send({ type: 'view', stream, width: 1280, height: 720 });
  await ana.next('demand', ({ spatial }) => spatial === 1);
  expect(bo.media.length).toBe(before);
  await source.run(() => bo.media.slice(before).some((data) => spatialOf(data) === 1));
});

test('a receiver that acknowledges nothing is sent a bounded amount, sound included, and the others all of it', async () => {
  await using server = await startServer({ relayStallMs: 60_000 });
  await using ana = await RelayClient.enter(server.url);
  const [stream, sound] = [await ana.publish(camera), await ana.publish(microphone)];
  await using good = await RelayClient.enter(server.url);
  await using stalled = await RelayClient.enter(server.url);
  const source = new Source(ana, stream, 2000);
  await source.run(() => good.media.length > 20 && stalled.media.length > 20);
  stalled.acknowledging = false;
  let sounds = 0;
  const [goodBefore, stalledBefore] = [good.media.length, stalled.media.length];
  await source.run(() => {
    ana.frame(soundOf(sound, ++sounds));
    return good.media.length - goodBefore > 200;
  });
  const more = stalled.media.length - stalledBefore;
  expect(more).toBeLessThan((good.media.length - goodBefore) / 2);
  const count = stalled.media.length;
  await source.run(() => {
    ana.frame(soundOf(sound, ++sounds));
    return good.media.length - goodBefore > 260;
  });
  expect(stalled.media.length).toBe(count);
  expect(stalled.closeCode).toBeUndefined();
  expect(good.closeCode).toBeUndefined();
}, 40_000);

test('a receiver that stays stalled is disconnected with a reason; the others go on', async () => {
  await using server = await startServer({ relayStallMs: 3000 });
  await using ana = await RelayClient.enter(server.url);
  const stream = await ana.publish(camera);
  await using good = await RelayClient.enter(server.url);
  await using stalled = await RelayClient.enter(server.url);
  stalled.acknowledging = false;
  const source = new Source(ana, stream);
  await source.run(() => stalled.closeCode !== undefined, 30_000);
  expect(stalled.closeCode).toBe(4006);
  expect(await stalled.next('error')).toMatchObject({ code: 'receiver-stalled', fatal: true });
  const before = good.media.length;
  await source.run(() => good.media.length > before + 10);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/tessera_relay_disconnects_total\{reason="receiver-stalled"\} 1/);
  expect(metrics).toMatch(/tessera_relay_frames_total\{verdict="sent"\} \d+/);
  expect(metrics).toMatch(/tessera_relay_sockets 2/);
}, 60_000);

test('what a receiver gets can be decoded, whatever was left out on its way', async () => {
  await using server = await startServer();
  await using ana = await RelayClient.enter(server.url);
  const stream = await ana.publish(camera);
  await using bo = await RelayClient.enter(server.url);
  const source = new Source(ana, stream);
  let toggles = 0;
  // Stops acknowledging now and then: layers, then pictures are left out, and keyframes are asked for.
  const timer = setInterval(() => (bo.acknowledging = (toggles += 1) % 2 === 0), 250);
  await source.run(() => toggles >= 12);
  clearInterval(timer);
  bo.acknowledging = true;
  const [before, valid] = [bo.media.length, [-1, -1]];
  await source.run(() => bo.media.length > before + 60);
  for (const data of bo.media) {
    const [spatial, temporal, key, switching] = [spatialOf(data), temporalOf(data), (data[5]! & 1) > 0, (data[5]! & 2) > 0];
    if (key) {
      valid[spatial] = 3;
      if (spatial === 0) valid[1] = -1;
    }
    expect(valid[spatial], `${spatial} ${temporal}`).toBeGreaterThanOrEqual(switching ? temporal - 1 : temporal);
    valid[spatial] = Math.max(valid[spatial]!, temporal);
  }
}, 30_000);

test('no compression is agreed on, even where a client offers it', async () => {
  await using server = await startServer();
  await using client = await RelayClient.open(server.url);
  expect(client.socket.extensions).toBe('');
});

test('a participant who leaves its room is out of the relay, and its second connection replaces the first', async () => {
  await using server = await startServer();
  await using ana = await RelayClient.enter(server.url);
  await using again = await RelayClient.open(server.url);
  again.send({ type: 'enter', protocol: 1, room: 'standup', participantKey: ana.signalling!.key });
  await again.next('entered');
  await until(() => ana.closeCode !== undefined);
  expect(ana.closeCode).toBe(4007);
  ana.signalling!.send({ type: 'leave' });
  await until(() => again.closeCode !== undefined);
  expect(again.closeCode).toBe(4008);
  expect(await again.next('error')).toMatchObject({ code: 'left' });
});

test('everybody is told of the codecs that all others decode, and a stream goes over to another with a keyframe', async () => {
  await using server = await startServer();
  await using ana = await RelayClient.enter(server.url);
  await using cy = await RelayClient.enter(server.url);
  const stream = await ana.publish(camera);
  ana.frame({ stream, flags: 1, timestamp: 1000, payload: Buffer.from('vp9') });
  await until(() => cy.media.length === 1);
  await using bo = await RelayClient.enter(server.url, { decodes: ['vp8'] });
  for (const other of [ana, cy]) expect((await other.next('codecs')).codecs).toEqual(['vp8']);
  expect(await ana.publish(cameraVp8)).toBe(stream);
  for (const other of [bo, cy]) expect((await other.next('streamAdded', (it) => it.stream.id === stream && it.stream.kind === 'video' && it.stream.codec === 'vp8')).stream).toMatchObject({ layers: cameraVp8.layers });
  // Nothing of the new codec before its keyframe, to nobody.
  ana.frame({ stream, timestamp: 2000, payload: Buffer.from('delta') });
  ana.frame({ stream, timestamp: 3000, flags: 1, payload: Buffer.from('vp8') });
  for (const other of [bo, cy]) await until(() => other.media.at(-1)?.subarray(20).toString() === 'vp8');
  expect([bo.media.length, cy.media.length]).toEqual([1, 2]);
  expect(bo.texts.some(({ type }) => type === 'codecs')).toBe(false);
  await bo[Symbol.asyncDispose]();
  for (const other of [ana, cy]) expect((await other.next('codecs')).codecs).toEqual(['vp8', 'vp9']);
});
