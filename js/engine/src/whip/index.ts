// SPDX-License-Identifier: Apache-2.0
// The entry point `tessera-rtc/whip`: publishes a stream to a media server over WHIP (RFC 9725).

export { WhipPublisher, type WhipPublishOptions } from './publisher.js';
export { WhipError, type WhipErrorCode, type WhipErrorDetails } from './errors.js';
export type { WhipPublisherEventMap, WhipState, WhipStateEvent } from './events.js';
