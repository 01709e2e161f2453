// TypeScript bindings for emscripten-generated code.  Automatically generated at compile time.
interface WasmModule {
}

type EmbindString = ArrayBuffer|Uint8Array|Uint8ClampedArray|Int8Array|string;
export interface ClassHandle {
  isAliasOf(other: ClassHandle): boolean;
  delete(): void;
  deleteLater(): this;
  isDeleted(): boolean;
  // @ts-ignore - If targeting lower than ESNext, this symbol might not exist.
  [Symbol.dispose](): void;
  clone(): this;
}
export type PixelFormat = 'I420'|'NV12'|'RGBA'|'RGBX'|'BGRA'|'BGRX';

export type ColorMatrix = 'bt601'|'bt709';

export type Behind = 'room'|'blur'|'color'|'picture'|'transparent';

export type Fit = 'cover'|'contain';

export type Outcome = {
  code: EmbindString,
  message: EmbindString
};

export type Bytes = {
  address: number,
  size: number
};

export type FrameDescription = {
  format: PixelFormat,
  width: number,
  height: number,
  matrix: ColorMatrix,
  fullRange: boolean,
  rotation: number,
  offset0: number,
  stride0: number,
  offset1: number,
  stride1: number,
  offset2: number,
  stride2: number
};

export type Look = {
  behind: Behind,
  strength: number,
  red: number,
  green: number,
  blue: number,
  fit: Fit,
  lightWrap: number,
  portraitLight: number,
  autoFraming: boolean
};

export interface VideoPipeline extends ClassHandle {
  scratch(size: number): Bytes;
  releaseScratch(): void;
  load(size: number): Outcome;
  setLook(look: Look): Outcome;
  setPicture(frame: FrameDescription): Outcome;
  setDetail(detail: number): Outcome;
  input(size: number): Bytes;
  prepare(frame: FrameDescription): Outcome;
  segment(): Outcome;
  render(): Bytes;
}

interface EmbindModule {
  PixelFormat: {I420: 'I420', NV12: 'NV12', RGBA: 'RGBA', RGBX: 'RGBX', BGRA: 'BGRA', BGRX: 'BGRX'};
  ColorMatrix: {bt601: 'bt601', bt709: 'bt709'};
  Behind: {room: 'room', blur: 'blur', color: 'color', picture: 'picture', transparent: 'transparent'};
  Fit: {cover: 'cover', contain: 'contain'};
  VideoPipeline: {
    new(): VideoPipeline;
  };
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
