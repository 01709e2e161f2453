// SPDX-License-Identifier: Apache-2.0
// What goes wrong at the relay.

import { TesseraError } from '../errors.js';

/** The relay cannot be used, or refuses. Codes: 'relay-failed', 'unsupported', 'closed', and those of the server (js/server/RELAY.md). */
export class RelayError extends TesseraError {
  override readonly name = 'RelayError';
}
