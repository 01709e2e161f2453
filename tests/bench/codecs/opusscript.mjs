// SPDX-License-Identifier: Apache-2.0
// Our Opus module and opusscript's in one Node.js process, in turns.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const kSamples = 960;

async function loadOurs(root) {
  const generated = join(root, 'js/engine/src/generated');
  const { default: create } = await import(join(generated, 'opus.mjs'));
  let memory;
  const module = await create({
    instantiateWasm(imports, done) {
      void WebAssembly.instantiate(readFileSync(join(generated, 'opus.wasm')), imports).then(({ instance, module: compiled }) => {
        memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
        done(instance, compiled);
      });
      return {};
    },
  });
  const encoder = new module.OpusEncoder();
  encoder.configure({ channels: 1, bitrate: 32_000, frameMicros: 20_000, application: 'voip', complexity: 9, inBandFec: false, dtx: false, constantRate: false, expectedLossPercent: 0, dredMs: 0 });
  return (samples) => {
    new Float32Array(memory.buffer, encoder.input(), kSamples).set(samples);
    return encoder.encode().size;
  };
}

function loadTheirs(root) {
  const OpusScript = createRequire(join(root, 'package.json'))('opusscript');
  const encoder = new OpusScript(48_000, 1, OpusScript.Application.VOIP);
  encoder.setBitrate(32_000);
  encoder.encoderCTL(4010, 9); // complexity
  encoder.encoderCTL(4024, 3001); // signal: voice, as ours
  return (samples) => encoder.encode(Buffer.from(Int16Array.from(samples, (s) => Math.round(Math.max(-1, Math.min(1, s)) * 32_767)).buffer), kSamples).length;
}

/** Milliseconds a frame of both (a ours, b theirs) and theirs over ours. */
export async function compareOpus(root, speechFile, alternate, median) {
  const bytes = readFileSync(speechFile);
  const speech = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const [ours, theirs] = [await loadOurs(root), loadTheirs(root)];
  const timer = (encode) => {
    let at = 0;
    return async () => {
      const times = [];
      for (let i = 0; i < 400; i++, at = (at + kSamples) % (speech.length - kSamples)) {
        const began = performance.now();
        encode(speech.subarray(at, at + kSamples));
        times.push(performance.now() - began);
      }
      return median(times);
    };
  };
  return alternate(timer(ours), timer(theirs), 7);
}
