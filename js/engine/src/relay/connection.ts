// SPDX-License-Identifier: Apache-2.0
// A place at a server's relay: own tracks go in, the others' tracks come out, with no WebRTC between them.

import type { Preference } from '../codecs/index.js';
import { AbortedError, OptionError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { requireServerUrl, throwIfAborted } from '../options.js';
import { readFrames, type FrameReader } from '../recorder/frame-reader.js';
import { RelayError } from './errors.js';
import { RelaySourceErrorEvent, RelayStateEvent, RelayTrackEvent, type RelayConnectionEventMap, type RelayTrack } from './events.js';
import type { AudioContent, FromWorker, RelayState, RelayStatistics, StreamInfo, ToWorker, VideoCodec, VideoContent } from './messages.js';
import { discard } from '../background/parked.js';
import { framesOf, pictureTrack, type ShownPictures } from './pictures.js';
import { Sound, type HeardSound } from './sound.js';

export interface RelayOptions {
  /** The server's address, http(s); only its origin counts. */
  url: string | URL;
  /** The room, in which the participant has a place by signalling already. */
  room: string;
  /** The secret behind its id, as in the signalling protocol's `join`. */
  participantKey: string;
  /** Whose encoders and decoders are used. Default `'native'`: the browser's where it has what is needed, this package's otherwise. */
  prefer?: Preference;
  /**
   * The codecs of video that this side has, the preferred one first. Default `['vp9', 'vp8']`. The first that everybody else decodes is sent: VP9 in
   * temporal and spatial layers, VP8 in temporal ones. Where VP9 is too much for the machine for six seconds, VP8 is sent from then on.
   */
  codecs?: readonly VideoCodec[];
  /** Where a copy of this package's `dist` folder is served. Default: beside the running code. */
  assetBaseUrl?: string | URL;
  /** Stops the waiting; the promise rejects with code 'aborted'. */
  signal?: AbortSignal;
}

export interface PublishOptions {
  /** Unique among one's own, 1 to 64 characters. Default: the track's id. With one that is published already, this track replaces the other. */
  sourceId?: string;
  /** Default: 'camera' for video, 'microphone' for audio. */
  content?: VideoContent | AudioContent;
  /** Of a video, in bits per second. Default: by its size. */
  maxBitrate?: number;
}

/** How a video is shown, in device pixels; 0 for not at all. */
export interface RelayView {
  width: number;
  height: number;
  pinned?: boolean;
}

interface Remote {
  info: StreamInfo;
  remote: RelayTrack;
  pictures: ShownPictures | null;
  sound: HeardSound | null;
}

const assetUrl = (base: string | URL, path: string): string => new URL(path, new URL(String(base).replace(/\/?$/, '/'), globalThis.location?.href)).href;

export class RelayConnection extends TypedEventTarget<RelayConnectionEventMap> {
  readonly #worker: Worker;
  readonly #sound: Sound;
  /** What ends the reading of each own source. */
  readonly #own = new Map<string, () => void>();
  readonly #readers = new Map<string, FrameReader>();
  readonly #remotes = new Map<number, Remote>();
  readonly #asked = new Map<number, (statistics: RelayStatistics) => void>();
  #question = 0;
  #state: RelayState = 'connecting';
  #error: RelayError | null = null;

  private constructor(worker: Worker, sound: Sound) {
    super();
    this.#worker = worker;
    this.#sound = sound;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#ended(new RelayError('relay-failed', `The relay’s worker could not run: ${event.message ?? 'its script could not be loaded'}. Set assetBaseUrl to where the package’s dist folder is served.`));
    };
  }

  /**
   * Resolves when the room is entered. Afterwards a lost socket is opened again by itself, and everything is published anew.
   * @throws RelayError where the server refuses for good, AbortedError, OptionError
   */
  static async connect(options: RelayOptions): Promise<RelayConnection> {
    const { url, room, participantKey, prefer = 'native', codecs = ['vp9', 'vp8'], assetBaseUrl, signal } = options;
    throwIfAborted(signal);
    if (!/^[A-Za-z0-9_-]{43}$/.test(participantKey)) throw new OptionError('participantKey', '32 bytes as base64url, as in the signalling protocol');
    if (codecs.length === 0 || !codecs.every((it) => it === 'vp8' || it === 'vp9')) throw new OptionError('codecs', "a list of 'vp9' and 'vp8'");
    const address = new URL('/relay', requireServerUrl(url));
    address.protocol = address.protocol.replace('http', 'ws');
    // By this a server knows whose the socket is before it is opened, where several carry the rooms.
    address.searchParams.set('room', room);
    if (typeof AudioContext === 'undefined' || typeof VideoFrame === 'undefined') {
      throw new RelayError('unsupported', 'This browser lacks VideoFrame or AudioContext. Use a current Chrome, Edge, Firefox or Safari.');
    }
    const sound = await Sound.open(assetBaseUrl);
    const worker =
      assetBaseUrl === undefined
        ? new Worker(new URL('./relay-worker.js', import.meta.url), { type: 'module' })
        : new Worker(assetUrl(assetBaseUrl, 'relay-worker.js'), { type: 'module' });
    const connection = new RelayConnection(worker, sound);
    connection.#post({
      type: 'open',
      url: address.href,
      room,
      participantKey,
      prefer,
      codecs,
      wasm: assetBaseUrl === undefined ? new URL('./wasm/relay.wasm', import.meta.url).href : assetUrl(assetBaseUrl, 'wasm/relay.wasm'),
      ...(assetBaseUrl === undefined ? {} : { assetBaseUrl: new URL(assetBaseUrl, globalThis.location?.href).href }),
    });
    try {
      await connection.#connected(signal);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  get state(): RelayState {
    return this.#state;
  }

  /** Every track of the others. */
  get tracks(): readonly RelayTrack[] {
    return [...this.#remotes.values()].map(({ remote }) => remote);
  }

  /**
   * Sends a track to the others in the room. Cameras are sent at 640x360 at most, in layers of which each receiver gets what it
   * shows and its way carries. The track stays the caller's; what it gives is all that is ever encoded.
   * @throws OptionError, RelayError 'closed'
   */
  publish(track: MediaStreamTrack, { sourceId = track.id, content, maxBitrate }: PublishOptions = {}): void {
    this.#requireOpen();
    if (typeof sourceId !== 'string' || sourceId.length < 1 || sourceId.length > 64) throw new OptionError('sourceId', '1 to 64 characters');
    this.#own.get(sourceId)?.();
    if (track.kind === 'audio') {
      const { port1, port2 } = new MessageChannel();
      this.#own.set(sourceId, this.#sound.capture(track, port1));
      this.#post({ type: 'publish-audio', sourceId, content: (content ?? 'microphone') as AudioContent, port: port2 }, [port2]);
      return;
    }
    const rate = maxBitrate === undefined ? {} : { maxBitrate };
    const message = { type: 'publish-video' as const, sourceId, content: (content ?? 'camera') as VideoContent, ...rate };
    const frames = framesOf(track);
    this.#post({ ...message, streamed: frames !== null });
    if (frames) {
      const end = () => undefined;
      this.#own.set(sourceId, end);
      void frames.settled.then(() => (this.#own.get(sourceId) === end ? this.#post({ type: 'frames', sourceId, port: frames.port }, [frames.port]) : discard(frames)));
      return;
    }
    const reader: FrameReader = readFrames(track, (frame) => this.#post({ type: 'frame', sourceId, frame }, [frame]));
    this.#readers.set(sourceId, reader);
    this.#own.set(sourceId, () => {
      this.#readers.delete(sourceId);
      reader.stop();
    });
  }

  unpublish(sourceId: string): void {
    const end = this.#own.get(sourceId);
    if (!end) return;
    this.#own.delete(sourceId);
    end();
    this.#post({ type: 'unpublish', sourceId });
  }

  /** How a video of somebody else is shown; until this is said it counts as large. */
  setView(participantId: string, sourceId: string, { width, height, pinned = false }: RelayView): void {
    const found = this.#find(participantId, sourceId);
    if (found) this.#post({ type: 'view', stream: found.info.id, width: Math.round(width), height: Math.round(height), pinned });
  }

  /** 0..1: the level of what a participant's microphone gives now. */
  audioLevel(participantId: string): number {
    for (const { info, sound } of this.#remotes.values()) if (info.participantId === participantId && info.content === 'microphone' && sound) return sound.level();
    return 0;
  }

  /** @throws RelayError 'closed' */
  statistics(): Promise<RelayStatistics> {
    this.#requireOpen();
    return new Promise((resolve) => {
      const id = ++this.#question;
      this.#asked.set(id, resolve);
      this.#post({ type: 'statistics', id });
    });
  }

  /** Ends everything; the others' tracks end, one's own stay as they are. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#ended(null);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #requireOpen(): void {
    if (this.#state === 'closed') throw this.#error ?? new RelayError('closed', 'The connection to the relay is closed. Connect again.');
  }

  #find(participantId: string, sourceId: string): Remote | undefined {
    return [...this.#remotes.values()].find(({ info }) => info.participantId === participantId && info.sourceId === sourceId);
  }

  #connected(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const ending = new AbortController();
      const settle = (run: () => void) => {
        ending.abort();
        run();
      };
      signal?.addEventListener('abort', () => settle(() => reject(new AbortedError(signal.reason))), { signal: ending.signal });
      this.addEventListener(
        'statechange',
        ({ state, error }) => {
          if (state === 'connected') settle(resolve);
          else if (state === 'closed') settle(() => reject(error ?? new RelayError('closed', 'The connection was closed.')));
        },
        { signal: ending.signal },
      );
    });
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'state': {
        const error = message.state === 'connected' ? null : new RelayError(message.code as RelayError['code'], message.message);
        if (message.state === 'closed') return this.#ended(error);
        return this.#setState(message.state, error);
      }
      case 'added':
        return this.#added(message.stream);
      case 'started': {
        const started = this.#remotes.get(message.stream);
        if (started) this.emit(new RelayTrackEvent('trackstarted', started.remote));
        return;
      }
      case 'removed':
        return this.#removed(message.stream);
      case 'picture': {
        const { pictures } = this.#remotes.get(message.stream) ?? {};
        if (pictures) pictures.show(message.frame);
        else message.frame.close();
        return;
      }
      case 'look':
        for (const reader of this.#readers.values()) reader.poll();
        return;
      case 'failed':
        this.#own.get(message.sourceId)?.();
        this.#own.delete(message.sourceId);
        this.emit(new RelaySourceErrorEvent(message.sourceId, new RelayError('relay-failed', message.message)));
        return;
      case 'statistics':
        this.#asked.get(message.id)?.(message.statistics);
        this.#asked.delete(message.id);
    }
  }

  #added(info: StreamInfo): void {
    const { id, participantId, sourceId, kind, content } = info;
    let pictures: ShownPictures | null = null;
    let sound: HeardSound | null = null;
    if (kind === 'video') {
      pictures = pictureTrack();
      const { writable } = pictures;
      if (writable) this.#post({ type: 'video-sink', stream: id, writable }, [writable as unknown as Transferable]);
    } else {
      const { port1, port2 } = new MessageChannel();
      sound = this.#sound.play(port1);
      this.#post({ type: 'audio-sink', stream: id, port: port2 }, [port2]);
    }
    const remote: RelayTrack = { participantId, sourceId, kind, content, track: (pictures ?? sound!).track };
    this.#remotes.set(id, { info, remote, pictures, sound });
    this.emit(new RelayTrackEvent('trackadded', remote));
  }

  #removed(stream: number): void {
    const gone = this.#remotes.get(stream);
    if (!gone) return;
    this.#remotes.delete(stream);
    gone.pictures?.close();
    gone.sound?.close();
    this.emit(new RelayTrackEvent('trackremoved', gone.remote));
  }

  #setState(state: RelayState, error: RelayError | null): void {
    this.#state = state;
    this.#error = error;
    this.emit(new RelayStateEvent(state, error));
  }

  #ended(error: RelayError | null): void {
    if (this.#state === 'closed') return;
    for (const end of this.#own.values()) end();
    this.#own.clear();
    for (const id of [...this.#remotes.keys()]) this.#removed(id);
    this.#sound.close();
    // It closes its frames, codecs and socket, and ends itself; should it not, it is ended.
    this.#post({ type: 'close' });
    setTimeout(() => this.#worker.terminate(), 1000);
    this.#worker.onmessage = null;
    const closed = new RelayError('closed', 'The connection to the relay was closed.');
    this.#asked.clear();
    this.#setState('closed', error ?? closed);
  }
}
