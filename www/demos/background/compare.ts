// SPDX-License-Identifier: Apache-2.0
// The comparison: MediaPipe's image segmenter with a blur drawn on a canvas, as its own guide does it. Loaded on demand.

import { ImageSegmenter, type MPMask } from '@mediapipe/tasks-vision';
import wasmLoaderPath from '@mediapipe/tasks-vision/vision_wasm_internal.js?url';
import wasmBinaryPath from '@mediapipe/tasks-vision/vision_wasm_internal.wasm?url';
import model from 'virtual:selfie-model';

const kBlur = 'blur(14px)';
const kFrameRate = 15;

export interface Comparison {
  /** Shows the frames that both work on: give it to a BackgroundProcessor. */
  readonly track: MediaStreamTrack;
  /** From now on, until closed, frames are worked on. */
  begin(): void;
  close(): void;
}

/** A mask of the model's own size as a picture whose alpha is the mask. */
function alphaOf(mask: MPMask, into: CanvasRenderingContext2D): void {
  const { width, height } = mask;
  if (into.canvas.width !== width) Object.assign(into.canvas, { width, height });
  const values = mask.getAsFloat32Array();
  const image = into.createImageData(width, height);
  for (let i = 0; i < values.length; i++) image.data[4 * i + 3] = 255 * values[i]!;
  into.putImageData(image, 0, 0);
}

const surface = (options?: CanvasRenderingContext2DSettings): CanvasRenderingContext2D => document.createElement('canvas').getContext('2d', options)!;

/**
 * Runs MediaPipe on frames of `source` and draws its result into `output`. One frame after the other, at most 15 a second,
 * and at most half of the time: it works on the page's own thread, which has to stay usable.
 * @param told the milliseconds that a frame took, once a second.
 */
export async function compare(source: HTMLVideoElement, output: HTMLCanvasElement, told: (milliseconds: number) => void): Promise<Comparison> {
  const segmenter = await ImageSegmenter.createFromOptions({ wasmLoaderPath, wasmBinaryPath }, {
    baseOptions: { modelAssetPath: model, delegate: 'CPU' },
    runningMode: 'VIDEO',
    outputConfidenceMasks: true,
    outputCategoryMask: false,
  });
  const shared = surface({ alpha: false, willReadFrequently: true });
  const small = surface();
  const context = output.getContext('2d')!;
  Object.assign(shared.canvas, { width: source.videoWidth, height: source.videoHeight });
  Object.assign(output, { width: source.videoWidth, height: source.videoHeight });

  let times: number[] = [];
  let lastSecond = performance.now();
  let last = 0;
  const step = (): void => {
    const { width, height } = output;
    shared.drawImage(source, 0, 0, width, height);
    const start = performance.now();
    last = Math.max(last + 1, start);
    segmenter.segmentForVideo(shared.canvas, last, ({ confidenceMasks }) => alphaOf(confidenceMasks!.at(-1)!, small));
    context.globalCompositeOperation = 'copy';
    context.drawImage(small.canvas, 0, 0, width, height);
    context.globalCompositeOperation = 'source-in';
    context.drawImage(shared.canvas, 0, 0);
    context.globalCompositeOperation = 'destination-over';
    context.filter = kBlur;
    context.drawImage(shared.canvas, 0, 0);
    context.filter = 'none';
    // Canvases are drawn when somebody looks: one pixel, so that all of it counts.
    context.getImageData(0, 0, 1, 1);
    const end = performance.now();
    times.push(end - start);
    if (end - lastSecond < 1000) return;
    told(times.reduce((sum, time) => sum + time, 0) / times.length);
    times = [];
    lastSecond = end;
  };
  step();
  // The first frame sets everything up: that is not what a frame takes.
  times = [];
  const [track] = shared.canvas.captureStream(kFrameRate).getVideoTracks() as [MediaStreamTrack];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = (): void => {
    const begun = performance.now();
    step();
    const took = performance.now() - begun;
    timer = setTimeout(next, Math.max(took, 1000 / kFrameRate - took));
  };
  return {
    track,
    begin() {
      timer = setTimeout(next, 1000 / kFrameRate);
    },
    close() {
      clearTimeout(timer);
      track.stop();
      segmenter.close();
    },
  };
}
