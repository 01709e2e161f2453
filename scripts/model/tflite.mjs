// SPDX-License-Identifier: Apache-2.0
// Reads a TensorFlow Lite flatbuffer into plain objects: just the tables that the segmentation models use.
import { ByteBuffer } from 'flatbuffers';

/** Names of the built-in operators we know, by their number in the TensorFlow Lite schema. */
const BUILTIN = new Map([
  [0, 'ADD'], [1, 'AVERAGE_POOL_2D'], [2, 'CONCATENATION'], [3, 'CONV_2D'], [4, 'DEPTHWISE_CONV_2D'], [6, 'DEQUANTIZE'],
  [9, 'FULLY_CONNECTED'], [14, 'LOGISTIC'], [17, 'MAX_POOL_2D'], [18, 'MUL'], [19, 'RELU'], [21, 'RELU6'],
  [22, 'RESHAPE'], [23, 'RESIZE_BILINEAR'], [32, 'CUSTOM'], [34, 'PAD'], [40, 'MEAN'], [114, 'QUANTIZE'], [117, 'HARD_SWISH'],
]);
const TYPES = ['float32', 'float16', 'int32', 'uint8', 'int64', 'string', 'bool', 'int16'];
const ACTIVATIONS = ['none', 'relu', 'reluN1To1', 'relu6', 'tanh', 'signBit'];
const PADDINGS = ['same', 'valid'];

/** One flatbuffer table: fields are addressed by their number in the schema. */
class Table {
  constructor(bytes, position) {
    this.bytes = bytes;
    this.position = position;
  }
  at(field) {
    const offset = this.bytes.__offset(this.position, 4 + 2 * field);
    return offset ? this.position + offset : 0;
  }
  int8(field, fallback = 0) {
    const p = this.at(field);
    return p ? this.bytes.readInt8(p) : fallback;
  }
  int32(field, fallback = 0) {
    const p = this.at(field);
    return p ? this.bytes.readInt32(p) : fallback;
  }
  table(field) {
    const p = this.at(field);
    return p ? new Table(this.bytes, this.bytes.__indirect(p)) : null;
  }
  string(field) {
    const p = this.at(field);
    return p ? this.bytes.__string(p) : '';
  }
  tables(field) {
    return this.#vector(field, 4, (p) => new Table(this.bytes, this.bytes.__indirect(p)));
  }
  ints(field) {
    return this.#vector(field, 4, (p) => this.bytes.readInt32(p));
  }
  /** A byte vector as a view of the file; empty when absent. */
  data(field) {
    const p = this.at(field);
    if (!p) return new Uint8Array(0);
    const start = this.bytes.__vector(p);
    return this.bytes.bytes().subarray(start, start + this.bytes.__vector_len(p));
  }
  #vector(field, size, read) {
    const p = this.at(field);
    if (!p) return [];
    const start = this.bytes.__vector(p);
    return Array.from({ length: this.bytes.__vector_len(p) }, (_, i) => read(start + size * i));
  }
}

function readOptions(kind, options) {
  if (!options) return {};
  switch (kind) {
    case 'CONV_2D':
      return {
        padding: PADDINGS[options.int8(0)], strideX: options.int32(1), strideY: options.int32(2),
        activation: ACTIVATIONS[options.int8(3)], dilationX: options.int32(4, 1), dilationY: options.int32(5, 1),
      };
    case 'DEPTHWISE_CONV_2D':
      return {
        padding: PADDINGS[options.int8(0)], strideX: options.int32(1), strideY: options.int32(2), multiplier: options.int32(3),
        activation: ACTIVATIONS[options.int8(4)], dilationX: options.int32(5, 1), dilationY: options.int32(6, 1),
      };
    case 'AVERAGE_POOL_2D':
      return {
        padding: PADDINGS[options.int8(0)], strideX: options.int32(1), strideY: options.int32(2),
        width: options.int32(3), height: options.int32(4), activation: ACTIVATIONS[options.int8(5)],
      };
    case 'ADD': case 'MUL': case 'FULLY_CONNECTED':
      return { activation: ACTIVATIONS[options.int8(0)] };
    case 'RESIZE_BILINEAR':
      return { alignCorners: options.int8(2) !== 0, halfPixelCenters: options.int8(3) !== 0 };
    default:
      return {};
  }
}

/**
 * @param {Uint8Array} file the bytes of a .tflite file
 * @returns {{tensors: {shape: number[], type: string, name: string, data: Uint8Array}[], inputs: number[], outputs: number[],
 *   operators: {kind: string, inputs: number[], outputs: number[], options: object, customOptions: Uint8Array}[]}}
 *   the first subgraph; a tensor without constant data has an empty `data`.
 * @throws {Error} when the file is no TensorFlow Lite model or uses an operator not named above
 */
export function readTflite(file) {
  const bytes = new ByteBuffer(file);
  if (!bytes.__has_identifier('TFL3')) throw new Error('not a TensorFlow Lite model');
  const model = new Table(bytes, bytes.readInt32(bytes.position()) + bytes.position());
  const codes = model.tables(1).map((code) => {
    const number = Math.max(code.int8(0), code.int32(3));
    const name = BUILTIN.get(number);
    if (!name) throw new Error(`operator ${number} is not known to this reader`);
    return name === 'CUSTOM' ? code.string(1) : name;
  });
  const buffers = model.tables(4).map((buffer) => buffer.data(0));
  const [graph] = model.tables(2);
  const tensors = graph.tables(0).map((tensor) => ({
    shape: tensor.ints(0), type: TYPES[tensor.int8(1)], name: tensor.string(3), data: buffers[tensor.int32(2)],
  }));
  const operators = graph.tables(3).map((operator) => {
    const kind = codes[operator.int32(0)];
    return {
      kind, inputs: operator.ints(1), outputs: operator.ints(2),
      options: readOptions(kind, operator.table(4)), customOptions: operator.data(5),
    };
  });
  return { tensors, inputs: graph.ints(1), outputs: graph.ints(2), operators };
}
