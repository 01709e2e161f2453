// SPDX-License-Identifier: Apache-2.0
// What all four codecs have in common: states, the queue, flush, reset and errors as WebCodecs defines them.

/** Where the work is done: a worker with our module, or the browser's codec. */
export interface Backend<Config, Item> {
  /** Rejects with a DOMException where the configuration is not supported. */
  configure(config: Config): Promise<void>;
  /** Resolves when the item has been worked off; its outputs came before. */
  work(item: Item): Promise<void>;
  /** Resolves when everything worked off so far has come out. */
  flush(): Promise<void>;
  /** What is under way is of no interest any more: its outputs are not to be delivered. */
  cancel(): void;
  close(): void;
}

type Entry<Config, Item> =
  | { kind: 'configure'; config: Config }
  | { kind: 'work'; item: Item }
  | { kind: 'flush'; resolve: () => void; reject: (error: unknown) => void };

/** So many items are with the backend at a time: one being worked off, one at hand. */
const kAtHand = 2;

type DequeueHandler = (this: unknown, event: Event) => unknown;

/** Calls what the application gave; its exception is the application's, and told as such. */
function call<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void {
  try {
    callback(...args);
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else queueMicrotask(() => { throw error; });
  }
}

const closed = () => new DOMException('The codec is closed.', 'InvalidStateError');

export abstract class Codec<Config, Item> extends EventTarget {
  #state: CodecState = 'unconfigured';
  #entries: Entry<Config, Item>[] = [];
  #atHand = 0;
  #barrier = false;
  #epoch = 0;
  #size = 0;
  #backend: Backend<Config, Item> | null = null;
  #flushes = new Set<(error: unknown) => void>();
  #dequeueScheduled = false;
  #ondequeue: DequeueHandler | null = null;
  readonly #error: (error: DOMException) => void;

  constructor(init: { output: unknown; error: (error: DOMException) => void }) {
    super();
    if (typeof init?.output !== 'function' || typeof init.error !== 'function') throw new TypeError('output and error are functions');
    this.#error = init.error;
  }

  get state(): CodecState {
    return this.#state;
  }

  /** Called like a listener of `dequeue`. */
  get ondequeue(): DequeueHandler | null {
    return this.#ondequeue;
  }
  set ondequeue(handler: DequeueHandler | null) {
    this.#ondequeue = typeof handler === 'function' ? handler : null;
  }

