// SPDX-License-Identifier: Apache-2.0
// How far speech with bursts of lost packets is from the same speech without loss: classic concealment against DRED.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const kSamples = 960;
const kMicros = 20_000;

async function load(root, name) {
  const generated = join(root, 'js/engine/src/generated');
  const { default: create } = await import(join(generated, `${name}.mjs`));
  let memory;
  const module = await create({
    instantiateWasm(imports, done) {
      void WebAssembly.instantiate(readFileSync(join(generated, `${name}.wasm`)), imports).then(({ instance, module: compiled }) => {
        memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
        done(instance, compiled);
      });
      return {};
    },
  });
  return { module, bytes: (at, size) => new Uint8Array(memory.buffer, at, size), floats: (at, count) => new Float32Array(memory.buffer, at, count) };
}

function must({ code, message, ...rest }) {
  if (code) throw new Error(`${code}: ${message}`);
  return rest;
}

function encode({ module, bytes, floats }, speech) {
  const encoder = new module.OpusEncoder();
  must(encoder.configure({ channels: 1, bitrate: 48_000, frameMicros: kMicros, application: 'voip', complexity: 9, inBandFec: false, dtx: false, constantRate: false, expectedLossPercent: 20, dredMs: 1000 }));
  const packets = [];
  for (let at = 0; at + kSamples <= speech.length; at += kSamples) {
    floats(encoder.input(), kSamples).set(speech.subarray(at, at + kSamples));
    const { address, size } = must(encoder.encode());
    packets.push(bytes(address, size).slice());
  }
  return packets;
}

/** 20 % lost in bursts of 40 to 200 ms (a Gilbert model with a fixed seed). */
function bursts(count) {
  let seed = 12345;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const lost = new Array(count).fill(false);
  for (let i = 10; i < count - 12; ) {
    if (random() < 0.048) {
      const length = 2 + Math.floor(random() * 9);
      for (let k = 0; k < length; k++) lost[i + k] = true;
      i += length + 4;
    } else i++;
  }
  return lost;
}

function decode({ module, bytes, floats }, packets, lost, useRedundancy) {
  const decoder = new module.OpusDecoder();
  must(decoder.configure(1));
  const give = (packet) => bytes(decoder.input(packet.length), packet.length).set(packet);
  const out = new Float32Array(packets.length * kSamples);
  packets.forEach((packet, index) => {
    let produced;
    if (!lost[index]) {
      give(packet);
      produced = must(decoder.decode());
    } else {
      const next = lost.indexOf(false, index);
      if (useRedundancy && next >= 0) {
        give(packets[next]);
        produced = must(decoder.recoverFar((next - index) * kMicros, kMicros));
      } else {
        produced = must(decoder.conceal(kMicros));
      }
    }
    out.set(floats(produced.address, produced.size), index * kSamples);
  });
  return out;
}

/** Power of 64 bands of equal width up to 8 kHz in 20 ms, in dB, by a plain Fourier sum over a Hann window. */
function spectrum(samples, at) {
  const bands = new Float64Array(64);
  for (let band = 0; band < 64; band++) {
    const step = (2 * Math.PI * (62.5 + 125 * band)) / 48_000;
    let real = 0;
    let imaginary = 0;
    for (let i = 0; i < kSamples; i++) {
      const value = samples[at + i] * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / kSamples));
      real += value * Math.cos(step * i);
      imaginary += value * Math.sin(step * i);
    }
    bands[band] = 10 * Math.log10(real * real + imaginary * imaginary + 1e-3);
  }
  return bands;
}

/** Log-spectral distance in dB over the lost frames. */
function distance(a, b, lost) {
  let sum = 0;
  let count = 0;
  lost.forEach((isLost, index) => {
    if (!isLost) return;
    const [x, y] = [spectrum(a, index * kSamples), spectrum(b, index * kSamples)];
    sum += Math.sqrt(x.reduce((total, value, band) => total + (value - y[band]) ** 2, 0) / x.length);
    count++;
  });
  return sum / count;
}

/** @returns {Promise<{classic: number, dred: number, loss: number}>} distances in dB, share of packets lost */
export async function measureDred(root, speechFile) {
  const bytes = readFileSync(speechFile);
  const speech = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const [deep, plain] = [await load(root, 'opus_dred'), await load(root, 'opus')];
  const packets = encode(deep, speech);
  const lost = bursts(packets.length);
  const none = lost.map(() => false);
  return {
    classic: distance(decode(plain, packets, lost, false), decode(plain, packets, none, false), lost),
    dred: distance(decode(deep, packets, lost, true), decode(deep, packets, none, false), lost),
    loss: lost.filter(Boolean).length / lost.length,
  };
}
