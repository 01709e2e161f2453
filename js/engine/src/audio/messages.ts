// SPDX-License-Identifier: Apache-2.0
// What the page and the mixer's worklet say to each other. Types only: the worklet is one file that imports nothing.

export interface ProcessorOptions {
  /** The module's bytes: a WebAssembly.Module cannot be cloned into a worklet everywhere. */
  wasm: ArrayBuffer;
  gainRiding: boolean;
}

/** `key` tells one use of a slot from the next; greater than 0. */
export type ToProcessor =
  | { type: 'input'; slot: number; key: number; gain: number }
  | { type: 'remove'; slot: number }
  | { type: 'output'; slot: number; wanted: boolean }
  | { type: 'close' };

export type FromProcessor =
  | { type: 'ready'; latencySamples: number }
  | { type: 'failed'; reason: string }
  /** `key` of the active speaker's input, 0 for nobody. */
  | { type: 'speaker'; key: number };
