// SPDX-License-Identifier: Apache-2.0
// Adds to a TensorFlow Lite model what @mediapipe/tasks-vision wants to be told: that its input is RGB, divided by 255.
//
// A flatbuffer refers forwards only. So a new root is put before the old file, which refers to the old parts and to one more
// buffer: the metadata, a flatbuffer in itself (TensorFlow Lite's metadata_schema.fbs, identifier M001).
import { Builder } from 'flatbuffers';

/** Numbers of fields and of union members in metadata_schema.fbs, version 1. */
const kSubgraphMetadata = 3;
const kInputTensorMetadata = 2;
const kContent = 3;
const kProcessUnits = 4;
const kNormalizationOptions = 1;
const kImageProperties = 2;
const kRgb = 1;

/** A table of offsets and bytes: [field, 'offset' | 'byte', value] each. */
function table(builder, fieldCount, fields) {
  builder.startObject(fieldCount);
  for (const [field, kind, value] of fields) kind === 'byte' ? builder.addFieldInt8(field, value, 0) : builder.addFieldOffset(field, value, 0);
  return builder.endObject();
}

function floats(builder, values) {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addFloat32(value);
  return builder.endVector();
}

function offsets(builder, values) {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addOffset(value);
  return builder.endVector();
}

function metadata() {
  const builder = new Builder(256);
  const normalization = table(builder, 2, [[0, 'offset', floats(builder, [0])], [1, 'offset', floats(builder, [255])]]);
  const unit = table(builder, 2, [[0, 'byte', kNormalizationOptions], [1, 'offset', normalization]]);
  const image = table(builder, 2, [[0, 'byte', kRgb]]);
  const content = table(builder, 3, [[0, 'byte', kImageProperties], [1, 'offset', image]]);
  const units = offsets(builder, [unit]);
  const tensor = table(builder, 7, [[kContent, 'offset', content], [kProcessUnits, 'offset', units]]);
  const tensors = offsets(builder, [tensor]);
  const subgraph = table(builder, 10, [[kInputTensorMetadata, 'offset', tensors]]);
  const subgraphs = offsets(builder, [subgraph]);
  builder.finish(table(builder, 8, [[kSubgraphMetadata, 'offset', subgraphs]]), 'M001');
  return builder.asUint8Array();
}

/** Where an existing flatbuffer's parts are. */
class Reader {
  constructor(bytes) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.root = this.target(0);
  }
  /** Where the offset at `position` leads. */
  target(position) {
    return position + this.view.getUint32(position, true);
  }
  /** Position of a field of the root, 0 if it is not there. */
  field(number) {
    const vtable = this.root - this.view.getInt32(this.root, true);
    const at = 4 + 2 * number;
    const offset = at < this.view.getUint16(vtable, true) ? this.view.getUint16(vtable + at, true) : 0;
    return offset && this.root + offset;
  }
  /** Where each element of a vector of tables is. */
  tables(number) {
    const field = this.field(number);
    if (!field) return [];
    const vector = this.target(field);
    return Array.from({ length: this.view.getUint32(vector, true) }, (_, i) => this.target(vector + 4 + 4 * i));
  }
}

const aligned = (position, to) => Math.ceil(position / to) * to;

/**
 * @param {Uint8Array} model a .tflite file with one input, an RGB picture in 0..1
 * @returns {Uint8Array} the same with metadata
 */
export function withMetadata(model) {
  const old = new Reader(model);
  const data = metadata();
  const name = new TextEncoder().encode('TFLITE_METADATA');
  const [kVersion, kOperatorCodes, kSubgraphs, kDescription, kBuffers, , kMetadata] = [0, 1, 2, 3, 4, 5, 6];
  const buffers = old.tables(kBuffers);
  const entries = old.tables(kMetadata);

  // Places, in the order in which they are referred to.
  const vtable = 8;
  const root = vtable + 20;
  const bufferVector = root + 28;
  const entryVector = bufferVector + 4 + 4 * (buffers.length + 1);
  const entryVtable = entryVector + 4 + 4 * (entries.length + 1);
  const entry = entryVtable + 8;
  const nameString = entry + 12;
  const bufferVtable = aligned(nameString + 4 + name.length + 1, 4);
  const buffer = bufferVtable + 8;
  const contents = aligned(buffer + 8 + 4, 16) - 4;
  const before = aligned(contents + 4 + data.length, 16);

  const file = new Uint8Array(before + model.length);
  file.set(model, before);
  const view = new DataView(file.buffer);
  const u16 = (at, ...values) => values.forEach((value, i) => view.setUint16(at + 2 * i, value, true));
  const u32 = (at, value) => view.setUint32(at, value, true);
  const refer = (at, to) => u32(at, to - at);
  const referOld = (at, to) => refer(at, before + to);

  refer(0, root);
  file.set(new TextEncoder().encode('TFL3'), 4);
  u16(vtable, 18, 28, 4, 8, 12, 16, 20, 0, 24);
  u32(root, root - vtable);
  u32(root + 4, old.view.getUint32(old.field(kVersion), true));
  referOld(root + 8, old.target(old.field(kOperatorCodes)));
  referOld(root + 12, old.target(old.field(kSubgraphs)));
  // A model without a description gets its metadata's name for one.
  if (old.field(kDescription)) referOld(root + 16, old.target(old.field(kDescription)));
  else refer(root + 16, nameString);
  refer(root + 20, bufferVector);
  refer(root + 24, entryVector);
  const vector = (at, olds, added) => {
    u32(at, olds.length + 1);
    olds.forEach((position, i) => referOld(at + 4 + 4 * i, position));
    refer(at + 4 + 4 * olds.length, added);
  };
  vector(bufferVector, buffers, buffer);
  vector(entryVector, entries, entry);
  u16(entryVtable, 8, 12, 4, 8);
  u32(entry, entry - entryVtable);
  refer(entry + 4, nameString);
  u32(entry + 8, buffers.length);
  u32(nameString, name.length);
  file.set(name, nameString + 4);
  u16(bufferVtable, 6, 8, 4);
  u32(buffer, buffer - bufferVtable);
  refer(buffer + 4, contents);
  u32(contents, data.length);
  file.set(data, contents + 4);
  return file;
}
