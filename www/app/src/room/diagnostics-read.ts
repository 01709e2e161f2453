// SPDX-License-Identifier: Apache-2.0
// Reads what the engine measured into what the panel shows.

import type { PeerDiagnostics, RoomDiagnostics, Topology } from '../engine.ts';
import { bitrate, milliseconds, percent } from '../format.ts';
import { layerWords } from './layer-words.ts';
import { signallingStage, type ConnectionView, type Stage, type StageState } from './diagnostics-view.ts';
import { topologyName } from './topology-view.ts';

/** One view per participant, in the engine's order. What is not measured yet is a dash or left out, never an error. */
export function readDiagnostics(diagnostics: RoomDiagnostics): ConnectionView[] {
  return diagnostics.peers.map((peer) => ({
    id: peer.participantId,
    name: peer.name,
    stages: diagnostics.topology === 'relay' ? relayStages(peer, diagnostics.signalling) : stagesOf(peer, diagnostics.signalling.state),
    facts: factsOf(peer, diagnostics.topology),
    roundTripMs: peer.candidatePair?.roundTripMs ?? null,
    loss: lossOf(peer),
    upBitsPerSecond: peer.transport.sendBitsPerSecond ?? sum(peer.outbound),
    downBitsPerSecond: peer.transport.receiveBitsPerSecond ?? sum(peer.inbound),
  }));
}

const sum = (streams: readonly { bitsPerSecond: number }[]): number => streams.reduce((total, { bitsPerSecond }) => total + (bitsPerSecond || 0), 0);

function lossOf({ inbound, outbound }: PeerDiagnostics): number | null {
  const all = [...inbound, ...outbound].map(({ loss }) => loss).filter((loss) => Number.isFinite(loss));
  return all.length > 0 ? Math.max(...all) : null;
}

/** The four stages of one connection; each one waits for the one before. */
export function stagesOf(peer: PeerDiagnostics, signalling: string): Stage[] {
  const ice = peer.states.iceConnectionState;
  const connecting: StageState = ice === 'connected' || ice === 'completed' ? 'done' : ice === 'failed' || ice === 'closed' ? 'failed' : ice === 'new' ? 'waiting' : 'working';
  const dtls = peer.transport.dtlsState;
  const secured = dtls === 'connected' || (dtls === undefined && peer.states.connectionState === 'connected');
  const securing: StageState = secured ? 'done' : dtls === 'failed' || dtls === 'closed' ? 'failed' : connecting === 'done' || dtls === 'connecting' ? 'working' : 'waiting';
  const flowing = sum(peer.inbound) + sum(peer.outbound) > 0 || ((peer.transport.receiveBitsPerSecond ?? 0) > 0);
  const communicating: StageState = !secured || connecting !== 'done' ? (peer.state === 'failed' ? 'failed' : 'waiting') : 'done';
  return [
    signallingStage(signalling),
    { name: 'Connecting', state: connecting, words: connecting === 'done' ? routeWords(peer) : ice },
    { name: 'Securing', state: securing, words: secured ? tlsName(peer.transport.tlsVersion) : dtls ?? 'waiting' },
    { name: 'Communicating', state: communicating, words: communicating !== 'done' ? peer.state : flowing ? bitrate((peer.transport.receiveBitsPerSecond ?? sum(peer.inbound)) || 0) : 'ready' },
  ];
}

/** Through the server's relay there is neither ICE nor DTLS: the server's own socket, and TLS where it has that. */
export function relayStages(peer: PeerDiagnostics, { state, url }: RoomDiagnostics['signalling']): Stage[] {
  const [signalling, , , communicating] = stagesOf(peer, state) as [Stage, Stage, Stage, Stage];
  const done: StageState = peer.state === 'connected' ? 'done' : peer.state === 'failed' ? 'failed' : 'working';
  const secure = url.startsWith('https:');
  return [
    signalling,
    { name: 'Connecting', state: done, words: done === 'done' ? 'through the server' : peer.state },
    { name: 'Securing', state: done, words: done === 'done' ? (secure ? 'TLS to the server' : 'not encrypted') : 'waiting' },
    { ...communicating, state: done },
  ];
}

function routeWords({ candidatePair }: PeerDiagnostics): string {
  const types = [candidatePair?.local.type, candidatePair?.remote.type];
  if (types.includes('relay')) return 'through a relay';
  return candidatePair ? 'directly' : 'connected';
}

/** `FEFD` as the record layer writes it is DTLS 1.2. */
function tlsName(version: string | undefined): string {
  switch (version?.toUpperCase()) {
    case 'FEFC': return 'DTLS 1.3';
    case 'FEFD': return 'DTLS 1.2';
    case 'FEFF': return 'DTLS 1.0';
    default: return 'DTLS';
  }
}

function factsOf(peer: PeerDiagnostics, topology: Topology): [string, string][] {
  const { candidatePair: pair, transport, inbound, outbound } = peer;
  const facts: [string, string | undefined][] = [
    ['Topology', topologyName[topology]],
    ['Route', pair ? `${candidate(pair.local)} ⇄ ${candidate(pair.remote)}` : 'none chosen yet'],
    ['ICE', `${peer.states.iceConnectionState}, gathering ${peer.states.iceGatheringState}${peer.iceRestarts > 0 ? `, ${peer.iceRestarts} restarts` : ''}`],
    ['Available up', pair?.availableOutgoingBitrate ? bitrate(pair.availableOutgoingBitrate) : undefined],
    ['DTLS', transport.dtlsState && `${transport.dtlsState}, ${tlsName(transport.tlsVersion)}${transport.dtlsRole ? `, ${transport.dtlsRole}` : ''}`],
    ['DTLS cipher', transport.dtlsCipher],
    ['SRTP cipher', transport.srtpCipher],
    ['Your fingerprint', transport.localFingerprint],
    ['Their fingerprint', transport.remoteFingerprint],
    ...outbound.map((stream): [string, string] => [`Sending ${stream.sourceId}`, join(codec(stream.codec), picture(stream), bitrate(stream.bitsPerSecond),
      stream.active === false ? 'paused' : '', limit(stream.qualityLimitationReason), stream.encoderImplementation)]),
    ...inbound.filter(({ sourceId }) => sourceId !== undefined).map((stream): [string, string] => [`Receiving ${stream.sourceId}`, join(codec(stream.codec), picture(stream), bitrate(stream.bitsPerSecond),
      layerWords(stream.layer), `loss ${percent(stream.loss)}`, `jitter ${milliseconds(stream.jitterMs)}`, stream.freezeCount ? `${stream.freezeCount} freezes` : '', stream.decoderImplementation)]),
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '');
}

const join = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(', ');
const codec = (name: string | null): string => (name ?? '').replace(/^(audio|video)\//, '');

function candidate({ type, protocol, address, port, networkType }: NonNullable<PeerDiagnostics['candidatePair']>['local']): string {
  return `${join(type, protocol, networkType)}${address ? ` ${address}${port ? `:${port}` : ''}` : ''}`;
}

function picture({ frameWidth, frameHeight, framesPerSecond }: { frameWidth?: number; frameHeight?: number; framesPerSecond?: number }): string {
  return frameWidth && frameHeight ? `${frameWidth}×${frameHeight}${framesPerSecond ? ` at ${Math.round(framesPerSecond)} fps` : ''}` : '';
}

/** Why the one layer of a mesh is not at its full size or rate. */
function limit(reason: string | undefined): string {
  return reason === 'cpu' ? 'held back by the processor' : reason === 'bandwidth' ? 'held back by the network' : reason === 'other' ? 'held back' : '';
}
