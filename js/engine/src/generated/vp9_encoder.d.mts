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

export type VideoContent = 'camera'|'screen';

export type PixelFormat = 'I420'|'NV12'|'RGBA'|'BGRA';

export interface VpxEncoder extends ClassHandle {
  frameCount(): number;
  input(format: PixelFormat): Bytes;
  picture(): Bytes;
  frame(index: number): FrameInfo;
  setRates(bitrate: number, framerate: number): Outcome;
  encode(timestamp: number, key: boolean): Outcome;
  configure(settings: EncoderSettings): Outcome;
}

export type Bytes = {
  address: number,
  size: number
};

export type FrameInfo = {
  bytes: Bytes,
  id: number,
  spatialIndex: number,
  temporalIndex: number,
  isKey: boolean,
  isReference: boolean,
  width: number,
  height: number,
  dependencyCount: number,
  dependency0: number,
  dependency1: number
};

export type Outcome = {
  code: EmbindString,
  message: EmbindString
};

export type EncoderSettings = {
  codec: VideoCodec,
  width: number,
  height: number,
  bitrate: number,
  framerate: number,
  scalabilityMode: EmbindString,
  content: VideoContent,
  speed: number,
  mayDrop: boolean
};

interface EmbindModule {
  VideoCodec: {vp8: 'vp8', vp9: 'vp9'};
  VideoContent: {camera: 'camera', screen: 'screen'};
  PixelFormat: {I420: 'I420', NV12: 'NV12', RGBA: 'RGBA', BGRA: 'BGRA'};
  VpxEncoder: {
    new(): VpxEncoder;
  };
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
