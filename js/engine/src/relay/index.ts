// SPDX-License-Identifier: Apache-2.0
// Entry point tessera-rtc/relay: media over a WebSocket to the server, for networks where WebRTC gets nowhere.

export { RelayConnection, type PublishOptions, type RelayOptions, type RelayView } from './connection.js';
export { RelayError } from './errors.js';
export { RelaySourceErrorEvent, RelayStateEvent, RelayTrackEvent, type RelayConnectionEventMap, type RelayTrack } from './events.js';
export type { ReceivedStatistics, RelayState, RelayStatistics, SentStatistics, VideoCodec } from './messages.js';
