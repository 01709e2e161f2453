// SPDX-License-Identifier: Apache-2.0
// The entry point `tessera-rtc/webinar`: watching a room without taking part in it, and who watches.

export { watchRoom, Viewing, type ViewingEventMap, type ViewingState, type WatchOptions } from './viewing.js';
export { audienceOf, type Audience, type AudienceChangeEvent, type AudienceState } from '../topology/audience.js';
