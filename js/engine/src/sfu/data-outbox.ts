// SPDX-License-Identifier: Apache-2.0
// Data messages on their way over signalling, no faster than the server takes messages from one client.

import { partsOf, type DataPart } from './data-parts.js';

/** Messages in each tenth of a second: two fifths of what the server allows are left for everything else. */
const kAtOnce = 6;
const kPause = 100;

/** @internal */
export class DataOutbox {
  readonly #waiting: { to: string; part: DataPart }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: (to: string, part: DataPart) => void) {}

  push(topic: string, data: string | Uint8Array, to: Iterable<string>): void {
    const receivers = [...to];
    for (const part of partsOf(topic, data)) this.#waiting.push(...receivers.map((id) => ({ to: id, part })));
    if (this.#timer === undefined) this.#sendSome();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #sendSome(): void {
    for (const { to, part } of this.#waiting.splice(0, kAtOnce)) this.send(to, part);
    this.#timer = this.#waiting.length === 0 ? undefined : setTimeout(() => this.#sendSome(), kPause);
  }
}
