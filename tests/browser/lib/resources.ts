// SPDX-License-Identifier: Apache-2.0
// A stack of things to close: whatever a test opened is closed in reverse order, also when the test fails half-way.

import { rmSync } from 'node:fs';

export type Close = () => unknown;

/** Owns handles of a test or suite. Closing one never prevents the others from being closed. */
export class Resources implements AsyncDisposable {
  #stack: { name: string; close: Close }[] = [];

  /** Registers `close`; returns `value` so that acquiring and registering is one expression. */
  add<T>(value: T, name: string, close: (value: T) => unknown): T {
    this.#stack.push({ name, close: () => close(value) });
    return value;
  }

  /** Closes everything, newest first; each close may take 10 s. Throws one error naming every close that failed. */
  async close(): Promise<void> {
    const failures: string[] = [];
    for (let entry = this.#stack.pop(); entry; entry = this.#stack.pop()) {
      let timer: NodeJS.Timeout | undefined;
      try {
        await Promise.race([
          Promise.resolve().then(entry.close),
          new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('took more than 10 s')), 10_000); }),
        ]);
      } catch (error) {
        failures.push(`${entry.name}: ${(error as Error).message}`);
      } finally {
        clearTimeout(timer);
      }
    }
    if (failures.length) throw new Error(`could not close ${failures.join('; ')}`);
  }

  [Symbol.asyncDispose](): Promise<void> { return this.close(); }
}

/** Removes a folder; a process that has just ended may still be writing into it for a moment. */
export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });

export const sleep = (ms: number): Promise<void> => new Promise(resolve => { setTimeout(resolve, ms); });

type Truthy<T> = Exclude<NonNullable<T>, false | 0 | ''>;

/** Polls `probe` until it gives a truthy value; fails after `timeoutMs` with `what` and the last error or value. */
export async function until<T>(what: string, probe: () => Promise<T> | T, timeoutMs = 30_000, everyMs = 100): Promise<Truthy<T>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value as Truthy<T>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for: ${what} (last: ${String(last)})`);
    await sleep(everyMs);
  }
}
