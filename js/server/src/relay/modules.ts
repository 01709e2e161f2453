// SPDX-License-Identifier: Apache-2.0
// The core's WebAssembly in Node: the relay's framing and forwarding, and the layer selection, as they run in browsers.
import { readFileSync } from 'node:fs';

/** wasm/bindings/relay.cc. */
export interface Frame {
  /** The message's first 20 bytes as big-endian words, and its size. '' or an error's code. */
  read(w0: number, w1: number, w2: number, w3: number, w4: number, size: number): string;
  message(): string;
  setAcknowledgement(media: Frame): void;
  setKeyFrameRequest(stream: number): void;
  word(index: number): number;
  type(): number;
  stream(): number;
  spatial(): number;
  temporal(): number;
  key(): boolean;
  delete(): void;
}
export interface Forwarder {
  setTarget(stream: number, spatial: number, temporal: number): void;
  removeStream(stream: number): void;
  /** 0: send it. 1: a layer that was not chosen, 2: the way is behind, 3: what it refers to was not sent. */
  offer(now: number, frame: Frame, bytes: number): number;
  acknowledged(now: number, frame: Frame, heldMicros: number): boolean;
  advance(now: number): void;
  /** The next stream that needs a keyframe, -1 for none. */
  keyFrameNeeded(now: number): number;
  /** For how long the oldest frame under way has not been acknowledged, in milliseconds. */
  stalled(now: number): number;
  /** Bits per second; below 0: no limit is known. */
  limit(): number;
  bytesUnderWay(): number;
  delete(): void;
}
/** wasm/bindings/layers.cc, what the relay uses of it. */
export interface Selection {
  begin(recorded: boolean): void;
  option(name: string, value: number): string;
  beginSource(content: string, codec: string, switching: string): string;
  addLayer(spatial: number, temporal: number, width: number, height: number, frameRate: number, bitrate: number, active: boolean): void;
  endSource(now: number, id: string): string;
  removeSource(now: number, id: string): void;
  setTile(now: number, id: string, width: number, height: number, visible: boolean, pinned: boolean, speaking: boolean): boolean;
  setDownlink(now: number, bitsPerSecond: number, confidence: number): void;
  setAudio(now: number, bitsPerSecond: number): void;
  frameDecoded(now: number, id: string): void;
  update(now: number): number;
  choiceId(index: number): string;
  choiceSpatial(index: number): number;
  choiceTemporal(index: number): number;
  delete(): void;
}
export interface Demand {
  set(now: number, receiver: string, spatial: number, temporal: number): void;
  remove(now: number, receiver: string): void;
  update(now: number): boolean;
  /** -1: this layer need not be sent. */
  maxTemporal(spatial: number): number;
  delete(): void;
}
export interface RelayModules {
  Frame: new () => Frame;
  Forwarder: new () => Forwarder;
  Selection: new () => Selection;
  Demand: new (spatialLayers: number) => Demand;
}

type Factory = (options: object) => Promise<unknown>;
/** What is used of it here; Node's own types leave it out. */
interface Wasm {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: object };
}

async function load(name: string): Promise<unknown> {
  const { default: create } = (await import(new URL(`../../wasm/${name}.mjs`, import.meta.url).href)) as { default: Factory };
  return create({
    instantiateWasm(imports: object, done: (instance: object, module: object) => void) {
      const { WebAssembly } = globalThis as unknown as { WebAssembly: Wasm };
      const module = new WebAssembly.Module(readFileSync(new URL(`../../wasm/${name}.wasm`, import.meta.url)));
      const instance = new WebAssembly.Instance(module, imports);
      done(instance, module);
      return instance.exports;
    },
  });
}

let loading: Promise<RelayModules> | undefined;

/** Loads them once. */
export function loadRelayModules(): Promise<RelayModules> {
  loading ??= Promise.all([load('relay'), load('layers')]).then(([relay, layers]) => ({ ...(layers as object), ...(relay as object) }) as RelayModules);
  return loading;
}
