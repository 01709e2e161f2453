// SPDX-License-Identifier: Apache-2.0
// Runs in the measured page: all contenders on its one thread, asked for by name.

import { bytesOf, type Contender } from './contender.js';
import { createOurs } from './ours.js';
import { createSegmenter, createTasksVision, variants } from './tasks-vision.js';
import { createTfliteSimd } from './tflite-simd.js';

type Work = 'segment' | 'inference' | 'segmentFrame' | 'blur' | 'blurOnly';
interface Asked {
  contender: string;
  work: Work;
  film: string;
  frames: number;
}
interface Film {
  bytes: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

const contenders = new Map<string, Contender>();
const films = new Map<string, Film>();
let clock = 0;

function frameOf({ bytes, width, height }: Film, index: number): VideoFrame {
  const size = width * height * 1.5;
  const at = (index % Math.floor(bytes.byteLength / size)) * size;
  return new VideoFrame(bytes.subarray(at, at + size), { format: 'I420', codedWidth: width, codedHeight: height, timestamp: (clock += 33_333) });
}

/** Milliseconds of each frame. */
async function times({ contender, work, film, frames }: Asked): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < frames; i++) {
    const frame = frameOf(films.get(film)!, i);
    found.push(await contenders.get(contender)![work]!(frame));
    frame.close();
  }
  return found;
}

/** Mean absolute difference of two contenders' masks of the same frame. */
async function maskDifference(a: string, b: string): Promise<number> {
  const masks: Float32Array[] = [];
  for (const name of [a, b]) {
    const frame = frameOf(films.get('small')!, 0);
    await contenders.get(name)!.segment(frame);
    frame.close();
    masks.push(contenders.get(name)!.mask!());
  }
  return masks[0]!.reduce((sum, value, i) => sum + Math.abs(value - masks[1]![i]!), 0) / masks[0]!.length;
}

/** Loads everything. @returns the names of tasks-vision's variants */
async function prepare(sizes: Record<string, [number, number]>): Promise<string[]> {
  for (const [name, [width, height]] of Object.entries(sizes)) films.set(name, { bytes: await bytesOf(`/${name}.yuv`), width, height });
  contenders.set('ours', await createOurs());
  contenders.set('tflite-simd', await createTfliteSimd());
  const segmenter = await createSegmenter();
  return variants.map((variant, i) => {
    const name = `tasks-vision-${i}`;
    contenders.set(name, createTasksVision(segmenter, variant));
    return name;
  });
}

Object.assign(globalThis, { contest: { prepare, times, maskDifference } });
