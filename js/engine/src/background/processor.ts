// SPDX-License-Identifier: Apache-2.0
// A camera track in, a track with the background replaced out. The work is done in a worker; this is the page's side of it.

import { AbortedError, BackgroundError, OptionError, TesseraError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { throwIfAborted } from '../options.js';
import { BackgroundErrorEvent, BackgroundLevelEvent, type BackgroundProcessorEventMap, BackgroundStatsEvent } from './events.js';
import { Film } from './film.js';
import type { Failure, FromWorker, ToWorker } from './messages.js';
import { type BackgroundOptions, type BackgroundRequest, requestOf, requireVideo } from './options.js';
import { connect, type Connection, type Opened } from './routes.js';
import { assetsFrom, WorkerLink } from './worker-link.js';

export interface CreateOptions {
  /** Address of a copy of the package's `dist` folder. Default: where this code was loaded from. */
  assetBaseUrl?: string | URL;
  /** Aborts the creation; has no effect after it. */
  signal?: AbortSignal;
}

const kLoadMilliseconds = 30_000;

const errorOf = ({ code, message, option }: Failure): TesseraError =>
  code === 'option-invalid' ? new OptionError(option ?? 'background', message) : new BackgroundError(code, message);

function requireLiveVideo(track: MediaStreamTrack): MediaStreamTrack {
  if (track?.kind !== 'video' || track.readyState !== 'live') throw new OptionError('track', 'a live video track');
  return track;
}

interface Waiting {
  resolve: () => void;
  reject: (error: TesseraError) => void;
}

/**
 * Replaces the background behind a person in a video track.
 *
 * Fails closed: until the first processed frame, and whenever the background cannot run, `track` gives no picture or stands
 * still. The camera's own frames come out only under `{ kind: 'none' }`. While the camera is muted, or the page is frozen by
 * the browser, the output stands still, and it goes on by itself afterwards; a camera that changes its size or is turned is
 * followed. A lost worker and exhausted memory end in the event 'error'.
 *
 * Loads its worker at the first create(), the video module and the model at the first background other than 'none'.
 */
export class BackgroundProcessor extends TypedEventTarget<BackgroundProcessorEventMap> {
  readonly #link: WorkerLink;
  #source: MediaStreamTrack;
  #connection: Connection | null = null;
  #track: MediaStreamTrack | null = null;
  #film: Film | null = null;
  #opening: AbortController | null = null;
  #state: 'starting' | 'running' | 'failed' | 'closed' = 'starting';
  #serial = 0;
  #replacements = 0;
  #handing: Promise<unknown> = Promise.resolve();
  #level = 0;
  readonly #updates = new Map<number, Waiting>();
  #started: Waiting | null = null;
  #ready: ((canTakeTracks: boolean) => void) | null = null;
  readonly #onSourceEnded = (): void => this.#endOutput();

  private constructor(source: MediaStreamTrack, assetBaseUrl: string | URL | undefined) {
    super();
    this.#source = source;
    this.#link = new WorkerLink(assetBaseUrl, {
      receive: (message) => this.#receive(message),
      lost: (error) => this.#fail(error),
      second: () => {
        // stop() on a track fires no event.
        if (this.#source.readyState === 'ended') this.#endOutput();
      },
    });
    source.addEventListener('ended', this.#onSourceEnded);
  }

  /**
   * Resolves once the background is loaded and frames may flow.
   * @param track a live video track. It stays the caller's: close() does not stop it, and when it ends the output ends.
   * @param options the background, and where to load from.
   * @throws OptionError; BackgroundError with code 'unsupported', 'model-invalid' or 'background-failed'; AbortedError.
   */
  static async create(track: MediaStreamTrack, options: BackgroundOptions & CreateOptions): Promise<BackgroundProcessor> {
    const background = requestOf(options);
    const { assetBaseUrl, signal } = options;
    throwIfAborted(signal);
    if (typeof Worker !== 'function' || typeof VideoFrame !== 'function') {
      throw new BackgroundError('unsupported', 'This browser cannot process camera frames. Use a current Chrome, Edge, Firefox or Safari.');
    }
    requireLiveVideo(track);
    const film = options.kind === 'video' ? await Film.open(requireVideo(options.video), signal) : null;
    let processor: BackgroundProcessor;
    try {
      processor = new BackgroundProcessor(requireLiveVideo(track), assetBaseUrl);
    } catch (error) {
      film?.close();
      throw error;
    }
    processor.#film = film;
    let abort: (() => void) | undefined;
    const timer = setTimeout(() => processor.#fail(new BackgroundError('background-failed', 'The background did not load within 30 seconds. Check the network and try again.')), kLoadMilliseconds);
    try {
      await new Promise<void>((resolve, reject) => {
        processor.#started = { resolve, reject };
        if (signal) {
          abort = () => reject(new AbortedError(signal.reason));
          signal.addEventListener('abort', abort, { once: true });
        }
        processor.#ready = (canTakeTracks) => {
          const connection = connect(track, canTakeTracks, (message, transfer) => processor.#link.post(message, transfer));
          processor.#connection = connection;
          processor.#track = connection.track;
          const { request, transfer } = withFilm(background, film);
          processor.#link.post({ type: 'start', assets: assetsFrom(assetBaseUrl), background: request, frameRate: track.getSettings().frameRate || 30 }, transfer);
          processor.#hand(connection.route, (route) => ({ type: 'route', route }));
        };
      });
      processor.#play(film);
    } catch (error) {
      processor.close();
      throw error;
    } finally {
      clearTimeout(timer);
      if (abort) signal?.removeEventListener('abort', abort);
    }
    return processor;
  }

  /** The output. A track of its own: stop() on it does not stop the camera. */
  get track(): MediaStreamTrack {
    return this.#track!;
  }

  /**
   * Changes the background while it runs; resolves once the next frame has it. From the call until then the old one stays,
   * or, coming from 'none', nothing new is shown.
   * @throws OptionError (a picture or film that cannot be had, too: the old background stays), BackgroundError, AbortedError
   *   when a later call overtook this one while its film was loading.
   */
  async update(options: BackgroundOptions): Promise<void> {
    const background = requestOf(options);
    this.#requireRunning();
    this.#opening?.abort();
    this.#opening = null;
    let film: Film | null = null;
    this.#link.post({ type: 'hold' });
    try {
      let asked: Promise<void>;
      try {
        if (options.kind === 'video') film = await this.#openFilm(requireVideo(options.video));
        // It may have ended while the film loaded.
        this.#requireRunning();
        asked = this.#ask(background, film);
      } finally {
        this.#link.post({ type: 'resume' });
      }
      await asked;
    } catch (error) {
      film?.close();
      throw error;
    }
    this.#play(film);
  }

  /**
   * Takes the camera's frames from another track, within a few frames' time: another device, say. `track` stays the same and
   * never shows anything unprocessed between. The track before is left as it is.
   * @throws OptionError unless it is a live video track; BackgroundError when this has ended.
   */
  replaceTrack(track: MediaStreamTrack): void {
    requireLiveVideo(track);
    this.#requireRunning();
    if (track === this.#source) return;
    const opened = this.#connection!.replace(track);
    this.#source.removeEventListener('ended', this.#onSourceEnded);
    this.#source = track;
    track.addEventListener('ended', this.#onSourceEnded);
    this.#replacements++;
    this.#hand(opened, (source) => ({ type: 'replace', source }));
  }

  /** Ends the output and releases everything. The camera track is left as it is. May be called again. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#release('closed', new BackgroundError('closed', 'The background has been closed.'));
    this.#track?.stop();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #requireRunning(): void {
    if (this.#state === 'closed') throw new BackgroundError('closed', 'The background has been closed. Create a new BackgroundProcessor.');
    if (this.#state === 'failed') throw new BackgroundError('background-failed', 'The background has stopped working. Create a new BackgroundProcessor.');
  }

  #ask(background: BackgroundRequest, film: Film | null): Promise<void> {
    const { request, transfer } = withFilm(background, film);
    const serial = ++this.#serial;
    this.#link.post({ type: 'update', serial, background: request }, transfer);
    return new Promise((resolve, reject) => this.#updates.set(serial, { resolve, reject }));
  }

  /** Posts what was opened as soon as it may be, each after the one before. */
  #hand<T>({ posted, transfer, settled, discard }: Opened<T>, message: (posted: T) => ToWorker): void {
    this.#handing = Promise.all([this.#handing, settled]).then(() => {
      if (this.#state === 'failed' || this.#state === 'closed') return discard();
      this.#link.post(message(posted), transfer);
    });
  }

  async #openFilm(source: Parameters<typeof Film.open>[0]): Promise<Film> {
    const opening = new AbortController();
    this.#opening = opening;
    try {
      return await Film.open(source, opening.signal);
    } finally {
      if (this.#opening === opening) this.#opening = null;
    }
  }

  /** `film` (null: none) is the background's from now on. */
  #play(film: Film | null): void {
    if (this.#film !== film) this.#film?.close();
    this.#film = film;
    film?.start((frame) => this.#link.post({ type: 'film', frame }, [frame]));
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        try {
          return this.#ready?.(message.canTakeTracks);
        } catch (error) {
          return this.#fail(error instanceof TesseraError ? error : new BackgroundError('background-failed', 'The camera’s frames cannot be reached.', { cause: error }));
        }
      case 'started':
        this.#track ??= message.track ?? null;
        this.#state = 'running';
        this.#connection!.begin();
        this.#link.watch();
        this.#started?.resolve();
        this.#started = null;
        return;
      case 'updated':
        this.#updates.get(message.serial)?.resolve();
        this.#updates.delete(message.serial);
        return;
      case 'refused':
        this.#updates.get(message.serial)?.reject(errorOf(message.failure));
        this.#updates.delete(message.serial);
        return;
      case 'frame':
        return this.#connection!.receive(message.frame);
      case 'beat':
        return this.#connection!.beat();
      case 'filmed':
        return this.#film?.taken();
      case 'stats':
        if (message.stats && this.#state === 'running') {
          const { fps, msPerFrame, segmentationMs, level, stages } = message.stats;
          this.emit(new BackgroundStatsEvent(fps, msPerFrame, segmentationMs, level, stages));
          this.#tellLevel(level);
        }
        return;
      case 'failed':
        // Whoever stops the output has no use for it any more: that is no failure.
        if (this.#track?.readyState === 'ended') return this.close();
        return this.#fail(errorOf(message.failure));
      case 'ended':
        if (message.source === this.#replacements) this.#endOutput();
        return;
    }
  }

  #tellLevel(level: number): void {
    const previous = this.#level;
    this.#level = level;
    if (level !== previous) this.emit(new BackgroundLevelEvent(level, previous));
  }

  /** The output stands still from here on; it is not ended, so that a call can put another track in its place. */
  #fail(error: TesseraError): void {
    if (this.#state === 'failed' || this.#state === 'closed') return;
    const starting = this.#started;
    this.#release('failed', error);
    if (!starting) this.emit(new BackgroundErrorEvent(error));
  }

  /** The camera ended: so does the output, with its event. */
  #endOutput(): void {
    if (this.#state === 'closed') return;
    if (this.#started) return this.#started.reject(new OptionError('track', 'a track that stays live'));
    this.#release('closed', new BackgroundError('closed', 'The camera has ended.'));
    const track = this.#track;
    if (!track || track.readyState === 'ended') return;
    track.stop();
    // A track stopped by script tells nobody.
    track.dispatchEvent(new Event('ended'));
  }

  #release(state: 'failed' | 'closed', error: TesseraError): void {
    this.#state = state;
    this.#source.removeEventListener('ended', this.#onSourceEnded);
    this.#ready = null;
    this.#opening?.abort();
    this.#film?.close();
    this.#connection?.stop();
    this.#link.end();
    this.#started?.reject(error);
    this.#started = null;
    for (const { reject } of this.#updates.values()) reject(error);
    this.#updates.clear();
  }
}

/** The request with the film's first frame, so that the new background is there from its first frame on. */
function withFilm(request: BackgroundRequest, film: Film | null): { request: BackgroundRequest; transfer: Transferable[] } {
  if (!film || request.kind !== 'video') return { request, transfer: [] };
  const frame = film.frame();
  return { request: { ...request, film: frame }, transfer: [frame] };
}
