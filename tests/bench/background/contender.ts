// SPDX-License-Identifier: Apache-2.0
// What a contender can be asked to do. Each call gives the milliseconds that the work took; what leads up to it is not counted.

export interface Contender {
  /** From a picture of the model's own size, in whatever form this contender reads pictures, to the mask. */
  segment(frame: VideoFrame): Promise<number>;
  /** The network alone, on the last picture. */
  inference?(frame: VideoFrame): Promise<number>;
  /** From a VideoFrame of the model's own size to the mask. */
  segmentFrame?(frame: VideoFrame): Promise<number>;
  /** From a VideoFrame to a VideoFrame of the same size with the background blurred. */
  blur?(frame: VideoFrame): Promise<number>;
  /** The same without looking for the person: the last mask is used again. */
  blurOnly?(frame: VideoFrame): Promise<number>;
  /** The last mask, 256 x 144 probabilities of a person, where it can be had: to see that contenders do the same. */
  mask?(): Float32Array;
}

export async function bytesOf(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