  /** Drops everything that is queued; a pending flush is rejected with AbortError. The codec is unconfigured then. */
  reset(): void {
    if (this.#state === 'closed') throw closed();
    this.#drop(new DOMException('The codec was reset.', 'AbortError'));
    this.#state = 'unconfigured';
  }

  /** Ends the worker. Nothing is called afterwards. */
  close(): void {
    if (this.#state === 'closed') throw closed();
    this.#shut(new DOMException('The codec was closed.', 'AbortError'));
  }

  [Symbol.dispose](): void {
    if (this.#state !== 'closed') this.close();
  }

  /** Resolves when all that was queued has come out. */
  flush(): Promise<void> {
    if (this.#state !== 'configured') return Promise.reject(this.#state === 'closed' ? closed() : new DOMException('The codec is not configured.', 'InvalidStateError'));
    this.flushing();
    return new Promise((resolve, reject) => {
      this.#flushes.add(reject);
      const settled = () => this.#flushes.delete(reject);
      this.#entries.push({ kind: 'flush', resolve: () => (settled(), resolve()), reject: (error) => (settled(), reject(error)) });
      this.#pump();
    });
  }

  protected get queueSize(): number {
    return this.#size;
  }

  protected abstract createBackend(config: Config): Promise<Backend<Config, Item>>;
  /** Frees what a dropped item holds. */
  protected abstract discard(item: Item): void;
  /** True when the error is to be told, but the codec stays as it is. */
  protected survives(_error: DOMException): boolean {
    return false;
  }
  protected flushing(): void {}
  protected resetting(): void {}

  protected begin(config: Config): void {
    if (this.#state === 'closed') throw closed();
    this.#state = 'configured';
    this.#entries.push({ kind: 'configure', config });
    this.#pump();
  }

  protected requireConfigured(): void {
    if (this.#state !== 'configured') throw this.#state === 'closed' ? closed() : new DOMException('The codec is not configured.', 'InvalidStateError');
  }

  protected enqueue(item: Item): void {
    this.#entries.push({ kind: 'work', item });
    this.#size++;
    this.#pump();
  }

  /** Of the items that still wait, drops the first that `may` allows. */
  protected dropFirst(may: (item: Item) => boolean): boolean {
    const index = this.#entries.findIndex((entry) => entry.kind === 'work' && may(entry.item));
    if (index < 0) return false;
    const [entry] = this.#entries.splice(index, 1);
    if (entry?.kind === 'work') this.discard(entry.item);
    this.#taken();
    return true;
  }

  protected get waiting(): number {
    return this.#entries.reduce((count, entry) => count + (entry.kind === 'work' ? 1 : 0), 0);
  }

  /** Wraps an output callback so that it is silent after reset and close, and its exceptions end nothing here. */
  protected deliver<A extends unknown[]>(output: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      if (this.#state === 'configured') call(output, ...args);
    };
  }

  #pump(): void {
    while (this.#entries.length && !this.#barrier && this.#state !== 'closed') {
      const entry = this.#entries[0]!;
      if (entry.kind === 'work') {
        if (this.#atHand >= kAtHand) return;
        this.#entries.shift();
        this.#atHand++;
        void this.#run(entry.item, this.#epoch);
      } else {
        if (this.#atHand > 0) return;
        this.#entries.shift();
        this.#barrier = true;
        void this.#pass(entry, this.#epoch);
      }
    }
  }

  async #run(item: Item, epoch: number): Promise<void> {
    try {
      await this.#backend!.work(item);
    } catch (error) {
      if (epoch === this.#epoch) this.#fail(error);
    }
    if (epoch !== this.#epoch) return;
    this.#atHand--;
    this.#taken();
    this.#pump();
  }

  async #pass(entry: Exclude<Entry<Config, Item>, { kind: 'work' }>, epoch: number): Promise<void> {
    try {
      if (entry.kind === 'configure') {
        const backend = await this.createBackend(entry.config);
        if (epoch !== this.#epoch) {
          if (backend !== this.#backend) backend.close();
          return;
        }
        if (this.#backend && this.#backend !== backend) this.#backend.close();
        this.#backend = backend;
        await backend.configure(entry.config);
      } else {
        await this.#backend!.flush();
        if (epoch === this.#epoch) entry.resolve();
      }
    } catch (error) {
      if (epoch === this.#epoch) {
        if (entry.kind === 'flush') entry.reject(error);
        this.#fail(error);
      }
    }
    if (epoch !== this.#epoch) return;
    this.#barrier = false;
    this.#pump();
  }

  /** The backend in use, for one that can be configured again. */
  protected get backend(): Backend<Config, Item> | null {
    return this.#backend;
  }

  #taken(): void {
    this.#size--;
    this.#scheduleDequeue();
  }

  /** However many are taken in one go, one event tells of them. */
  #scheduleDequeue(): void {
    if (this.#dequeueScheduled) return;
    this.#dequeueScheduled = true;
    queueMicrotask(() => {
      this.#dequeueScheduled = false;
      const event = new Event('dequeue');
      this.dispatchEvent(event);
      const handler = this.#ondequeue;
      if (handler) call((told: Event) => { handler.call(this, told); }, event);
    });
  }

  #fail(reason: unknown): void {
    if (this.#state === 'closed') return;
    const error = reason instanceof DOMException ? reason : new DOMException(String((reason as Error)?.message ?? reason), 'EncodingError');
    if (!this.survives(error)) this.#shut(error);
    call(this.#error, error);
  }

  #shut(reason: DOMException): void {
    this.#drop(reason);
    this.#state = 'closed';
    this.#backend?.close();
    this.#backend = null;
  }

  #drop(reason: DOMException): void {
    this.#epoch++;
    for (const entry of this.#entries) if (entry.kind === 'work') this.discard(entry.item);
    this.#entries = [];
    this.#atHand = 0;
    if (this.#size > 0) this.#scheduleDequeue();
    this.#size = 0;
    this.#barrier = false;
    for (const reject of [...this.#flushes]) reject(reason);
    this.#flushes.clear();
    this.#backend?.cancel();
    this.resetting();
  }
}
