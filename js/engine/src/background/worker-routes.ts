// SPDX-License-Identifier: Apache-2.0
// The worker's half of a route: where frames come in, one at a time through the gate, and out again.

import type { FromWorker, Route, Source } from './messages.js';

/** What a route needs of its worker. */
export interface Surroundings {
  /** Takes the frame over. null: nothing may leave. @throws when the background is broken. */
  pass(frame: VideoFrame): Promise<VideoFrame | null>;
  post(message: FromWorker, transfer?: Transferable[]): void;
  fail(error: unknown): void;
}

export interface WorkerRoute {
  /** The output, where the worker makes it. */
  readonly track?: MediaStreamTrack;
  begin(): void;
  /** Route 'frames': the page posted a frame. */
  frame(frame: VideoFrame): void;
  /** From now on frames come from there. */
  replace(source: Source): void;
  /** Resolves once every frame that was here is closed. Shut the gate first. */
  close(): Promise<void>;
}

/** Safari's constructors, in the worker's own scope; TypeScript's DOM library knows neither. */
export interface BreakoutScope {
  MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => { readonly readable: ReadableStream<VideoFrame> };
  VideoTrackGenerator?: new () => { readonly track: MediaStreamTrack; readonly writable: WritableStream<VideoFrame> };
}

/** How long close() waits for a camera's next frame. */
const kPatienceMilliseconds = 250;

/** Streams on both sides. They keep only the newest frame while one is worked on. */
class Streams implements WorkerRoute {
  #reader: ReadableStreamDefaultReader<VideoFrame>;
  readonly #writer: WritableStreamDefaultWriter<VideoFrame>;
  #loop: Promise<void> = Promise.resolve();
  #closed = false;
  #replacements = 0;

  constructor(
    private readonly worker: Surroundings,
    readable: ReadableStream<VideoFrame>,
    writable: WritableStream<VideoFrame>,
    private readonly open: (source: Source) => ReadableStream<VideoFrame>,
    readonly track?: MediaStreamTrack,
    private taken?: MediaStreamTrack,
  ) {
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
    // A failed write tells of it.
    this.#writer.closed.catch(() => undefined);
  }

  begin(): void {
    this.#loop = this.#run(this.#reader);
  }

  frame(frame: VideoFrame): void {
    frame.close();
  }

  replace(source: Source): void {
    this.#replacements++;
    const { taken } = this;
    this.#reader = this.open(source).getReader();
    this.taken = source.kind === 'track' ? source.track : undefined;
    taken?.stop();
    this.#loop = this.#run(this.#reader);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.race([this.#loop, new Promise((resolve) => setTimeout(resolve, kPatienceMilliseconds))]);
    await this.#reader.cancel().catch(() => undefined);
    await this.#loop;
    this.taken?.stop();
  }

  async #run(reader: ReadableStreamDefaultReader<VideoFrame>): Promise<void> {
    const over = (): boolean => this.#closed || reader !== this.#reader;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        if (over()) {
          // Cancelled only now: a frame on its way to a pending read would be lost without being closed.
          value.close();
          await reader.cancel();
          return;
        }
        const frame = await this.worker.pass(value);
        if (!frame) continue;
        if (over()) {
          frame.close();
          continue;
        }
        await this.#writer.write(frame).catch((error: unknown) => {
          frame.close();
          throw error;
        });
      }
      // The page ends the output, unless another camera has taken over meanwhile.
      if (!over()) this.worker.post({ type: 'ended', source: this.#replacements });
    } catch (error) {
      // The output is not closed: it stands still, and the page decides.
      if (!over()) this.worker.fail(error);
    }
  }
}

/** Single frames, posted by the page and back to it. Each is answered once: with its outcome, or null where it is dropped. */
class SingleFrames implements WorkerRoute {
  #waiting: VideoFrame | null = null;
  #loop: Promise<void> | null = null;

  constructor(private readonly worker: Surroundings) {}

  begin(): void {}

  /** A frame that comes while one waits takes its place: late pictures are worth nothing. */
  frame(frame: VideoFrame): void {
    if (this.#waiting) this.#drop(this.#waiting);
    this.#waiting = frame;
    this.#loop ??= this.#run();
  }

  replace(): void {
    // The page takes its frames from somewhere else; here nothing changes.
  }

  async close(): Promise<void> {
    if (this.#waiting) this.#drop(this.#waiting);
    this.#waiting = null;
    await this.#loop;
  }

  #drop(frame: VideoFrame): void {
    frame.close();
    this.worker.post({ type: 'frame', frame: null });
  }

  async #run(): Promise<void> {
    try {
      for (let frame = this.#waiting; frame; frame = this.#waiting) {
        this.#waiting = null;
        const outcome = await this.worker.pass(frame);
        this.worker.post({ type: 'frame', frame: outcome }, outcome ? [outcome] : []);
      }
    } catch (error) {
      this.worker.fail(error);
    } finally {
      this.#loop = null;
    }
  }
}

/** Sets the worker's half up. */
export function openRoute(route: Route, worker: Surroundings, scope: BreakoutScope = globalThis as BreakoutScope): WorkerRoute {
  const framesOf = (track: MediaStreamTrack): ReadableStream<VideoFrame> => new scope.MediaStreamTrackProcessor!({ track, maxBufferSize: 1 }).readable;
  switch (route.kind) {
    case 'streams':
      return new Streams(worker, route.readable, route.writable, (source) => (source as Extract<Source, { kind: 'streams' }>).readable);
    case 'track': {
      const generator = new scope.VideoTrackGenerator!();
      return new Streams(worker, framesOf(route.track), generator.writable, (source) => framesOf((source as Extract<Source, { kind: 'track' }>).track), generator.track, route.track);
    }
    case 'frames':
      return new SingleFrames(worker);
  }
}
