// SPDX-License-Identifier: Apache-2.0
// The background's worker: frames come in by one of three routes, pass the gate, and leave by the same route.

import { Engine } from './engine.js';
import { failureOf } from './failure.js';
import { Gate } from './gate.js';
import type { FromWorker, PostedRoute, PostedSource, ToWorker } from './messages.js';
import type { BackgroundRequest } from './options.js';
import { take } from './parked.js';
import { type BreakoutScope, openRoute, type WorkerRoute } from './worker-routes.js';

/** The worker's own scope; TypeScript's DOM library describes windows. */
interface WorkerScope extends BreakoutScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
}
const scope = globalThis as unknown as WorkerScope;
const post = (message: FromWorker, transfer: Transferable[] = []): void => scope.postMessage(message, transfer);

let gate: Gate | null = null;
let engine: Promise<Engine> | null = null;
let route: WorkerRoute | null = null;
let tellRouted: () => void;
const routed = new Promise<void>((resolve) => (tellRouted = resolve));
let beats: ReturnType<typeof setInterval> | undefined;
let frameRate = 30;

/**
 * Frames of films that came in messages. The handler of a message owns its frame: it closes it when done, whatever happened,
 * and 'close' closes what handlers still hold, because the worker is ended before they come to it. (Camera frames belong to
 * the route, which gives them to the gate; what the gate gives back is the route's again, until it is written or posted.)
 */
const held = new Set<VideoFrame>();

async function holding<T>(frame: VideoFrame | undefined, work: () => Promise<T>): Promise<T> {
  if (!frame) return work();
  held.add(frame);
  try {
    return await work();
  } finally {
    frame.close();
    held.delete(frame);
  }
}

const filmOf = (background: BackgroundRequest): VideoFrame | undefined => (background.kind === 'video' ? background.film : undefined);

function fail(error: unknown): void {
  gate?.shut();
  post({ type: 'failed', failure: failureOf(error) });
}

async function start(message: Extract<ToWorker, { type: 'start' }>): Promise<void> {
  frameRate = message.frameRate;
  const current = new Gate((assets) => (engine = Engine.load(assets)), message.assets, frameRate);
  gate = current;
  setInterval(() => post({ type: 'stats', stats: current.second() }), 1000);
  await Promise.all([current.update(message.background), routed]);
  const { track } = route!;
  post({ type: 'started', ...(track && { track }) }, track ? [track as unknown as Transferable] : []);
  route!.begin();
}

/** Streams come out of their ports one after the other, in the order in which they came. */
let taking: Promise<unknown> = Promise.resolve();
function inTurn(work: () => Promise<void>): void {
  taking = taking.then(work).catch(fail);
}

async function openPosted(posted: PostedRoute): Promise<void> {
  const opening = posted.kind === 'streams' ? { ...posted, readable: await take(posted.frames) } : posted;
  route = openRoute(opening, { pass: (frame) => gate!.pass(frame), post, fail });
  tellRouted();
}

async function replace(posted: PostedSource): Promise<void> {
  route!.replace(posted.kind === 'streams' ? { kind: 'streams', readable: await take(posted.frames) } : posted);
}

async function update({ serial, background }: Extract<ToWorker, { type: 'update' }>): Promise<void> {
  try {
    await holding(filmOf(background), () => gate!.update(background));
    post({ type: 'updated', serial });
  } catch (error) {
    const failure = failureOf(error);
    post({ type: 'refused', serial, failure });
    if (failure.code !== 'option-invalid') fail(error);
  }
}

/** One film frame that cannot be read leaves the last one standing; a trap leaves the module's memory in an unknown state. */
async function film(frame: VideoFrame): Promise<void> {
  try {
    await holding(frame, async () => (await engine)?.film(frame));
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return fail(error);
  }
  post({ type: 'filmed' });
}

async function close(): Promise<void> {
  clearInterval(beats);
  gate?.shut();
  for (const frame of held) frame.close();
  await taking;
  await route?.close();
  post({ type: 'closed' });
}

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case 'start':
      return void holding(filmOf(data.background), () => start(data)).catch(fail);
    case 'update':
      return void update(data);
    case 'hold':
      return gate!.hold();
    case 'resume':
      return gate!.resume();
    case 'frame':
      return route ? route.frame(data.frame) : data.frame.close();
    case 'route':
      return inTurn(() => openPosted(data.route));
    case 'replace':
      return inTurn(() => replace(data.source));
    case 'beats':
      clearInterval(beats);
      if (data.on) beats = setInterval(() => post({ type: 'beat' }), 1000 / frameRate);
      return;
    case 'film':
      return void film(data.frame);
    case 'close':
      return void close();
  }
};

post({ type: 'ready', canTakeTracks: 'MediaStreamTrackProcessor' in scope && 'VideoTrackGenerator' in scope });
