// SPDX-License-Identifier: Apache-2.0
// The entry point `tessera-rtc/livekit`: rooms on a LiveKit server, and parts of this engine for a page's own livekit-client.

import { requireObject, requireString } from '../options.js';
import { RoomError } from '../errors.js';
import type { SfuConnection, SfuHandlers, SfuIdentity } from '../sfu/adapter.js';

export type { LayerChoice, SfuConnection, SfuDiagnostics, SfuHandlers, SfuIdentity } from '../sfu/adapter.js';
export { backgroundTrackProcessor, type BackgroundTrackProcessor } from './track-processor.js';
export { RoomLayers, type RoomLayersEventMap, type RoomLayersOptions } from './room-layers.js';
export type { LiveKitParticipant, LiveKitPublication, LiveKitRoom, LiveKitTrack, LiveKitVideoLayer } from './shapes.js';

export interface LiveKitSettings {
  /** The WebSocket address of LiveKit: `wss://livekit.example`. */
  url: string;
  /** An access token for the room, whose identity is the participant's id. */
  token: string;
}

function check(settings: unknown): asserts settings is LiveKitSettings {
  const { url, token } = requireObject(settings, 'settings');
  requireString(url, 'url', /^(ws|http)s?:\/\//, 'a ws:// or wss:// address of a LiveKit server');
  requireString(token, 'token', /^[\w-]+\.[\w-]+\.[\w-]+$/, 'an access token of LiveKit');
}

/**
 * Takes a place in a LiveKit room: publishes cameras in up to three simulcast layers of which only those are encoded that somebody
 * takes, receives everybody else, and comes back by itself when LiveKit was away. Fetches livekit-client, which the package brings.
 * @throws OptionError; RoomError 'server-unreachable' when a part of the engine cannot be downloaded.
 */
export async function connectLiveKit(settings: LiveKitSettings | Record<string, unknown>, identity: SfuIdentity, handlers: SfuHandlers): Promise<SfuConnection> {
  check(settings);
  const { LiveKitConnection } = await import('./connection.js').catch((cause: unknown) => {
    throw new RoomError('server-unreachable', 'A part of the engine could not be downloaded. Check the connection and try again.', { cause });
  });
  return new LiveKitConnection(settings, identity, handlers);
}
