// SPDX-License-Identifier: Apache-2.0
// The relay's worker: everything between the tracks and the socket, away from the page's own work.

import { discard, take } from '../background/parked.js';
import { AudioUplink } from './audio-uplink.js';
import { Downlink } from './downlink.js';
import type { FromWorker, OpenMessage, RelayStatistics, StreamInfo, ToWorker, VideoCodec } from './messages.js';
import { type Frame, loadRelayModule, type RelayModule } from './module.js';
import { RelaySocket, type ServerMessage } from './socket.js';
import { type UplinkOptions, VideoUplink } from './video-uplink.js';

declare const self: { onmessage: ((event: MessageEvent<ToWorker>) => void) | null; postMessage(message: FromWorker, transfer?: Transferable[]): void; close(): void };

/** What the sound of one microphone takes of the way, headers included, in bits per second. */
const kAudioBits = 48_000;
/** The encoders get this share of the way: they miss their rates at times. */
const kShare = 0.9;
/** So long the worker stays for a last frame of each source, in milliseconds. */
const kLastFrameMs = 150;

/** Decoded by everybody, until the server says otherwise. */
const kCodecs: readonly VideoCodec[] = ['vp9', 'vp8'];

const post = (message: FromWorker, transfer: Transferable[] = []): void => self.postMessage(message, transfer);

class Relay {
  readonly #socket: RelaySocket;
  readonly #frame: Frame;
  readonly #videos = new Map<string, VideoUplink>();
  readonly #audios = new Map<string, AudioUplink>();
  /** Videos whose frames the page hands over one by one. */
  readonly #single = new Set<string>();
  /** Streams of frames that have not come to their end. */
  readonly #reading = new Set<Promise<void>>();
  readonly #downlinks = new Map<string, Downlink>();
  /** Of every stream of the others. */
  readonly #streams = new Map<number, StreamInfo>();
  readonly #options: UplinkOptions['assets'];
  /** What everybody else decodes. */
  #decoded: readonly VideoCodec[] = kCodecs;

