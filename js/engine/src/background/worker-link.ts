// SPDX-License-Identifier: Apache-2.0
// The page's hold on a background's worker: where its files are, messages both ways, whether it lives, and its end.

import { BackgroundError } from '../errors.js';
import type { Assets, FromWorker, ToWorker } from './messages.js';

/** The worker reports every second. Silent for this many seconds, it is taken for dead. */
const kSilentSeconds = 4;
/** How long a worker may take to close the frames it holds before it is ended regardless. */
const kFarewellMilliseconds = 2000;

const fileUrl = (base: string | URL, path: string): string => new URL(path, new URL(base, globalThis.location?.href)).href;
const folder = (base: string | URL): string => String(base).replace(/\/?$/, '/');

/** Absolute addresses of what the worker loads. `base`: a copy of the package's dist folder; default: beside this code. */
export function assetsFrom(base: string | URL | undefined): Assets {
  if (base === undefined) {
    return {
      wasm: new URL('./wasm/video.wasm', import.meta.url).href,
      relaxedWasm: new URL('./wasm/video_relaxed.wasm', import.meta.url).href,
      model: new URL('./models/selfie_landscape.tsm', import.meta.url).href,
    };
  }
  const at = (path: string): string => fileUrl(folder(base), path);
  return { wasm: at('wasm/video.wasm'), relaxedWasm: at('wasm/video_relaxed.wasm'), model: at('models/selfie_landscape.tsm') };
}

function startWorker(base: string | URL | undefined): Worker {
  try {
    // Written out so that bundlers see it.
    if (base === undefined) return new Worker(new URL('./background-worker.js', import.meta.url), { type: 'module' });
    return new Worker(fileUrl(folder(base), 'background-worker.js'), { type: 'module' });
  } catch (cause) {
    throw new BackgroundError('background-failed', 'The background’s worker cannot be started: the page’s Content-Security-Policy needs worker-src for its address.', { cause });
  }
}

export interface WorkerHooks {
  receive(message: FromWorker): void;
  /** Once: the worker is broken or gone. */
  lost(error: BackgroundError): void;
  /** Every second from watch() on. */
  second(): void;
}

export class WorkerLink {
  readonly #worker: Worker;
  #silentSeconds = 0;
  #watch: ReturnType<typeof setInterval> | undefined;
  #ended = false;

  /** @throws BackgroundError where the page may not start workers. */
  constructor(assetBaseUrl: string | URL | undefined, hooks: WorkerHooks) {
    const worker = startWorker(assetBaseUrl);
    this.#worker = worker;
    const lost = (reason: string): void => hooks.lost(new BackgroundError('background-failed', `The background’s worker ${reason}.`));
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      this.#silentSeconds = 0;
      hooks.receive(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      lost(`stopped: ${event.message || 'its file could not be loaded; set assetBaseUrl to where the package’s dist folder is served'}`);
    };
    worker.onmessageerror = () => lost('sent something unreadable');
    this.#everySecond = () => {
      // A second in which the page itself stood still counts as one, however long it was.
      if (++this.#silentSeconds > kSilentSeconds) lost('does not answer any more');
      else hooks.second();
    };
  }

  readonly #everySecond: () => void;

  post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** From now on a silent worker is a lost one. */
  watch(): void {
    this.#watch = setInterval(this.#everySecond, 1000);
  }

  /**
   * Ends the worker as soon as it has closed the frames it holds: ended before, it would leave them to the collector, and
   * cameras run dry of buffers. Nothing it still sends is heard.
   */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#watch);
    const worker = this.#worker;
    const terminate = (): void => {
      clearTimeout(timer);
      worker.onmessage = worker.onerror = worker.onmessageerror = null;
      worker.terminate();
    };
    const timer = setTimeout(terminate, kFarewellMilliseconds);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'frame') data.frame?.close();
      else if (data.type === 'closed') terminate();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      terminate();
    };
    this.post({ type: 'close' });
  }
}
