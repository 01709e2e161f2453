// SPDX-License-Identifier: Apache-2.0
// How near a picture that was shown is to the one that was taken: the peak signal-to-noise ratio of its brightness.

/** So many pictures are remembered; what takes longer is not measured. */
const kRemembered = 12;

/** BT.601 luma, 0 to 255. */
function lumaOf({ data }: ImageData): Uint8Array {
  const luma = new Uint8Array(data.length / 4);
  for (let i = 0; i < luma.length; i++) luma[i] = (77 * data[4 * i]! + 150 * data[4 * i + 1]! + 29 * data[4 * i + 2]!) >> 8;
  return luma;
}

export class Quality {
  readonly #taken = new Map<number, Uint8Array>();
  #canvas: OffscreenCanvasRenderingContext2D | null = null;

  remember(frame: VideoFrame): void {
    const { displayWidth: width, displayHeight: height, timestamp } = frame;
    this.#canvas ??= new OffscreenCanvas(width, height).getContext('2d', { alpha: false, willReadFrequently: true })!;
    // Drawn as the decoded ones are, so that only the codec's loss is counted.
    this.#canvas.drawImage(frame, 0, 0);
    this.#taken.set(timestamp, lumaOf(this.#canvas.getImageData(0, 0, width, height)));
    if (this.#taken.size > kRemembered) this.#taken.delete(this.#taken.keys().next().value!);
  }

  /** Decibels, 60 at most; null when the picture of that time is not remembered. */
  measure(timestamp: number, canvas: CanvasRenderingContext2D): number | null {
    const taken = this.#taken.get(timestamp);
    if (!taken) return null;
    const shown = lumaOf(canvas.getImageData(0, 0, canvas.canvas.width, canvas.canvas.height));
    let sum = 0;
    for (let i = 0; i < taken.length; i++) sum += (taken[i]! - shown[i]!) ** 2;
    return Math.min(60, 10 * Math.log10((255 * 255 * taken.length) / Math.max(1, sum)));
  }
}
