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

export type LayoutKind = 'grid'|'speaker'|'screen'|'picture-in-picture';

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

export type Rect = {
  x: number,
  y: number,
  width: number,
  height: number
};

export type TileLook = {
  contain: boolean,
  red: number,
  green: number,
  blue: number
};

export interface VideoCompositor extends ClassHandle {
  setSize(width: number, height: number): Outcome;
  setTile(key: number, look: TileLook): Outcome;
  removeTile(key: number): void;
  setLayout(kind: LayoutKind, featured: number, transitionMilliseconds: number): void;
  input(key: number, size: number): Bytes;
  takeFrame(key: number, frame: FrameDescription): Outcome;
  clearFrame(key: number): void;
  scratch(size: number): Bytes;
  setLabel(key: number, width: number, height: number): Outcome;
  setMark(key: number, width: number, height: number): Outcome;
  place(key: number): Rect;
  compose(nowMilliseconds: number): Bytes;
  matrix(): ColorMatrix;
  fullRange(): boolean;
}

interface EmbindModule {
  PixelFormat: {I420: 'I420', NV12: 'NV12', RGBA: 'RGBA', RGBX: 'RGBX', BGRA: 'BGRA', BGRX: 'BGRX'};
  ColorMatrix: {bt601: 'bt601', bt709: 'bt709'};
  LayoutKind: {grid: 'grid', speaker: 'speaker', screen: 'screen', 'picture-in-picture': 'picture-in-picture'};
  VideoCompositor: {
    new(): VideoCompositor;
  };
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
