// SPDX-License-Identifier: Apache-2.0
// Our own contender: the package's engine, quality pinned at full, the person searched for in every frame.

import { Engine } from '../../../js/engine/src/background/engine.js';
import { requestOf } from '../../../js/engine/src/background/options.js';
import type { Contender } from './contender.js';

const address = (path: string): string => new URL(path, location.href).href;

export async function createOurs(): Promise<Contender> {
  const engine = await Engine.load({ wasm: address('/video.wasm'), relaxedWasm: address('/video_relaxed.wasm'), model: address('/selfie_landscape.tsm') });
  await engine.apply(requestOf({ kind: 'blur', strength: 0.6 }) as Parameters<typeof engine.apply>[0]);
  const process = async (frame: VideoFrame, segment: boolean): Promise<{ total: number; input: number; segmentation: number }> => {
    const start = performance.now();
    const processed = await engine.process(frame, segment);
    const total = performance.now() - start;
    processed.frame.close();
    const { input, segmentation } = processed.stages;
    return { total, input, segmentation };
  };
  return {
    // Scaling to the model's input, the network, and the smoothing of its mask over time.
    segment: async (frame) => (await process(frame, true)).segmentation,
    segmentFrame: async (frame) => {
      const { input, segmentation } = await process(frame, true);
      return input + segmentation;
    },
    blur: async (frame) => (await process(frame, true)).total,
    blurOnly: async (frame) => (await process(frame, false)).total,
  };
}
