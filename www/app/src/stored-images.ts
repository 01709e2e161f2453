// SPDX-License-Identifier: Apache-2.0
// Pictures and films that the person put behind themselves, kept on this device. Nothing of it is sent.

/** A picture, or a film: what the blob's type says. */
export interface StoredImage { id: string; blob: Blob; name: string }

const kStore = 'backgrounds';

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('tessera', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(kStore, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function transact<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(kStore, mode);
      const request = work(transaction.objectStore(kStore));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export async function storedImages(): Promise<StoredImage[]> {
  try {
    return await transact<StoredImage[]>('readonly', (store) => store.getAll());
  } catch {
    return [];
  }
}

export const storedImage = (id: string): Promise<StoredImage | undefined> => transact('readonly', (store) => store.get(id));
export const storeImage = (image: StoredImage): Promise<IDBValidKey> => transact('readwrite', (store) => store.put(image));
export const forgetImage = (id: string): Promise<undefined> => transact('readwrite', (store) => store.delete(id));

/**
 * Makes a chosen picture small enough to keep: at most 1280x720 (covering), JPEG.
 * @throws {Error} when the file is not a picture that this browser reads.
 */
export async function shrinkImage(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, Math.max(1280 / bitmap.width, 720 / bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be read.'))), 'image/jpeg', 0.85);
  });
}
