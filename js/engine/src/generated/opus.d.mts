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
export type Application = 'voip'|'audio'|'lowdelay';

export interface OpusEncoder extends ClassHandle {
  frameSamples(): number;
  lookahead(): number;
  input(): number;
  configure(settings: AudioSettings): Produced;
  encode(): Produced;
  setBitrate(bitrate: number): Produced;
  setExpectedLoss(percent: number): Produced;
  setInBandFec(on: boolean): Produced;
  setDtx(on: boolean): Produced;
}

export interface OpusDecoder extends ClassHandle {
  input(size: number): number;
  configure(channels: number): Produced;
  decode(): Produced;
  conceal(lostMicros: number): Produced;
  recover(lostMicros: number): Produced;
  recoverFar(beforeMicros: number, lostMicros: number): Produced;
}

export type AudioSettings = {
  channels: number,
  bitrate: number,
  frameMicros: number,
  application: Application,
  complexity: number,
  inBandFec: boolean,
  dtx: boolean,
  constantRate: boolean,
  expectedLossPercent: number,
  dredMs: number
};

export type Produced = {
  code: EmbindString,
  message: EmbindString,
  address: number,
  size: number
};

interface EmbindModule {
  Application: {voip: 'voip', audio: 'audio', lowdelay: 'lowdelay'};
  OpusEncoder: {
    new(): OpusEncoder;
  };
  OpusDecoder: {
    new(): OpusDecoder;
  };
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
