// SPDX-License-Identifier: Apache-2.0
// The vocabulary of sources, as it stands in the signalling protocol.

export type SourceKind = 'audio' | 'video';
/** What a source shows or carries. */
export type SourceContent = 'microphone' | 'camera' | 'screen' | 'screen-audio';

/** A microphone, camera or screen of another participant. */
export interface RemoteSource {
  /** Stable, unique within the participant. */
  readonly id: string;
  readonly kind: SourceKind;
  readonly content: SourceContent;
  readonly muted: boolean;
  /** null until it is being received. */
  readonly track: MediaStreamTrack | null;
}
