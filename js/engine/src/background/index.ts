/// <reference lib="esnext.disposable" preserve="true" />
// SPDX-License-Identifier: Apache-2.0
// Entry point tessera-rtc/background: a camera track in, a track with another background out.

export { BackgroundProcessor, type CreateOptions } from './processor.js';
export type {
  BackgroundFit, BackgroundOptions, BlurBackground, ColorBackground, ImageBackground, LightWrap, NoBackground, PersonEffects, RoomBackground, TransparentBackground,
  VideoBackground,
} from './options.js';
export { BackgroundErrorEvent, BackgroundLevelEvent, BackgroundStatsEvent, type BackgroundProcessorEventMap, type BackgroundStages } from './events.js';
export { AbortedError, BackgroundError, OptionError, TesseraError } from '../errors.js';
