// SPDX-License-Identifier: Apache-2.0
// Brings the mixer's worklet and its WebAssembly into an AudioContext.

import { abortable } from '../options.js';
import { AudioError } from './errors.js';
import type { FromProcessor, ProcessorOptions } from './messages.js';

/** As in wasm/audio/block.h. */
export const kMaxInputs = 32;
export const kMixOutput = kMaxInputs;
const kLoadMilliseconds = 30_000;

// '?no-inline': Vite would turn small files into data: addresses, which a strict Content-Security-Policy forbids.
// The addresses are written out so that bundlers see them.
const fileUrl = (base: string | URL, path: string): string => new URL(path, new URL(String(base).replace(/\/?$/, '/'), globalThis.location?.href)).href;
const wasmUrl = (base: string | URL | undefined): string =>
  base === undefined ? new URL('./wasm/audio.wasm?no-inline', import.meta.url).href : fileUrl(base, 'wasm/audio.wasm');
const workletUrl = (base: string | URL | undefined): string =>
  base === undefined ? new URL('./audio-worklet.js?no-inline', import.meta.url).href : fileUrl(base, 'audio-worklet.js');

async function fetchWasm(address: string, signal: AbortSignal): Promise<ArrayBuffer> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`${address}: the server answered ${response.status}`);
  return response.arrayBuffer();
}

function started(node: AudioWorkletNode): Promise<number> {
  return new Promise((resolve, reject) => {
    node.onprocessorerror = () => reject(new Error('the worklet threw an error'));
    node.port.onmessage = ({ data }: MessageEvent<FromProcessor>) => {
      if (data.type === 'ready') resolve(data.latencySamples);
      else if (data.type === 'failed') reject(new Error(data.reason));
    };
  });
}

/** A running mixer's node and its delay in samples. @throws AudioError, AbortedError. */
export async function loadMixer(
  context: AudioContext,
  { gainRiding, assetBaseUrl, signal }: { gainRiding: boolean; assetBaseUrl: string | URL | undefined; signal: AbortSignal | undefined },
): Promise<{ node: AudioWorkletNode; latencySamples: number }> {
  const ending = new AbortController();
  let node: AudioWorkletNode | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const load = async (): Promise<{ node: AudioWorkletNode; latencySamples: number }> => {
    const [wasm] = await Promise.all([fetchWasm(wasmUrl(assetBaseUrl), ending.signal), context.audioWorklet.addModule(workletUrl(assetBaseUrl))]);
    ending.signal.throwIfAborted();
    const processorOptions: ProcessorOptions = { wasm, gainRiding };
    node = new AudioWorkletNode(context, 'tessera-audio-mixer', {
      numberOfInputs: kMaxInputs,
      numberOfOutputs: kMaxInputs + 1,
      outputChannelCount: new Array<number>(kMaxInputs + 1).fill(1),
      channelCount: 1,
      channelCountMode: 'explicit',
      processorOptions,
    });
    return { node, latencySamples: await started(node) };
  };
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it took more than 30 seconds')), kLoadMilliseconds);
  });
  const failed = (cause: unknown): never => {
    const hint = 'Check the network; where a bundler moves code away from its files, set assetBaseUrl to where the package’s dist folder is served';
    throw new AudioError('audio-failed', `The mixer could not be loaded: ${String(cause)}. ${hint}.`, { cause });
  };
  try {
    return await abortable(Promise.race([load(), timeout]).catch(failed), signal);
  } catch (error) {
    ending.abort();
    node?.port.postMessage({ type: 'close' });
    node?.port.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
