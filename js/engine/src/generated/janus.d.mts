// TypeScript bindings for emscripten-generated code.  Automatically generated at compile time.
interface WasmModule {
  _tesseraInvoke(_0: number, _1: number): number;
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
export interface JanusCall extends ClassHandle {
  start(): void;
  close(): void;
  transportOpened(): void;
  transportClosed(): void;
  transportMessage(text: EmbindString): void;
  networkChanged(): void;
  setIceServers(servers: RTCIceServer[]): void;
  addSource(sourceId: EmbindString, content: EmbindString, layers: number, track: MediaStreamTrack | null): void;
  setSourceTrack(sourceId: EmbindString, track: MediaStreamTrack | null): void;
  removeSource(sourceId: EmbindString): void;
  setActiveLayers(sourceId: EmbindString, layers: number): void;
  selectLayer(participantId: EmbindString, sourceId: EmbindString, spatial: number, temporal: number, paused: boolean): void;
  requestKeyFrame(participantId: EmbindString, sourceId: EmbindString): void;
  audioLevel(participantId: EmbindString): number;
  receiverStatistics(): Promise<RTCStatsReport | null>;
  diagnostics(): Promise<unknown[]>;
}

interface EmbindModule {
  JanusCall: {
    new(_0: { room: number, pin: string, secret: string, participantId: string, iceServers: RTCIceServer[], relayOnly: boolean }, _1: { open(): void, closeTransport(): void, send(text: string): void, notify(json: string, track?: MediaStreamTrack): void, quality(quality: 'good' | 'fair' | 'poor' | 'lost'): void, activeSpeaker(participantId: string): void }): JanusCall;
  };
  liveCallbacks(): number;
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
