// SPDX-License-Identifier: Apache-2.0
// The relay's two AudioWorklet processors: one hands a microphone's sound to the worker, one plays what the worker gives, each at its frame.

import type { PlayBlock, Played, SoundBlock } from './messages.js';

// The scope of an AudioWorklet, which the DOM's types leave out.
declare const currentFrame: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** 10 ms. */
const kBlock = 480;
/** Two seconds at 48 kHz. */
const kRing = 96_000;
/** Where two packets overlap or leave a gap, they are faded over so many samples. */
const kFade = 96;
/** Word of the position goes out every so many calls, about 20 ms. */
const kTellEvery = 8;

/** The worker's end of the channel arrives as the first message. */
const connected = (port: MessagePort, use: (port: MessagePort) => void): void => {
  port.onmessage = ({ data }: MessageEvent<{ port?: MessagePort; close?: true }>) => {
    if (data.port) use(data.port);
  };
};

class Capture extends AudioWorkletProcessor {
  #port: MessagePort | null = null;
  #block = new Float32Array(kBlock);
  #filled = 0;
  #closed = false;

  constructor() {
    super();
    connected(this.port, (port) => {
      this.#port = port;
      port.onmessage = ({ data }) => (this.#closed = data === 'close');
    });
  }

  /** No channel at all while the track gives nothing: that is silence. */
  process([input]: Float32Array[][]): boolean {
    const samples = input?.[0];
    const count = samples?.length ?? 128;
    for (let at = 0; at < count; ) {
      const take = Math.min(count - at, kBlock - this.#filled);
      if (samples) this.#block.set(samples.subarray(at, at + take), this.#filled);
      at += take;
      this.#filled += take;
      if (this.#filled < kBlock) continue;
      this.#port?.postMessage({ at: currentFrame + at - kBlock, samples: this.#block } satisfies SoundBlock, [this.#block.buffer]);
      this.#block = new Float32Array(kBlock);
      this.#filled = 0;
    }
    return !this.#closed;
  }
}

class Playback extends AudioWorkletProcessor {
  readonly #ring = new Float32Array(kRing);
  #port: MessagePort | null = null;
  /** The frame behind the last one written. */
  #end = 0;
  #calls = 0;
  #closed = false;

  constructor() {
    super();
    connected(this.port, (port) => {
      this.#port = port;
      port.onmessage = ({ data }: MessageEvent<PlayBlock | 'close'>) => {
        if (data === 'close') this.#closed = true;
        else this.#write(data);
      };
    });
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const out = output?.[0];
    if (out) {
      for (let i = 0; i < out.length; i++) {
        const slot = (currentFrame + i) % kRing;
        out[i] = this.#ring[slot]!;
        this.#ring[slot] = 0;
      }
    }
    if (this.#calls++ % kTellEvery === 0) this.#port?.postMessage({ position: currentFrame } satisfies Played);
    return !this.#closed;
  }

  #write({ at, samples }: PlayBlock): void {
    // What is past cannot be heard, and what is too far ahead does not fit.
    if (at + samples.length <= currentFrame || at > currentFrame + kRing - samples.length - 128) return;
    const overlap = this.#end - at;
    for (let i = Math.max(0, currentFrame - at); i < samples.length; i++) {
      const slot = (at + i) % kRing;
      if (overlap > 0 && i < overlap) {
        // Fades from what was there; the rest of that is replaced.
        const part = Math.min(1, i / kFade);
        this.#ring[slot] = this.#ring[slot]! * (1 - part) + samples[i]! * part;
      } else {
        this.#ring[slot] = overlap < 0 && i < kFade ? samples[i]! * (i / kFade) : samples[i]!;
      }
    }
    // What lies behind the new end is older sound that this packet stands for.
    for (let frame = at + samples.length; frame < this.#end; frame++) this.#ring[frame % kRing] = 0;
    this.#end = at + samples.length;
  }
}

registerProcessor('tessera-relay-capture', Capture);
registerProcessor('tessera-relay-playback', Playback);
