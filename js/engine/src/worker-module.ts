// SPDX-License-Identifier: Apache-2.0
// Loads a WebAssembly module in a worker and keeps hold of its memory.

export interface WorkerModule<M> {
  readonly module: M;
  /** Views of the memory as it is now. Memory may grow in any call, and old views are empty then. */
  bytes(address: number, size: number): Uint8Array<ArrayBuffer>;
  floats(address: number, count: number): Float32Array<ArrayBuffer>;
}

type Factory<M> = (options: object) => Promise<M>;

/** Fetches, compiles and instantiates. @throws what any of that threw. */
export async function instantiate(address: string, imports: WebAssembly.Imports): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  // Servers that do not know the type of .wasm files are common.
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.instantiateStreaming(response, imports);
  return WebAssembly.instantiate(await response.arrayBuffer(), imports);
}

/** @throws what fetching or compiling threw. */
export async function loadWorkerModule<M>(factory: Factory<M>, address: string): Promise<WorkerModule<M>> {
  let memory: WebAssembly.Memory | undefined;
  const module = await new Promise<M>((resolve, reject) => {
    factory({
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
  return {
    module,
    bytes: (at, size) => new Uint8Array(heap.buffer as ArrayBuffer, at, size),
    floats: (at, count) => new Float32Array(heap.buffer as ArrayBuffer, at, count),
  };
}
