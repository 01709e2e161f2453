// SPDX-License-Identifier: Apache-2.0
// What one connection carries, counted from what it measures.

import type { MeasuredConnection } from '../topology/link.js';
import type { ConnectionTraffic } from './types.js';

const sum = (rows: readonly { bitsPerSecond: number }[]): number => rows.reduce((total, { bitsPerSecond }) => total + (bitsPerSecond || 0), 0);

/** @internal */
export function trafficOf({ participantId, transport, inbound, outbound }: MeasuredConnection): ConnectionTraffic {
  const sent = outbound.filter(({ active, bytesSent }) => active !== false && bytesSent !== 0);
  const received = inbound.filter(({ sourceId, bytesReceived }) => sourceId !== undefined && bytesReceived !== 0);
  return {
    ...(participantId === undefined ? {} : { participantId }),
    streamsUp: new Set(sent.map(({ sourceId }) => sourceId)).size,
    streamsDown: new Set(received.map((row) => `${row.participantId ?? ''}/${row.sourceId ?? ''}`)).size,
    upBitsPerSecond: transport.sendBitsPerSecond ?? sum(outbound),
    downBitsPerSecond: transport.receiveBitsPerSecond ?? sum(inbound),
  };
}
