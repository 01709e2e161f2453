// SPDX-License-Identifier: Apache-2.0
// The video module, loaded in the worker: its plain exports (wasm/bindings/video.cc) behind methods that take and give values.

import { instantiate } from '../worker-module.js';
import { prefersRelaxed } from './relaxed-simd.js';

export type PixelFormat = 'I420' | 'NV12' | 'RGBA' | 'RGBX' | 'BGRA' | 'BGRX';
export type ColorMatrix = 'bt601' | 'bt709';
export type Behind = 'room' | 'blur' | 'color' | 'picture' | 'transparent';

/** A frame in the module's memory; offsets and strides in bytes, unused planes 0. `rotation`: clockwise degrees, a quarter turn's multiple. */
export interface FrameDescription {
  format: PixelFormat;
  width: number;
  height: number;
  matrix: ColorMatrix;
  fullRange: boolean;
  rotation: number;
  offset0: number;
  stride0: number;
  offset1: number;
  stride1: number;
  offset2: number;
  stride2: number;
}

/** How frames are to look: see wasm/video/pipeline.h. Shares 0 to 1, colours 0 to 255. */
export interface Look {
  behind: Behind;
  strength: number;
  red: number;
  green: number;
  blue: number;
  fit: 'cover' | 'contain';
  lightWrap: number;
  portraitLight: number;
  autoFraming: boolean;
}

/** What came of a call: an empty code where it went well, otherwise the module's name for the error and a sentence. */
export interface Outcome {
  code: string;
  message: string;
}

type Frame = [format: number, width: number, height: number, matrix: number, fullRange: number, rotation: number, ...planes: number[]];

interface Exports {
  memory: WebAssembly.Memory;
  _initialize?(): void;
  names(): number;
  problem(): number;
  scratch(size: number): number;
  releaseScratch(): void;
  load(size: number): number;
  setLook(behind: number, strength: number, red: number, green: number, blue: number, fit: number, lightWrap: number, portraitLight: number, autoFraming: number): number;
  setPicture(...frame: Frame): number;
  setDetail(detail: number): number;
  input(size: number): number;
  prepare(...frame: Frame): number;
  segment(): number;
  render(): number;
  renderedSize(): number;
}

const kNone = { code: '', message: '' };

/**
 * One camera's background: see wasm/video/pipeline_port.h for what each call does. Any call may move or grow memory: views of
 * it are to be fetched again after each. Addresses are 0 where there is no room.
 */
export class VideoModule {
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(private readonly exports: Exports) {
    exports._initialize?.();
    this.#numbers = new Map(this.#text(exports.names()).split(',').flatMap((names) => names.split(' ').map((name, i) => [name, i] as const)));
  }

  /** A view of the memory as it is now. */
  bytes(address: number, size: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.exports.memory.buffer as ArrayBuffer, address, size);
  }

  scratch(size: number): number {
    return this.exports.scratch(size) >>> 0;
  }

  releaseScratch(): void {
    this.exports.releaseScratch();
  }

  load(size: number): Outcome {
    return this.#outcome(this.exports.load(size));
  }

  setLook(look: Look): Outcome {
    const { behind, strength, red, green, blue, fit, lightWrap, portraitLight, autoFraming } = look;
    return this.#outcome(this.exports.setLook(this.#number(behind), strength, red, green, blue, this.#number(fit), lightWrap, portraitLight, Number(autoFraming)));
  }

  setPicture(frame: FrameDescription): Outcome {
    return this.#outcome(this.exports.setPicture(...this.#frame(frame)));
  }

  setDetail(detail: number): Outcome {
    return this.#outcome(this.exports.setDetail(detail));
  }

  input(size: number): number {
    return this.exports.input(size) >>> 0;
  }

  prepare(frame: FrameDescription): Outcome {
    return this.#outcome(this.exports.prepare(...this.#frame(frame)));
  }

  segment(): Outcome {
    return this.#outcome(this.exports.segment());
  }

  render(): { address: number; size: number } {
    return { address: this.exports.render() >>> 0, size: this.exports.renderedSize() };
  }

  #frame({ format, width, height, matrix, fullRange, rotation, offset0, stride0, offset1, stride1, offset2, stride2 }: FrameDescription): Frame {
    return [this.#number(format), width, height, this.#number(matrix), Number(fullRange), rotation, offset0, stride0, offset1, stride1, offset2, stride2];
  }

  #number(name: string): number {
    const number = this.#numbers.get(name);
    if (number === undefined) throw new Error(`The video module does not know '${name}'.`);
    return number;
  }

  #outcome(well: number): Outcome {
    if (well) return kNone;
    const problem = this.#text(this.exports.problem());
    const end = problem.indexOf(' ');
    return { code: problem.slice(0, end), message: problem.slice(end + 1) };
  }

  #text(address: number): string {
    const bytes = new Uint8Array(this.exports.memory.buffer, address >>> 0);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }
}

/**
 * @param address of the module that every browser runs
 * @param relaxed of the one with relaxed SIMD, which is taken where a measurement finds it to be faster
 * @throws what fetching or compiling threw.
 */
export async function loadVideoModule(address: string, relaxed: string): Promise<VideoModule> {
  const imports = { env: { emscripten_notify_memory_growth: () => undefined } };
  const load = async (from: string): Promise<VideoModule> => new VideoModule((await instantiate(from, imports)).instance.exports as unknown as Exports);
  // Where only the usual one is served, it serves.
  return prefersRelaxed() ? load(relaxed).catch(() => load(address)) : load(address);
}
