// SPDX-License-Identifier: Apache-2.0
// A recording has one size: frames of another one are drawn whole into the middle of it.

import { VideoFrame } from '../codecs/index.js';
import { RecorderError } from './errors.js';

export interface Size {
  width: number;
  height: number;
}

/** What the codecs take, and players expect: even, 16 to 4096. The proportions stay. */
export function recordingSize({ width, height }: Size): Size {
  const scale = Math.min(1, 4096 / Math.max(width, height));
  const even = (length: number) => Math.max(16, 2 * Math.floor((length * scale) / 2));
  return { width: even(width), height: even(height) };
}

/** Where a picture of `from` lies, whole and in the middle, in one of `to`. */
export function placed(from: Size, to: Size): Size & { x: number; y: number } {
  const scale = Math.min(to.width / from.width, to.height / from.height);
  const [width, height] = [from.width * scale, from.height * scale];
  return { x: (to.width - width) / 2, y: (to.height - height) / 2, width, height };
}

export class Fitter {
  #context: OffscreenCanvasRenderingContext2D | null = null;

  constructor(readonly size: Size) {}

  /** The same frame with another timestamp, or a new one of the right size. Takes `frame` over. */
  fit(frame: VideoFrame, timestamp: number): VideoFrame {
    try {
      const { width, height } = this.size;
      const turned = ((frame as { rotation?: number }).rotation ?? 0) !== 0 || (frame as { flip?: boolean }).flip === true;
      const fits = frame.displayWidth === width && frame.displayHeight === height && !turned;
      if (fits) return new VideoFrame(frame, { timestamp });
      const context = this.#canvas();
      const { x, y, width: across, height: down } = placed({ width: frame.displayWidth, height: frame.displayHeight }, this.size);
      context.fillRect(0, 0, width, height);
      context.drawImage(frame, x, y, across, down);
      return new VideoFrame(context.canvas, { timestamp });
    } finally {
      frame.close();
    }
  }

  /** For a track that gives no picture. */
  black(timestamp: number): VideoFrame {
    const context = this.#canvas();
    context.fillRect(0, 0, this.size.width, this.size.height);
    return new VideoFrame(context.canvas, { timestamp });
  }

  #canvas(): OffscreenCanvasRenderingContext2D {
    this.#context ??= new OffscreenCanvas(this.size.width, this.size.height).getContext('2d', { alpha: false });
    if (!this.#context) throw new RecorderError('recording-failed', 'The browser gave no canvas to draw frames on.');
    return this.#context;
  }
}
