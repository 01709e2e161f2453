// SPDX-License-Identifier: Apache-2.0
// Events of BackgroundProcessor.

import type { TesseraError } from '../errors.js';
import type { Stages } from './messages.js';

export type { Stages as BackgroundStages };

/** Once a second while frames flow: averages over that second. */
export class BackgroundStatsEvent extends Event {
  declare readonly type: 'stats';
  constructor(
    /** Frames given out, per second. */
    readonly fps: number,
    /** Milliseconds of work on a frame, from camera frame to finished frame. */
    readonly msPerFrame: number,
    /** Milliseconds of finding the person, when it is done; 0 without a background. */
    readonly segmentationMs: number,
    /** 0: the person is found anew in every frame; n: in every (n + 1)-th, because the machine has no time for more. */
    readonly level: number,
    /** Milliseconds of each part of that work, on average; zeros without a background. */
    readonly stages: Stages,
  ) {
    super('stats');
  }
}

/** The background stopped for good: the output stands still and shows nothing new. Close the processor. */
export class BackgroundErrorEvent extends Event {
  declare readonly type: 'error';
  constructor(readonly error: TesseraError) {
    super('error');
  }
}

export interface BackgroundProcessorEventMap {
  stats: BackgroundStatsEvent;
  error: BackgroundErrorEvent;
}
