// SPDX-License-Identifier: Apache-2.0
// One socket of the relay: its messages and frames in, its acknowledgements out, its limits and its end.
import type { WebSocket } from 'ws';
import { ProtocolError } from '../errors.js';
import { TokenBucket } from '../token-bucket.js';
import { type CloseReason, kCloseCodes, kVideoCodecs, parseRelayMessage, type RelayMessage, type RelayServerMessage, type VideoCodec } from './messages.js';
import type { Frame, RelayModules } from './modules.js';
import { Receiver } from './receiver.js';
import type { RelayRoom } from './room.js';

const kHeaderBytes = 20;
const kAcknowledgementBytes = 24;
/** Types of frames. */
const kAudio = 2;
const kAcknowledgement = 3;
/** Text messages a second, and at once. */
const kTextRate = 50;
const kTextBurst = 200;
/** A client that goes on like this beyond its limits is disconnected: so many dropped frames. */
const kPatience = 2000;
/** More than this in the socket means that the receiver does not read, whatever it acknowledges. Bytes. */
const kMostBuffered = 8 * 1024 * 1024;

export interface MemberLimits {
  framesPerSecond: number;
  bytesPerSecond: number;
}

/** What members have to do with beyond their room. */
export interface MemberHost {
  readonly modules: RelayModules;
  readonly limits: MemberLimits;
  /** Takes a participant's place at the relay. @throws ProtocolError not-joined */
  enter(member: Member, room: string, participantKey: string): RelayRoom;
  /** The member is closed: nothing is to hold on to it. */
  forget(member: Member): void;
  count: {
    frames(verdict: 'received' | 'sent' | 'unwanted' | 'late' | 'broken' | 'dropped', bytes: number): void;
    keyFrameRequest(): void;
    disconnect(reason: CloseReason | 'closed'): void;
    fault(error: unknown): void;
  };
}

export class Member {
  /** '' until it has entered. */
  participantId = '';
  room: RelayRoom | null = null;
  decodes: readonly VideoCodec[] = kVideoCodecs;
  #codecsTold: readonly VideoCodec[] = kVideoCodecs;
  readonly receiver: Receiver;
  readonly #frame: Frame;
  /** Of the newest media frame received, for the next acknowledgement. */
  readonly #newest: Frame;
  #newestAt = 0;
  #fresh = false;
  readonly #texts = new TokenBucket(kTextRate, kTextBurst);
  readonly #frames: TokenBucket;
  readonly #kilobytes: TokenBucket;
  #patience = kPatience;
  #closed = false;
  /** Answered the last ping. */
  alive = true;

