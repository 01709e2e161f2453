// SPDX-License-Identifier: Apache-2.0
// A client of the relay for tests: a plain WebSocket that writes frames by itself, acknowledges when told to, and keeps what came.
import { WebSocket } from 'ws';
import type { RelayServerMessage } from '../relay/messages.js';
import { sleep, TestClient, type JoinFields } from './client.js';

export interface TestFrame {
  version?: number;
  type?: number;
  stream: number;
  spatial?: number;
  temporal?: number;
  /** 1 key, 2 switching point, 4 unreferenced. */
  flags?: number;
  /** Microseconds. */
  timestamp: number;
  payload?: Buffer;
  /** Said instead of the payload's real length. */
  length?: number;
}

/** Milliseconds that a place in a room may take, on whichever server. */
const kPatience = 15_000;

/** The layout of RELAY.md, written down a second time. */
export function frameBytes({ version = 1, type = 1, stream, spatial = 0, temporal = 0, flags = 0, timestamp, payload = Buffer.alloc(0), length = payload.length }: TestFrame): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(version, 0);
  header.writeUInt8(type, 1);
  header.writeUInt16BE(stream, 2);
  header.writeUInt8(spatial | (temporal << 4), 4);
  header.writeUInt8(flags, 5);
  header.writeBigUInt64BE(BigInt(timestamp), 8);
  header.writeUInt32BE(length, 16);
  return Buffer.concat([header, payload]);
}

export const camera = {
  type: 'publish' as const, kind: 'video' as const, sourceId: 'cam', content: 'camera' as const, codec: 'vp09.00.31.08',
  layers: [0, 1].flatMap((spatial) => [0, 1, 2].map((temporal) => ({
    spatial, temporal, width: 320 << spatial, height: 180 << spatial, frameRate: 7.5 * 2 ** temporal, bitrate: (spatial ? 300_000 : 100_000) + temporal * 50_000,
  }))),
};
export const cameraVp8 = { ...camera, codec: 'vp8', layers: [0, 1, 2].map((temporal) => ({ spatial: 0, temporal, width: 640, height: 360, frameRate: 7.5 * 2 ** temporal, bitrate: 300_000 + temporal * 100_000 })) };
export const microphone = { type: 'publish' as const, kind: 'audio' as const, sourceId: 'mic', content: 'microphone' as const, codec: 'opus' as const, channels: 1 };

type MessageOf<K extends RelayServerMessage['type']> = Extract<RelayServerMessage, { type: K }>;

export class RelayClient implements AsyncDisposable {
  readonly texts: RelayServerMessage[] = [];
  /** Media frames as they came. */
  readonly media: Buffer[] = [];
  readonly acknowledgements: { stream: number; timestamp: number; heldMicros: number }[] = [];
  readonly keyFrameRequests: number[] = [];
  closeCode: number | undefined;
  #newest: Buffer | undefined;
  #newestAt = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Its signalling; there is none where the place in the room is another's matter. */
  signalling: TestClient | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, binary) => {
      if (!binary) this.texts.push(JSON.parse(data.toString()) as RelayServerMessage);
      else if (data[1] === 3) this.acknowledgements.push({ stream: data.readUInt16BE(2), timestamp: Number(data.readBigUInt64BE(8)), heldMicros: data.readUInt32BE(20) });
      else if (data[1] === 4) this.keyFrameRequests.push(data.readUInt16BE(2));
      else {
        this.media.push(data);
        this.#newest = data;
        this.#newestAt = performance.now();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => (this.closeCode = code));
  }

  /** An open socket that has not entered anything. */
  static async open(url: string, headers: Record<string, string> = {}, room = ''): Promise<RelayClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/relay${room && `?room=${room}`}`, { headers });
    const client = new RelayClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** Joins a room over signalling and enters it here. `decodes`: as in `enter`. */
  static async enter(url: string, { decodes, ...fields }: JoinFields & { decodes?: readonly string[] } = {}): Promise<RelayClient> {
    const signalling = await TestClient.connect(url);
    await signalling.sendJoin(fields);
    await signalling.next('joined', kPatience);
    return RelayClient.enterAs(signalling, url, fields.room, decodes);
  }

  /** Enters with a place in the room that somebody has already. */
  static async enterAs(signalling: TestClient, url: string, room = 'standup', decodes?: readonly string[]): Promise<RelayClient> {
    const client = await RelayClient.open(url, {}, room);
    client.signalling = signalling;
    client.send({ type: 'enter', protocol: 1, room, participantKey: signalling.key, decodes });
    await client.next('entered', () => true, kPatience);
    client.acknowledging = true;
    return client;
  }

  /** Whether media is acknowledged every 50 ms, as clients do. */
  set acknowledging(on: boolean) {
    clearInterval(this.#timer);
    this.#timer = on ? setInterval(() => this.#acknowledge(), 50) : undefined;
  }

  #acknowledge(): void {
    if (!this.#newest || this.socket.readyState !== WebSocket.OPEN) return;
    const payload = Buffer.alloc(4);
    payload.writeUInt32BE(Math.round((performance.now() - this.#newestAt) * 1000));
    const [layer, stream, timestamp] = [this.#newest[4]!, this.#newest.readUInt16BE(2), Number(this.#newest.readBigUInt64BE(8))];
    this.socket.send(frameBytes({ type: 3, stream, spatial: layer & 7, temporal: layer >> 4, timestamp, payload }));
    this.#newest = undefined;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  frame(frame: TestFrame): void {
    this.socket.send(frameBytes(frame));
  }

  async publish(stream: typeof camera | typeof cameraVp8 | typeof microphone): Promise<number> {
    this.send(stream);
    return (await this.next('published', ({ sourceId }) => sourceId === stream.sourceId)).stream;
  }

  /** The next text message of this type; those before it are dropped. */
  async next<K extends RelayServerMessage['type']>(type: K, which: (message: MessageOf<K>) => boolean = () => true, timeoutMs = 5000): Promise<MessageOf<K>> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const index = this.texts.findIndex((it) => it.type === type && which(it as MessageOf<K>));
      if (index >= 0) return this.texts.splice(0, index + 1).at(-1) as MessageOf<K>;
      if (performance.now() > end) throw new Error(`no "${type}" came; got ${JSON.stringify(this.texts)}, closed with ${this.closeCode}`);
      await sleep(5);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.acknowledging = false;
    this.socket.terminate();
    await this.signalling?.[Symbol.asyncDispose]();
  }
}
