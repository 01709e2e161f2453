// SPDX-License-Identifier: Apache-2.0
// The relay module (WebAssembly) in the worker, and its frames as bytes.

import type { MainModule } from '../generated/relay.mjs';
import { loadWorkerModule } from '../worker-module.js';

export type RelayModule = MainModule;
export type Frame = InstanceType<MainModule['Frame']>;
export type Forwarder = InstanceType<MainModule['Forwarder']>;
export type Playout = InstanceType<MainModule['Playout']>;

export const kHeaderBytes = 20;
/** Types of frames. */
export const kVideo = 1;
export const kAudio = 2;
export const kAcknowledgement = 3;

export async function loadRelayModule(address: string): Promise<RelayModule> {
  const { default: create } = await import('../generated/relay.mjs');
  return (await loadWorkerModule<MainModule>(create as (options: object) => Promise<MainModule>, address)).module;
}

/** A whole message: the header that `frame` has, and `payload`. */
export function messageOf(frame: Frame, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(kHeaderBytes + payload.byteLength);
  const view = new DataView(message.buffer);
  for (let index = 0; index < 5; index++) view.setUint32(index * 4, frame.word(index) >>> 0);
  message.set(payload, kHeaderBytes);
  return message;
}

/** Reads a message's header into `frame`. @returns '' or an error's code */
export function readMessage(frame: Frame, message: ArrayBuffer): string {
  const view = new DataView(message);
  const word = (index: number): number => (message.byteLength >= index * 4 + 4 ? view.getUint32(index * 4) : 0);
  return String(frame.read(word(0), word(1), word(2), word(3), word(4), message.byteLength));
}
