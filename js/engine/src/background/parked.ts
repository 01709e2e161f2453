// SPDX-License-Identifier: Apache-2.0
// Hands a track's stream of frames to the worker without losing one on the way.
//
// A stream that is transferred goes on being read on the page, for one frame, until the browser has moved its source into the
// worker. Chromium loses a frame that is just being handed over at that moment: nobody closes it. So the stream is first put
// into a port, where it waits until that one frame has been read and stays put; only then the worker gets the port and, by
// taking the stream out, moves the source.

/** A few frames' time, counted by the page's own clock: a page that stands still gets its time when it goes on. */
const kWaitMilliseconds = 100;

const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, kWaitMilliseconds));

/** Until settled the port is to be kept; then it is to be posted, or given to discard(). */
export interface Parked {
  readonly port: MessagePort;
  readonly settled: Promise<void>;
}

/** Puts `readable` into a port; it is the port's from now on. */
export function park(readable: ReadableStream<VideoFrame>): Parked {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(readable, [readable as unknown as Transferable]);
  return { port: port2, settled: wait() };
}

/** Takes the stream out again. */
export function take(port: MessagePort): Promise<ReadableStream<VideoFrame>> {
  return new Promise((resolve) => {
    port.onmessage = ({ data }: MessageEvent<ReadableStream<VideoFrame>>) => {
      port.close();
      resolve(data);
    };
  });
}

/** Ends a stream that nobody wants any more, once it has settled, and closes the frame in it. */
export async function discard({ port, settled }: Parked): Promise<void> {
  await settled;
  const reader = (await take(port)).getReader();
  // A camera that gives nothing has none in it.
  await Promise.race([reader.read().then(({ value }) => value?.close()), wait()]);
  await reader.cancel();
}
