// SPDX-License-Identifier: Apache-2.0
// The four stages follow the connection's real states, and the copied text holds what the panel shows.

import { describe, expect, it } from 'vitest';
import type { PeerDiagnostics } from '../engine.ts';
import { readDiagnostics, relayStages, stagesOf } from './diagnostics-read.ts';
import { asText, graphPath, overallStages, roundUp } from './diagnostics-view.ts';

const peer = (over: Partial<PeerDiagnostics> = {}): PeerDiagnostics => ({
  participantId: 'p1', name: 'Ana', connection: 1, state: 'connected', quality: 'good', iceRestarts: 0,
  states: { connectionState: 'connected', iceConnectionState: 'connected', iceGatheringState: 'complete', signalingState: 'stable' },
  candidatePair: { local: { type: 'host', protocol: 'udp', address: '192.0.2.1', port: 4000 }, remote: { type: 'srflx', protocol: 'udp' }, roundTripMs: 21.4 },
  transport: { dtlsState: 'connected', dtlsCipher: 'TLS_AES_128_GCM_SHA256', tlsVersion: 'FEFD', sendBitsPerSecond: 500_000, receiveBitsPerSecond: 1_500_000 },
  outbound: [{ sourceId: 'camera', kind: 'video', codec: 'video/VP8', bitsPerSecond: 480_000, loss: 0.01, frameWidth: 640, frameHeight: 360, framesPerSecond: 15, qualityLimitationReason: 'cpu' }],
  inbound: [{ kind: 'video', codec: null, bitsPerSecond: 0, loss: 0, jitterMs: 0 }],
  ...over,
});
const states = (entry: PeerDiagnostics): string[] => stagesOf(entry, 'connected').map(({ state }) => state);

describe('stages', () => {
  it('are done one after the other', () => {
    expect(states(peer())).toEqual(['done', 'done', 'done', 'done']);
    expect(states(peer({ state: 'connecting', states: { ...peer().states, iceConnectionState: 'new', connectionState: 'new' }, transport: { dtlsState: 'new' }, candidatePair: null }))).toEqual(['done', 'waiting', 'waiting', 'waiting']);
    expect(states(peer({ state: 'connecting', states: { ...peer().states, iceConnectionState: 'checking', connectionState: 'connecting' }, transport: { dtlsState: 'new' } }))).toEqual(['done', 'working', 'waiting', 'waiting']);
    expect(states(peer({ state: 'connecting', states: { ...peer().states, connectionState: 'connecting' }, transport: { dtlsState: 'connecting' } }))).toEqual(['done', 'done', 'working', 'waiting']);
  });
  it('show failure where it is', () => {
    expect(states(peer({ state: 'failed', states: { ...peer().states, iceConnectionState: 'failed', connectionState: 'failed' } }))[1]).toBe('failed');
    expect(stagesOf(peer(), 'reconnecting')[0]).toEqual({ name: 'Signalling', state: 'working', words: 'reconnecting' });
  });
  it('say how the media goes', () => {
    expect(stagesOf(peer(), 'connected').map(({ words }) => words)).toEqual(['connected', 'directly', 'DTLS 1.2', '1.5 Mbit/s']);
    const relayed = peer({ candidatePair: { local: { type: 'relay' }, remote: { type: 'host' }, roundTripMs: 5 } });
    expect(stagesOf(relayed, 'connected')[1]!.words).toBe('through a relay');
  });
});

describe('stages on the relay', () => {
  const signalling = { state: 'connected', since: 0, transport: 'websocket', url: 'https://meet.example' } as const;
  const relayed = peer({ transport: { receiveBitsPerSecond: 1_000_000 } });
  it('are those of the server’s socket', () => {
    expect(relayStages(relayed, signalling).map(({ words }) => words)).toEqual(['connected', 'through the server', 'TLS to the server', '1.0 Mbit/s']);
    expect(relayStages(relayed, { ...signalling, url: 'http://localhost' })[2]!.words).toBe('not encrypted');
    expect(relayStages({ ...relayed, state: 'reconnecting' }, signalling).map(({ state }) => state)).toEqual(['done', 'working', 'working', 'working']);
  });
});

describe('the panel', () => {
  const diagnostics = { at: 0, room: 'x', topology: 'mesh', connections: [], participantId: 'me', signalling: { state: 'connected', since: 0, transport: 'websocket', url: '' }, peers: [peer(), peer({ participantId: 'p2', name: 'Ben', state: 'failed', states: { ...peer().states, iceConnectionState: 'failed' } })] } as const;
  const views = readDiagnostics({ ...diagnostics, connections: [], peers: [...diagnostics.peers] });
  it('takes the worst loss and leaves out what nobody sends', () => {
    expect(views[0]!.loss).toBe(0.01);
    expect(views[0]!.facts.filter(([term]) => term.startsWith('Receiving'))).toEqual([]);
    expect(views[0]!.facts).toContainEqual(['Sending camera', 'VP8, 640×360 at 15 fps, 480 kbit/s, held back by the processor']);
  });
  it('sums the call up', () => {
    expect(overallStages('connected', views)[1]).toEqual({ name: 'Connecting', state: 'working', words: '1 of 2' });
    expect(overallStages('connected', []).slice(1).every(({ state }) => state === 'waiting')).toBe(true);
  });
  it('is copied whole', () => {
    const text = asText('x', 'connected', views, new Date(0));
    for (const part of ['room: x', '1970-01-01', 'Ana (p1)', 'round trip: 21 ms', 'dtls cipher: TLS_AES_128_GCM_SHA256', 'Ben (p2)', 'connecting: failed']) expect(text).toContain(part);
  });
});

describe('the graph', () => {
  it('ends at the right edge and stays in its box', () => {
    expect(graphPath([0, 50, 200], 100, 3, 100, 10)).toBe('M0.0 10.0L50.0 5.0L100.0 0.0');
    expect(graphPath([1], 100, 3, 100, 10)).toBe('');
  });
  it('has a round top', () => expect([0, 100_000, 120_000, 480_000, 1_900_000, 6e6].map(roundUp)).toEqual([100_000, 100_000, 200_000, 500_000, 2e6, 1e7]));
});
