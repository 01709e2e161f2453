// SPDX-License-Identifier: Apache-2.0
// The page's hold on the video mixer's worker: where its files are, messages both ways, and its end.

import { VideoMixerError } from './errors.js';
import type { FromWorker, ToWorker } from './messages.js';

/** How long a worker may take to close the frames it holds before it is ended regardless. */
const kFarewellMilliseconds = 2000;

const fileUrl = (base: string | URL, path: string): string => new URL(path, new URL(String(base).replace(/\/?$/, '/'), globalThis.location?.href)).href;

/** The compositor's absolute address. */
export const compositorUrl = (base: string | URL | undefined): string =>
  base === undefined ? new URL('./wasm/compositor.wasm', import.meta.url).href : fileUrl(base, 'wasm/compositor.wasm');

function startWorker(base: string | URL | undefined): Worker {
  try {
    // Written out so that bundlers see it.
    if (base === undefined) return new Worker(new URL('./mixer-worker.js', import.meta.url), { type: 'module' });
    return new Worker(fileUrl(base, 'mixer-worker.js'), { type: 'module' });
  } catch (cause) {
    throw new VideoMixerError('mixer-failed', 'The mixer’s worker cannot be started: the page’s Content-Security-Policy needs worker-src for its address.', { cause });
  }
}

export class WorkerLink {
  readonly #worker: Worker;
  #ended = false;

  /** @throws VideoMixerError where the page may not start workers. */
  constructor(assetBaseUrl: string | URL | undefined, receive: (message: FromWorker) => void) {
    const worker = startWorker(assetBaseUrl);
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      receive({ type: 'failed', reason: event.message || 'its worker could not be loaded; set assetBaseUrl to where the package’s dist folder is served' });
    };
  }

  post(message: ToWorker, transfer: Transferable[] = []): void {
    if (!this.#ended) this.#worker.postMessage(message, transfer);
  }

  /** Ends the worker as soon as it has closed the frames it holds. Nothing it still sends is heard. */
  end(): void {
    if (this.#ended) return;
    const worker = this.#worker;
    const terminate = (): void => {
      clearTimeout(timer);
      worker.onmessage = worker.onerror = null;
      worker.terminate();
    };
    const timer = setTimeout(terminate, kFarewellMilliseconds);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'frame') data.frame.close();
      else if (data.type === 'closed') terminate();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      terminate();
    };
    this.post({ type: 'close' });
    this.#ended = true;
  }
}
