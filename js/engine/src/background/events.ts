// SPDX-License-Identifier: Apache-2.0
// Events of BackgroundProcessor.

import type { TesseraError } from '../errors.js';

/** Milliseconds that each part of the work took, on average over the frames of the last second. */
export interface BackgroundStages {
  /** Copying the camera's frame into the module and converting it. */
  input: number;
  /** Finding the person; frames in which that was left out count with 0. */
  segmentation: number;
  /** Refining the mask, and drawing background and person. */
  drawing: number;
  /** Making a VideoFrame of the result. */
  output: number;
}

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
    /**
     * How much is saved because the machine has no time for more. 0, nothing: the person is found anew in every frame;
     * 1: in every second one; 2: in every second one, in a smaller picture; 3: in every third one, in a yet smaller one.
     */
    readonly level: number,
    /** Milliseconds of each part of that work, on average; zeros without a background. */
    readonly stages: BackgroundStages,
  ) {
    super('stats');
  }
}

/** Frames took longer than there is time for, or there is time again: the background works at another level from now on. */
export class BackgroundLevelEvent extends Event {
  declare readonly type: 'levelchange';
  constructor(
    /** As in BackgroundStatsEvent. */
    readonly level: number,
    readonly previous: number,
  ) {
    super('levelchange');
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
  levelchange: BackgroundLevelEvent;
  error: BackgroundErrorEvent;
}
