// SPDX-License-Identifier: Apache-2.0
// The sender's side: what all receivers together take, for RTCRtpSender.setParameters.

import { OptionError } from '../errors.js';
import { requireNumber } from '../options.js';
import { type LayersModule, loadLayersModule } from './layers-module.js';

export interface EncodingDemand {
  /** For RTCRtpEncodingParameters.active. */
  active: boolean;
  /** The highest temporal layer that anybody takes; -1 while inactive. */
  maxTemporal: number;
}

export interface SenderDemandOptions {
  /** Spatial layers (encodings) that are sent, 1..4. */
  layers: number;
  /** Told whenever the encodings change, in rising order of size; at once for more, within 0.6 s for less. */
  onchange: (encodings: EncodingDemand[]) => void;
  /** Address of a copy of the package's `dist` folder. Default: where this code was loaded from. */
  assetBaseUrl?: string | URL;
}

/** Adds up what receivers take. A layer that nobody takes is to be switched off, and back on when somebody does. */
export class SenderDemand {
  readonly #demand: InstanceType<LayersModule['Demand']>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  private constructor(
    module: LayersModule,
    private readonly layers: number,
    private readonly onchange: (encodings: EncodingDemand[]) => void,
  ) {
    this.#demand = new module.Demand(layers);
  }

  /** @throws OptionError; TesseraError with code 'layers-failed'. */
  static async create({ layers, onchange, assetBaseUrl }: SenderDemandOptions): Promise<SenderDemand> {
    requireNumber(layers, 'layers', 1, 4);
    if (typeof onchange !== 'function') throw new OptionError('onchange', 'a function');
    return new SenderDemand(await loadLayersModule(assetBaseUrl), layers, onchange);
  }

  /** @internal For tests. */
  static withModule(module: LayersModule, layers: number, onchange: (encodings: EncodingDemand[]) => void): SenderDemand {
    return new SenderDemand(module, layers, onchange);
  }

  /** What a receiver takes from now on; `null`: nothing. */
  set(receiver: string, layer: { spatial: number; temporal: number } | null): void {
    if (this.#closed) return;
    this.#demand.set(performance.now(), receiver, layer?.spatial ?? -1, layer?.temporal ?? -1);
    this.#update();
  }

  /** The receiver has left. */
  remove(receiver: string): void {
    if (this.#closed) return;
    this.#demand.remove(performance.now(), receiver);
    this.#update();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#demand.delete();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #update(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    if (this.#demand.update(now)) {
      this.onchange(
        Array.from({ length: this.layers }, (_, spatial) => {
          const maxTemporal = this.#demand.maxTemporal(spatial);
          return { active: maxTemporal >= 0, maxTemporal };
        }),
      );
    }
    if (this.#closed) return;
    const deadline = this.#demand.deadline();
    if (deadline >= 0) this.#timer = setTimeout(() => this.#update(), Math.max(0, deadline - now) + 1);
  }
}
