// SPDX-License-Identifier: Apache-2.0
// The background's worker: frames come in by one of three routes, pass the gate, and leave by the same route.

import { Engine } from './engine.js';
import { failureOf } from './failure.js';
import { Gate } from './gate.js';
import type { FromWorker, ToWorker } from './messages.js';
import type { BackgroundRequest } from './options.js';
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
  route = openRoute(message.route, { pass: (frame) => current.pass(frame), post, fail });
  setInterval(() => post({ type: 'stats', stats: current.second() }), 1000);
  await current.update(message.background);
  const { track } = route;
  post({ type: 'started', ...(track && { track }) }, track ? [track as unknown as Transferable] : []);
  route.begin();
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
    case 'replace':
      try {
        return route!.replace(data.source);
      } catch (error) {
        return fail(error);
      }
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
