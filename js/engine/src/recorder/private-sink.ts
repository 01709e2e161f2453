// SPDX-License-Identifier: Apache-2.0
// A file in the site's private storage, written in place by a worker: what is written stays, whatever happens to the page.

import type { RecorderError } from './errors.js';
import type { FromStorage, ToStorage } from './messages.js';
import { QueuedSink } from './sinks.js';

const workerAddress = (assetBaseUrl: string | URL): URL => new URL('recorder-worker.js', new URL(String(assetBaseUrl).replace(/\/?$/, '/'), globalThis.location?.href));

export class PrivateSink extends QueuedSink {
  readonly canSeek = true;
  readonly #worker: Worker;
  #answer: { resolve: () => void; reject: (error: unknown) => void } | null = null;

  private constructor(
    private readonly handle: FileSystemFileHandle,
    { assetBaseUrl }: { assetBaseUrl?: string | URL },
    failed: (error: RecorderError) => void,
  ) {
    super(failed);
    // Written out so that bundlers see it.
    this.#worker =
      assetBaseUrl === undefined
        ? new Worker(new URL('./recorder-worker.js', import.meta.url), { type: 'module' })
        : new Worker(workerAddress(assetBaseUrl), { type: 'module' });
    const settle = (error?: unknown) => {
      const answer = this.#answer;
      this.#answer = null;
      if (error === undefined) answer?.resolve();
      else answer?.reject(error);
    };
    this.#worker.onmessage = ({ data }: MessageEvent<FromStorage>) => settle(data.ok ? undefined : new DOMException(data.message, data.name));
    this.#worker.onerror = (event) => {
      event.preventDefault();
      settle(new Error(event.message || 'recorder-worker.js could not be loaded: set assetBaseUrl to where the package’s dist folder is served'));
    };
  }

  /** `path`: the file's place in the private storage. */
  static async open(handle: FileSystemFileHandle, path: string[], assets: { assetBaseUrl?: string | URL }, failed: (error: RecorderError) => void): Promise<PrivateSink> {
    const sink = new PrivateSink(handle, assets, failed);
    try {
      await sink.#ask({ type: 'open', path });
    } catch (error) {
      sink.#worker.terminate();
      throw error;
    }
    return sink;
  }

  protected override put(data: Uint8Array<ArrayBuffer>, position: number): Promise<void> {
    return this.#ask({ type: 'write', data, position }, [data.buffer]);
  }

  protected override async close(): Promise<Blob> {
    try {
      await this.#ask({ type: 'close' });
    } finally {
      this.#worker.terminate();
    }
    return this.handle.getFile();
  }

  /** One question at a time: QueuedSink waits for each. */
  #ask(message: ToStorage, transfer: Transferable[] = []): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answer = { resolve, reject };
      this.#worker.postMessage(message, transfer);
    });
  }
}
