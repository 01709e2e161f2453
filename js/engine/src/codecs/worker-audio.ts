// SPDX-License-Identifier: Apache-2.0
// The worker's side of audio: samples into Opus and out of it.

import type { MainModule, OpusDecoder, OpusEncoder } from '../generated/opus.mjs';
import type { AudioSettings } from './config.js';
import type { Replies } from './messages.js';
import { type WorkerModule, loadWorkerModule } from '../worker-module.js';
import { Failure } from './worker-failure.js';

interface Produced {
  code: unknown;
  message: unknown;
  address: number;
  size: number;
}

function check(produced: Produced, otherwise: Failure['exception']): Produced {
  if (!produced.code) return produced;
  throw new Failure(produced.code === 'unsupported' || produced.code === 'invalid-argument' ? 'NotSupportedError' : otherwise, String(produced.message));
}

async function load(wasm: string, deep: boolean): Promise<WorkerModule<MainModule>> {
  const { default: create } = deep ? await import('../generated/opus_dred.mjs') : await import('../generated/opus.mjs');
  return loadWorkerModule(create as (options: object) => Promise<MainModule>, wasm);
}

export class AudioEncoding {
  #settings: AudioSettings | null = null;

  private constructor(
    readonly deep: boolean,
    private readonly loaded: WorkerModule<MainModule>,
    private readonly encoder: OpusEncoder,
  ) {}

  static async load(wasm: string, deep: boolean): Promise<AudioEncoding> {
    const loaded = await load(wasm, deep);
    return new AudioEncoding(deep, loaded, new loaded.module.OpusEncoder());
  }

  configure(settings: AudioSettings): Replies['audio-encoder'] {
    const old = this.#settings;
    const onTheFly: (keyof AudioSettings)[] = ['bitrate', 'expectedLossPercent', 'inBandFec', 'dtx'];
    if (old && (Object.keys(settings) as (keyof AudioSettings)[]).every((key) => onTheFly.includes(key) || settings[key] === old[key])) {
      check(this.encoder.setBitrate(settings.bitrate), 'OperationError');
      check(this.encoder.setExpectedLoss(settings.expectedLossPercent), 'OperationError');
      check(this.encoder.setInBandFec(settings.inBandFec), 'OperationError');
      check(this.encoder.setDtx(settings.dtx), 'OperationError');
    } else {
      check(this.encoder.configure(settings), 'OperationError');
    }
    this.#settings = settings;
    return { frameSamples: this.encoder.frameSamples(), lookahead: this.encoder.lookahead() };
  }

  encode(samples: Float32Array): Replies['encode-sound'] {
    this.loaded.floats(this.encoder.input(), samples.length).set(samples);
    const began = performance.now();
    const { address, size } = check(this.encoder.encode(), 'EncodingError');
    const millis = performance.now() - began;
    return { data: this.loaded.bytes(address, size).slice().buffer, millis };
  }
}

export class AudioDecoding {
  private constructor(
    readonly deep: boolean,
    private readonly loaded: WorkerModule<MainModule>,
    private readonly decoder: OpusDecoder,
  ) {}

  static async load(wasm: string, deep: boolean): Promise<AudioDecoding> {
    const loaded = await load(wasm, deep);
    return new AudioDecoding(deep, loaded, new loaded.module.OpusDecoder());
  }

  configure(channels: number): void {
    check(this.decoder.configure(channels), 'OperationError');
  }

  run(how: 'decode' | 'conceal' | 'recover' | 'recover-far', data: ArrayBuffer, lostMicros: number, beforeMicros: number): Replies['decode-sound'] {
    if (how !== 'conceal') this.loaded.bytes(this.decoder.input(data.byteLength), data.byteLength).set(new Uint8Array(data));
    const began = performance.now();
    const produced = check(
      how === 'decode' ? this.decoder.decode()
        : how === 'conceal' ? this.decoder.conceal(lostMicros)
        : how === 'recover' ? this.decoder.recover(lostMicros)
        : this.decoder.recoverFar(beforeMicros, lostMicros),
      'EncodingError',
    );
    const millis = performance.now() - began;
    return { samples: this.loaded.floats(produced.address, produced.size).slice(), millis };
  }
}
