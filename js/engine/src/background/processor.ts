// SPDX-License-Identifier: Apache-2.0
// A camera track in, a track with the background replaced out. The work is done in a worker; this is the page's side of it.

import { AbortedError, BackgroundError, OptionError, type TesseraError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { throwIfAborted } from '../options.js';
import { BackgroundErrorEvent, BackgroundLevelEvent, type BackgroundProcessorEventMap, BackgroundStatsEvent } from './events.js';
import type { Assets, Failure, FromWorker, ToWorker } from './messages.js';
import { type BackgroundOptions, requestOf } from './options.js';
import { connect, type Connection } from './routes.js';

export interface CreateOptions {
  /** Address of a copy of the package's `dist` folder. Default: where this code was loaded from. */
  assetBaseUrl?: string | URL;
  /** Aborts the creation; has no effect after it. */
  signal?: AbortSignal;
}

/** The worker reports every second. Silent for this many seconds, it is taken for dead. */
const kSilentSeconds = 4;
const kLoadMilliseconds = 30_000;

const fileUrl = (base: string | URL, path: string): string => new URL(path, new URL(base, globalThis.location?.href)).href;

function assetsFrom(base: string | URL | undefined): Assets {
  if (base === undefined) {
    return { wasm: new URL('./wasm/video.wasm', import.meta.url).href, model: new URL('./models/selfie_landscape.tsm', import.meta.url).href };
  }
  const folder = String(base).replace(/\/?$/, '/');
  return { wasm: fileUrl(folder, 'wasm/video.wasm'), model: fileUrl(folder, 'models/selfie_landscape.tsm') };
}

function startWorker(base: string | URL | undefined): Worker {
  // Written out so that bundlers see it.
  if (base === undefined) return new Worker(new URL('./background-worker.js', import.meta.url), { type: 'module' });
  return new Worker(fileUrl(String(base).replace(/\/?$/, '/'), 'background-worker.js'), { type: 'module' });
}

const errorOf = ({ code, message, option }: Failure): TesseraError =>
  code === 'option-invalid' ? new OptionError(option ?? 'background', message) : new BackgroundError(code, message);

/**
 * Replaces the background behind a person in a video track.
 *
 * Fails closed: until the first processed frame, and whenever the background cannot run, `track` gives no picture or stands
 * still. The camera's own frames come out only under `{ kind: 'none' }`.
 *
 * Loads its worker at the first create(), the video module and the model at the first background other than 'none'.
 */
export class BackgroundProcessor extends TypedEventTarget<BackgroundProcessorEventMap> {
  #worker: Worker;
  #connection: Connection | null = null;
  #track: MediaStreamTrack | null = null;
  #state: 'starting' | 'running' | 'failed' | 'closed' = 'starting';
  #serial = 0;
  readonly #updates = new Map<number, { resolve: () => void; reject: (error: TesseraError) => void }>();
  #watchdog: ReturnType<typeof setInterval> | undefined;
  #silentSeconds = 0;
  #level = 0;
  #started: { resolve: () => void; reject: (error: TesseraError) => void } | null = null;
  readonly #onSourceEnded = (): void => this.#endOutput();

  private constructor(
    private readonly source: MediaStreamTrack,
    assetBaseUrl: string | URL | undefined,
  ) {
    super();
    try {
      this.#worker = startWorker(assetBaseUrl);
    } catch (cause) {
      throw new BackgroundError('background-failed', 'The background’s worker cannot be started: the page’s Content-Security-Policy needs worker-src for its address.', { cause });
    }
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
    if (track?.kind !== 'video' || track.readyState !== 'live') throw new OptionError('track', 'a live video track');
    const processor = new BackgroundProcessor(track, assetBaseUrl);
    let abort: (() => void) | undefined;
    const timer = setTimeout(() => processor.#fail(new BackgroundError('background-failed', 'The background did not load within 30 seconds. Check the network and try again.')), kLoadMilliseconds);
    try {
      await new Promise<void>((resolve, reject) => {
        processor.#started = { resolve, reject };
        if (signal) {
          abort = () => reject(new AbortedError(signal.reason));
          signal.addEventListener('abort', abort, { once: true });
        }
        processor.#listen((canTakeTracks) => {
          const connection = connect(track, canTakeTracks, (message, transfer) => processor.#post(message, transfer));
          processor.#connection = connection;
          processor.#track = connection.track;
          processor.#post({ type: 'start', route: connection.route, assets: assetsFrom(assetBaseUrl), background, frameRate: track.getSettings().frameRate || 30 }, connection.transfer);
        });
      });
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
   * Changes the background without interrupting the output. Resolves once the new one is in force. On OptionError (an
   * address that cannot be fetched, a picture that cannot be decoded) the old background stays; on BackgroundError the
   * processor has failed.
   * @throws OptionError, BackgroundError.
   */
  async update(options: BackgroundOptions): Promise<void> {
    const background = requestOf(options);
    if (this.#state === 'closed') throw new BackgroundError('closed', 'The background has been closed. Create a new BackgroundProcessor.');
    if (this.#state === 'failed') throw new BackgroundError('background-failed', 'The background has stopped working. Create a new BackgroundProcessor.');
    const serial = ++this.#serial;
    await new Promise<void>((resolve, reject) => {
      this.#updates.set(serial, { resolve, reject });
      this.#post({ type: 'update', serial, background });
    });
  }

  /** Ends the output and releases everything. The camera track is left as it is. May be called again. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#release();
    this.#state = 'closed';
    this.#track?.stop();
    for (const { reject } of this.#updates.values()) reject(new BackgroundError('closed', 'The background has been closed.'));
    this.#updates.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #listen(ready: (canTakeTracks: boolean) => void): void {
    const worker = this.#worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      this.#silentSeconds = 0;
      if (data.type !== 'ready') return this.#receive(data);
      try {
        ready(data.canTakeTracks);
      } catch (error) {
        this.#fail(error instanceof BackgroundError ? error : new BackgroundError('background-failed', 'The camera’s frames cannot be reached.', { cause: error }));
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const reason = event.message || 'its file could not be loaded; set assetBaseUrl to where the package’s dist folder is served';
      this.#fail(new BackgroundError('background-failed', `The background’s worker stopped: ${reason}.`));
    };
    worker.onmessageerror = () => this.#fail(new BackgroundError('background-failed', 'The background’s worker sent something unreadable.'));
    this.source.addEventListener('ended', this.#onSourceEnded);
  }

  #receive(message: Exclude<FromWorker, { type: 'ready' }>): void {
    switch (message.type) {
      case 'started':
        this.#track ??= message.track ?? null;
        this.#state = 'running';
        this.#connection!.begin();
        // A second in which the page itself stood still counts as one, however long it was.
        this.#watchdog = setInterval(() => this.#everySecond(), 1000);
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
        this.#connection!.receive(message.frame);
        return;
      case 'stats':
        if (message.stats && this.#state === 'running') {
          const { fps, msPerFrame, segmentationMs, level } = message.stats;
          this.emit(new BackgroundStatsEvent(fps, msPerFrame, segmentationMs, level));
          this.#tellLevel(level);
        }
        return;
      case 'failed':
        return this.#fail(errorOf(message.failure));
      case 'ended':
        return this.#endOutput();
    }
  }

  #tellLevel(level: number): void {
    const previous = this.#level;
    this.#level = level;
    if (level !== previous) this.emit(new BackgroundLevelEvent(level, previous));
  }

  #everySecond(): void {
    // stop() on a track fires no event.
    if (this.source.readyState === 'ended') return this.#endOutput();
    if (++this.#silentSeconds > kSilentSeconds) {
      this.#fail(new BackgroundError('background-failed', 'The background’s worker does not answer any more.'));
    }
  }

  /** The output stands still from here on; it is not ended, so that a call can put another track in its place. */
  #fail(error: TesseraError): void {
    if (this.#state === 'failed' || this.#state === 'closed') return;
    const starting = this.#state === 'starting';
    this.#release();
    this.#state = 'failed';
    for (const { reject } of this.#updates.values()) reject(error);
    this.#updates.clear();
    if (starting) this.#started?.reject(error);
    else this.emit(new BackgroundErrorEvent(error));
  }

  /** The camera ended: so does the output, with its event. */
  #endOutput(): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'starting') {
      this.#started?.reject(new OptionError('track', 'a track that stays live'));
      return;
    }
    this.#release();
    this.#state = 'closed';
    for (const { reject } of this.#updates.values()) reject(new BackgroundError('closed', 'The camera has ended.'));
    this.#updates.clear();
    const track = this.#track;
    if (!track || track.readyState === 'ended') return;
    track.stop();
    // A track stopped by script tells nobody.
    track.dispatchEvent(new Event('ended'));
  }

  #release(): void {
    clearInterval(this.#watchdog);
    this.source.removeEventListener('ended', this.#onSourceEnded);
    this.#worker.onmessage = this.#worker.onerror = this.#worker.onmessageerror = null;
    this.#worker.terminate();
    this.#connection?.stop();
  }
}
