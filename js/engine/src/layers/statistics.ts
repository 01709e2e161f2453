// SPDX-License-Identifier: Apache-2.0
// Hands the inbound streams of an RTCStatsReport to the selection.

import type { Selection } from './layers-module.js';

/** The members of RTCInboundRtpStreamStats that are read (https://www.w3.org/TR/webrtc-stats/#inboundrtpstats-dict*). */
export interface InboundStream {
  readonly type: string;
  readonly kind?: string;
  readonly mid?: string;
  readonly ssrc?: number;
  readonly trackIdentifier?: string;
  readonly timestamp?: number;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly bytesReceived?: number;
  readonly headerBytesReceived?: number;
  readonly framesReceived?: number;
  readonly framesDecoded?: number;
  readonly freezeCount?: number;
  readonly jitter?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
  readonly totalDecodeTime?: number;
  readonly frameWidth?: number;
  readonly frameHeight?: number;
}

/** Streams that `idOf` does not know are left out; of audio all count. @returns how many streams were handed over. */
export function handOver(selection: Selection, now: number, report: Iterable<readonly [string, unknown]>, idOf: (stream: InboundStream) => string | null | undefined): number {
  let count = 0;
  for (const [, entry] of report) {
    const stream = entry as InboundStream;
    if (stream.type !== 'inbound-rtp' || (stream.kind !== 'audio' && stream.kind !== 'video')) continue;
    const id = stream.kind === 'audio' ? '' : idOf(stream);
    if (id === null || id === undefined || (id === '' && stream.kind === 'video')) continue;
    selection.addStream(
      id,
      stream.packetsReceived ?? 0,
      stream.packetsLost ?? 0,
      (stream.bytesReceived ?? 0) + (stream.headerBytesReceived ?? 0),
      // Firefox counts decoded frames alone.
      stream.framesReceived ?? stream.framesDecoded ?? 0,
      stream.framesDecoded ?? 0,
      stream.freezeCount ?? 0,
    );
    selection.addTimes(stream.jitter ?? 0, stream.jitterBufferDelay ?? 0, stream.jitterBufferEmittedCount ?? 0, stream.totalDecodeTime ?? 0, stream.frameWidth ?? 0, stream.frameHeight ?? 0);
    count++;
  }
  selection.endStatistics(now);
  return count;
}
