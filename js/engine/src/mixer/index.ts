/// <reference lib="esnext.disposable" preserve="true" />
// SPDX-License-Identifier: Apache-2.0
// Entry point tessera-rtc/mixer: mixing video tracks into one.

export { VideoMixer } from './video-mixer.js';
export type { VideoInputOptions, VideoLayout, VideoMixerOptions } from './options.js';
export { VideoMixerError, type VideoMixerErrorCode } from './errors.js';
export { VideoMixerErrorEvent, VideoMixerStatsEvent, type VideoMixerEventMap } from './events.js';
export { AbortedError, OptionError, TesseraError } from '../errors.js';
