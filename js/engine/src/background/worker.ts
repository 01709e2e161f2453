// SPDX-License-Identifier: Apache-2.0
// The background's worker: frames come in by one of three routes, pass the gate, and leave by the same route.

import { Engine } from './engine.js';
import { failureOf } from './failure.js';
import { Gate } from './gate.js';
import type { FromWorker, Route, ToWorker } from './messages.js';

/** The worker's own scope; TypeScript's DOM library describes windows. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  close(): void;
  MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => { readonly readable: ReadableStream<VideoFrame> };
  VideoTrackGenerator?: new () => { readonly track: MediaStreamTrack; readonly writable: WritableStream<VideoFrame> };
}
const scope = globalThis as unknown as WorkerScope;
const post = (message: FromWorker, transfer: Transferable[] = []): void => scope.postMessage(message, transfer);

let gate: Gate | null = null;
let taken: MediaStreamTrack | null = null;
let reader: ReadableStreamDefaultReader<VideoFrame> | null = null;

function fail(error: unknown): void {
  gate?.shut();
  post({ type: 'failed', failure: failureOf(error) });
}

/** Reads, processes and writes one frame at a time. The sources keep only the newest frame meanwhile. */
async function run(readable: ReadableStream<VideoFrame>, writable: WritableStream<VideoFrame>): Promise<void> {
  reader = readable.getReader();
  const writer = writable.getWriter();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const frame = await gate!.pass(value);
      if (frame) await writer.write(frame);
    }
    await writer.close().catch(() => undefined);
    post({ type: 'ended' });
  } catch (error) {
    // Neither end is closed: the output stands still, and the page decides.
    fail(error);
  }
}

/** Sets the route up; gives the output track where the worker makes it. */
function connect(route: Route): { track?: MediaStreamTrack; begin: () => void } {
  switch (route.kind) {
    case 'streams':
      return { begin: () => void run(route.readable, route.writable) };
    case 'track': {
      taken = route.track;
      const { readable } = new scope.MediaStreamTrackProcessor!({ track: route.track, maxBufferSize: 1 });
      const generator = new scope.VideoTrackGenerator!();
      return { track: generator.track, begin: () => void run(readable, generator.writable) };
    }
    case 'frames':
      return { begin: () => undefined };
  }
}

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case 'start': {
      gate = new Gate((assets) => Engine.load(assets), data.assets, data.frameRate);
      setInterval(() => post({ type: 'stats', stats: gate!.second() }), 1000);
      const { route, background } = data;
      gate.update(background).then(() => {
        const { track, begin } = connect(route);
        post({ type: 'started', ...(track && { track }) }, track ? [track as unknown as Transferable] : []);
        begin();
      }).catch(fail);
      return;
    }
    case 'update': {
      const { serial } = data;
      gate!.update(data.background).then(
        () => post({ type: 'updated', serial }),
        (error: unknown) => {
          const failure = failureOf(error);
          post({ type: 'refused', serial, failure });
          if (failure.code !== 'option-invalid') fail(error);
        },
      );
      return;
    }
    case 'frame':
      gate!.pass(data.frame).then(
        (frame) => post({ type: 'frame', frame }, frame ? [frame] : []),
        (error: unknown) => fail(error),
      );
      return;
    case 'close':
      gate?.shut();
      taken?.stop();
      void reader?.cancel().catch(() => undefined).finally(() => scope.close());
      if (!reader) scope.close();
  }
};

post({ type: 'ready', canTakeTracks: 'MediaStreamTrackProcessor' in scope && 'VideoTrackGenerator' in scope });
