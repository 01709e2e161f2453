// SPDX-License-Identifier: Apache-2.0
// Runs in a worker of the measured page: the package's own engine over a film of 720p frames, on one thread.

import { Engine } from '../../../js/engine/src/background/engine.js';

const kWidth = 1280;
const kHeight = 720;
const kWarmUpFrames = 40;
const kRounds = 7;
const kFramesPerRound = 45;

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function measure(): Promise<Record<string, number>> {
  const engine = await Engine.load({ wasm: new URL('/video.wasm', location.href).href, model: new URL('/model.tsm', location.href).href });
  const film = new Uint8Array(await (await fetch('/film.yuv')).arrayBuffer());
  const size = kWidth * kHeight * 1.5;
  const count = Math.floor(film.byteLength / size);
  let index = 0;
  /** One frame from camera frame to finished frame: milliseconds in all, and of segmentation. */
  const step = async (segment = true): Promise<[number, number]> => {
    const at = index++ % count;
    const camera = new VideoFrame(film.subarray(at * size, (at + 1) * size), { format: 'I420', codedWidth: kWidth, codedHeight: kHeight, timestamp: index * 33_333 });
    const start = performance.now();
    const { frame, segmentationMs } = await engine.process(camera, segment);
    const total = performance.now() - start;
    camera.close();
    frame.close();
    return [total, segmentationMs ?? 0];
  };
  const rounds = async (segment = true): Promise<[number, number]> => {
    for (let i = 0; i < kWarmUpFrames; i++) await step(segment);
    const totals: number[] = [];
    const segmentations: number[] = [];
    for (let round = 0; round < kRounds; round++) {
      const times: [number, number][] = [];
      for (let i = 0; i < kFramesPerRound; i++) times.push(await step(segment));
      totals.push(median(times.map(([total]) => total)));
      segmentations.push(median(times.map(([, segmentation]) => segmentation)));
    }
    return [median(totals), median(segmentations)];
  };
  await engine.apply({ kind: 'blur', strength: 0.6 });
  const [blur, segmentation] = await rounds();
  await engine.apply({ kind: 'image', image: new ImageData(1280, 720), fit: 'cover', lightWrap: 0.3 });
  const [image] = await rounds();
  return { segmentation_ms: segmentation, blur720_ms: blur, image720_ms: image };
}

measure().then((values) => postMessage({ values }), (error: unknown) => postMessage({ error: String(error) }));
