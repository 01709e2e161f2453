// SPDX-License-Identifier: Apache-2.0
// The video module with its model, loaded in the worker: takes a frame, gives a frame.

import type { VideoPipeline } from '../generated/video.mjs';
import { WorkerFailure } from './failure.js';
import { check, giveFrame, takeFrame } from './frames.js';
import type { Assets, Stages } from './messages.js';
import type { BackgroundRequest } from './options.js';
import { decodePicture } from './pictures.js';
import { loadVideoModule, type VideoModule } from './video-module.js';

export interface Processed {
  frame: VideoFrame;
  /** Milliseconds that the segmentation took; null when it was left out. */
  segmentationMs: number | null;
  stages: Stages;
}

export class Engine {
  /** One user of the module at a time: its memory may move under a copy that is still going on. */
  #turn: Promise<unknown> = Promise.resolve();

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

  /** Resolves once the next frame will have this background. Until then the old one stays. */
  async apply(background: Exclude<BackgroundRequest, { kind: 'none' }>): Promise<void> {
    const picture = background.kind === 'image' ? await decodePicture(background.image) : null;
    await this.#alone(() => {
      switch (background.kind) {
        case 'blur':
          return check(this.pipeline.setBlur(background.strength));
        case 'color':
          return check(this.pipeline.setColor(background.red, background.green, background.blue));
        case 'image':
          this.#write(picture!.data);
          check(this.pipeline.setPicture(picture!.width, picture!.height, background.fit, background.lightWrap));
          this.pipeline.releaseScratch();
      }
    });
  }

  /** Does not close `frame`. `segment` false: the person is where they were in the frame before. */
  process(frame: VideoFrame, segment: boolean): Promise<Processed> {
    return this.#alone(async () => {
      const start = performance.now();
      const carried = await takeFrame(this.video, this.pipeline, frame);
      const taken = performance.now();
      if (segment) check(this.pipeline.segment());
      const segmented = performance.now();
      const { frame: processed, drawingMs } = giveFrame(this.video, this.pipeline, carried);
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
    return this.#alone(() => check(this.pipeline.setDetail(detail)));
  }

  #write(bytes: Uint8Array | Uint8ClampedArray): void {
    const { address } = this.pipeline.scratch(bytes.byteLength);
    if (!address) throw new WorkerFailure('background-failed', 'The video module has no room for the data.');
    this.video.bytes(address, bytes.byteLength).set(bytes);
  }

  #alone<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
