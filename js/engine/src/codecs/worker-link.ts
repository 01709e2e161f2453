// SPDX-License-Identifier: Apache-2.0
// A codec's worker, seen from the page: requests go in order, replies come in order.

import type { Replies, Reply, Request } from './messages.js';

export interface AssetOptions {
  /** The address of a copy of the package's `dist` folder, for where the bundler does not keep it beside the code. */
  assetBaseUrl?: string | URL;
}

const assetUrl = (assetBaseUrl: string | URL, path: string): string => new URL(path, new URL(assetBaseUrl, globalThis.location?.href)).href;

export class WorkerLink {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (value: never) => void; reject: (error: DOMException) => void }[] = [];

  constructor({ assetBaseUrl }: AssetOptions) {
    // Bundlers find the worker by this very form.
    this.#worker =
      assetBaseUrl === undefined
        ? new Worker(new URL('./codecs-worker.js', import.meta.url), { type: 'module' })
        : new Worker(assetUrl(assetBaseUrl, 'codecs-worker.js'), { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      const asked = this.#waiting.shift();
      if (data.ok) asked?.resolve(data.result as never);
      else asked?.reject(new DOMException(data.message, data.name));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const error = new DOMException(`The codec's worker could not run: ${event.message ?? 'its script could not be loaded'}`, 'OperationError');
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    };
  }

  ask<R extends Request>(request: R, transfer: Transferable[] = []): Promise<Replies[R['type']]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as (value: never) => void, reject });
      this.#worker.postMessage(request, transfer);
    });
  }

  close(): void {
    this.#worker.terminate();
    this.#waiting.length = 0;
  }
}

/** The address of a module's WebAssembly. Static, so that bundlers see each one. */
export function wasmAddress(name: 'vp8_encoder' | 'vp9_encoder' | 'vpx_decoder' | 'opus' | 'opus_dred', { assetBaseUrl }: AssetOptions): string {
  if (assetBaseUrl !== undefined) return assetUrl(assetBaseUrl, `wasm/${name}.wasm`);
  switch (name) {
    case 'vp8_encoder':
      return new URL('./wasm/vp8_encoder.wasm', import.meta.url).href;
    case 'vp9_encoder':
      return new URL('./wasm/vp9_encoder.wasm', import.meta.url).href;
    case 'vpx_decoder':
      return new URL('./wasm/vpx_decoder.wasm', import.meta.url).href;
    case 'opus':
      return new URL('./wasm/opus.wasm', import.meta.url).href;
    case 'opus_dred':
      return new URL('./wasm/opus_dred.wasm', import.meta.url).href;
  }
}
