// SPDX-License-Identifier: Apache-2.0
// What can go wrong with mixing.

import { TesseraError } from '../errors.js';

export type AudioErrorCode = 'unsupported' | 'audio-failed' | 'mixer-full' | 'closed';

/** A mixer that could not start or stopped, or has no room for one more. */
export class AudioError extends TesseraError {
  override readonly name = 'AudioError';
  declare readonly code: AudioErrorCode;

  constructor(code: AudioErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
