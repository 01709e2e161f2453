// SPDX-License-Identifier: Apache-2.0
// Runs in the AudioWorklet: hands sound to the page in blocks, whether there is any or not.

import type { SoundBlock, TapOptions } from './messages.js';

/** Not in TypeScript's library. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: { processorOptions: TapOptions }) => AudioWorkletProcessor): void;

class Tap extends AudioWorkletProcessor {
  readonly #channels: number;
  readonly #length: number;
  #block: SoundBlock;
  #filled = 0;

  constructor({ processorOptions: { channels, block } }: { processorOptions: TapOptions }) {
    super();
    this.#channels = channels;
    this.#length = block;
    this.#block = new Float32Array(block * channels);
  }

  /** `input`: nothing at all while no track gives sound; that is silence. */
  process([input]: Float32Array[][], [output]: Float32Array[][]): boolean {
    const count = output?.[0]?.length ?? 128;
    for (let at = 0; at < count; ) {
      const take = Math.min(count - at, this.#length - this.#filled);
      for (let channel = 0; channel < this.#channels; channel++) {
        const samples = input?.[channel] ?? input?.[0];
        if (samples) this.#block.set(samples.subarray(at, at + take), channel * this.#length + this.#filled);
      }
      at += take;
      this.#filled += take;
      if (this.#filled < this.#length) continue;
      this.port.postMessage(this.#block, [this.#block.buffer]);
      this.#block = new Float32Array(this.#length * this.#channels);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor('tessera-recorder-tap', Tap);
