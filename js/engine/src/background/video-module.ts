// SPDX-License-Identifier: Apache-2.0
// Loads the video module and keeps hold of its memory.

import createVideoModule, { type MainModule } from '../generated/video.mjs';

export interface VideoModule {
  readonly module: MainModule;
  /** A view of the module's memory as it is now. Memory may grow in any call, and old views are empty then. */
  bytes(address: number, size: number): Uint8Array<ArrayBuffer>;
}

async function instantiate(address: string, imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  // Servers that do not know the type of .wasm files are common.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.instantiateStreaming(response, imports);
  return WebAssembly.instantiate(await response.arrayBuffer(), imports);
}

/** @throws what fetching or compiling threw. */
export async function loadVideoModule(address: string): Promise<VideoModule> {
  let memory: WebAssembly.Memory | undefined;
  const module = await new Promise<MainModule>((resolve, reject) => {
    createVideoModule({
      instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void) {
        instantiate(address, imports).then((source) => {
          // Exports have shortened names; the memory is the only one of its type.
          memory = Object.values(source.instance.exports).find((value) => value instanceof WebAssembly.Memory);
          done(source.instance, source.module);
        }).catch(reject);
        return {};
      },
    }).then(resolve, reject);
  });
  if (!memory) throw new Error('the module exports no memory');
  const heap = memory;
  return { module, bytes: (at, size) => new Uint8Array(heap.buffer as ArrayBuffer, at, size) };
}
