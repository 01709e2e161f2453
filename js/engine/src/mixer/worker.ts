// SPDX-License-Identifier: Apache-2.0
// The video mixer's worker: keeps the newest frame of every input and mixes them by its own clock.

import { take } from '../background/parked.js';
import type { BreakoutScope } from '../background/worker-routes.js';
import { Compositor } from './compositor.js';
import type { FromWorker, InputSource, OutputTarget, ToWorker } from './messages.js';

/** The worker's own scope; TypeScript's DOM library describes windows. */
interface WorkerScope extends BreakoutScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
}
const scope = globalThis as unknown as WorkerScope;
const post = (message: FromWorker, transfer: Transferable[] = []): void => scope.postMessage(message, transfer);

/** So long the worker stays for a last frame of each source, in milliseconds. */
const kLastFrameMs = 150;

/** Reads a stream to its end, or until stop(); the newest frame waits in `pending`. */
class Reading {
  #stopped = false;
  readonly #reader: ReadableStreamDefaultReader<VideoFrame>;
  /** Once the last frame has been closed. */
  readonly ended: Promise<void>;

  constructor(
    readonly key: number,
    readable: ReadableStream<VideoFrame>,
    private readonly track?: MediaStreamTrack,
  ) {
    this.#reader = readable.getReader();
    this.ended = this.#run().catch(() => undefined);
  }

  stop(): void {
    this.#stopped = true;
    this.track?.stop();
  }

  async #run(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (this.#stopped) {
        value?.close();
        // Cancelled only now: a frame on its way to a pending read would be lost without being closed.
        await this.#reader.cancel();
        return;
      }
      if (done) return clear(this.key);
      offer(this.key, value);
    }
  }
}

let compositor: Compositor | null = null;
let send: (frame: VideoFrame) => void = (frame) => frame.close();
let timer: ReturnType<typeof setInterval> | undefined;
let mixing = false;
let closed = false;
/** Messages that came before the module. They are carried out in order, also with regard to copies under way. */
let turn: Promise<unknown> = Promise.resolve();
const tiles = new Set<number>();
const readings = new Map<number, Reading>();
/** Those that have not closed their last frame, those that were stopped among them. */
const unfinished = new Set<Promise<void>>();
/** The port that a tile's stream is being taken out of. */
const ports = new Map<number, MessagePort>();
const pending = new Map<number, VideoFrame>();
const second = { frames: 0, milliseconds: 0 };

function fail(error: unknown): void {
  if (closed) return;
  clearInterval(timer);
  post({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
}

function alone(work: () => void | Promise<void>): void {
  turn = turn.then(work).catch(fail);
}

function offer(key: number, frame: VideoFrame): void {
  if (closed || !tiles.has(key)) return frame.close();
  pending.get(key)?.close();
  pending.set(key, frame);
}

function drop(key: number): void {
  pending.get(key)?.close();
  pending.delete(key);
}

function clear(key: number): void {
  drop(key);
  alone(() => compositor?.clear(key));
}

function setSource(key: number, source: InputSource | null): void {
  stopReading(key);
  if (!source) clear(key);
  else if (source.kind === 'coming') drop(key);
  else if (source.kind === 'track') readings.set(key, read(new Reading(key, new scope.MediaStreamTrackProcessor!({ track: source.track, maxBufferSize: 1 }).readable, source.track)));
  else if (source.kind === 'stream') {
    const { port } = source;
    ports.set(key, port);
    void take(port).then((readable) => {
      const reading = read(new Reading(key, readable));
      if (closed || ports.get(key) !== port) reading.stop();
      else readings.set(key, reading);
    });
  }
}

function read(reading: Reading): Reading {
  const { ended } = reading;
  unfinished.add(ended);
  void ended.then(() => unfinished.delete(ended));
  return reading;
}

function stopReading(key: number): void {
  ports.delete(key);
  readings.get(key)?.stop();
  readings.delete(key);
}

/** Gives the output, where it is made here. */
function openOutput(output: OutputTarget): MediaStreamTrack | undefined {
  if (output.kind === 'frames') {
    send = (frame) => post({ type: 'frame', frame }, [frame]);
    return undefined;
  }
  const generator = output.kind === 'track' ? new scope.VideoTrackGenerator!() : null;
  const writer = (generator?.writable ?? (output as { writable: WritableStream<VideoFrame> }).writable).getWriter();
  writer.closed.catch(() => undefined);
  send = (frame) => {
    writer.write(frame).catch((error: unknown) => {
      frame.close();
      fail(error);
    });
  };
  return generator?.track;
}

async function mix(): Promise<void> {
  const frames = new Map(pending);
  pending.clear();
  await compositor!.take(frames);
  const start = performance.now();
  const mixed = compositor!.compose(start);
  second.frames++;
  second.milliseconds += performance.now() - start;
  if (closed) mixed.close();
  else send(mixed);
}

/** A picture that takes longer than the time between two costs the next one. */
function tick(): void {
  post({ type: 'tick' });
  if (mixing) return;
  mixing = true;
  alone(() => mix().finally(() => (mixing = false)));
}

async function start({ wasm, width, height, frameRate, output }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  compositor = await Compositor.load(wasm);
  compositor.setSize(width, height);
  const track = openOutput(output);
  timer = setInterval(tick, 1000 / frameRate);
  setInterval(() => {
    const { frames, milliseconds } = second;
    second.frames = second.milliseconds = 0;
    post({ type: 'stats', fps: frames, msPerFrame: frames ? milliseconds / frames : 0 });
  }, 1000);
  post({ type: 'started', ...(track && { track }) }, track ? [track as unknown as Transferable] : []);
}

function close(): void {
  clearInterval(timer);
  closed = true;
  for (const reading of readings.values()) reading.stop();
  // Frames on their way here would be left to the collector; sources that give nothing have none.
  const last = Promise.race([Promise.all([...unfinished]), new Promise((resolve) => setTimeout(resolve, kLastFrameMs))]);
  void Promise.all([turn, last]).then(() => {
    for (const key of [...pending.keys()]) drop(key);
    post({ type: 'closed' });
  });
}

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case 'start':
      return alone(() => start(data));
    case 'tile':
      tiles.add(data.key);
      return alone(() => compositor!.setTile(data.key, data.tile));
    case 'source':
      return setSource(data.key, data.source);
    case 'remove':
      tiles.delete(data.key);
      stopReading(data.key);
      drop(data.key);
      return alone(() => compositor!.removeTile(data.key));
    case 'layout':
      return alone(() => compositor!.setLayout(data.kind, data.featured, data.transition));
    case 'size':
      return alone(() => compositor!.setSize(data.width, data.height));
    case 'frame':
      return offer(data.key, data.frame);
    case 'close':
      return close();
  }
};

post({ type: 'ready', canTakeTracks: 'MediaStreamTrackProcessor' in scope && 'VideoTrackGenerator' in scope });
