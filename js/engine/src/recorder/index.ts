/// <reference lib="esnext.disposable" preserve="true" />
// SPDX-License-Identifier: Apache-2.0
// Entry point tessera-rtc/recorder: a MediaStream into a WebM file, while it goes.

export { Recorder } from './recorder.js';
export type { RecorderOptions } from './options.js';
export { RecorderErrorEvent, type RecorderEventMap, RecorderProgressEvent, RecorderStopEvent } from './events.js';
export { RecorderError } from './errors.js';
export { listRecordings, type Recording, type StoredRecording } from './recordings.js';
export { AbortedError, OptionError, TesseraError } from '../errors.js';
