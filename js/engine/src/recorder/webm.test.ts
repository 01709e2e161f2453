// SPDX-License-Identifier: Apache-2.0
// The file at every moment of its making: playable in parts, complete at the end, in order for streams that cannot seek.

import { BlobSource, Input, WEBM } from 'mediabunny';
import { expect, test } from 'vitest';
import { opusHead } from '../codecs/audio-encoder.js';
import { openHead } from './ebml.js';
import { MemorySink, type Sink } from './sinks.js';
import { WebmWriter } from './webm.js';

/** Remembers every write. */
class Log implements Sink {
  readonly pending = 0;
  readonly writes: { data: Uint8Array<ArrayBuffer>; position: number }[] = [];
  readonly file = new MemorySink();
  constructor(readonly canSeek: boolean) {}
  write(data: Uint8Array<ArrayBuffer>, position: number): void {
    this.writes.push({ data, position });
    this.file.write(data.slice(), position);
  }
  end(): Promise<Blob> {
    return this.file.end();
  }
}

/** Five seconds: 30 frames a second with a keyframe every second, and sound. */
async function write(sink: Sink, finish = true): Promise<void> {
  const failures: unknown[] = [];
  const writer = new WebmWriter(sink, { video: 'vp8', audio: true }, (error) => failures.push(error));
  await writer.start();
  for (let time = 0, frame = 0; time < 5_000_000; time += 20_000) {
    writer.addAudio({ data: new Uint8Array(80).fill(time / 20_000), key: true, timestamp: time, duration: 20_000 }, { codec: 'opus', sampleRate: 48_000, numberOfChannels: 1, description: opusHead(1, 312) });
    for (; frame * 33_333 <= time; frame++) {
      writer.addVideo({ data: new Uint8Array(1000).fill(frame), key: frame % 30 === 0, timestamp: frame * 33_333, duration: 33_333 }, { codec: 'vp8', codedWidth: 320, codedHeight: 180 });
    }
  }
  if (finish) await writer.finish();
  else await new Promise((resolve) => setTimeout(resolve, 20));
  expect(failures).toEqual([]);
}

async function read(bytes: Uint8Array<ArrayBuffer>[]): Promise<{ duration: number; tracks: number }> {
  const input = new Input({ source: new BlobSource(new Blob(bytes)), formats: [WEBM] });
  return { duration: await input.computeDuration(), tracks: (await input.getTracks()).length };
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
const kDuration = '448988';
const kSeekHead = '114d9b74';
const kCues = '1c53bb6b';

test('whole clusters, one after the other; the head claims nothing until the end', async () => {
  const log = new Log(true);
  await write(log, false);
  expect(log.writes.length).toBeGreaterThanOrEqual(5);
  let end = 0;
  for (const { data, position } of log.writes) {
    expect(position).toBe(end);
    end += data.byteLength;
  }
  expect(hex(log.writes[1]!.data).startsWith('1853806707ffffffffff')).toBe(true);
  expect(hex(log.writes[1]!.data)).not.toContain(kDuration);
  expect(hex(log.writes[1]!.data)).not.toContain(kSeekHead);
  for (const { data } of log.writes.slice(2)) expect(hex(data.subarray(0, 4))).toBe('1f43b675');
  // Each beginning of it is a file.
  for (let count = 3; count <= log.writes.length; count++) {
    const { duration, tracks } = await read(log.writes.slice(0, count).map(({ data }) => data));
    expect(tracks).toBe(2);
    expect(Math.abs(duration - (count - 2))).toBeLessThan(0.1);
  }
});

test('at the end, index, duration and size are filled in', async () => {
  const log = new Log(true);
  await write(log);
  const bytes = new Uint8Array(await (await log.end()).arrayBuffer());
  const text = hex(bytes);
  expect(text).toContain(kSeekHead);
  expect(text).toContain(kCues);
  const at = text.indexOf(kDuration) / 2 + 3;
  expect(new DataView(bytes.buffer).getFloat64(at)).toBeCloseTo(5000, -1);
  const segment = text.indexOf('18538067') / 2;
  const size = [...bytes.subarray(segment + 5, segment + 10)].reduce((value, byte) => value * 256 + byte, bytes[segment + 4]! & 0x03);
  expect(size).toBe(bytes.length - segment - 10);
  expect((await read([bytes])).duration).toBeCloseTo(5, 1);
});

test('a stream that cannot seek gets every byte once and in order', async () => {
  const log = new Log(false);
  await write(log);
  let end = 0;
  for (const { data, position } of log.writes) {
    expect(position).toBe(end);
    end += data.byteLength;
  }
  const text = hex(new Uint8Array(await (await log.end()).arrayBuffer()));
  expect(text).toContain(kCues);
  expect(text).not.toContain(kDuration);
  expect((await read(log.writes.map(({ data }) => data))).duration).toBeCloseTo(5, 1);
});

test('the open head is as long as the true one', () => {
  const head = new Uint8Array([0x18, 0x53, 0x80, 0x67, 0x04, 0, 0, 0, 0, 30,
    0x11, 0x4d, 0x9b, 0x74, 0x40, 4, 1, 2, 3, 4, 0x15, 0x49, 0xa9, 0x66, 0x8b, 0x44, 0x89, 0x88, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(hex(openHead(head))).toBe(`1853806707ffffffffff${'ec0100000000000001' + '00'}1549a9668b${'ec010000000000000200'}00`);
  expect(() => openHead(new Uint8Array([0x1f, 0x43, 0xb6, 0x75, 0x80]))).toThrow(/segment/);
});
