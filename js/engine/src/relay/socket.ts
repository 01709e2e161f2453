// SPDX-License-Identifier: Apache-2.0
// The relay's socket in the worker: opens, enters the room, opens again when it is lost, acknowledges what comes.

import type { Frame, Forwarder, RelayModule } from './module.js';
import { kAcknowledgement, kAudio, kHeaderBytes, messageOf, readMessage } from './module.js';
import type { OpenMessage, RelayState, StreamInfo, VideoCodec } from './messages.js';

/** Milliseconds. */
const kAcknowledgeEvery = 50;
const kPauses = [200, 500, 1000, 2000, 4000];
/** A socket that does not open within this is given up. */
const kOpenAtMost = 8_000;

/** Close codes after which the same attempt would fail again; js/server/RELAY.md. */
const kFinal = new Set([4001, 4007, 4008]);
/** No place in the room: it may be on its way, but one who never had one is told after so many attempts. */
const kNotJoined = 4005;
const kPatience = 3;

export interface ServerMessage {
  type: string;
  streams?: StreamInfo[];
  stream?: StreamInfo | number;
  sourceId?: string;
  spatial?: number;
  temporal?: number;
  codecs?: VideoCodec[];
  code?: string;
  message?: string;
}

export interface SocketHandlers {
  state(state: RelayState, code: string, message: string): void;
  /** The room is entered, with these streams in it; also after the socket was lost. */
  entered(streams: StreamInfo[]): void;
  message(message: ServerMessage): void;
  media(frame: Frame, payload: Uint8Array<ArrayBuffer>, now: number): void;
  keyFrameRequested(stream: number): void;
  /** Every 50 ms while connected. */
  tick(now: number): void;
}

const nothing = new Uint8Array(0);

export class RelaySocket {
  readonly #frame: Frame;
  readonly #newest: Frame;
  #newestAt = 0;
  #fresh = false;
  #socket: WebSocket | null = null;
  #forwarder: Forwarder | null = null;
  #entered = false;
  #everEntered = false;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #opening: ReturnType<typeof setTimeout> | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;
  #problem = { code: 'server-unreachable', message: 'The relay does not answer. Check the address and the network.' };
  #closed = false;
  bytesSent = 0;
  bytesReceived = 0;

  constructor(
    private readonly module: RelayModule,
    private readonly options: OpenMessage,
    private readonly handlers: SocketHandlers,
  ) {
    this.#frame = new module.Frame();
    this.#newest = new module.Frame();
    this.#open();
  }

  get connected(): boolean {
    return this.#entered;
  }

  /** Of the present socket; null while there is none. */
  get forwarder(): Forwarder | null {
    return this.#entered ? this.#forwarder : null;
  }

  send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  /** Sends a media frame if the way takes it. @returns true if it was sent */
  offer(frame: Frame, payload: Uint8Array, now: number): boolean {
    if (!this.forwarder || this.#socket?.readyState !== WebSocket.OPEN) return false;
    const size = kHeaderBytes + payload.byteLength;
    if (this.forwarder.offer(now, frame, size) !== 0) return false;
    this.#socket.send(messageOf(frame, payload));
    this.bytesSent += size;
    return true;
  }

  requestKeyFrame(stream: number): void {
    this.#frame.setKeyFrameRequest(stream);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(messageOf(this.#frame, nothing));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#drop();
    this.#frame.delete();
    this.#newest.delete();
  }

  #open(): void {
    const socket = new WebSocket(this.options.url);
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.send({ type: 'enter', protocol: 1, room: this.options.room, participantKey: this.options.participantKey, decodes: [...new Set(this.options.codecs)] });
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') this.#text(JSON.parse(data) as ServerMessage);
      else this.#binary(data);
    };
    socket.onclose = ({ code }) => this.#lost(code);
    this.#opening = setTimeout(() => this.#lost(0), kOpenAtMost);
  }

  #text(message: ServerMessage): void {
    if (message.type === 'error') {
      this.#problem = { code: message.code ?? 'internal', message: message.message ?? 'The relay reported an error.' };
      return;
    }
    if (message.type !== 'entered') return this.handlers.message(message);
    clearTimeout(this.#opening);
    this.#attempts = 0;
    this.#entered = this.#everEntered = true;
    this.#forwarder = new this.module.Forwarder();
    this.#clock = setInterval(() => this.#tick(), kAcknowledgeEvery);
    this.handlers.state('connected', '', '');
    this.handlers.entered(message.streams ?? []);
  }

  #binary(data: ArrayBuffer): void {
    const now = performance.now();
    this.bytesReceived += data.byteLength;
    // The server checks what it forwards; anything else is not worth a word.
    if (readMessage(this.#frame, data) !== '') return;
    const type = this.#frame.type();
    if (type === kAcknowledgement) {
      this.forwarder?.acknowledged(now, this.#frame, new DataView(data).getUint32(kHeaderBytes));
    } else if (type > kAudio) {
      this.handlers.keyFrameRequested(this.#frame.stream());
    } else {
      this.#newest.setAcknowledgement(this.#frame);
      this.#newestAt = now;
      this.#fresh = true;
      this.handlers.media(this.#frame, new Uint8Array(data, kHeaderBytes), now);
    }
  }

  #tick(): void {
    const now = performance.now();
    if (this.#fresh) {
      this.#fresh = false;
      this.#frame.setAcknowledgement(this.#newest);
      const held = new Uint8Array(4);
      new DataView(held.buffer).setUint32(0, Math.min(0xffffffff, Math.round((now - this.#newestAt) * 1000)));
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(messageOf(this.#frame, held));
    }
    this.forwarder?.advance(now);
    this.handlers.tick(now);
  }

  #lost(code: number): void {
    if (this.#closed) return;
    this.#drop();
    const { code: problem, message } = this.#problem;
    if (kFinal.has(code) || (code === kNotJoined && !this.#everEntered && this.#attempts >= kPatience)) {
      this.handlers.state('closed', problem, message);
      this.close();
      return;
    }
    this.handlers.state('reconnecting', problem, message);
    this.#retry = setTimeout(() => this.#open(), kPauses[Math.min(this.#attempts++, kPauses.length - 1)]);
  }

  #drop(): void {
    clearTimeout(this.#opening);
    clearInterval(this.#clock);
    this.#entered = false;
    this.#fresh = false;
    this.#forwarder?.delete();
    this.#forwarder = null;
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }
}
