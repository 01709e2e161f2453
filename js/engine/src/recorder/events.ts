// SPDX-License-Identifier: Apache-2.0
// Events of Recorder.

import type { TesseraError } from '../errors.js';
import type { Recording } from './recordings.js';

/** Once a second while recording. */
export class RecorderProgressEvent extends Event {
  declare readonly type: 'progress';
  constructor(
    /** Seconds recorded, without pauses. */
    readonly duration: number,
    /** Bytes handed to the target. */
    readonly bytes: number,
    /** Frames left out so far because the encoder or the target was too slow. */
    readonly droppedFrames: number,
  ) {
    super('progress');
  }
}

/** The recording is complete: stop() was called, or every track has ended. */
export class RecorderStopEvent extends Event {
  declare readonly type: 'stop';
  constructor(readonly recording: Recording) {
    super('stop');
  }
}

/** The recording ended by itself. */
export class RecorderErrorEvent extends Event {
  declare readonly type: 'error';
  constructor(
    readonly error: TesseraError,
    /** What was recorded until then; null where even that cannot be reached. */
    readonly recording: Recording | null,
  ) {
    super('error');
  }
}

export interface RecorderEventMap {
  progress: RecorderProgressEvent;
  stop: RecorderStopEvent;
  error: RecorderErrorEvent;
}
