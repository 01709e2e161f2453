// SPDX-License-Identifier: Apache-2.0
// The video module with its model, loaded in the worker: takes a frame, gives a frame.

import { WorkerFailure } from './failure.js';
import { check, describePicture, giveFrame, takeFilmFrame, takeFrame } from './frames.js';
import type { BackgroundStages } from './events.js';
import type { Assets } from './messages.js';
import type { EffectRequest } from './options.js';
import { decodePicture } from './pictures.js';
import { type Behind, loadVideoModule, type Look, type VideoModule } from './video-module.js';

export interface Processed {
  frame: VideoFrame;
  /** Milliseconds that the segmentation took; null when it was left out. */
  segmentationMs: number | null;
  stages: BackgroundStages;
}

const behindOf: Record<EffectRequest['kind'], Behind> = {
  room: 'room', blur: 'blur', color: 'color', image: 'picture', video: 'picture', transparent: 'transparent',
};

const lookOf = (background: EffectRequest): Look => ({
  strength: 0, red: 0, green: 0, blue: 0, fit: 'cover', lightWrap: 0,
  ...background,
  behind: behindOf[background.kind],
});

export class Engine {
  /** One user of the module at a time: its memory may move under a copy that is still going on. */
  #turn: Promise<unknown> = Promise.resolve();
  #film = false;
  #transparent = false;

  private constructor(private readonly video: VideoModule) {}

  static async load(assets: Assets): Promise<Engine> {
    // The model first: while it comes, choosing the module takes some milliseconds.
    const [model, video] = await Promise.all([
      fetch(assets.model).then(async (response) => {
        if (!response.ok) throw new WorkerFailure('model-invalid', `The segmentation model could not be fetched from ${assets.model}: the server answered ${response.status}. Set assetBaseUrl to where the package's dist folder is served.`);
        return new Uint8Array(await response.arrayBuffer());
      }, (cause: unknown) => {
        throw new WorkerFailure('background-failed', `The segmentation model could not be fetched from ${assets.model}: ${String(cause)}.`);
      }),
      loadVideoModule(assets.wasm, assets.relaxedWasm).catch((cause: unknown) => {
        throw new WorkerFailure('background-failed', `The video module could not be loaded from ${assets.wasm}. Set assetBaseUrl to where the package's dist folder is served. (${String(cause)})`);
      }),
    ]);
    const engine = new Engine(video);
    engine.#write(model);
    check(video.load(model.byteLength));
    video.releaseScratch();
    return engine;
  }

  /** Resolves once the next frame will have this background. Until then the old one stays. Does not close the request's film frame. */
  async apply(background: EffectRequest): Promise<void> {
    const picture = background.kind === 'image' ? await decodePicture(background.image) : null;
    await this.#alone(async () => {
      if (picture) this.#setPicture(picture);
      if (background.kind === 'video' && background.film) await this.#setFilmFrame(background.film);
      check(this.video.setLook(lookOf(background)));
      this.#film = background.kind === 'video';
      this.#transparent = background.kind === 'transparent';
      if (!this.#film) this.video.releaseScratch();
    });
  }

  /** The next frame of the film behind the person; does not close it. Does nothing where there is no film. */
  film(frame: VideoFrame): Promise<void> {
    return this.#alone(async () => {
      if (this.#film) await this.#setFilmFrame(frame);
    });
  }

  /** Does not close `frame`. `segment` false: the person is where they were in the frame before. */
  process(frame: VideoFrame, segment: boolean): Promise<Processed> {
    return this.#alone(async () => {
      const start = performance.now();
      const carried = await takeFrame(this.video, frame);
      const taken = performance.now();
      if (segment) check(this.video.segment());
      const segmented = performance.now();
      const { frame: processed, drawingMs } = giveFrame(this.video, carried, this.#transparent);
      const segmentation = segmented - taken;
      return {
        frame: processed,
        segmentationMs: segment ? segmentation : null,
        stages: { input: taken - start, segmentation, drawing: drawingMs, output: performance.now() - segmented - drawingMs },
      };
    });
  }

  /** 0 searches in a picture of the model's own size, 1 and 2 in smaller ones. */
  setDetail(detail: 0 | 1 | 2): Promise<void> {
    return this.#alone(() => check(this.video.setDetail(detail)));
  }

  #setPicture(picture: ImageData): void {
    this.#write(picture.data);
    check(this.video.setPicture(describePicture(picture)));
  }

  async #setFilmFrame(frame: VideoFrame): Promise<void> {
    try {
      await takeFilmFrame(this.video, (size) => this.#scratch(size), frame);
    } catch (error) {
      if (!(error instanceof WorkerFailure)) throw error;
      throw new WorkerFailure('option-invalid', `a film of at most 4096 x 4096 pixels a frame (${error.message})`, 'background.video');
    }
  }

  #scratch(size: number): number {
    const address = this.video.scratch(size);
    if (!address) throw new WorkerFailure('background-failed', 'The video module has no room for the data.');
    return address;
  }

  #write(bytes: Uint8Array | Uint8ClampedArray): void {
    this.video.bytes(this.#scratch(bytes.byteLength), bytes.byteLength).set(bytes);
  }

  #alone<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
