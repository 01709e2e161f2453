// SPDX-License-Identifier: Apache-2.0
// What the recorder, its storage worker and its worklet say to each other.

export type ToStorage =
  | { type: 'open'; path: string[] }
  | { type: 'write'; data: Uint8Array<ArrayBuffer>; position: number }
  | { type: 'close' };

/** One for each message. */
export type FromStorage = { ok: true } | { ok: false; name: string; message: string };

/** What the worklet is started with. */
export interface TapOptions {
  channels: number;
  /** Samples of a channel in a block. */
  block: number;
}

/** From the worklet: a block of each channel, one channel after the other. */
export type SoundBlock = Float32Array<ArrayBuffer>;
