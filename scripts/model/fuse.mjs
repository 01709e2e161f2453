// SPDX-License-Identifier: Apache-2.0
// Rewrites a selfie-segmentation graph of TensorFlow Lite into the short list of fused operations that our runtime executes.
//
// What is fused, and why the result is the same:
// - an activation and a residual addition go into the convolution before them;
// - x * gate before a 1x1 convolution goes into that convolution's weights (scaled by input channel at run time);
// - a 1x1 convolution after a bilinear upsample moves before it (both are linear, and the upsample's weights sum to 1);
// - so does the next one: W(skip * gate + P up(x)) = (W diag gate) skip + up((W P) x), the two matrices multiplied at load;
// - the mean of an upsampled tensor is the mean of its source (half-pixel centres, factor 2: every source weighs 4 in all).

/** Kinds of operation, with their number in the file. */
export const KINDS = { input: 0, convolution: 1, depthwise: 2, upsample: 3, dense: 4, output: 5 };

/**
 * @param {ReturnType<typeof import('./tflite.mjs').readTflite>} graph
 * @returns {{kind: keyof KINDS, activation: 'none'|'relu'|'hardSwish'|'sigmoid', kernel: number, stride: number, channels: number,
 *   middle: number, input: number|null, addend: number|null, gate: number|null, weights: object|null, bias: object|null,
 *   weights2: object|null, bias2: object|null, shape: number[]}[]}
 *   in execution order. An operation names others by their place in the list; weights are tensors of `graph`;
 *   `shape` is [height, width, channels], or [channels] for dense.
 * @throws {Error} when the graph holds a combination that is none of the above
 */
export function fuse(graph) {
  const constants = new Map();
  graph.tensors.forEach((tensor, i) => { if (tensor.data.length) constants.set(i, tensor); });
  for (const operator of graph.operators) {
    if (operator.kind === 'DEQUANTIZE') constants.set(operator.outputs[0], graph.tensors[operator.inputs[0]]);
  }
  const operators = foldEpilogues(graph.operators.filter((o) => o.kind !== 'DEQUANTIZE'), constants);
  const builder = new Builder(graph, constants);
  for (const operator of operators) builder.lower(operator);
  return builder.ops;
}

const ACTIVATIONS = { RELU: 'relu', HARD_SWISH: 'hardSwish', LOGISTIC: 'sigmoid' };
const CONVOLUTIONS = new Set(['CONV_2D', 'DEPTHWISE_CONV_2D', 'Convolution2DTransposeBias']);

/** Gives convolutions their `activation` and `addend`, and drops the operators that became part of them. */
function foldEpilogues(operators, constants) {
  const readers = new Map();
  for (const operator of operators) {
    for (const input of operator.inputs) readers.set(input, [...(readers.get(input) ?? []), operator]);
  }
  const dropped = new Set();
  const available = new Set([0]);
  for (const operator of operators) {
    if (dropped.has(operator)) continue;
    if (CONVOLUTIONS.has(operator.kind)) {
      operator.activation = 'none';
      operator.addend = null;
      const next = () => {
        const all = readers.get(operator.outputs[0]) ?? [];
        return all.length === 1 ? all[0] : null;
      };
      const absorb = (reader) => {
        dropped.add(reader);
        operator.outputs = reader.outputs;
      };
      if (next() && ACTIVATIONS[next().kind]) {
        operator.activation = ACTIVATIONS[next().kind];
        absorb(next());
      }
      // The runtime adds before a convolution's activation and after a depthwise one's.
      const late = operator.kind === 'DEPTHWISE_CONV_2D';
      if (next()?.kind === 'ADD' && (late || operator.activation === 'none')) {
        const other = next().inputs.find((input) => input !== operator.outputs[0]);
        if (available.has(other) && !constants.has(other)) {
          operator.addend = other;
          absorb(next());
        }
      }
    }
    operator.outputs.forEach((output) => available.add(output));
  }
  return operators.filter((operator) => !dropped.has(operator));
}

/** Walks the operators in order; `values` holds what each tensor stands for until something reads it. */
class Builder {
  constructor(graph, constants) {
    this.graph = graph;
    this.constants = constants;
    this.ops = [];
    this.values = new Map();
    const [, height, width, channels] = graph.tensors[graph.inputs[0]].shape;
    this.values.set(graph.inputs[0], this.emit({ kind: 'input', shape: [height, width, channels] }));
  }

  emit(op) {
    this.ops.push({
      activation: 'none', kernel: 0, stride: 0, middle: 0, input: null, addend: null, gate: null,
      weights: null, bias: null, weights2: null, bias2: null, channels: op.shape.at(-1), ...op,
    });
    return { kind: op.kind === 'dense' ? 'vector' : 'rows', op: this.ops.length - 1 };
  }

  lower(operator) {
    const value = this.#value(operator);
    this.values.set(operator.outputs[0], value);
  }

