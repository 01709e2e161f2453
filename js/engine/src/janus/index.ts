// SPDX-License-Identifier: Apache-2.0
// The entry point `tessera-rtc/janus`: a place in a VideoRoom of a Janus server, spoken to by the engine's own C++ over a WebSocket.

import { requireNumber, requireObject, requireString } from '../options.js';
import type { SfuConnection, SfuHandlers, SfuIdentity } from '../sfu/adapter.js';
import { JanusConnection } from './connection.js';
import { loadJanusModule } from './module.js';

export type { LayerChoice, SfuConnection, SfuDiagnostics, SfuHandlers, SfuIdentity } from '../sfu/adapter.js';

export interface JanusSettings {
  /** The WebSocket address of Janus: `wss://janus.example/`. */
  url: string;
  /** Number of the VideoRoom, 1 to 2^53 - 1. A room that is not there is created. */
  room: number;
  /** Needed to enter, where the room has one. Default: none. */
  pin?: string;
  /** Given to a room that is created, and needed to change or remove it. Default: none. */
  secret?: string;
}

function check(settings: unknown): asserts settings is JanusSettings {
  const { url, room, pin, secret } = requireObject(settings, 'settings');
  requireString(url, 'url', /^wss?:\/\//, 'a ws:// or wss:// address of a Janus server');
  requireNumber(room, 'room', 1, Number.MAX_SAFE_INTEGER);
  requireString(pin ?? '', 'pin', /^[^]*$/, 'a string');
  requireString(secret ?? '', 'secret', /^[^]*$/, 'a string');
}

/**
 * Takes a place in a VideoRoom: publishes cameras in up to three simulcast layers, receives everybody else on one connection, and
 * comes back by itself when Janus was away. Works with any signalling, or none: participants are told apart by `participantId`.
 * @throws OptionError; RoomError 'server-unreachable' when a part of the engine cannot be downloaded.
 */
export async function connectJanus(settings: JanusSettings | Record<string, unknown>, identity: SfuIdentity, handlers: SfuHandlers): Promise<SfuConnection> {
  check(settings);
  const module = await loadJanusModule(identity.assetBaseUrl);
  return new JanusConnection(module, settings, identity, handlers);
}
