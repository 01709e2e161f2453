// SPDX-License-Identifier: Apache-2.0
// What a recording leaves, and the recordings that this site keeps in its private storage, also of pages that died.

import { RecorderError } from './errors.js';
import type { RecorderSettings } from './options.js';
import { PrivateSink } from './private-sink.js';
import { FileSink, MemorySink, type Sink, StreamSink } from './sinks.js';

const kFolder = 'tessera-recordings';
const kLock = 'tessera-recording:';

export interface Recording {
  readonly name: string;
  /** What was recorded; null when it went into a stream. */
  readonly file: Blob | null;
  /** Seconds. */
  readonly duration: number;
  readonly bytes: number;
  readonly droppedFrames: number;
  /** Lets the person save it. Call it from a click. @throws RecorderError 'unsupported' when it went into a stream. */
  download(name?: string): void;
  /** Deletes it from the private storage; other targets are left as they are. Do so when it has been saved. */
  remove(): Promise<void>;
}

/** A recording in this site's private storage. */
export interface StoredRecording {
  readonly name: string;
  /** Playable, even if its page died while recording; it then states no duration. */
  readonly file: File;
  download(name?: string): void;
  remove(): Promise<void>;
}

/** @internal */
export function download(file: Blob | null, name: string): void {
  if (!file) throw new RecorderError('unsupported', 'This recording went into a stream: there is no file to download.');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has opened it by then, however slow it is.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function folder(create: boolean): Promise<FileSystemDirectoryHandle | null> {
  if (!globalThis.navigator?.storage?.getDirectory) return null;
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(kFolder, { create });
  } catch {
    return null;
  }
}

/**
 * The recordings that are kept here, oldest first. Those that are still being recorded, by this page or another, are not among
 * them; those whose page died are.
 */
export async function listRecordings(): Promise<StoredRecording[]> {
  const kept = await folder(false);
  if (!kept) return [];
  const held = new Set((await navigator.locks.query()).held?.map(({ name }) => name));
  const found: StoredRecording[] = [];
  for await (const [name, handle] of (kept as unknown as { entries(): AsyncIterable<[string, FileSystemHandle]> }).entries()) {
    if (handle.kind !== 'file' || held.has(kLock + name)) continue;
    const file = await (handle as FileSystemFileHandle).getFile();
    found.push({ name, file, download: (as = name) => download(file, as), remove: () => kept.removeEntry(name) });
  }
  return found.sort((a, b) => a.file.lastModified - b.file.lastModified);
}

/** @internal An open target. */
export interface Place {
  readonly sink: Sink;
  readonly name: string;
  /** The recording has ended: its name is free for listRecordings(). */
  release(): void;
  remove(): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

/** @internal Opens what the settings ask for. @throws what the browser's file functions throw. */
export async function openPlace({ target, name, assets }: RecorderSettings, failed: (error: RecorderError) => void): Promise<Place> {
  const plain = (sink: Sink, as = name): Place => ({ sink, name: as, release: () => undefined, remove: nothing });
  if (target && 'createWritable' in target) {
    // A handle of the private storage can be written in place.
    const path = await globalThis.navigator?.storage?.getDirectory?.().then((root) => root.resolve(target)).catch(() => null);
    return plain(path ? await PrivateSink.open(target, path, assets, failed) : await FileSink.open(target, failed), target.name);
  }
  if (target) return plain(new StreamSink(target, failed));
  const kept = await folder(true);
  if (!kept || !navigator.locks) return plain(new MemorySink());
  const { name: unused, release } = await reserve(kept, name);
  const remove = () => kept.removeEntry(unused).catch(() => undefined);
  try {
    const handle = await kept.getFileHandle(unused, { create: true });
    return { sink: await PrivateSink.open(handle, [kFolder, unused], assets, failed), name: unused, release, remove };
  } catch {
    // No room, or no files in private windows: memory is better than nothing.
    await remove();
    release();
    return plain(new MemorySink());
  }
}

/** A name that no file has and no other recorder is about to give to one. It is held until released, or the page ends. */
async function reserve(kept: FileSystemDirectoryHandle, name: string): Promise<{ name: string; release: () => void }> {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : name.replace(/(\.webm)$/i, `-${count}$1`);
    const taken = await kept.getFileHandle(candidate).then(() => true, () => false);
    const release = taken ? null : await hold(kLock + candidate);
    if (release) return { name: candidate, release };
  }
}

/** Gives what ends the lock, or null where somebody has it. */
function hold(name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? new Promise<void>((release) => resolve(release)) : resolve(null)));
  });
}
