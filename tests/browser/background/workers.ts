// SPDX-License-Identifier: Apache-2.0
// Workers for serveSite() that put something into their scope before they become the package's own.

const worker = (before: string): Buffer => Buffer.from(`${before}\nawait import('/dist/background-worker.js');\n`);

/** Folders for `assetBaseUrl`. */
export const workerFiles = {
  /** WebAssembly memory ends at 28 MB, enough for small frames: the limit is written into the module's memory section. */
  '/full/background-worker.js': worker(`
    const leb = value => (value < 128 ? [value] : [value & 127 | 128, ...leb(value >> 7)]);
    const { instantiate } = WebAssembly;
    const limited = bytes => {
      for (let at = 8; at < bytes.length;) {
        const id = bytes[at++];
        let [value, shift] = [0, 0];
        const number = () => {
          for (value = shift = 0; ; shift += 7) {
            const byte = bytes[at++];
            value |= (byte & 127) << shift;
            if (byte < 128) return value;
          }
        };
        const section = at;
        const end = number() + at;
        if (id !== 5) { at = end; continue; }
        at += 2;
        const body = [1, 1, ...leb(number()), ...leb(28 * 16)];
        return Uint8Array.from([...bytes.subarray(0, section), ...leb(body.length), ...body, ...bytes.subarray(end)]);
      }
      return bytes;
    };
    WebAssembly.instantiateStreaming = async (response, imports) => instantiate(limited(new Uint8Array(await (await response).arrayBuffer())), imports);`),
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
