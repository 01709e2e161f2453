// SPDX-License-Identifier: Apache-2.0
// The contender @mediapipe/tasks-vision: its image segmenter on the CPU, and a blur drawn with canvases as its users draw it.

import { ImageSegmenter } from '@mediapipe/tasks-vision';
import { bytesOf, type Contender } from './contender.js';

/** Ways to give it pictures and to keep canvases; which is fastest depends on the machine. */
export interface Variant {
  /** Whether frames are scaled to the model's size before, or given as they are (its masks are as large as what it is given). */
  scaled: boolean;
  /** Whether canvases are kept in main memory ('willReadFrequently'). */
  inMemory: boolean;
}
export const variants: readonly Variant[] = [
  { scaled: true, inMemory: false }, { scaled: true, inMemory: true }, { scaled: false, inMemory: false }, { scaled: false, inMemory: true },
];

const kWidth = 256;
const kHeight = 144;

/** The segmenter wants every timestamp to be later than the one before, whoever asks. */
let clock = 0;

function canvas(width: number, height: number, { inMemory }: Variant): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: inMemory });
  if (!context) throw new Error('no canvas');
  return context;
}

export async function createSegmenter(): Promise<ImageSegmenter> {
  return ImageSegmenter.createFromOptions(
    { wasmLoaderPath: '/vision_wasm_internal.js', wasmBinaryPath: '/vision_wasm_internal.wasm' },
    { baseOptions: { modelAssetBuffer: await bytesOf('/selfie_with_metadata.tflite'), delegate: 'CPU' }, runningMode: 'VIDEO', outputConfidenceMasks: true, outputCategoryMask: false },
  );
}

/** One segmenter may serve several variants. */
export function createTasksVision(segmenter: ImageSegmenter, variant: Variant): Contender {
  const small = canvas(kWidth, kHeight, variant);
  let last: Float32Array = new Float32Array(kWidth * kHeight);
  let surfaces: { mask: OffscreenCanvasRenderingContext2D; pixels: ImageData; out: OffscreenCanvasRenderingContext2D } | null = null;

  /** The mask is valid inside `use` only. */
  const find = (picture: TexImageSource, use: (mask: Float32Array, width: number, height: number) => void): void => {
    segmenter.segmentForVideo(picture as ImageBitmap, (clock += 33), (result) => {
      const [mask] = result.confidenceMasks!;
      use(mask!.getAsFloat32Array(), mask!.width, mask!.height);
    });
  };

  const blur = (frame: VideoFrame): VideoFrame => {
    const { displayWidth: width, displayHeight: height } = frame;
    let picture: TexImageSource = frame;
    if (variant.scaled) {
      small.drawImage(frame, 0, 0, kWidth, kHeight);
      picture = small.canvas;
    }
    find(picture, (values, maskWidth, maskHeight) => {
      if (!surfaces || surfaces.out.canvas.width !== width || surfaces.pixels.width !== maskWidth) {
        surfaces = { mask: canvas(maskWidth, maskHeight, variant), pixels: new ImageData(maskWidth, maskHeight), out: canvas(width, height, variant) };
      }
      const { data } = surfaces.pixels;
      for (let i = 0; i < values.length; i++) data[4 * i + 3] = values[i]! * 255;
      surfaces.mask.putImageData(surfaces.pixels, 0, 0);
    });
    const { out, mask } = surfaces!;
    out.globalCompositeOperation = 'copy';
    out.filter = 'none';
    out.drawImage(mask.canvas, 0, 0, width, height);
    out.globalCompositeOperation = 'source-in';
    out.drawImage(frame, 0, 0);
    out.globalCompositeOperation = 'destination-over';
    out.filter = `blur(${Math.round(height / 60)}px)`;
    out.drawImage(frame, 0, 0);
    return new VideoFrame(out.canvas, { timestamp: frame.timestamp });
  };

  return {
    async segment(frame) {
      small.drawImage(frame, 0, 0, kWidth, kHeight);
      const picture = small.getImageData(0, 0, kWidth, kHeight);
      const start = performance.now();
      find(picture, (mask) => { last = mask.slice(); });
      return performance.now() - start;
    },
    async segmentFrame(frame) {
      const start = performance.now();
      find(frame, (mask) => { last = mask.slice(); });
      return performance.now() - start;
    },
    async blur(frame) {
      const start = performance.now();
      const blurred = blur(frame);
      const time = performance.now() - start;
      blurred.close();
      return time;
    },
    mask: () => last,
  };
}
