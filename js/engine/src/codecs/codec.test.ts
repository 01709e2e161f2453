// SPDX-License-Identifier: Apache-2.0
// States, queue, flush, reset and errors, as the web platform tests for WebCodecs expect them.

import { beforeEach, expect, test, vi } from 'vitest';
import { type Backend, Codec } from './codec.js';

class Held implements Backend<string, number> {
  readonly started: number[] = [];
  readonly gates: ((error?: unknown) => void)[] = [];
  configured: string[] = [];
  closed = false;
  cancelled = 0;
  constructor(private readonly output: (value: number) => void) {}
  async configure(config: string): Promise<void> {
    if (config === 'bad') throw new DOMException('no', 'NotSupportedError');
    this.configured.push(config);
  }
  work(item: number): Promise<void> {
    this.started.push(item);
    const generation = this.cancelled;
    return new Promise((resolve, reject) => {
      this.gates.push((error) => {
        if (error) return reject(error);
        if (generation === this.cancelled) this.output(item);
        resolve();
      });
    });
  }
  async flush(): Promise<void> {}
  cancel(): void {
    this.cancelled++;
  }
  close(): void {
    this.closed = true;
  }
}

class Doubling extends Codec<string, number> {
  held: Held | null = null;
  discarded: number[] = [];
  readonly #output: (value: number) => void;
  constructor(init: { output: (value: number) => void; error: (error: DOMException) => void }) {
    super(init);
    this.#output = this.deliver(init.output);
  }
  get size() {
    return this.queueSize;
  }
  configure(config: string) {
    this.begin(config);
  }
  work(item: number) {
    this.requireConfigured();
    this.enqueue(item);
  }
  dropOldest() {
    return this.dropFirst(() => true);
  }
  protected override async createBackend() {
    return (this.held ??= new Held(this.#output));
  }
  protected override discard(item: number) {
    this.discarded.push(item);
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve));
let outputs: number[];
let errors: DOMException[];
let codec: Doubling;
beforeEach(() => {
  outputs = [];
  errors = [];
  codec = new Doubling({ output: (value) => outputs.push(value), error: (error) => errors.push(error) });
});

test('it needs both callbacks', () => {
  expect(() => new Doubling({ output: () => undefined } as never)).toThrow(TypeError);
  expect(() => new Doubling({ error: () => undefined } as never)).toThrow(TypeError);
});

test('unconfigured, configured, closed', async () => {
  expect(codec.state).toBe('unconfigured');
  expect(() => codec.work(1)).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  await expect(codec.flush()).rejects.toMatchObject({ name: 'InvalidStateError' });
  codec.configure('a');
  expect(codec.state).toBe('configured');
  codec.close();
  expect(codec.state).toBe('closed');
  for (const call of [() => codec.configure('a'), () => codec.reset(), () => codec.close(), () => codec.work(1)]) {
    expect(call).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  }
  await expect(codec.flush()).rejects.toMatchObject({ name: 'InvalidStateError' });
});

test('two items are at hand, the others wait; dequeue tells of each', async () => {
  codec.configure('a');
  for (let i = 1; i <= 4; i++) codec.work(i);
  expect(codec.size).toBe(4);
  await turn();
  expect(codec.held!.started).toEqual([1, 2]);
  const dequeue = vi.fn();
  codec.addEventListener('dequeue', dequeue);
  codec.held!.gates[0]!();
  await turn();
  expect(codec.size).toBe(3);
  expect(dequeue).toHaveBeenCalledTimes(1);
  expect(codec.held!.started).toEqual([1, 2, 3]);
  expect(outputs).toEqual([1]);
});

test('flush resolves when everything before it is out, and a new configuration waits its turn', async () => {
  codec.configure('a');
  codec.work(1);
  const flushed = codec.flush();
  codec.configure('b');
  codec.work(2);
  await turn();
  expect(codec.held!.configured).toEqual(['a']);
  codec.held!.gates[0]!();
  await flushed;
  expect(outputs).toEqual([1]);
  await turn();
  expect(codec.held!.configured).toEqual(['a', 'b']);
  expect(codec.held!.started).toEqual([1, 2]);
});

test('reset drops what waits, rejects flush, and silences what is under way', async () => {
  codec.configure('a');
  for (let i = 1; i <= 4; i++) codec.work(i);
  const flushed = codec.flush();
  await turn();
  codec.reset();
  await expect(flushed).rejects.toMatchObject({ name: 'AbortError' });
  expect(codec.state).toBe('unconfigured');
  expect(codec.size).toBe(0);
  expect(codec.discarded).toEqual([3, 4]);
  codec.configure('b');
  codec.work(5);
  codec.held!.gates[0]!();
  await turn();
  expect(outputs).toEqual([]);
  codec.held!.gates.at(-1)!();
  await turn();
  expect(outputs).toEqual([5]);
  expect(codec.size).toBe(0);
});

test('a configuration that is not supported closes the codec and is told once', async () => {
  codec.configure('bad');
  codec.work(1);
  const flushed = codec.flush();
  await expect(flushed).rejects.toMatchObject({ name: 'NotSupportedError' });
  expect(codec.state).toBe('closed');
  expect(errors).toHaveLength(1);
  expect(codec.discarded).toEqual([1]);
});

test('an error while working closes the codec', async () => {
  codec.configure('a');
  codec.work(1);
  codec.work(2);
  await turn();
  codec.held!.gates[0]!(new DOMException('broken', 'EncodingError'));
  await turn();
  expect(codec.state).toBe('closed');
  expect(codec.held!.closed).toBe(true);
  expect(errors.map(({ name }) => name)).toEqual(['EncodingError']);
});

test('of what waits, the oldest can be dropped', async () => {
  codec.configure('a');
  for (let i = 1; i <= 4; i++) codec.work(i);
  await turn();
  expect(codec.dropOldest()).toBe(true);
  expect(codec.discarded).toEqual([3]);
  expect(codec.size).toBe(3);
});

test('reset tells that the queue is empty, once', async () => {
  codec.configure('a');
  for (let i = 1; i <= 4; i++) codec.work(i);
  await turn();
  const sizes: number[] = [];
  codec.ondequeue = () => sizes.push(codec.size);
  codec.reset();
  await turn();
  expect(sizes).toEqual([0]);
  codec.ondequeue = 'nothing' as never;
  expect(codec.ondequeue).toBeNull();
});

test('an exception of an application\'s callback is reported, and the codec goes on', async () => {
  const reported = vi.fn();
  vi.stubGlobal('reportError', reported);
  try {
    let calls = 0;
    const angry = new Doubling({ output: () => { calls++; throw new Error('of the application'); }, error: () => { throw new Error('of the application too'); } });
    angry.configure('a');
    angry.work(1);
    angry.work(2);
    await turn();
    for (const gate of angry.held!.gates) gate();
    await angry.flush();
    expect([calls, angry.state]).toEqual([2, 'configured']);
    angry.configure('bad');
    await expect(angry.flush()).rejects.toMatchObject({ name: 'NotSupportedError' });
    expect(angry.state).toBe('closed');
    expect(reported).toHaveBeenCalledTimes(3);
  } finally {
    vi.unstubAllGlobals();
  }
});
