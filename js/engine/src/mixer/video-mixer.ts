// SPDX-License-Identifier: Apache-2.0
// Video tracks in, one track with all of them out, as tiles of a layout. The work is done in a worker; this is the page's side of it.

import { AbortedError, OptionError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { requireNumber, throwIfAborted } from '../options.js';
import { VideoMixerError } from './errors.js';
import { VideoMixerErrorEvent, VideoMixerStatsEvent, type VideoMixerEventMap } from './events.js';
import { type Input, openInput } from './inputs.js';
import type { FromWorker, TileRequest } from './messages.js';
import { kMaxTiles, requireId, requireLayout, requireSide, tileRequestOf, type VideoInputOptions, type VideoLayout, type VideoMixerOptions } from './options.js';
import { openOutput, type Output } from './output.js';
import { compositorUrl, WorkerLink } from './worker-link.js';

const kLoadMilliseconds = 30_000;

interface Tile {
  readonly key: number;
  request: TileRequest;
  input: Input | null;
}

const prefersStillness = (): boolean => globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false;

/**
 * Mixes up to 32 videos into one, with names, mute marks, and tiles that move to their places. Each video is scaled once for
 * each of its frames, in WebAssembly, on one thread of its own.
 *
 * Ids are the caller's: with the same ones in an AudioMixer its 'activespeaker' says whom to feature.
 */
export class VideoMixer extends TypedEventTarget<VideoMixerEventMap> {
  readonly #link: WorkerLink;
  readonly #tiles = new Map<string, Tile>();
  #transition = 300;
  #layout: VideoLayout = { kind: 'grid', featured: null };
  #output: Output | null = null;
  #track: MediaStreamTrack | null = null;
  #takesTracks = false;
  #lastKey = 0;
  #state: 'starting' | 'running' | 'failed' | 'closed' = 'starting';
  #waiting: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #ready: ((canTakeTracks: boolean) => void) | null = null;

  private constructor(assetBaseUrl: string | URL | undefined) {
    super();
    this.#link = new WorkerLink(assetBaseUrl, (message) => this.#receive(message));
  }

  /**
   * Resolves once the mixer runs; `track` then shows an empty picture.
   * @throws OptionError; VideoMixerError with code 'unsupported' or 'mixer-failed'; AbortedError.
   */
  static async create(options: VideoMixerOptions = {}): Promise<VideoMixer> {
    const { assetBaseUrl, signal } = options;
    const width = requireSide(options.width ?? 1280, 'width');
    const height = requireSide(options.height ?? 720, 'height');
    const frameRate = requireNumber(options.frameRate ?? 25, 'frameRate', 1, 60, 'frames a second');
    const transition = requireNumber(options.transition ?? (prefersStillness() ? 0 : 300), 'transition', 0, 10_000, 'ms');
    throwIfAborted(signal);
    if (typeof Worker !== 'function' || typeof VideoFrame !== 'function' || typeof OffscreenCanvas !== 'function') {
      throw new VideoMixerError('unsupported', 'This browser cannot mix videos. Use a current Chrome, Edge, Firefox or Safari.');
    }
    const mixer = new VideoMixer(assetBaseUrl);
    mixer.#transition = transition;
    let abort: (() => void) | undefined;
    const timer = setTimeout(() => mixer.#fail('it did not load within 30 seconds'), kLoadMilliseconds);
    try {
      await new Promise<void>((resolve, reject) => {
        mixer.#waiting = { resolve, reject };
        if (signal) {
          abort = () => reject(new AbortedError(signal.reason));
          signal.addEventListener('abort', abort, { once: true });
        }
        mixer.#ready = (takesTracks) => {
          const output = openOutput(width, height, takesTracks);
          mixer.#takesTracks = takesTracks;
          mixer.#output = output;
          mixer.#track = output.track;
          mixer.#link.post({ type: 'start', wasm: compositorUrl(assetBaseUrl), width, height, frameRate, output: output.target }, output.transfer);
        };
      });
    } catch (error) {
      mixer.close();
      throw error;
    } finally {
      clearTimeout(timer);
      if (abort) signal?.removeEventListener('abort', abort);
    }
    mixer.#tellLayout();
    return mixer;
  }

  /** The mixed picture. stop() on it ends nothing: call close(). */
  get track(): MediaStreamTrack {
    return this.#track!;
  }

  get layout(): VideoLayout {
    return this.#layout;
  }

  /** The ids of all inputs, in the order of their tiles. */
  get inputs(): readonly string[] {
    return [...this.#tiles.keys()];
  }

  /**
   * Adds a tile behind all others, or gives that of `id` another track and other options. The track stays the caller's: when
   * it ends, or where it is null, the tile shows the name's first letter.
   * @param id 1 to 256 characters.
   * @throws OptionError; VideoMixerError with code 'mixer-full' or 'closed'.
   */
  addInput(id: string, track: MediaStreamTrack | null, options: VideoInputOptions = {}): void {
    this.#requireRunning();
    requireId(id);
    if (track !== null && (track?.kind !== 'video' || track.readyState !== 'live')) throw new OptionError('track', 'a live video track, or null');
    const before = this.#tiles.get(id);
    const request = tileRequestOf(options, before?.request);
    if (!before && this.#tiles.size >= kMaxTiles) throw new VideoMixerError('mixer-full', `A mixer has room for ${kMaxTiles} videos.`);
    const input = track && openInput(track, this.#takesTracks);
    const tile = before ?? { key: ++this.#lastKey, request, input };
    before?.input?.close();
    tile.request = request;
    tile.input = input;
    this.#tiles.set(id, tile);
    this.#link.post({ type: 'tile', key: tile.key, tile: request });
    this.#connect(tile);
    if (!before && this.#layout.featured === id) this.#tellLayout();
  }

  /** Changes how the tile of `id` looks. @throws OptionError; VideoMixerError 'closed'. */
  updateInput(id: string, options: VideoInputOptions): void {
    this.#requireRunning();
    const tile = this.#tiles.get(id);
    if (!tile) throw new OptionError('id', 'the id of an input that was added');
    tile.request = tileRequestOf(options, tile.request);
    this.#link.post({ type: 'tile', key: tile.key, tile: tile.request });
  }

  /** Removes the tile; the others move together. Does nothing if there is none. */
  removeInput(id: string): void {
    const tile = this.#tiles.get(id);
    if (!tile) return;
    this.#tiles.delete(id);
    tile.input?.close();
    this.#link.post({ type: 'remove', key: tile.key });
  }

  /** From now on; tiles move to their new places. @throws OptionError; VideoMixerError 'closed'. */
  setLayout(layout: VideoLayout): void {
    this.#requireRunning();
    this.#layout = requireLayout(layout);
    this.#tellLayout();
  }

  /** Another size of the mixed picture, in even pixels from 64 to 4096. @throws OptionError; VideoMixerError 'closed'. */
  resize(width: number, height: number): void {
    this.#requireRunning();
    this.#link.post({ type: 'size', width: requireSide(width, 'width'), height: requireSide(height, 'height') });
  }

  /** Ends the output and releases everything. The tracks that went in are left as they are. May be called again. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#release('closed');
    this.#track?.stop();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #requireRunning(): void {
    if (this.#state === 'closed') throw new VideoMixerError('closed', 'The mixer has been closed. Create a new VideoMixer.');
    if (this.#state === 'failed') throw new VideoMixerError('mixer-failed', 'The mixer has stopped working. Create a new VideoMixer.');
  }

  /** Gives the worker the tile's source, once it can be handed over. */
  #connect({ key, input }: Tile): void {
    const hand = (): void => this.#link.post({ type: 'source', key, source: input && input.source }, input ? input.transfer : []);
    if (!input?.settled) return hand();
    this.#link.post({ type: 'source', key, source: { kind: 'coming' } });
    void input.settled.then(() => {
      if ([...this.#tiles.values()].some((tile) => tile.input === input)) hand();
      else input.discard?.();
    });
  }

  #tellLayout(): void {
    const { kind, featured } = this.#layout;
    const key = (featured && this.#tiles.get(featured)?.key) || -1;
    this.#link.post({ type: 'layout', kind, featured: key, transition: this.#transition });
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        try {
          return this.#ready?.(message.canTakeTracks);
        } catch (error) {
          this.#waiting?.reject(error as Error);
          return;
        }
      case 'started':
        this.#track ??= message.track ?? null;
        this.#state = 'running';
        this.#waiting?.resolve();
        this.#waiting = null;
        return;
      case 'tick':
        for (const { key, input } of this.#tiles.values()) {
          const frame = input?.frame();
          if (frame) this.#link.post({ type: 'frame', key, frame }, [frame]);
        }
        return;
      case 'frame':
        return this.#output!.show(message.frame);
      case 'stats':
        this.emit(new VideoMixerStatsEvent(message.fps, message.msPerFrame));
        return;
      case 'failed':
        // Whoever stops the output has no use for it any more: that is no failure.
        if (this.#track?.readyState === 'ended') return this.close();
        return this.#fail(message.reason);
      case 'closed':
        return;
    }
  }

  #fail(reason: string): void {
    if (this.#state === 'failed' || this.#state === 'closed') return;
    const error = new VideoMixerError('mixer-failed', `Videos cannot be mixed any more: ${reason}.`);
    const waiting = this.#waiting;
    this.#release('failed');
    if (waiting) waiting.reject(error);
    else this.emit(new VideoMixerErrorEvent(error));
  }

  #release(state: 'failed' | 'closed'): void {
    this.#state = state;
    this.#waiting = this.#ready = null;
    for (const { input } of this.#tiles.values()) input?.close();
    this.#tiles.clear();
    this.#link.end();
  }
}
