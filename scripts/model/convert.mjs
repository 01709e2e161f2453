#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Converts a MediaPipe selfie-segmentation .tflite into the .tsm file that wasm/video/segmentation runs.
//
//   node scripts/model/convert.mjs [INPUT.tflite] OUTPUT.tsm
//
// INPUT is the landscape model of the npm package @mediapipe/selfie_segmentation unless given. The same input always gives the
// same bytes. The format is described in wasm/video/segmentation/model.h, which reads it.
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fuse, KINDS } from './fuse.mjs';
import { readTflite } from './tflite.mjs';

const ACTIVATIONS = { none: 0, relu: 1, hardSwish: 2, sigmoid: 3 };
const VERSION = 1;
const HEADER_BYTES = 28;
const OP_BYTES = 32;
const NO_OP = 0xffff;
const NO_WEIGHTS = 0xffffffff;

/** FNV-1a, 32 bits. */
function fnv1a(bytes) {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/**
 * @param {Uint8Array} tflite the bytes of a MediaPipe selfie-segmentation model
 * @returns {Uint8Array} the bytes of the .tsm file
 * @throws {Error} when the model is not of that family
 */
export function convertModel(tflite) {
  const ops = fuse(readTflite(tflite));
  const offsets = new Map();
  const chunks = [];
  let count = 0;
  const place = (tensor) => {
    if (!tensor) return NO_WEIGHTS;
    if (!offsets.has(tensor)) {
      offsets.set(tensor, count);
      chunks.push(tensor.data);
      count += tensor.data.length / 2;
    }
    return offsets.get(tensor);
  };
  const records = ops.map((op) => [op, place(op.weights), place(op.bias), place(op.weights2), place(op.bias2)]);

  const file = new Uint8Array(HEADER_BYTES + OP_BYTES * ops.length + 2 * count);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode('TSM1'), 0);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, file.length, true);
  view.setUint16(16, ops[0].shape[0], true);
  view.setUint16(18, ops[0].shape[1], true);
  view.setUint32(20, ops.length, true);
  view.setUint32(24, count, true);
  records.forEach(([op, ...weights], i) => {
    const at = HEADER_BYTES + OP_BYTES * i;
    [KINDS[op.kind], ACTIVATIONS[op.activation], op.kernel, op.stride].forEach((v, k) => view.setUint8(at + k, v));
    [op.channels, op.middle, op.input ?? NO_OP, op.addend ?? NO_OP, op.gate ?? NO_OP, 0]
      .forEach((v, k) => view.setUint16(at + 4 + 2 * k, v, true));
    weights.forEach((v, k) => view.setUint32(at + 16 + 4 * k, v, true));
  });
  let at = HEADER_BYTES + OP_BYTES * ops.length;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  view.setUint32(12, fnv1a(file.subarray(16)), true);
  return file;
}

/** Where npm put the landscape model. */
export function landscapeModelPath() {
  const manifest = createRequire(import.meta.url).resolve('@mediapipe/selfie_segmentation/package.json');
  return join(dirname(manifest), 'selfie_segmentation_landscape.tflite');
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const paths = process.argv.slice(2);
  if (paths.length < 1 || paths.length > 2) {
    console.error('usage: convert.mjs [INPUT.tflite] OUTPUT.tsm');
    process.exit(2);
  }
  const output = paths.at(-1);
  const file = convertModel(new Uint8Array(readFileSync(paths.length === 2 ? paths[0] : landscapeModelPath())));
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, file);
  console.log(`${output}: ${file.length} bytes`);
}
