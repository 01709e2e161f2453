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
export type VideoCodec = 'vp8'|'vp9';

export interface VpxDecoder extends ClassHandle {
  setKeyFramesOnly(on: boolean): void;
  input(size: number): number;
  decode(): DecodedPicture;
  configure(codec: VideoCodec, keyFramesOnly: boolean, maxSpatialIndex: number): string;
}

export type DecodedPicture = {
  code: EmbindString,
  message: EmbindString,
  width: number,
  height: number,
  y: number,
  u: number,
  v: number,
  yStride: number,
  uvStride: number
};

interface EmbindModule {
  VideoCodec: {vp8: 'vp8', vp9: 'vp9'};
  VpxDecoder: {
    new(): VpxDecoder;
  };
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
