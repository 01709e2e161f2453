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
export interface Selection extends ClassHandle {
  begin(recorded: boolean): void;
  downlinkCalm(): boolean;
  choices(): number;
  choiceSpatial(index: number): number;
  choiceTemporal(index: number): number;
  addLayer(spatial: number, temporal: number, width: number, height: number, frameRate: number, bitrate: number, active: boolean): void;
  setDownlink(now: number, bitsPerSecond: number, confidence: number): void;
  setDecodeBudget(now: number, share: number): void;
  setAudio(now: number, bitsPerSecond: number): void;
  addTimes(jitter: number, jitterBufferDelay: number, jitterBufferEmitted: number, decodeTime: number, width: number, height: number): void;
  endStatistics(now: number): void;
  restart(now: number): void;
  update(now: number): number;
  choiceBitrate(index: number): number;
  downlinkBits(): number;
  downlinkConfidence(): number;
  option(name: EmbindString, value: number): string;
  beginSource(content: EmbindString, codec: EmbindString, switching: EmbindString): string;
  endSource(now: number, id: EmbindString): string;
  removeSource(now: number, id: EmbindString): void;
  setTile(now: number, id: EmbindString, width: number, height: number, visible: boolean, pinned: boolean, speaking: boolean): boolean;
  setServerQuality(now: number, quality: EmbindString): void;
  addStream(id: EmbindString, packetsReceived: number, packetsLost: number, bytesReceived: number, framesReceived: number, framesDecoded: number, freezes: number): void;
  frameDecoded(now: number, id: EmbindString): void;
  choiceId(index: number): string;
  choiceKind(index: number): string;
  choiceReason(index: number): string;
  log(): string;
}

export interface Demand extends ClassHandle {
  maxTemporal(spatial: number): number;
  update(now: number): boolean;
  deadline(): number;
  set(now: number, receiver: EmbindString, spatial: number, temporal: number): void;
  remove(now: number, receiver: EmbindString): void;
}

interface EmbindModule {
  Selection: {
    new(): Selection;
  };
  Demand: {
    new(_0: number): Demand;
  };
  replay(log: EmbindString): string;
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
