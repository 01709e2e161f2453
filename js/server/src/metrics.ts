// SPDX-License-Identifier: Apache-2.0
// What the server counts, for Prometheus. Labels come from fixed lists only, so a client cannot grow them.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Read at each scrape. */
export interface Census {
  rooms: number;
  present: number;
  absent: number;
  watchers: number;
  viewers: number;
  sockets: number;
}

export class Metrics {
  readonly registry = new Registry();
  readonly messages: Counter<'type'>;
  readonly errors: Counter<'code'>;
  readonly joins: Counter<'kind'>;
  readonly departures: Counter<'reason'>;
  readonly tokens: Counter;
  readonly rejectedSockets: Counter<'reason'>;
  readonly joinSeconds: Histogram;
  readonly relayFrames: Counter<'verdict'>;
  readonly relayBytes: Counter<'verdict'>;
  readonly relayKeyFrameRequests: Counter;
  readonly relayDisconnects: Counter<'reason'>;

  constructor(census: () => Census, options: { processMetrics: boolean }) {
    const registers = [this.registry];
    if (options.processMetrics) collectDefaultMetrics({ register: this.registry });
    this.messages = new Counter({ name: 'tessera_messages_total', help: 'Client messages received, by type.', labelNames: ['type'], registers });
    this.errors = new Counter({ name: 'tessera_errors_total', help: 'Errors sent to clients, by code.', labelNames: ['code'], registers });
    this.joins = new Counter({ name: 'tessera_joins_total', help: 'Successful joins: new, or resumed by a known participant.', labelNames: ['kind'], registers });
    this.departures = new Counter({ name: 'tessera_departures_total', help: 'Participants gone, by reason.', labelNames: ['reason'], registers });
    this.tokens = new Counter({ name: 'tessera_tokens_total', help: 'Tokens given to guests of open rooms.', registers });
    this.rejectedSockets = new Counter({ name: 'tessera_sockets_rejected_total', help: 'Sockets refused at the door, by reason.', labelNames: ['reason'], registers });
    const verdict = { labelNames: ['verdict'] as const, registers };
    this.relayFrames = new Counter({ name: 'tessera_relay_frames_total', help: 'Media frames of the relay: received, sent, or why not.', ...verdict });
    this.relayBytes = new Counter({ name: 'tessera_relay_bytes_total', help: 'Bytes of media frames of the relay: received, sent, or why not.', ...verdict });
    this.relayKeyFrameRequests = new Counter({ name: 'tessera_relay_keyframe_requests_total', help: 'Keyframes that the relay asked senders for.', registers });
    this.relayDisconnects = new Counter({ name: 'tessera_relay_disconnects_total', help: 'Sockets of the relay that ended, by reason.', labelNames: ['reason'], registers });
    this.joinSeconds = new Histogram({
      name: 'tessera_join_seconds',
      help: 'From receiving a join to sending its answer.',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    });
    new Gauge({ name: 'tessera_rooms', help: 'Rooms that exist now.', registers, collect() { this.set(census().rooms); } });
    new Gauge({ name: 'tessera_sockets', help: 'Open sockets.', registers, collect() { this.set(census().sockets); } });
    new Gauge({ name: 'tessera_viewers', help: 'People who only watch a room, and are no participants.', registers, collect() { this.set(census().viewers); } });
    new Gauge({ name: 'tessera_watchers', help: 'Sockets watching a lobby.', registers, collect() { this.set(census().watchers); } });
    new Gauge({
      name: 'tessera_participants',
      help: 'Participants: present, or absent with their place kept.',
      labelNames: ['state'],
      registers,
      collect() {
        const { present, absent } = census();
        this.set({ state: 'present' }, present);
        this.set({ state: 'absent' }, absent);
      },
    });
  }

  /** Shows what the relay holds. */
  observeRelay(census: () => { sockets: number; rooms: number; passages: number }): void {
    const registers = [this.registry];
    new Gauge({ name: 'tessera_relay_sockets', help: 'Open sockets of the relay.', registers, collect() { this.set(census().sockets); } });
    new Gauge({ name: 'tessera_relay_passages', help: 'Sockets of the relay that are passed on to the server of their room.', registers, collect() { this.set(census().passages); } });
    new Gauge({ name: 'tessera_relay_rooms', help: 'Rooms with somebody at the relay.', registers, collect() { this.set(census().rooms); } });
  }
}