  #value(operator) {
    const { kind, options } = operator;
    const shape = this.graph.tensors[operator.outputs[0]].shape.slice(1);
    const [a, b] = operator.inputs.map((input) => this.values.get(input));
    const fail = (why) => { throw new Error(`${kind} -> ${shape.join('x')}: ${why}`); };
    switch (kind) {
      case 'CONV_2D':
        if (options.activation !== 'none' || options.dilationX !== 1 || options.strideX !== options.strideY) fail('unsupported options');
        return this.#convolution(operator, a, shape, fail);
      case 'DEPTHWISE_CONV_2D':
        if (options.activation !== 'none' || options.multiplier !== 1 || options.padding !== 'same') fail('unsupported options');
        if (a.kind !== 'rows') fail('its input must be a plain tensor');
        return this.emit({
          kind: 'depthwise', ...this.#weights(operator), kernel: this.#constant(operator.inputs[1]).shape[1],
          stride: options.strideX, activation: operator.activation, input: a.op, addend: this.#addend(operator), shape,
        });
      case 'MEAN': case 'AVERAGE_POOL_2D':
        if (shape[0] !== 1 || shape[1] !== 1) fail('only global means are known');
        return this.#mean(a, fail);
      case 'MUL':
        if (a.kind !== 'rows' || b.kind !== 'vector') fail('only tensor times gate is known');
        return { kind: 'gated', op: a.op, gate: b.op };
      case 'RESIZE_BILINEAR':
        if (options.alignCorners || !options.halfPixelCenters) fail('only half-pixel centres are known');
        if (a.kind !== 'rows' && a.kind !== 'gated') fail('unsupported input');
        return { kind: 'upsampled', op: a.op, gate: a.gate ?? null };
      case 'ADD':
        if (b.kind !== 'projected') fail('unsupported addition');
        if (a.kind === 'rows') return { kind: 'sum', skip: a.op, projected: b };
        if (a.kind === 'gated') return { kind: 'blend', skip: a.op, gate: a.gate, projected: b };
        return fail('unsupported addition');
      case 'Convolution2DTransposeBias':
        if (operator.activation !== 'sigmoid' || shape[2] !== 1 || a.kind !== 'rows') fail('only the last layer may be transposed');
        return this.emit({
          kind: 'output', ...this.#weights(operator), kernel: 2, stride: 2, activation: 'sigmoid', input: a.op, shape,
        });
      default:
        return fail('not an operator of this model family');
    }
  }

  #convolution(operator, a, shape, fail) {
    const { weights, bias } = this.#weights(operator);
    const [channels, kernel] = weights.shape;
    const common = { weights, bias, kernel, stride: operator.options.strideX, activation: operator.activation };
    if (kernel > 1 && operator.options.padding !== 'same') fail('only SAME padding is known');
    switch (a.kind) {
      case 'vector': case 'mean':
        return this.emit({
          kind: 'dense', weights, bias, activation: operator.activation, input: a.op, addend: a.addend ?? null, shape: [channels],
        });
      case 'rows': case 'gated':
        if (a.kind === 'gated' && kernel !== 1) fail('a gate needs a 1x1 convolution');
        return this.emit({ kind: 'convolution', ...common, input: a.op, gate: a.gate ?? null, addend: this.#addend(operator), shape });
      case 'upsampled':
        if (kernel !== 1 || operator.activation !== 'none') fail('only a linear 1x1 convolution may follow an upsample');
        return { kind: 'projected', op: a.op, gate: a.gate, weights, bias };
      case 'blend': {
        if (kernel !== 1 || operator.addend !== null) fail('only a 1x1 convolution may follow a blend');
        const [height, width] = this.ops[a.projected.op].shape;
        const low = this.emit({
          kind: 'convolution', kernel: 1, stride: 1, input: a.projected.op, gate: a.projected.gate, middle: weights.shape[3],
          weights: a.projected.weights, bias: a.projected.bias, weights2: weights, bias2: bias, shape: [height, width, channels],
        });
        const up = this.emit({ kind: 'upsample', input: low.op, shape });
        return this.emit({ kind: 'convolution', ...common, bias: null, input: a.skip, gate: a.gate, addend: up.op, shape });
      }
      default:
        return fail('unsupported input');
    }
  }

  #mean(a, fail) {
    if (a.kind === 'rows') return { kind: 'mean', op: a.op };
    if (a.kind !== 'sum') fail('unsupported mean');
    const { op, gate, weights, bias } = a.projected;
    const projected = this.emit({ kind: 'dense', weights, bias, input: op, gate, shape: [weights.shape[0]] });
    return { kind: 'mean', op: projected.op, addend: a.skip };
  }

  #addend(operator) {
    if (operator.addend === null) return null;
    const value = this.values.get(operator.addend);
    if (value.kind !== 'rows') throw new Error('a residual must be a plain tensor');
    return value.op;
  }

  #constant(index) {
    const tensor = this.constants.get(index);
    if (!tensor || tensor.type !== 'float16') throw new Error(`tensor ${index} is no float16 constant`);
    return tensor;
  }

  #weights(operator) {
    return { weights: this.#constant(operator.inputs[1]), bias: this.#constant(operator.inputs[2]) };
  }
}
