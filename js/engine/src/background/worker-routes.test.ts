// SPDX-License-Identifier: Apache-2.0
// The worker's half of each route, against stand-ins for what only some browsers have: every frame is closed or handed on.
import { describe, expect, test } from 'vitest';
import type { FromWorker, Route } from './messages.js';
import { type BreakoutScope, openRoute } from './worker-routes.js';

class FakeFrame {
  closed = false;
  constructor(readonly name: string) {}
  close(): void {
    this.closed = true;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A camera: its readable gives what is pushed; `cancelled` once nobody reads it any more. */
function camera() {
  let controller: ReadableStreamDefaultController<FakeFrame>;
  const state = { cancelled: false, stopped: false };
  const readable = new ReadableStream<FakeFrame>({
    start: (own) => { controller = own; },
    cancel: () => { state.cancelled = true; },
  }) as unknown as ReadableStream<VideoFrame>;
  const track = { readable, stop: () => { state.stopped = true; } } as unknown as MediaStreamTrack;
  return { readable, track, state, push: (frame: FakeFrame) => controller.enqueue(frame), end: () => controller.close() };
}

function setUp(pass: (frame: FakeFrame) => Promise<FakeFrame | null> = async (frame) => frame) {
  const written: FakeFrame[] = [];
  const posted: FromWorker[] = [];
  const failures: unknown[] = [];
  let broken = false;
  const writable = new WritableStream<FakeFrame>({ write: (frame) => {
    if (broken) throw new Error('the output is gone');
    written.push(frame);
  } }) as unknown as WritableStream<VideoFrame>;
  const output = { name: 'output' } as unknown as MediaStreamTrack;
  const scope = {
    MediaStreamTrackProcessor: class {
      readonly readable;
      constructor({ track }: { track: MediaStreamTrack }) {
        this.readable = (track as unknown as { readable: ReadableStream<VideoFrame> }).readable;
      }
    },
    VideoTrackGenerator: class {
      readonly track = output;
      readonly writable = writable;
    },
  } as BreakoutScope;
  const worker = {
    pass: pass as unknown as (frame: VideoFrame) => Promise<VideoFrame | null>,
    post: (message: FromWorker) => void posted.push(message),
    fail: (error: unknown) => void failures.push(error),
  };
  return { written, posted, failures, writable, output, open: (route: Route) => openRoute(route, worker, scope), breakOutput: () => { broken = true; } };
}

describe.each(['streams', 'track'] as const)('route %s', (kind) => {
  const routeOf = (from: ReturnType<typeof camera>, writable: WritableStream<VideoFrame>): Route =>
    kind === 'streams' ? { kind, readable: from.readable, writable } : { kind, track: from.track };
  const sourceOf = (from: ReturnType<typeof camera>) => (kind === 'streams' ? { kind, readable: from.readable } : { kind, track: from.track });

  test('frames go through the gate to the output; the camera’s end is told', async () => {
    const bench = setUp(async (frame) => (frame.name === 'dropped' ? null : frame));
    const from = camera();
    const route = bench.open(routeOf(from, bench.writable));
    expect(route.track).toBe(kind === 'track' ? bench.output : undefined);
    route.begin();
    for (const name of ['a', 'dropped', 'b']) from.push(new FakeFrame(name));
    await turn();
    expect(bench.written.map(({ name }) => name)).toEqual(['a', 'b']);
    from.end();
    await turn();
    expect(bench.posted).toEqual([{ type: 'ended', source: 0 }]);
    expect(bench.failures).toEqual([]);
  });

  test('another camera takes over; the one before is let go and ends nothing', async () => {
    const bench = setUp();
    const first = camera();
    const second = camera();
    const route = bench.open(routeOf(first, bench.writable));
    route.begin();
    first.push(new FakeFrame('first'));
    await turn();
    route.replace(sourceOf(second));
    second.push(new FakeFrame('second'));
    await turn();
    const late = new FakeFrame('late');
    first.push(late);
    await turn();
    expect(bench.written.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(late.closed).toBe(true);
    expect(first.state).toEqual({ cancelled: true, stopped: kind === 'track' });
    expect(bench.posted).toEqual([]);
    second.end();
    await turn();
    expect(bench.posted).toEqual([{ type: 'ended', source: 1 }]);
  });

  test('close() waits for the frame under way, and nobody reads the camera any more', async () => {
    let finish = (): void => undefined;
    const bench = setUp(async (frame) => {
      await new Promise<void>((resolve) => { finish = resolve; });
      frame.close();
      return null;
    });
    const from = camera();
    const route = bench.open(routeOf(from, bench.writable));
    route.begin();
    const frame = new FakeFrame('under way');
    from.push(frame);
    await turn();
    const closing = route.close();
    await turn();
    expect(frame.closed).toBe(false);
    finish();
    await closing;
    expect(frame.closed).toBe(true);
    expect(from.state).toEqual({ cancelled: true, stopped: kind === 'track' });
    expect(bench.failures).toEqual([]);
    expect(bench.posted, 'nothing ended: it was closed').toEqual([]);
  });

  test('a broken gate and a lost output are told, and the frame is closed', async () => {
    const broken = setUp(async (frame) => { frame.close(); throw new Error('broken'); });
    const from = camera();
    broken.open(routeOf(from, broken.writable)).begin();
    from.push(new FakeFrame('a'));
    await turn();
    expect(broken.failures).toHaveLength(1);

    const lost = setUp();
    lost.breakOutput();
    const other = camera();
    const frame = new FakeFrame('b');
    lost.open(routeOf(other, lost.writable)).begin();
    other.push(frame);
    await turn();
    expect(lost.failures).toHaveLength(1);
    expect(frame.closed).toBe(true);
  });
});

test('route frames: each frame is answered once, and of those that wait only the newest is worked on', async () => {
  const gates: (() => void)[] = [];
  const bench = setUp(async (frame) => {
    await new Promise<void>((resolve) => gates.push(resolve));
    frame.close();
    return new FakeFrame(`${frame.name}'`);
  });
  const route = bench.open({ kind: 'frames' });
  const frames = ['a', 'b', 'c'].map((name) => new FakeFrame(name));
  for (const frame of frames) route.frame(frame as unknown as VideoFrame);
  expect(bench.posted).toEqual([{ type: 'frame', frame: null }]);
  expect(frames.map(({ closed }) => closed)).toEqual([false, true, false]);
  gates.shift()!();
  await turn();
  gates.shift()!();
  await turn();
  expect(bench.posted.slice(1).map((message) => (message as { frame: unknown }).frame)).toMatchObject([{ name: "a'" }, { name: "c'" }]);

  const last = ['d', 'e'].map((name) => new FakeFrame(name));
  for (const frame of last) route.frame(frame as unknown as VideoFrame);
  const closing = route.close();
  expect(last[1]!.closed).toBe(true);
  gates.shift()!();
  await closing;
  expect(last[0]!.closed).toBe(true);
  expect(bench.posted).toHaveLength(5);
});
