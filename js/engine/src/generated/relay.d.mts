// TypeScript bindings for emscripten-generated code.  Automatically generated at compile time.
interface WasmModule {
}

export interface ClassHandle {
  isAliasOf(other: ClassHandle): boolean;
  delete(): void;
  deleteLater(): this;
  isDeleted(): boolean;
  // @ts-ignore - If targeting lower than ESNext, this symbol might not exist.
  [Symbol.dispose](): void;
  clone(): this;
}
export interface Frame extends ClassHandle {
  setAcknowledgement(media: Frame): void;
  key(): boolean;
  switching(): boolean;
  unreferenced(): boolean;
  setKeyFrameRequest(stream: number): void;
  type(): number;
  stream(): number;
  spatial(): number;
  temporal(): number;
  word(index: number): number;
  setVideo(stream: number, spatial: number, temporal: number, key: boolean, switching: boolean, unreferenced: boolean, timestamp: number, payload: number): void;
  setAudio(stream: number, timestamp: number, payload: number): void;
  timestamp(): number;
  read(w0: number, w1: number, w2: number, w3: number, w4: number, size: number): string;
  message(): string;
}

export interface Forwarder extends ClassHandle {
  setTarget(stream: number, spatial: number, temporal: number): void;
  removeStream(stream: number): void;
  bytesUnderWay(): number;
  offer(now: number, frame: Frame, bytes: number): number;
  acknowledged(now: number, frame: Frame, held: number): boolean;
  advance(now: number): void;
  keyFrameNeeded(now: number): number;
  stalled(now: number): number;
  limit(): number;
  lateness(now: number): number;
  baseRoundTrip(): number;
  delivered(now: number): number;
}

export interface Playout extends ClassHandle {
  frame(): number;
  stream(): number;
  removeStream(stream: number): number;
  dropped(index: number): number;
  jumps(): number;
  push(now: number, header: Frame, frame: number): number;
  next(now: number): number;
  timestamp(): number;
  deadline(): number;
  keyFrameNeeded(now: number): number;
  delay(): number;
  played(now: number, position: number): void;
  place(timestamp: number, samples: number): number;
}

interface EmbindModule {
  Frame: {
    new(): Frame;
  };
  Forwarder: {
    new(): Forwarder;
  };
  Playout: {
    new(): Playout;
  };
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
