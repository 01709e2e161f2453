// SPDX-License-Identifier: Apache-2.0
// The one place where the app meets the engine: its types, and its code loaded when a call is near.

export type {
  BackgroundOptions, DeviceList, LocalMedia, LocalSource, Lobby, PeerDiagnostics, PeerState, Quality, RemoteParticipant, RemoteSource, Room, RoomDiagnostics, SignallingState, Topology,
} from 'tessera-rtc';
export type { Audience } from 'tessera-rtc/webinar';

type Engine = typeof import('tessera-rtc');

let engine: Promise<Engine> | null = null;

/** The engine's code, fetched once. A failed fetch is tried again by the next call. */
export function loadEngine(): Promise<Engine> {
  engine ??= import('tessera-rtc').catch((error: unknown) => {
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