  constructor(
    private readonly module: RelayModule,
    private readonly open: OpenMessage,
  ) {
    this.#options = open.assetBaseUrl === undefined ? {} : { assetBaseUrl: open.assetBaseUrl };
    this.#frame = new module.Frame();
    this.#socket = new RelaySocket(module, open, {
      state: (state, code, message) => post({ type: 'state', state, code, message }),
      entered: (streams) => this.#entered(streams),
      message: (message) => this.#message(message),
      media: (frame, payload, now) => {
        const info = this.#streams.get(frame.stream());
        if (info) this.#downlinks.get(info.participantId)?.receive(frame, payload, now);
      },
      keyFrameRequested: (stream) => this.#video(stream)?.keyFrame(),
      tick: (now) => this.#tick(now),
    });
  }

  receive(message: Exclude<ToWorker, OpenMessage>): void {
    switch (message.type) {
      case 'publish-video':
        return this.#publishVideo(message);
      case 'publish-audio':
        return this.#publishAudio(message);
      case 'unpublish':
        return this.#unpublish(message.sourceId);
      case 'frame': {
        const video = this.#videos.get(message.sourceId);
        if (video) video.take(message.frame);
        else message.frame.close();
        return;
      }
      case 'video-sink':
        return this.#downlinkOf(message.stream)?.setVideoSink(message.stream, message.writable);
      case 'audio-sink':
        return this.#downlinkOf(message.stream)?.setAudioSink(message.stream, message.port);
      case 'view': {
        const { stream, width, height, pinned } = message;
        return this.#socket.send({ type: 'view', stream, width, height, pinned });
      }
      case 'statistics':
        return post({ type: 'statistics', id: message.id, statistics: this.#statistics() });
      case 'frames':
        return this.#read(message);
      case 'close':
        return void this.close();
    }
  }

  async close(): Promise<void> {
    for (const id of [...this.#videos.keys(), ...this.#audios.keys()]) this.#unpublish(id);
    for (const downlink of this.#downlinks.values()) downlink.close();
    this.#socket.close();
    this.#frame.delete();
    // A frame that is on its way here would be left to the collector.
    await Promise.race([Promise.all(this.#reading), new Promise((resolve) => setTimeout(resolve, kLastFrameMs))]);
    self.close();
  }

  #uplinkOptions(sourceId: string): UplinkOptions {
    return {
      prefer: this.open.prefer,
      assets: this.#options,
      // Where nothing suits everybody, some see it and others do not.
      codecs: () => {
        const common = this.open.codecs.filter((it) => this.#decoded.includes(it));
        return common.length > 0 ? common : this.open.codecs;
      },
      failed: (message) => {
        this.#unpublish(sourceId);
        post({ type: 'failed', sourceId, message });
      },
    };
  }

  #publishVideo({ sourceId, content, streamed, maxBitrate }: ToWorker & { type: 'publish-video' }): void {
    let video = this.#videos.get(sourceId);
    if (!video) {
      video = new VideoUplink(sourceId, content, maxBitrate, this.#socket, this.#frame, this.#uplinkOptions(sourceId));
      this.#videos.set(sourceId, video);
    }
    video.halt();
    if (!streamed) this.#single.add(sourceId);
  }

  #read({ sourceId, port }: ToWorker & { type: 'frames' }): void {
    const video = this.#videos.get(sourceId);
    const reading: Promise<void> = (video ? video.read(take(port)) : discard({ port, settled: Promise.resolve() }))
      .catch(() => undefined)
      .finally(() => this.#reading.delete(reading));
    this.#reading.add(reading);
  }

  #publishAudio({ sourceId, content, port }: ToWorker & { type: 'publish-audio' }): void {
    const known = this.#audios.get(sourceId);
    if (known) return known.listen(port);
    const audio = new AudioUplink(sourceId, content, port, this.#socket, this.#frame, this.#uplinkOptions(sourceId));
    this.#audios.set(sourceId, audio);
    if (this.#socket.connected) audio.announce();
  }

  #unpublish(sourceId: string): void {
    const uplink = this.#videos.get(sourceId) ?? this.#audios.get(sourceId);
    if (!uplink) return;
    this.#videos.delete(sourceId);
    this.#audios.delete(sourceId);
    this.#single.delete(sourceId);
    uplink.close();
    if (uplink.stream) this.#socket.send({ type: 'unpublish', stream: uplink.stream });
  }

  #video(stream: number): VideoUplink | undefined {
    return [...this.#videos.values()].find((video) => video.stream === stream);
  }

  #downlinkOf(stream: number): Downlink | undefined {
    const info = this.#streams.get(stream);
    return info && this.#downlinks.get(info.participantId);
  }

  /** Also after the socket was lost: streams may have come and gone, and have other ids. */
  #entered(streams: StreamInfo[]): void {
    for (const id of [...this.#streams.keys()]) if (!streams.some((it) => it.id === id)) this.#removed(id);
    for (const stream of streams) this.#added(stream);
    this.#decoded = kCodecs;
    for (const uplink of [...this.#videos.values(), ...this.#audios.values()]) uplink.entered();
  }

  #message(message: ServerMessage): void {
    if (message.type === 'streamAdded') this.#added(message.stream as StreamInfo);
    else if (message.type === 'streamRemoved') this.#removed(message.stream as number);
    else if (message.type === 'published') (this.#videos.get(message.sourceId!) ?? this.#audios.get(message.sourceId!))?.published(message.stream as number);
    else if (message.type === 'codecs') this.#decoded = message.codecs ?? kCodecs;
    else if (message.type === 'demand') this.#video(message.stream as number)?.demand(message.spatial!, message.temporal!);
  }

  #added(stream: StreamInfo): void {
    const known = this.#streams.has(stream.id);
    this.#streams.set(stream.id, stream);
    let downlink = this.#downlinks.get(stream.participantId);
    if (!downlink) {
      downlink = new Downlink(this.module, {
        prefer: this.open.prefer,
        assets: this.#options,
        requestKeyFrame: (id) => this.#socket.requestKeyFrame(id),
        started: (id) => post({ type: 'started', stream: id }),
        picture: (id, frame) => post({ type: 'picture', stream: id, frame }, [frame]),
      });
      this.#downlinks.set(stream.participantId, downlink);
    }
    downlink.add(stream);
    if (!known) post({ type: 'added', stream });
  }

  #removed(id: number): void {
    const info = this.#streams.get(id);
    if (!info) return;
    this.#streams.delete(id);
    const downlink = this.#downlinks.get(info.participantId);
    downlink?.remove(id);
    if (downlink?.empty) {
      downlink.close();
      this.#downlinks.delete(info.participantId);
    }
    post({ type: 'removed', stream: id });
  }

  /** What the way carries is shared among the cameras and screens by what each would take. */
  #tick(now: number): void {
    if (this.#single.size > 0) post({ type: 'look' });
    const limit = this.#socket.forwarder?.limit() ?? -1;
    const wanted = [...this.#videos.values()].reduce((sum, video) => sum + video.wanted, 0);
    const room = limit < 0 ? Infinity : Math.max(0, limit * kShare - this.#audios.size * kAudioBits);
    for (const video of this.#videos.values()) video.setRate(room === Infinity ? Infinity : (room * video.wanted) / Math.max(1, wanted), now);
  }

  #statistics(): RelayStatistics {
    const { forwarder, bytesSent, bytesReceived } = this.#socket;
    const limit = forwarder?.limit() ?? -1;
    return {
      roundTripMs: forwarder?.baseRoundTrip() ?? 0,
      uplinkLimit: limit < 0 ? null : limit,
      bytesSent,
      bytesReceived,
      sent: [...this.#videos.values(), ...this.#audios.values()].map((uplink) => uplink.statistics()),
      received: [...this.#downlinks.values()].flatMap((downlink) => downlink.statistics()),
    };
  }
}

let relay: Relay | null = null;
let turn: Promise<void> = Promise.resolve();
self.onmessage = ({ data }) => {
  // In order, also behind the loading of the module.
  turn = turn.then(async () => {
    if (data.type !== 'open') return relay?.receive(data);
    try {
      relay = new Relay(await loadRelayModule(data.wasm), data);
    } catch (cause) {
      post({ type: 'state', state: 'closed', code: 'relay-failed', message: `The relay’s module could not be loaded from ${data.wasm}. Set assetBaseUrl to where the package’s dist folder is served. (${String(cause)})` });
    }
  });
};
