// SPDX-License-Identifier: Apache-2.0
// What LocalMedia shows of one of its sources.

import type { BackgroundOptions } from '../background/index.js';
import type { SourceContent } from '../participants/source.js';

/** A source of this participant, as it is at the moment of asking; ask again after 'changed'. */
export interface LocalSource {
  /** Stable while the source is on. */
  readonly id: string;
  readonly content: SourceContent;
  /** What others receive, for the own preview too. null while a background is starting or has failed. */
  readonly track: MediaStreamTrack | null;
  readonly muted: boolean;
  /** The camera or microphone in use, one of LocalMedia.listDevices(); not for screens. */
  readonly deviceId?: string;
  /** Only for the camera; {kind: 'none'} otherwise. */
  readonly background: BackgroundOptions;
}
