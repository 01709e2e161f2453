// SPDX-License-Identifier: Apache-2.0
// What can go wrong with a recording.

import { TesseraError } from '../errors.js';

/** A recording that could not start, or that ended before it was stopped. What had been written until then is playable. */
export class RecorderError extends TesseraError {
  override readonly name = 'RecorderError';
}

/** @internal */
export const storageError = (cause: unknown): RecorderError =>
  new RecorderError('storage-failed', 'The recording could not be written any further. Free some space, or choose another place, and start a new one.', { cause });

/** @internal */
export const encoderError = (cause: unknown): RecorderError =>
  new RecorderError('recording-failed', `The recording ended because its encoder failed: ${String((cause as Error)?.message ?? cause)}`, { cause });
