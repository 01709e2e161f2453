// SPDX-License-Identifier: Apache-2.0
// Events of VideoMixer.

import type { VideoMixerError } from './errors.js';

/** Once a second. */
export class VideoMixerStatsEvent extends Event {
  declare readonly type: 'stats';
  constructor(
    /** Mixed pictures in the last second. */
    readonly fps: number,
    /** Mean milliseconds of compositing one of them, copying its inputs left out. */
    readonly msPerFrame: number,
  ) {
    super('stats');
  }
}

/** Mixing stopped for good: the output stands still. Close the mixer and create a new one. */
export class VideoMixerErrorEvent extends Event {
  declare readonly type: 'error';
  constructor(readonly error: VideoMixerError) {
    super('error');
  }
}

export interface VideoMixerEventMap {
  stats: VideoMixerStatsEvent;
  error: VideoMixerErrorEvent;
}
