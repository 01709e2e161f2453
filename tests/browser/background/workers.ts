// SPDX-License-Identifier: Apache-2.0
// Workers for serveSite() that put something into their scope before they become the package's own.

const worker = (before: string): Buffer => Buffer.from(`${before}\nawait import('/dist/background-worker.js');\n`);

/** Folders for `assetBaseUrl`. */
export const workerFiles = {
  /** From the message 'full' on, WebAssembly memory does not grow any more. */
  '/full/background-worker.js': worker(`
    let full = false;
    const { grow } = WebAssembly.Memory.prototype;
    WebAssembly.Memory.prototype.grow = function (pages) {
      if (full) throw new RangeError('out of memory');
      return grow.call(this, pages);
    };
    addEventListener('message', ({ data }) => { if (data === 'full') full = true; });`),
  /**
   * Safari's two constructors. What is transferred as the track is a stream of frames on the way in and a message port on
   * the way out, since no other browser transfers tracks.
   */
  '/safari/background-worker.js': worker(`
    globalThis.MediaStreamTrackProcessor = class {
      constructor({ track }) { this.readable = Object.assign(track, { stop() {} }); }
    };
    globalThis.VideoTrackGenerator = class {
      constructor() {
        const { port1, port2 } = new MessageChannel();
        this.track = port2;
        this.writable = new WritableStream({ write: frame => port1.postMessage(frame, [frame]) });
      }
    };`),
  /** Tells how large the module's memory is, in bytes, as 'memory' on a BroadcastChannel of that name whenever asked there. */
  '/watched/background-worker.js': worker(`
    let memory = null;
    for (const name of ['instantiate', 'instantiateStreaming']) {
      const native = WebAssembly[name];
      WebAssembly[name] = async (...values) => {
        const result = await native.apply(WebAssembly, values);
        memory = Object.values(result.instance.exports).find(value => value instanceof WebAssembly.Memory);
        return result;
      };
    }
    const channel = new BroadcastChannel('memory');
    channel.onmessage = ({ data }) => { if (data === 'ask') channel.postMessage(memory.buffer.byteLength); };`),
};
