// SPDX-License-Identifier: Apache-2.0
// The one place where the app meets the engine: its types, and its code loaded when a call is near.

type Handler<Event> = (event: Event) => void;

export interface Emitter<Events> {
  addEventListener<Type extends keyof Events & string>(type: Type, listener: Handler<Events[Type]>, options?: { signal?: AbortSignal }): void;
  removeEventListener<Type extends keyof Events & string>(type: Type, listener: Handler<Events[Type]>): void;
}

export type BackgroundOptions =
  | { kind: 'none' }
  | { kind: 'blur'; strength?: number }
  | { kind: 'image'; image: string | URL | Blob | ImageBitmap | ImageData; fit?: 'cover' | 'contain'; lightWrap?: number }
  | { kind: 'color'; color: string };

export type SourceContent = 'microphone' | 'camera' | 'screen' | 'screen-audio';

export interface LocalSource {
  readonly id: string;
  readonly content: SourceContent;
  readonly track: MediaStreamTrack;
  readonly muted: boolean;
  readonly background?: BackgroundOptions;
  /** The device's own track, before any background. */
  readonly inputTrack?: MediaStreamTrack;
}

export interface DeviceLists { cameras: MediaDeviceInfo[]; microphones: MediaDeviceInfo[]; speakers: MediaDeviceInfo[] }

export interface LocalMedia extends Emitter<{
  changed: Event;
  devicechange: Event;
  level: Event;
  backgroundfailed: Event & { error: Error };
  sourceended: Event & { source: LocalSource };
}> {
  readonly camera: LocalSource | null;
  readonly microphone: LocalSource | null;
  readonly screen: LocalSource | null;
  readonly microphoneLevel: number;
  enableMicrophone(options?: { deviceId?: string }): Promise<unknown>;
  disableMicrophone(): void | Promise<void>;
  setMicrophoneMuted(muted: boolean): void;
  enableCamera(options?: { deviceId?: string; background?: BackgroundOptions; width?: number; height?: number; frameRate?: number }): Promise<unknown>;
  disableCamera(): void | Promise<void>;
  setBackground(background: BackgroundOptions): Promise<unknown>;
  shareScreen(options?: { audio?: boolean }): Promise<unknown>;
  stopScreenShare(): void | Promise<void>;
  listDevices(): Promise<DeviceLists>;
  close(): void;
}

export interface Lobby extends Emitter<{ changed: Event; error: Event & { error: Error & { code?: string } } }> {
  readonly participants: readonly { id: string; name: string }[];
  readonly capacity: number;
  join(options: { name: string; media?: LocalMedia; signal?: AbortSignal }): Promise<Room>;
  close(): void;
}

export interface RemoteSource {
  readonly id: string;
  readonly content: SourceContent;
  readonly kind: 'audio' | 'video';
  readonly muted: boolean;
  readonly track: MediaStreamTrack | null;
}

export interface RemoteParticipant {
  readonly id: string;
  readonly name: string;
  readonly present: boolean;
  readonly state: 'connecting' | 'connected' | 'reconnecting' | 'failed';
  readonly quality: 'good' | 'fair' | 'poor' | 'lost';
  readonly sources: ReadonlyMap<string, RemoteSource>;
  readonly audioLevel: number;
}

export interface Room extends Emitter<{
  participantjoined: Event & { participant: RemoteParticipant };
  participantleft: Event & { participant: RemoteParticipant; reason?: string };
  participantupdated: Event & { participant: RemoteParticipant };
  trackadded: Event & { participant: RemoteParticipant; source: RemoteSource };
  trackremoved: Event & { participant: RemoteParticipant; source: RemoteSource };
  data: Event & { from: string | { id: string }; topic: string; data: unknown };
  signallingchanged: Event & { state: 'connected' | 'reconnecting' | 'closed'; since?: number };
  peerchanged: Event & { participant: RemoteParticipant; state: string };
  activespeaker: Event & { participant: RemoteParticipant | null };
  audioblocked: Event;
  warning: Event & { code: string; message: string };
  closed: Event & { reason: string; code?: string };
}> {
  readonly name: string;
  readonly local: { readonly id: string; readonly name: string; readonly media: LocalMedia };
  readonly participants: ReadonlyMap<string, RemoteParticipant>;
  readonly state: 'connected' | 'closed';
  readonly signallingState: 'connected' | 'reconnecting' | 'closed';
  sendData(data: string | Uint8Array, options?: { topic?: string; reliable?: boolean; to?: string[] }): Promise<void> | void;
  getDiagnostics(): Promise<unknown>;
  exportLog(): string;
  startAudio(): Promise<void>;
  close(): void;
}

interface Engine {
  enterLobby(options: { url: string; room: string; token?: string; signal?: AbortSignal }): Promise<Lobby>;
  LocalMedia: new () => LocalMedia;
}

let engine: Promise<Engine> | null = null;

/** The engine's code, fetched once. A failed fetch is tried again by the next call. */
export function loadEngine(): Promise<Engine> {
  engine ??= (import('tessera-rtc') as unknown as Promise<Engine>).catch((error: unknown) => {
    engine = null;
    throw error;
  });
  return engine;
}

/** The stable code of an error of the engine, `internal` for any other. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'internal';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
