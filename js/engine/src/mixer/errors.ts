// SPDX-License-Identifier: Apache-2.0
// What can go wrong with mixing videos.

import { TesseraError } from '../errors.js';

export type VideoMixerErrorCode = 'unsupported' | 'mixer-failed' | 'mixer-full' | 'closed';

/** A video mixer that could not start or stopped, or has no room for one more. */
export class VideoMixerError extends TesseraError {
  override readonly name = 'VideoMixerError';
  declare readonly code: VideoMixerErrorCode;

  constructor(code: VideoMixerErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
