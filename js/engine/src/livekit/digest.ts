// SPDX-License-Identifier: Apache-2.0
// Statistics of single tracks, as livekit-client gives them, put together as diagnostics of a connection.

import type { PeerDiagnostics, ReceivedDiagnostics, SentDiagnostics } from '../diagnostics/types.js';
import type { SfuDiagnostics } from '../sfu/adapter.js';

/** A track's statistics, and whose it is. */
export interface TrackReport {
  readonly sourceId: string;
  /** Absent for an own track. */
  readonly participantId?: string;
  readonly report: RTCStatsReport;
}

type Stats = Record<string, unknown> & { id: string; type: string; timestamp: number };

/** Names as in wasm/browser/peer_stats.cc. */
const kTransport = 'dtlsState dtlsCipher dtlsRole srtpCipher tlsVersion iceState iceRole iceLocalUsernameFragment selectedCandidatePairChanges'.split(' ');
const kCandidate = 'protocol address port relayProtocol networkType usernameFragment'.split(' ');
const kSent =
  'mid kind active frameWidth frameHeight framesPerSecond framesEncoded bytesSent packetsSent qualityLimitationReason encoderImplementation nackCount pliCount keyFramesEncoded totalEncodeTime targetBitrate'.split(' ');
const kReceived =
  'mid kind frameWidth frameHeight framesPerSecond framesReceived framesDecoded framesDropped bytesReceived packetsReceived packetsLost freezeCount audioLevel totalAudioEnergy totalSamplesDuration decoderImplementation nackCount pliCount'.split(' ');

const pick = (stats: Stats | undefined, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.filter((name) => stats?.[name] !== undefined).map((name) => [name, stats?.[name]]));
const num = (stats: Stats | undefined, name: string): number => (typeof stats?.[name] === 'number' ? (stats[name] as number) : 0);

interface Counters {
  at: number;
  bytes: number;
  packets: number;
  lost: number;
}

/** Keeps the counters of the time before, so that rates are those between two digests. */
export class Digest {
  #before = new Map<string, Counters>();
  #now = new Map<string, Counters>();

