// SPDX-License-Identifier: Apache-2.0
// Replays a recorded selection.

import { loadLayersModule } from './layers-module.js';

/**
 * Runs the inputs of a log (LayerSelector.exportLog()) through a fresh selection.
 * @returns '' when every decision is the same, otherwise what differs first, or that the log does not parse.
 * @throws TesseraError with code 'layers-failed' when the module cannot be loaded.
 */
export async function replayLog(log: string, { assetBaseUrl }: { assetBaseUrl?: string | URL } = {}): Promise<string> {
  return (await loadLayersModule(assetBaseUrl)).replay(log);
}
