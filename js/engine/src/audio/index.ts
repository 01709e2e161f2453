/// <reference lib="esnext.disposable" preserve="true" />
// SPDX-License-Identifier: Apache-2.0
// Entry point tessera-rtc/audio: mixing audio tracks so that everybody hears all others.

export { AudioMixer, type AudioMixerOptions, type MixerInputOptions } from './mixer.js';
export { AudioError, type AudioErrorCode } from './errors.js';
export { MixerActiveSpeakerEvent, MixerErrorEvent, type AudioMixerEventMap } from './events.js';
export { AbortedError, OptionError, TesseraError } from '../errors.js';
