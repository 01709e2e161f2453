// SPDX-License-Identifier: Apache-2.0
// The compositor module, loaded in the worker: tiles with their names, frames in, mixed frames out.

import { stageFrame } from '../background/frames.js';
import createCompositorModule, { type MainModule, type VideoCompositor } from '../generated/compositor.mjs';
import { type WorkerModule, loadWorkerModule } from '../worker-module.js';
import { renderInitial, renderLabel } from './labels.js';
import type { TileRequest } from './messages.js';
import type { VideoLayout } from './options.js';

interface Drawn {
  tile: TileRequest;
  /** What its label and mark were drawn for. */
  label: string;
  mark: string;
}

function check({ code, message }: { code: unknown; message: unknown }): void {
  if (String(code) !== '') throw new Error(`the video module reported: ${String(message)} (${String(code)})`);
}

export class Compositor {
  readonly #tiles = new Map<number, Drawn>();
  #size = { width: 0, height: 0 };

  private constructor(
    private readonly memory: WorkerModule<MainModule>,
    private readonly mixer: VideoCompositor,
  ) {}

  static async load(wasm: string): Promise<Compositor> {
    const memory = await loadWorkerModule(createCompositorModule, wasm).catch((cause: unknown) => {
      throw new Error(`the compositor could not be loaded from ${wasm} (${String(cause)}). Set assetBaseUrl to where the package’s dist folder is served`);
    });
    return new Compositor(memory, new memory.module.VideoCompositor());
  }

  setSize(width: number, height: number): void {
    check(this.mixer.setSize(width, height));
    this.#size = { width, height };
  }

  setTile(key: number, tile: TileRequest): void {
    const color = Number.parseInt(tile.background.slice(1), 16);
    check(this.mixer.setTile(key, { contain: tile.contain, red: color >> 16, green: (color >> 8) & 255, blue: color & 255 }));
    const drawn = this.#tiles.get(key);
    if (drawn) drawn.tile = tile;
    else this.#tiles.set(key, { tile, label: '', mark: '' });
  }

  removeTile(key: number): void {
    this.#tiles.delete(key);
    this.mixer.removeTile(key);
  }

  setLayout(kind: VideoLayout['kind'], featured: number, transition: number): void {
    this.mixer.setLayout(kind, featured, transition);
  }

  /** The tile has no picture from now on. */
  clear(key: number): void {
    this.mixer.clearFrame(key);
  }

  /**
   * Copies the newest frames of some inputs to where the compositor reads them, and closes them. Nothing else may be called
   * until this has settled.
   */
  async take(frames: ReadonlyMap<number, VideoFrame>): Promise<void> {
    try {
      // Room for all of them first: making room may move the memory, and a copy goes on for a while.
      const staged = [...frames].flatMap(([key, frame]) => {
        const { size, write } = stageFrame(frame);
        const { address } = this.mixer.input(key, size);
        return address ? [{ key, write, address, size }] : [];
      });
      const copies = staged.map(({ write, address, size }) => write(this.memory.bytes(address, size)));
      for (const [i, copy] of (await Promise.allSettled(copies)).entries()) {
        // A frame that cannot be copied is left out; the next one comes soon.
        if (copy.status === 'fulfilled') check(this.mixer.takeFrame(staged[i]!.key, copy.value));
      }
    } finally {
      for (const frame of frames.values()) frame.close();
    }
  }

  /** @param now milliseconds, never going back. */
  compose(now: number): VideoFrame {
    let { address, size } = this.mixer.compose(now);
    // Places are known now. A label that has to be drawn anew shows in the same picture.
    if (this.#drawLabels()) ({ address, size } = this.mixer.compose(now));
    if (!address) throw new Error('the video module drew no picture');
    return new VideoFrame(this.memory.bytes(address, size), {
      format: 'I420',
      codedWidth: this.#size.width,
      codedHeight: this.#size.height,
      timestamp: Math.round(now * 1000),
      colorSpace: this.#colorSpace(),
    });
  }

  #colorSpace(): VideoColorSpaceInit {
    const matrix = this.mixer.matrix() === 'bt709' ? 'bt709' : 'smpte170m';
    return { matrix, primaries: matrix, transfer: matrix, fullRange: this.mixer.fullRange() };
  }

  #drawLabels(): boolean {
    let changed = false;
    for (const [key, drawn] of this.#tiles) {
      const { name, muted } = drawn.tile;
      const { width, height } = this.mixer.place(key);
      const label = `${this.#size.height}/${width}/${muted}/${name}`;
      if (label !== drawn.label) {
        drawn.label = label;
        this.#set('setLabel', key, renderLabel(name, muted, width, this.#size.height));
        changed = true;
      }
      const mark = `${height}/${name}`;
      if (mark !== drawn.mark) {
        drawn.mark = mark;
        this.#set('setMark', key, renderInitial(name, height));
        changed = true;
      }
    }
    return changed;
  }

  #set(which: 'setLabel' | 'setMark', key: number, image: ImageData | null): void {
    if (!image) return check(this.mixer[which](key, 0, 0));
    const { address } = this.mixer.scratch(image.data.byteLength);
    if (!address) return;
    this.memory.bytes(address, image.data.byteLength).set(image.data);
    check(this.mixer[which](key, image.width, image.height));
  }
}
