// SPDX-License-Identifier: Apache-2.0
// What is used of livekit-client's objects, so that a page's own copy of it will do, whichever version 2 that is.

/** RemoteTrackPublication. */
export interface LiveKitPublication {
  readonly trackSid: string;
  /** 'audio' or 'video'. */
  readonly kind: string;
  /** Track.Source. */
  readonly source: string;
  readonly track?: LiveKitTrack | undefined;
  readonly trackInfo?: { readonly width: number; readonly height: number; readonly layers: readonly LiveKitVideoLayer[] } | undefined;
  setEnabled(enabled: boolean): void;
  setVideoDimensions(dimensions: { width: number; height: number }): void;
  setVideoFPS(fps: number): void;
}

/** VideoLayer of LiveKit's protocol; `bitrate` in bits a second, 0 where it is not known. */
export interface LiveKitVideoLayer {
  readonly width: number;
  readonly height: number;
  readonly bitrate: number;
}

/** RemoteTrack. */
export interface LiveKitTrack {
  readonly mediaStreamTrack: MediaStreamTrack;
  readonly attachedElements: HTMLMediaElement[];
  getRTCStatsReport(): Promise<RTCStatsReport | undefined>;
  on(event: 'elementAttached' | 'elementDetached', listener: (element: HTMLMediaElement) => void): unknown;
  off(event: 'elementAttached' | 'elementDetached', listener: (element: HTMLMediaElement) => void): unknown;
}

/** RemoteParticipant, and of the local one as much as both have. */
export interface LiveKitParticipant {
  readonly identity: string;
  readonly isSpeaking: boolean;
  readonly isLocal: boolean;
  readonly trackPublications: ReadonlyMap<string, unknown>;
}

/** Room. */
export interface LiveKitRoom {
  readonly options: { readonly adaptiveStream?: unknown };
  readonly remoteParticipants: ReadonlyMap<string, LiveKitParticipant>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each event has arguments of its own.
  on(event: never, listener: (...args: any[]) => void): unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  off(event: never, listener: (...args: any[]) => void): unknown;
}

/** The size and rate of what is to be received at most. */
export interface LayerBound {
  width: number;
  height: number;
  /** Frames a second; Infinity for all there are. */
  frameRate: number;
}

/** Above every rate that LiveKit knows of, it takes all frames; 0 would leave the limit as it is. */
const kEveryFrame = 240;

/** Asks for a layer of a publication by its size, or for nothing. LiveKit's own allocator may go below it when the link is narrow. */
export function bound(publication: LiveKitPublication, layer: LayerBound | null): void {
  if (layer) {
    publication.setVideoDimensions({ width: layer.width, height: layer.height });
    publication.setVideoFPS(Number.isFinite(layer.frameRate) ? Math.max(1, Math.round(layer.frameRate)) : kEveryFrame);
  }
  publication.setEnabled(layer !== null);
}
