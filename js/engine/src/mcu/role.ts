// SPDX-License-Identifier: Apache-2.0
// What a participant is in a room that is mixed: the one who mixes, or one of the others.

import type { SourceContent } from '../participants/source.js';
import type { MeasuredConnection, MeasuredPeer } from '../topology/link.js';
import type { PublishingPlace } from './mix-publisher.js';

/** An own microphone, camera or screen; `track` is null while it is off. */
export interface OwnSource {
  readonly content: SourceContent;
  muted: boolean;
  track: MediaStreamTrack | null;
}

/** What links tell each other, in a signal's `payload.mcu`; see PEER_PAYLOADS.md. */
export interface Told {
  /** A payload of the session between these two. */
  session?: unknown;
  /** From the mixer: who speaks, null for nobody. */
  speaker?: string | null;
}

export interface Role {
  /** The own sources are these now. */
  sourcesChanged(own: ReadonlyMap<string, OwnSource>): void;
  told(from: string, told: Told): void;
  /** Signalling was away, and is back. */
  signallingReturned(iceServers: RTCIceServer[]): void;
  networkChanged(): void;
  /** Where the mix is to be published for those who only watch; undefined: nowhere (any more). Absent of those who do not mix. */
  publish?(place: PublishingPlace | undefined): void;
  audioLevel(participantId: string): number;
  diagnostics(): Promise<MeasuredPeer[]>;
  connections(): MeasuredConnection[];
  /** Somebody else mixes from now on: it goes on for those who have not got there yet, and tells the room nothing any more. */
  retire(): void;
  close(): void;
}

/** What is sent of the own sources as the one video: the screen, where one is shared. */
export function ownVideo(own: ReadonlyMap<string, OwnSource>): { track: MediaStreamTrack | null; content: 'camera' | 'screen' } {
  const find = (content: SourceContent): OwnSource | undefined => [...own.values()].find((source) => source.content === content && source.track && !source.muted);
  const screen = find('screen');
  return screen ? { track: screen.track, content: 'screen' } : { track: find('camera')?.track ?? null, content: 'camera' };
}

/** What is heard of oneself: the microphone where it is on, and what a shared screen plays. */
export const ownSounds = (own: ReadonlyMap<string, OwnSource>): MediaStreamTrack[] =>
  [...own.values()].flatMap(({ content, muted, track }) => ((content === 'microphone' || content === 'screen-audio') && track && !muted ? [track] : []));

export const microphoneIsOn = (own: ReadonlyMap<string, OwnSource>): boolean =>
  [...own.values()].some(({ content, muted, track }) => content === 'microphone' && track !== null && !muted);
