// SPDX-License-Identifier: Apache-2.0
// The relay's door and clock: WebSockets below /relay for those who have a place in a room, for media where WebRTC cannot go.
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { ProtocolError } from '../errors.js';
import type { Hub } from '../hub.js';
import { type Origins, requestAddress } from '../origins.js';
import { participantIdOf } from '../tokens.js';
import { Member, type MemberHost } from './member.js';
import { kRelayPath } from './messages.js';
import { loadRelayModules } from './modules.js';
import { Passages } from './passage.js';
import { RelayRoom } from './room.js';

/** The largest message: a frame's header and the most a picture may have. A socket that sends more is closed (1009). */
const kMaxMessageBytes = 20 + 1024 * 1024;
const kAcknowledgeEveryMs = 50;
/** Layers are chosen anew every so many of those. */
const kTickEvery = 2;
const kEnterWithinMs = 10_000;

export class Relay {
  readonly #hub: Hub;
  readonly #origins: Origins;
  readonly #rooms = new Map<string, RelayRoom>();
  readonly #members = new Set<Member>();
  readonly #perAddress = new Map<string, number>();
  readonly #sockets: WebSocketServer;
  readonly #passages: Passages | undefined;
  #host: MemberHost | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  /** `whereIs`, where other servers carry the same rooms: see Passages. */
  constructor(hub: Hub, origins: Origins, whereIs?: (room: string) => Promise<string | null>) {
    this.#hub = hub;
    this.#origins = origins;
    this.#passages = whereIs && new Passages(hub.key, whereIs, hub.log);
    this.#sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: kMaxMessageBytes, clientTracking: false });
    hub.onDeparture((room, participantId) => this.#closePlace(room, participantId, 'left', 'The participant has left the room.'));
    hub.metrics.observeRelay(() => ({ sockets: this.#members.size, rooms: this.#rooms.size, passages: this.#passages?.size ?? 0 }));
  }

  /** Loads the WebAssembly; to be called before sockets come. */
  async load(): Promise<void> {
    const modules = await loadRelayModules();
    const { metrics, settings, log } = this.#hub;
    this.#host ??= {
      modules,
      limits: { framesPerSecond: settings.relayFrameRate, bytesPerSecond: settings.relayByteRate },
      enter: (member, room, participantKey) => this.#enter(member, room, participantKey),
      forget: (member) => this.#forget(member),
      count: {
        frames: (verdict, bytes) => {
          metrics.relayFrames.inc({ verdict });
          if (bytes > 0) metrics.relayBytes.inc({ verdict }, bytes);
        },
        keyFrameRequest: () => metrics.relayKeyFrameRequests.inc(),
        disconnect: (reason) => metrics.relayDisconnects.inc({ reason }),
        fault: (error) => log.error({ err: error }, 'the relay failed to handle a message'),
      },
    };
  }

  attach(server: HttpServer): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url?.split('?')[0] !== kRelayPath) return;
      const passedFor = this.#passages && Passages.passedFor(request, this.#hub.key);
      const address = passedFor ?? requestAddress(request, this.#hub.settings.trustProxy);
      const refusal = this.#refusal(request, address, passedFor !== undefined);
      if (refusal) {
        this.#hub.metrics.rejectedSockets.inc({ reason: refusal[1] });
        socket.end(`HTTP/1.1 ${refusal[0]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      // Never passed on twice: where two servers disagree about a room, its people come back in a moment.
      if (!this.#passages || passedFor !== undefined) this.#accept(request, socket, head, address);
      else void this.#passages.take(request, socket, head, address).then((passed) => passed || socket.destroyed || this.#accept(request, socket, head, address));
    });
  }

  #accept(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void {
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
      // Frames are small and each is wanted at once.
      if ('setNoDelay' in socket) (socket as { setNoDelay(on: boolean): void }).setNoDelay(true);
      const member = new Member(webSocket, this.#host!);
      this.#members.add(member);
      const enter = setTimeout(() => {
        if (!member.room) member.close('not-joined', 'Nothing was entered in time.');
      }, kEnterWithinMs);
      webSocket.once('close', () => {
        clearTimeout(enter);
        const count = (this.#perAddress.get(address) ?? 1) - 1;
        if (count === 0) this.#perAddress.delete(address);
        else this.#perAddress.set(address, count);
      });
      this.#startClock();
    });
  }

  /** Ends every socket; clients may come back. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const member of [...this.#members]) member.close('server-shutting-down', 'The server is restarting. Connect again in a moment.');
    this.#passages?.close();
    this.#sockets.close();
  }

  /** `vouched`: another server has looked at the origin already. */
  #refusal(request: IncomingMessage, address: string, vouched: boolean): [status: string, reason: string] | null {
    const { maxSockets, maxSocketsPerAddress } = this.#hub.settings;
    if (this.#hub.closing || !this.#host) return ['503 Service Unavailable', 'closing'];
    if (!vouched && !this.#origins.allows(request)) return ['403 Forbidden', 'origin-not-allowed'];
    if (this.#members.size + (this.#passages?.size ?? 0) >= maxSockets) return ['503 Service Unavailable', 'too-many-sockets'];
    if ((this.#perAddress.get(address) ?? 0) >= maxSocketsPerAddress) return ['429 Too Many Requests', 'too-many-sockets-from-address'];
    return null;
  }

  /** Only who has a place in the room, and proves it by the key behind its id, may send and receive there. */
  #enter(member: Member, name: string, participantKey: string): RelayRoom {
    const participantId = participantIdOf(participantKey);
    if (!this.#hub.hasPlace(name, participantId)) {
      throw new ProtocolError('not-joined', 'Join the room over signalling first, with the same participantKey.', { fatal: true });
    }
    this.#closePlace(name, participantId, 'replaced', 'The same participant has connected from somewhere else.');
    member.participantId = participantId;
    let room = this.#rooms.get(name);
    if (!room) {
      room = new RelayRoom(name, this.#host!);
      this.#rooms.set(name, room);
    }
    return room;
  }

  #forget(member: Member): void {
    this.#members.delete(member);
    for (const [name, room] of this.#rooms) if (room.members.size === 0) this.#rooms.delete(name);
    if (this.#members.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #closePlace(name: string, participantId: string, reason: 'left' | 'replaced', message: string): void {
    for (const member of [...(this.#rooms.get(name)?.members ?? [])]) if (member.participantId === participantId) member.close(reason, message);
  }

  #startClock(): void {
    this.#timer ??= setInterval(() => this.#tick(), kAcknowledgeEveryMs);
  }

  #tick(): void {
    const now = performance.now();
    this.#ticks += 1;
    const { relayStallMs, pingIntervalMs } = this.#hub.settings;
    const ping = this.#ticks % Math.max(1, Math.round(pingIntervalMs / kAcknowledgeEveryMs)) === 0;
    for (const member of [...this.#members]) {
      member.acknowledge(now);
      if (ping && !member.alive) {
        member.socket.terminate();
        continue;
      }
      if (ping) {
        member.alive = false;
        member.socket.ping();
      }
      if (member.closed || this.#ticks % kTickEvery !== 0) continue;
      if (member.receiver.stalled(now) > relayStallMs) member.close('receiver-stalled', 'Nothing sent was acknowledged for too long. Connect again.');
      else member.room?.tick(member, now);
    }
    if (this.#ticks % kTickEvery === 0) for (const room of this.#rooms.values()) room.tellPublishers(now);
  }
}
