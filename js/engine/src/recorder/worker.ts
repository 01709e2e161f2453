// SPDX-License-Identifier: Apache-2.0
// The storage worker: only workers may write to a private file in place.

import type { FromStorage, ToStorage } from './messages.js';

/** Not in TypeScript's library for windows. */
interface SyncAccessHandle {
  write(data: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
declare const self: { onmessage: ((event: MessageEvent<ToStorage>) => void) | null; postMessage(message: FromStorage): void };

let access: SyncAccessHandle | null = null;

async function open(path: string[]): Promise<void> {
  let folder = await navigator.storage.getDirectory();
  for (const name of path.slice(0, -1)) folder = await folder.getDirectoryHandle(name);
  const file = await folder.getFileHandle(path.at(-1)!);
  access = await (file as FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccessHandle> }).createSyncAccessHandle();
  access.truncate(0);
}

async function answer(message: ToStorage): Promise<void> {
  switch (message.type) {
    case 'open':
      return open(message.path);
    case 'write':
      // Short writes are how some browsers say that the quota is used up.
      if (access!.write(message.data, { at: message.position }) < message.data.byteLength) throw new DOMException('There is no room left.', 'QuotaExceededError');
      return access!.flush();
    case 'close':
      return access!.close();
  }
}

self.onmessage = ({ data }) => {
  answer(data).then(
    () => self.postMessage({ ok: true }),
    (error: unknown) => self.postMessage({ ok: false, name: (error as Error).name, message: (error as Error).message }),
  );
};
