// SPDX-License-Identifier: Apache-2.0
// Our modules against Debian's ffmpeg, both ways: the same frames, sample by sample.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../lib/paths.js';
import { removeFolder } from '../lib/resources.js';

const kWidth = 320;
const kHeight = 180;
const kSize = (kWidth * kHeight * 3) / 2;
const kFrames = 20;

interface Loaded<M> {
  module: M;
  bytes(at: number, size: number): Uint8Array;
}
type Encoder = typeof import('../../../js/engine/src/generated/vp9_encoder.mjs');
type Decoder = typeof import('../../../js/engine/src/generated/vpx_decoder.mjs');

async function load<T>(name: string): Promise<Loaded<T>> {
  const generated = path.join(root, 'js/engine/src/generated');
  const { default: create } = (await import(path.join(generated, `${name}.mjs`))) as { default: (options: object) => Promise<T> };
  let memory: WebAssembly.Memory | undefined;
  const module = await create({
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      void WebAssembly.instantiate(readFileSync(path.join(generated, `${name}.wasm`)), imports).then(({ instance }) => {
        memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
        done(instance);
      });
      return {};
    },
  });
  return { module, bytes: (at, size) => new Uint8Array(memory!.buffer, at, size) };
}

/** https://wiki.multimedia.cx/index.php/IVF */
function writeIvf(file: string, codec: 'vp8' | 'vp9', frames: Uint8Array[]): void {
  const header = Buffer.alloc(32);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(32, 6);
  header.write(codec === 'vp8' ? 'VP80' : 'VP90', 8, 'latin1');
  header.writeUInt16LE(kWidth, 12);
  header.writeUInt16LE(kHeight, 14);
  header.writeUInt32LE(30, 16);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(frames.length, 24);
  const parts = frames.flatMap((frame, index) => {
    const head = Buffer.alloc(12);
    head.writeUInt32LE(frame.length, 0);
    head.writeUInt32LE(index, 4);
    return [head, frame];
  });
  writeFileSync(file, Buffer.concat([header, ...parts]));
}

function readIvf(file: string): Uint8Array[] {
  const bytes = readFileSync(file);
  const frames: Uint8Array[] = [];
  for (let at = bytes.readUInt16LE(6); at + 12 <= bytes.length; at += 12 + bytes.readUInt32LE(at)) frames.push(bytes.subarray(at + 12, at + 12 + bytes.readUInt32LE(at)));
  return frames;
}

const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-y', ...args]);
let folder: string;
let film: Buffer;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tessera-codecs-'));
  ffmpeg('-f', 'lavfi', '-i', `testsrc2=size=${kWidth}x${kHeight}:rate=30`, '-frames:v', String(kFrames), '-pix_fmt', 'yuv420p', '-f', 'rawvideo', path.join(folder, 'film.yuv'));
  film = readFileSync(path.join(folder, 'film.yuv'));
});
afterAll(() => removeFolder(folder));

async function decodeOurs(codec: 'vp8' | 'vp9', frames: Uint8Array[]): Promise<Buffer> {
  const { module, bytes } = await load<Awaited<ReturnType<Decoder['default']>>>('vpx_decoder');
  const decoder = new module.VpxDecoder();
  expect(decoder.configure(codec, false, 7)).toBe('');
  const out: Uint8Array[] = [];
  for (const frame of frames) {
    bytes(decoder.input(frame.length), frame.length).set(frame);
    const picture = decoder.decode();
    expect(picture.code).toBe('');
    for (const [at, stride, width, height] of [[picture.y, picture.yStride, kWidth, kHeight], [picture.u, picture.uvStride, kWidth / 2, kHeight / 2], [picture.v, picture.uvStride, kWidth / 2, kHeight / 2]] as const) {
      for (let y = 0; y < height; y++) out.push(bytes(at + y * stride, width).slice());
    }
  }
  return Buffer.concat(out);
}

test.each([['vp8', 'L1T1'], ['vp8', 'L1T3'], ['vp9', 'L1T1'], ['vp9', 'L1T2']] as const)('%s %s: what we encode, ffmpeg decodes as we do', async (codec, scalabilityMode) => {
  const { module, bytes } = await load<Awaited<ReturnType<Encoder['default']>>>(`${codec}_encoder`);
  const encoder = new module.VpxEncoder();
  expect(encoder.configure({ codec, width: kWidth, height: kHeight, bitrate: 500_000, framerate: 30, scalabilityMode, content: 'camera', speed: -1, mayDrop: false }).code).toBe('');
  const frames: Uint8Array[] = [];
  for (let index = 0; index < kFrames; index++) {
    const { address, size } = encoder.input('I420');
    bytes(address, size).set(film.subarray(index * kSize, (index + 1) * kSize));
    expect(encoder.encode(index * 33_333, index === 11).code).toBe('');
    const picture = encoder.picture();
    frames.push(bytes(picture.address, picture.size).slice());
  }
  const file = path.join(folder, `${codec}-${scalabilityMode}.ivf`);
  writeIvf(file, codec, frames);
  ffmpeg('-i', file, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-fps_mode', 'passthrough', `${file}.yuv`);
  const [theirs, ours] = [readFileSync(`${file}.yuv`), await decodeOurs(codec, frames)];
  expect(theirs.length).toBe(kFrames * kSize);
  expect(theirs.equals(ours)).toBe(true);
});

test.each([['vp8', 'libvpx'], ['vp9', 'libvpx-vp9']] as const)('%s: what ffmpeg encodes, we decode as it does', async (codec, library) => {
  const file = path.join(folder, `ffmpeg-${codec}.ivf`);
  ffmpeg('-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${kWidth}x${kHeight}`, '-r', '30', '-i', path.join(folder, 'film.yuv'), '-c:v', library, '-deadline', 'realtime', '-cpu-used', '5', '-b:v', '400k',
    '-auto-alt-ref', '0', '-lag-in-frames', '0', file);
  ffmpeg('-i', file, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-fps_mode', 'passthrough', `${file}.yuv`);
  const ours = await decodeOurs(codec, readIvf(file));
  expect(readFileSync(`${file}.yuv`).equals(ours)).toBe(true);
});
