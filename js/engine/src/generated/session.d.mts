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
export interface Call extends ClassHandle {
  start(room: EmbindString, token: EmbindString, participantKey: EmbindString, name: EmbindString): void;
  setToken(token: EmbindString): void;
  setName(name: EmbindString): void;
  leave(): void;
  close(): void;
  transportOpened(): void;
  transportClosed(reason: EmbindString): void;
  transportMessage(text: EmbindString): void;
  networkChanged(): void;
  addSource(sourceId: EmbindString, content: EmbindString, muted: boolean, track: MediaStreamTrack | null): void;
  setSourceTrack(sourceId: EmbindString, track: MediaStreamTrack | null): void;
  setSourceMuted(sourceId: EmbindString, muted: boolean): void;
  removeSource(sourceId: EmbindString): void;
  sendData(topic: EmbindString, data: string | Uint8Array, reliable: boolean, to: string[]): void;
  audioLevel(participantId: EmbindString): number;
  diagnostics(): Promise<unknown[]>;
  exportLog(): string;
}

export interface MediaCapture extends ClassHandle {
  openMicrophone(options: { deviceId?: string }): Promise<MediaStream>;
  openCamera(options: { deviceId?: string, width?: number, height?: number, frameRate?: number, facingMode?: string }): Promise<MediaStream>;
  openScreen(options: { audio: boolean }): Promise<MediaStream>;
  listDevices(): Promise<Record<'cameras' | 'microphones' | 'speakers', { deviceId: string, groupId: string, label: string }[]>>;
  setDeviceChangeListener(listener: (() => void) | null): void;
  close(): void;
}

interface EmbindModule {
  Call: {
    new(_0: { relayOnly: boolean, firstConnection: number }, _1: { send(text: string): void, notify(json: string, track?: MediaStreamTrack): void, data(from: string, topic: string, data: string | Uint8Array): void, quality(participantId: string, quality: 'good' | 'fair' | 'poor' | 'lost'): void, activeSpeaker(participantId: string): void }): Call;
  };
  MediaCapture: {
    new(): MediaCapture;
  };
  openPeerConnection(configuration: RTCConfiguration): RTCPeerConnection | null;
  liveCallbacks(): number;
}

export type MainModule = WasmModule & EmbindModule;
export default function MainModuleFactory (options?: unknown): Promise<MainModule>;
