// SPDX-License-Identifier: Apache-2.0
// The video module with its model, loaded in the worker: takes a frame, gives a frame.

import type { VideoPipeline } from '../generated/video.mjs';
import { WorkerFailure } from './failure.js';
import { check, giveFrame, takeFrame } from './frames.js';
import type { Behind, Look } from '../generated/video.mjs';
import type { Assets } from './messages.js';
import type { EffectRequest } from './options.js';
import { describePicture, decodePicture } from './pictures.js';
import { loadVideoModule, type VideoModule } from './video-module.js';

export interface Processed {
  frame: VideoFrame;
  /** Milliseconds that the segmentation took; null when it was left out. */
  segmentationMs: number | null;
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

  private constructor(
    private readonly video: VideoModule,
    private readonly pipeline: VideoPipeline,
  ) {}

  static async load(assets: Assets): Promise<Engine> {
    const [video, model] = await Promise.all([
      loadVideoModule(assets.wasm).catch((cause: unknown) => {
        throw new WorkerFailure('background-failed', `The video module could not be loaded from ${assets.wasm}. Set assetBaseUrl to where the package's dist folder is served. (${String(cause)})`);
      }),
      fetch(assets.model).then(async (response) => {
        if (!response.ok) throw new WorkerFailure('model-invalid', `The segmentation model could not be fetched from ${assets.model}: the server answered ${response.status}. Set assetBaseUrl to where the package's dist folder is served.`);
        return new Uint8Array(await response.arrayBuffer());
      }, (cause: unknown) => {
        throw new WorkerFailure('background-failed', `The segmentation model could not be fetched from ${assets.model}: ${String(cause)}.`);
      }),
    ]);
    const pipeline = new video.module.VideoPipeline();
    const engine = new Engine(video, pipeline);
    engine.#write(model);
    check(pipeline.load(model.byteLength));
    pipeline.releaseScratch();
    return engine;
  }

  /** Resolves once the next frame will have this background. Until then the old one stays. Closes the request's film frame. */
  async apply(background: EffectRequest): Promise<void> {
    const picture = background.kind === 'image' ? await decodePicture(background.image) : null;
    await this.#alone(async () => {
      if (picture) this.#setPicture(picture);
      if (background.kind === 'video' && background.film) await this.#setFilmFrame(background.film);
      check(this.pipeline.setLook(lookOf(background)));
      this.#film = background.kind === 'video';
      if (!this.#film) this.pipeline.releaseScratch();
    });
  }

  /** The next frame of the film behind the person; closes it. Dropped where there is no film. */
  film(frame: VideoFrame): Promise<void> {
    return this.#alone(async () => {
      if (this.#film) await this.#setFilmFrame(frame);
      else frame.close();
    });
  }

  /** Does not close `frame`. `segment` false: the person is where they were in the frame before. */
  process(frame: VideoFrame, segment: boolean): Promise<Processed> {
    return this.#alone(async () => {
      const carried = await takeFrame(this.video, this.pipeline, frame);
      let segmentationMs: number | null = null;
      if (segment) {
        const before = performance.now();
        check(this.pipeline.segment());
        segmentationMs = performance.now() - before;
      }
      return { frame: giveFrame(this.video, this.pipeline, carried), segmentationMs };
    });
  }

  #setPicture(picture: ImageData): void {
    this.#write(picture.data);
    check(this.pipeline.setPicture(describePicture(picture)));
  }

  async #setFilmFrame(frame: VideoFrame): Promise<void> {
    try {
      check(this.pipeline.setPicture(await takeFilmFrame(this.video, (size) => this.#scratch(size), frame)));
    } finally {
      frame.close();
    }
  }

  #scratch(size: number): number {
    const { address } = this.pipeline.scratch(size);
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
