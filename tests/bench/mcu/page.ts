// SPDX-License-Identifier: Apache-2.0
// Runs in the measured page: nine frames in, one out, by the compositor and by a canvas, on the page's one thread.

import { Compositor } from '../../../js/engine/src/mixer/compositor.js';
import { renderLabel } from '../../../js/engine/src/mixer/labels.js';

const kInputs = 9;
const kWidth = 1280;
const kHeight = 720;
const kInput = { width: 640, height: 360 };
/** As wasm/video/mix/layout.cc has a grid of nine at 720p. */
const tiles = Array.from({ length: kInputs }, (_, i) => ({ width: 406, height: 228, x: 22 + (i % 3) * 414, y: 10 + Math.floor(i / 3) * 236 }));
const names = Array.from({ length: kInputs }, (_, i) => `Participant ${i + 1}`);

let film: Uint8Array<ArrayBuffer>;
let compositor: Compositor;
let clock = 0;
const canvas = new OffscreenCanvas(kWidth, kHeight);
const context = canvas.getContext('2d', { alpha: false })!;
let labels: ImageBitmap[] = [];
/** Where both put their result: a picture that nobody reads may never be drawn. */
const result = new Uint8Array(kWidth * kHeight * 4);

/** Another frame for each input, each at another moment of the film. */
function nextFrames(): VideoFrame[] {
  clock += 40;
  const size = kInput.width * kInput.height * 1.5;
  const count = film.byteLength / size;
  return Array.from({ length: kInputs }, (_, i) => {
    const at = ((clock / 40 + i) % count) * size;
    return new VideoFrame(film.subarray(at, at + size), {
      format: 'I420', codedWidth: kInput.width, codedHeight: kInput.height, timestamp: clock * 1000,
      colorSpace: { matrix: 'smpte170m', primaries: 'smpte170m', transfer: 'smpte170m', fullRange: false },
    });
  });
}

/** Milliseconds of everything, and of the drawing alone. */
async function ours(frames: VideoFrame[]): Promise<[number, number]> {
  const start = performance.now();
  await compositor.take(new Map(frames.map((frame, i) => [i + 1, frame])));
  const taken = performance.now();
  const mixed = compositor.compose(clock);
  const drawn = performance.now();
  await mixed.copyTo(result);
  mixed.close();
  return [performance.now() - start, drawn - taken];
}

async function drawn(frames: VideoFrame[]): Promise<[number, number]> {
  const start = performance.now();
  context.fillStyle = '#101214';
  context.fillRect(0, 0, kWidth, kHeight);
  for (const [i, frame] of frames.entries()) {
    const { x, y, width, height } = tiles[i]!;
    context.drawImage(frame, x, y, width, height);
    context.drawImage(labels[i]!, x + 8, y + height - 8 - labels[i]!.height);
    frame.close();
  }
  const mixed = new VideoFrame(canvas, { timestamp: clock * 1000 });
  await mixed.copyTo(result);
  mixed.close();
  const whole = performance.now() - start;
  return [whole, whole];
}

async function times(who: 'ours' | 'canvas' | 'still', count: number): Promise<[number, number][]> {
  const found: [number, number][] = [];
  for (let i = 0; i < count; i++) {
    if (who === 'still') {
      clock += 40;
      found.push(await ours([]));
    } else {
      found.push(await (who === 'ours' ? ours : drawn)(nextFrames()));
    }
  }
  return found;
}

/** Draws a picture both ways as pixels and gives their mean difference. */
async function difference(): Promise<number> {
  const pixels = async (frame: VideoFrame): Promise<Uint8ClampedArray> => {
    const reader = new OffscreenCanvas(kWidth, kHeight).getContext('2d', { willReadFrequently: true })!;
    reader.drawImage(frame, 0, 0);
    frame.close();
    return reader.getImageData(0, 0, kWidth, kHeight).data;
  };
  const before = clock;
  await compositor.take(new Map(nextFrames().map((frame, i) => [i + 1, frame])));
  const a = await pixels(compositor.compose(clock));
  clock = before;
  await drawn(nextFrames());
  const b = await pixels(new VideoFrame(canvas, { timestamp: 0 }));
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  // Alpha is the same everywhere.
  return sum / (a.length * 0.75);
}

async function prepare(): Promise<number> {
  const response = await fetch('/film.yuv');
  film = new Uint8Array(await response.arrayBuffer());
  compositor = await Compositor.load('/compositor.wasm');
  compositor.setSize(kWidth, kHeight);
  for (const [i, name] of names.entries()) compositor.setTile(i + 1, { name, muted: i % 3 === 0, contain: false, background: '#1f2428' });
  compositor.setLayout('grid', -1, 0);
  labels = await Promise.all(names.map((name, i) => createImageBitmap(renderLabel(name, i % 3 === 0, tiles[i]!.width, kHeight)!)));
  return difference();
}

Object.assign(globalThis, { mixing: { prepare, times } });
