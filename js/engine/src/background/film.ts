// SPDX-License-Identifier: Apache-2.0
// The film behind a person, on the page's side: plays it and hands its frames over one at a time.

import { AbortedError, OptionError } from '../errors.js';

const kLoadMilliseconds = 20_000;

const refused = (what: string, cause?: unknown): OptionError => {
  const error = new OptionError('background.video', what);
  if (cause !== undefined) error.cause = cause;
  return error;
};

/** Resolves once a frame can be taken. */
function loaded(video: HTMLVideoElement, signal: AbortSignal | undefined): Promise<void> {
  if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return Promise.resolve();
  return new Promise<void>((resolve, reject) => {
    const watch = new AbortController();
    const settle = (outcome: () => void) => () => {
      clearTimeout(timer);
      watch.abort();
      outcome();
    };
    const timer = setTimeout(settle(() => reject(refused('a film whose first frame loads within 20 seconds'))), kLoadMilliseconds);
    const options = { signal: watch.signal };
    video.addEventListener('loadeddata', settle(resolve), options);
    video.addEventListener('error', settle(() => reject(refused(`a film that this browser plays: ${video.error?.message || 'it could not be loaded'}`))), options);
    signal?.addEventListener('abort', settle(() => reject(new AbortedError(signal.reason))), options);
    if (signal?.aborted) settle(() => reject(new AbortedError(signal.reason)))();
  });
}

/**
 * Use: open, send `frame()` along with the request, then `start`; after each 'filmed' of the worker `taken`. One frame is on
 * its way at a time, so that a slow worker makes the film skip, never queue. Frames are given away: the taker closes them.
 */
export class Film {
  #send: ((frame: VideoFrame) => void) | null = null;
  #waiting = false;
  #fresh = false;
  #request = 0;
  readonly #onVisibility = (): void => {
    // A film of our own rests while nobody sees the page; the person's picture goes on before its last frame.
    if (document.hidden) this.video.pause();
    else void this.video.play().catch(() => undefined);
  };

  private constructor(
    private readonly video: HTMLVideoElement,
    /** Set where the element is ours: what its source holds. */
    private readonly release: (() => void) | null,
  ) {}

  /** @throws OptionError 'background.video'; AbortedError. */
  static async open(source: string | Blob | HTMLVideoElement, signal?: AbortSignal): Promise<Film> {
    let film: Film;
    if (typeof source === 'string' || source instanceof Blob) {
      const video = document.createElement('video');
      video.muted = video.loop = video.playsInline = true;
      video.crossOrigin = 'anonymous';
      const address = typeof source === 'string' ? source : URL.createObjectURL(source);
      film = new Film(video, () => {
        if (typeof source !== 'string') URL.revokeObjectURL(address);
      });
      // Left to themselves some browsers load nothing before somebody plays it.
      video.preload = 'auto';
      video.src = address;
      document.addEventListener('visibilitychange', film.#onVisibility);
    } else {
      film = new Film(source, null);
    }
    try {
      if (film.release) film.#onVisibility();
      await loaded(film.video, signal);
      film.frame().close();
    } catch (error) {
      film.close();
      throw error;
    }
    return film;
  }

  /** The frame that shows now. @throws OptionError where the page may not read it. */
  frame(): VideoFrame {
    try {
      return new VideoFrame(this.video, { timestamp: Math.round(this.video.currentTime * 1e6) });
    } catch (cause) {
      throw refused('a film that this page may read: of its own origin, or with CORS and the attribute crossorigin', cause);
    }
  }

  start(send: (frame: VideoFrame) => void): void {
    if (this.#send) return;
    this.#send = send;
    const onFrame = (): void => {
      this.#request = this.video.requestVideoFrameCallback(onFrame);
      this.#fresh = true;
      this.#offer();
    };
    this.#request = this.video.requestVideoFrameCallback(onFrame);
  }

  /** The worker has taken the last frame. */
  taken(): void {
    this.#waiting = false;
    this.#offer();
  }

  /** Hands over nothing more. A film of our own ends; the caller's element stays as it is. May be called again. */
  close(): void {
    this.video.cancelVideoFrameCallback?.(this.#request);
    this.#send = null;
    if (!this.release) return;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.video.pause();
    this.video.removeAttribute('src');
    this.video.load();
    this.release();
  }

  #offer(): void {
    if (!this.#send || this.#waiting || !this.#fresh) return;
    let frame: VideoFrame;
    try {
      frame = this.frame();
    } catch {
      // Between two sources of the caller's element: the last frame stays.
      return;
    }
    this.#fresh = false;
    this.#waiting = true;
    this.#send(frame);
  }
}