  constructor(
    readonly socket: WebSocket,
    private readonly host: MemberHost,
  ) {
    this.receiver = new Receiver(host.modules);
    this.#frame = new host.modules.Frame();
    this.#newest = new host.modules.Frame();
    this.#frames = new TokenBucket(host.limits.framesPerSecond, host.limits.framesPerSecond * 2);
    this.#kilobytes = new TokenBucket(host.limits.bytesPerSecond / 1024, (host.limits.bytesPerSecond / 1024) * 2);
    socket.on('message', (data, binary) => this.#receive(data as Buffer, binary));
    socket.on('pong', () => (this.alive = true));
    socket.on('error', (error: Error & { code?: string }) => {
      // ws closes the socket by itself; what follows is for the books.
      const refused = error.code?.startsWith('WS_ERR');
      this.#end(error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'message-too-large' : refused ? 'message-invalid' : 'closed');
    });
    socket.on('close', () => this.#end('closed'));
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(message: RelayServerMessage): void {
    if (!this.#closed) this.socket.send(JSON.stringify(message));
  }

  /** What everybody else decodes, where that has changed. */
  tellCodecs(codecs: VideoCodec[]): void {
    if (codecs.join() === this.#codecsTold.join()) return;
    this.#codecsTold = codecs;
    this.send({ type: 'codecs', codecs });
  }

  /** Media that the receiver's forwarder has let through. */
  forward(data: Buffer): void {
    this.socket.send(data, { binary: true, compress: false });
    this.host.count.frames('sent', data.byteLength);
    if (this.socket.bufferedAmount > kMostBuffered) this.close('receiver-stalled', 'The connection takes nothing any more. Connect again.');
  }

  requestKeyFrame(stream: number): void {
    if (this.#closed) return;
    this.#frame.setKeyFrameRequest(stream);
    this.socket.send(this.#written(kHeaderBytes), { binary: true, compress: false });
    this.host.count.keyFrameRequest();
  }

  /** Every 50 ms: acknowledges the newest media frame, where one has come. */
  acknowledge(now: number): void {
    if (!this.#fresh || this.#closed) return;
    this.#fresh = false;
    this.#frame.setAcknowledgement(this.#newest);
    const bytes = this.#written(kAcknowledgementBytes);
    bytes.writeUInt32BE(Math.min(0xffffffff, Math.round((now - this.#newestAt) * 1000)), kHeaderBytes);
    this.socket.send(bytes, { binary: true, compress: false });
  }

  /** Says why, and closes. */
  close(reason: CloseReason, message: string): void {
    if (this.#closed) return;
    this.send({ type: 'error', code: reason, message, fatal: true });
    this.#end(reason);
    this.socket.close(kCloseCodes[reason]);
    // Who does not read does not answer the closing handshake either.
    const timer = setTimeout(() => this.socket.terminate(), 2000).unref();
    this.socket.once('close', () => clearTimeout(timer));
  }

  #written(size: number): Buffer {
    const bytes = Buffer.alloc(size);
    for (let index = 0; index < 5; index += 1) bytes.writeUInt32BE(this.#frame.word(index) >>> 0, index * 4);
    return bytes;
  }

  #end(reason: CloseReason | 'closed'): void {
    if (this.#closed) return;
    this.#closed = true;
    this.host.count.disconnect(reason);
    this.room?.leave(this);
    this.room = null;
    this.host.forget(this);
    this.receiver.close();
    this.#frame.delete();
    this.#newest.delete();
  }

  #receive(data: Buffer, binary: boolean): void {
    if (this.#closed) return;
    try {
      if (binary) this.#media(data);
      else this.#text(data.toString());
    } catch (error) {
      if (error instanceof ProtocolError && Object.hasOwn(kCloseCodes, error.code)) {
        if (error.fatal) this.close(error.code as CloseReason, error.message);
        else this.send({ type: 'error', code: error.code, message: error.message, fatal: false });
        return;
      }
      this.host.count.fault(error);
      this.close('internal', 'The server failed to handle this message. Connect again.');
    }
  }

  #text(text: string): void {
    if (this.#texts.take() > 0) return this.#refuse();
    this.#handle(parseRelayMessage(text));
  }

  #handle(message: RelayMessage): void {
    const now = performance.now();
    if (message.type === 'enter') {
      if (this.room) throw new ProtocolError('message-invalid', 'This connection has entered a room already.', { fatal: true });
      this.room = this.host.enter(this, message.room, message.participantKey);
      this.decodes = message.decodes;
      this.room.enter(this, now);
      return;
    }
    const room = this.#entered();
    if (message.type === 'publish') room.publish(this, message, now);
    else if (message.type === 'unpublish') room.unpublish(this, message.stream, now);
    else if (room.streams.get(message.stream)?.info.kind === 'video') {
      const { width, height, pinned, speaking } = message;
      this.receiver.view(now, message.stream, { width, height, pinned, speaking });
    }
  }

  #media(data: Buffer): void {
    const room = this.#entered();
    if (this.#frames.take() > 0) return this.#refuse();
    for (let left = data.byteLength; left > 0; left -= 1024) if (this.#kilobytes.take() > 0) return this.#refuse();
    const word = (index: number): number => (data.byteLength >= index * 4 + 4 ? data.readUInt32BE(index * 4) : 0);
    // Of a message too short for a header, its first byte tells the version all the same.
    const first = data.byteLength >= 4 ? word(0) : ((data[0] ?? 0) << 24) >>> 0;
    const frame = this.#frame;
    const code = frame.read(first, word(1), word(2), word(3), word(4), data.byteLength);
    if (code !== '') {
      const known = code === 'unsupported' ? 'protocol-unsupported' : code === 'data-too-large' ? 'message-too-large' : 'message-invalid';
      throw new ProtocolError(known, frame.message(), { fatal: true });
    }
    const now = performance.now();
    const type = frame.type();
    if (type > kAudio) {
      if (type === kAcknowledgement) this.receiver.acknowledged(now, frame, data.readUInt32BE(kHeaderBytes));
      else room.keyFrameWanted(this, frame.stream(), now);
      return;
    }
    this.host.count.frames('received', data.byteLength);
    this.#newest.setAcknowledgement(frame);
    this.#newestAt = now;
    this.#fresh = true;
    room.forward(this, frame, data, now);
  }

  #entered(): RelayRoom {
    if (!this.room) throw new ProtocolError('not-joined', 'Send "enter" first.', { fatal: true });
    return this.room;
  }

  /** Over its rate: dropped. Who does not stop is disconnected. */
  #refuse(): void {
    this.host.count.frames('dropped', 0);
    this.#patience -= 1;
    if (this.#patience === kPatience - 1) this.send({ type: 'error', code: 'rate-limited', message: 'Too much at once: some of it was dropped. Send less.', fatal: false });
    if (this.#patience <= 0) this.close('rate-limited', 'Far too much was sent for too long.');
  }
}
