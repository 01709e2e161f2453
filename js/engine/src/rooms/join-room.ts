// SPDX-License-Identifier: Apache-2.0
// The straight way into a room.

import { requireName } from '../options.js';
import type { LocalMedia } from '../media/local-media.js';
import { Connection, type ConnectOptions } from '../signalling/connection.js';
import { Room } from './room.js';

export interface JoinOptions extends ConnectOptions {
  /** How the others see this participant: 1 to 64 printable characters. Default: 'Guest'. */
  name?: string;
  /** What is sent from the start. The room closes it when it is closed. Default: a new LocalMedia that sends nothing yet. */
  media?: LocalMedia;
}

/**
 * Enters a room. Resolves once the server has let this participant in; connections to the others follow.
 * @throws OptionError; RoomError ('server-unreachable', 'room-full', 'token-required', 'token-invalid', …); AbortedError.
 */
export async function joinRoom(options: JoinOptions): Promise<Room> {
  const name = requireName(options?.name ?? 'Guest');
  const connection = new Connection(options, name);
  try {
    void connection.transport; // Opens while the token and the module are on their way.
    return await Room.enter(connection, { name, ...(options.media ? { media: options.media } : {}), ...(options.signal ? { signal: options.signal } : {}) });
  } catch (error) {
    connection.close();
    throw error;
  }
}
