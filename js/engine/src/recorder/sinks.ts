// SPDX-License-Identifier: Apache-2.0
// Where a recording's bytes go: a file that is being written, a stream, memory.

import { storageError } from './errors.js';
import type { RecorderError } from './errors.js';

export interface Sink {
  /** Whether bytes that were written can be written over. */
  readonly canSeek: boolean;
  /** Bytes that wait to be written. */
  readonly pending: number;
  /** Takes `data` over. Positions before the end only where the sink can seek. */
  write(data: Uint8Array<ArrayBuffer>, position: number): void;
  /**
   * Everything is written and the target closed. Gives what was written, where it can be read again. Every call gives the same.
   * @throws RecorderError 'storage-failed'
   */
  end(): Promise<Blob | null>;
}

interface Piece {
  data: Uint8Array<ArrayBuffer>;
  position: number;
}

/** Writes one piece after the other; a failure is told once, and ends it. */
export abstract class QueuedSink implements Sink {
  abstract readonly canSeek: boolean;
  #queue: Piece[] = [];
  #pending = 0;
  #running: Promise<void> | null = null;
  #failure: RecorderError | null = null;
  #ended: Promise<Blob | null> | null = null;

  constructor(private readonly failed: (error: RecorderError) => void) {}

  get pending(): number {
    return this.#pending;
  }

  write(data: Uint8Array<ArrayBuffer>, position: number): void {
    if (this.#failure) return;
    this.#queue.push({ data, position });
    this.#pending += data.byteLength;
    this.#running ??= this.#run();
  }

  end(): Promise<Blob | null> {
    return (this.#ended ??= this.#end());
  }

  async #end(): Promise<Blob | null> {
    await this.#running;
    try {
      const file = await this.close();
      if (this.#failure) throw this.#failure;
      return file;
    } catch (error) {
      throw this.#failure ?? storageError(error);
    }
  }

  protected abstract put(data: Uint8Array<ArrayBuffer>, position: number): Promise<void>;
  /** Called once, also after a failure. */
  protected abstract close(): Promise<Blob | null>;
  /** Called whenever nothing waits. */
  protected async settle(): Promise<void> {}

  async #run(): Promise<void> {
    // Not before the caller has the promise.
    await null;
    try {
      for (let piece = this.#queue.shift(); piece; piece = this.#queue.shift()) {
        const { byteLength } = piece.data;
        await this.put(piece.data, piece.position);
        this.#pending -= byteLength;
        if (this.#queue.length === 0) await this.settle();
      }
    } catch (error) {
      this.#failure = storageError(error);
      this.#queue = [];
      this.#pending = 0;
      this.failed(this.#failure);
    }
    this.#running = null;
  }
}

/** What was written is put back where it belongs and the file opened anew no more often than this, in milliseconds. */
const kSafeEvery = 1000;
/** Opening a file anew copies it: of the whole time that may take so much. */
const kSafeShare = 0.05;

/**
 * A file that the person chose. The browser writes to a copy and puts it in place when that is closed; a page that died
 * before would leave nothing. So it is closed every now and then, and opened again.
 */
export class FileSink extends QueuedSink {
  readonly canSeek = true;
  #stream: FileSystemWritableFileStream | null = null;
  #safeAt = 0;
  #wait = kSafeEvery;

  private constructor(
    private readonly handle: FileSystemFileHandle,
    failed: (error: RecorderError) => void,
  ) {
    super(failed);
  }

  static async open(handle: FileSystemFileHandle, failed: (error: RecorderError) => void): Promise<FileSink> {
    const sink = new FileSink(handle, failed);
    sink.#stream = await handle.createWritable();
    sink.#safeAt = performance.now();
    return sink;
  }

  protected override async put(data: Uint8Array<ArrayBuffer>, position: number): Promise<void> {
    await this.#stream!.write({ type: 'write', data, position });
  }

  protected override async settle(): Promise<void> {
    const began = performance.now();
    if (began - this.#safeAt < this.#wait) return;
    await this.#stream!.close();
    this.#stream = await this.handle.createWritable({ keepExistingData: true });
    this.#safeAt = performance.now();
    this.#wait = Math.max(kSafeEvery, (this.#safeAt - began) / kSafeShare);
  }

  protected override async close(): Promise<Blob> {
    await this.#stream!.close();
    return this.handle.getFile();
  }
}

/** Somebody's stream: a FileSystemWritableFileStream can seek, all others take bytes in order. */
export class StreamSink extends QueuedSink {
  readonly canSeek: boolean;
  readonly #writer: WritableStreamDefaultWriter<unknown>;

  constructor(stream: WritableStream, failed: (error: RecorderError) => void) {
    super(failed);
    this.canSeek = typeof (stream as FileSystemWritableFileStream).seek === 'function';
    this.#writer = stream.getWriter();
  }

  protected override async put(data: Uint8Array<ArrayBuffer>, position: number): Promise<void> {
    await this.#writer.ready;
    await this.#writer.write(this.canSeek ? { type: 'write', data, position } : data);
  }

  protected override async close(): Promise<null> {
    await this.#writer.close();
    return null;
  }
}

/** Where the browser has no files at all. */
export class MemorySink implements Sink {
  readonly canSeek = true;
  readonly pending = 0;
  readonly #pieces: Piece[] = [];
  #length = 0;

  write(data: Uint8Array<ArrayBuffer>, position: number): void {
    for (const piece of this.#pieces) {
      const from = Math.max(position, piece.position);
      const to = Math.min(position + data.byteLength, piece.position + piece.data.byteLength);
      if (from < to) piece.data.set(data.subarray(from - position, to - position), from - piece.position);
    }
    const beyond = Math.max(0, this.#length - position);
    if (beyond >= data.byteLength) return;
    this.#pieces.push({ data: data.subarray(beyond), position: this.#length });
    this.#length += data.byteLength - beyond;
  }

  async end(): Promise<Blob> {
    return new Blob(this.#pieces.map(({ data }) => data), { type: 'video/webm' });
  }
}