  /** Two connections at most, those with rows: what is sent and what is received, or both in one where one transport carries both. */
  connections(sent: readonly TrackReport[], received: readonly TrackReport[]): SfuDiagnostics[] {
    this.#before = this.#now;
    this.#now = new Map();
    const out: SfuDiagnostics = { ...this.#common(sent), outbound: sent.flatMap((it) => this.#outbound(it)), inbound: [] };
    const into: SfuDiagnostics = { ...this.#common(received), outbound: [], inbound: received.flatMap((it) => this.#inbound(it)) };
    if (out.outbound.length > 0 && into.inbound.length > 0 && routeOf(out) === routeOf(into)) return [{ ...out, inbound: into.inbound }];
    return [out, into].filter(({ outbound, inbound }) => outbound.length + inbound.length > 0);
  }

  #delta(id: string, stats: Stats, bytes: number): { seconds: number; bits: number; loss: number } {
    const now = { at: stats.timestamp, bytes, packets: num(stats, 'packetsReceived'), lost: num(stats, 'packetsLost') };
    this.#now.set(id, now);
    const before = this.#before.get(id);
    const seconds = before ? (now.at - before.at) / 1000 : 0;
    if (!before || seconds <= 0) return { seconds: 0, bits: 0, loss: 0 };
    const [came, lost] = [Math.max(0, now.packets - before.packets), Math.max(0, now.lost - before.lost)];
    return { seconds, bits: Math.max(0, ((now.bytes - before.bytes) * 8) / seconds), loss: came + lost > 0 ? lost / (came + lost) : 0 };
  }

  #common(reports: readonly TrackReport[]): Pick<SfuDiagnostics, 'connection' | 'states' | 'candidatePair' | 'transport'> {
    const all = new Map<string, Stats>();
    for (const { report } of reports) for (const [id, stats] of report as unknown as Map<string, Stats>) all.set(id, stats);
    const transport = [...all.values()].find(({ type }) => type === 'transport');
    const pair = [...all.values()].find(
      (it) => it.type === 'candidate-pair' && (it.id === transport?.['selectedCandidatePairId'] || it['selected'] === true || (it['nominated'] === true && it['state'] === 'succeeded')),
    );
    const candidate = (key: string): Record<string, unknown> => {
      const stats = all.get(String(pair?.[key]));
      return { ...(stats?.['candidateType'] === undefined ? {} : { type: stats['candidateType'] }), ...pick(stats, kCandidate) };
    };
    const fingerprint = (key: string): string | undefined => {
      const stats = all.get(String(transport?.[key]));
      return stats ? `${String(stats['fingerprintAlgorithm'])} ${String(stats['fingerprint'])}` : undefined;
    };
    const connected = transport?.['dtlsState'] === 'connected';
    return {
      connection: 1,
      states: {
        connectionState: connected ? 'connected' : 'connecting',
        iceConnectionState: (transport?.['iceState'] as RTCIceConnectionState | undefined) ?? (connected ? 'connected' : 'checking'),
        iceGatheringState: 'complete',
        signalingState: 'stable',
      },
      candidatePair: pair
        ? ({ local: candidate('localCandidateId'), remote: candidate('remoteCandidateId'), roundTripMs: num(pair, 'currentRoundTripTime') * 1000, ...pick(pair, ['availableOutgoingBitrate', 'state']) } as PeerDiagnostics['candidatePair'])
        : null,
      transport: transport
        ? {
            ...pick(transport, kTransport),
            sendBitsPerSecond: this.#delta(`${transport.id}>`, transport, num(transport, 'bytesSent')).bits,
            receiveBitsPerSecond: this.#delta(`${transport.id}<`, transport, num(transport, 'bytesReceived')).bits,
            localFingerprint: fingerprint('localCertificateId'),
            remoteFingerprint: fingerprint('remoteCertificateId'),
          }
        : {},
    } as Pick<SfuDiagnostics, 'connection' | 'states' | 'candidatePair' | 'transport'>;
  }

  #outbound({ sourceId, report }: TrackReport): SentDiagnostics[] {
    const all = report as unknown as Map<string, Stats>;
    return [...all.values()].filter(({ type }) => type === 'outbound-rtp').map((stats) => ({
      ...pick(stats, kSent),
      sourceId,
      codec: codecOf(all, stats),
      bitsPerSecond: this.#delta(stats.id, stats, num(stats, 'bytesSent')).bits,
      loss: num(all.get(String(stats['remoteId'])), 'fractionLost'),
    })) as SentDiagnostics[];
  }

  #inbound({ sourceId, participantId, report }: TrackReport): SfuDiagnostics['inbound'] {
    const all = report as unknown as Map<string, Stats>;
    return [...all.values()].filter(({ type }) => type === 'inbound-rtp').map((stats) => {
      const { bits, loss } = this.#delta(stats.id, stats, num(stats, 'bytesReceived'));
      return { ...pick(stats, kReceived), sourceId, participantId, codec: codecOf(all, stats), bitsPerSecond: bits, loss, jitterMs: num(stats, 'jitter') * 1000 };
    }) as (ReceivedDiagnostics & { participantId?: string })[];
  }
}

function codecOf(all: ReadonlyMap<string, Stats>, stats: Stats): string | null {
  const mime = all.get(String(stats['codecId']))?.['mimeType'];
  return typeof mime === 'string' ? mime.slice(mime.indexOf('/') + 1) : null;
}

/** Tells connections apart. */
const routeOf = ({ candidatePair, transport }: SfuDiagnostics): string =>
  JSON.stringify([candidatePair?.local.port, candidatePair?.local.address, candidatePair?.remote.port, transport.localFingerprint]);
