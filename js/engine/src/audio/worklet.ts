// SPDX-License-Identifier: Apache-2.0
// The mixer's side in the AudioWorklet: blocks into WebAssembly's memory, one call, blocks out. Nothing is allocated on the way.

import type { FromProcessor, ProcessorOptions, ToProcessor } from './messages.js';

// The scope of an AudioWorklet, which the DOM's types leave out.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: { processorOptions: ProcessorOptions }) => AudioWorkletProcessor): void;

/** The exports of wasm/bindings/audio.cc. */
interface AudioModule {
  readonly memory: WebAssembly.Memory;
  _initialize?(): void;
  start(sampleRate: number, riding: boolean): number;
  latency(): number;
  setInput(index: number, gain: number): void;
  removeInput(index: number): void;
  setOutput(index: number, wanted: boolean): void;
  input(index: number): number;
  output(index: number): number;
  process(): void;
  activeSpeaker(): number;
}

const kBlock = 128;
const kMaxInputs = 32;

class MixerProcessor extends AudioWorkletProcessor {
  #module: AudioModule | undefined;
  readonly #in: Float32Array[] = [];
  readonly #out: Float32Array[] = [];
  /** Of each slot with an input; 0 for the others. */
  readonly #keys = new Array<number>(kMaxInputs).fill(0);
  readonly #wanted = new Array<boolean>(kMaxInputs + 1).fill(false);
  #speakerKey = 0;
  #closed = false;

  constructor({ processorOptions }: { processorOptions: ProcessorOptions }) {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToProcessor>) => this.#receive(data);
    try {
      const instance = new WebAssembly.Instance(new WebAssembly.Module(processorOptions.wasm), {});
      const module = instance.exports as unknown as AudioModule;
      module._initialize?.();
      if (!module.start(sampleRate, processorOptions.gainRiding)) throw new Error(`a sample rate of ${sampleRate} Hz is out of range`);
      for (let i = 0; i < kMaxInputs; i++) this.#in.push(new Float32Array(module.memory.buffer, module.input(i), kBlock));
      for (let i = 0; i <= kMaxInputs; i++) this.#out.push(new Float32Array(module.memory.buffer, module.output(i), kBlock));
      this.#module = module;
      this.#post({ type: 'ready', latencySamples: module.latency() });
    } catch (error) {
      this.#closed = true;
      this.#post({ type: 'failed', reason: String(error) });
    }
  }

  process(inputs: readonly (readonly Float32Array[])[], outputs: readonly (readonly Float32Array[])[]): boolean {
    const module = this.#module;
    if (!module || this.#closed) return false;
    for (let i = 0; i < kMaxInputs; i++) {
      if (this.#keys[i] === 0) continue;
      // A track that has ended, or has nothing yet, comes as no channel at all.
      const channel = inputs[i]?.[0];
      if (channel) this.#in[i]!.set(channel);
      else this.#in[i]!.fill(0);
    }
    module.process();
    for (let i = 0; i <= kMaxInputs; i++) if (this.#wanted[i]) outputs[i]?.[0]?.set(this.#out[i]!);
    const speaker = module.activeSpeaker();
    const key = speaker < 0 ? 0 : this.#keys[speaker]!;
    if (key !== this.#speakerKey) {
      this.#speakerKey = key;
      this.#post({ type: 'speaker', key });
    }
    return true;
  }

  #receive(message: ToProcessor): void {
    if (message.type === 'close') {
      this.#closed = true;
      return;
    }
    const { slot } = message;
    switch (message.type) {
      case 'input':
        this.#keys[slot] = message.key;
        this.#module?.setInput(slot, message.gain);
        return;
      case 'remove':
        this.#keys[slot] = 0;
        this.#module?.removeInput(slot);
        return;
      case 'output':
        this.#wanted[slot] = message.wanted;
        this.#module?.setOutput(slot, message.wanted);
        return;
    }
  }

  #post(message: FromProcessor): void {
    this.port.postMessage(message);
  }
}

registerProcessor('tessera-audio-mixer', MixerProcessor);
