// SPDX-License-Identifier: Apache-2.0
// Decides, frame by frame, what may leave the worker: the frame itself only when no background was asked for, a processed
// one when a background is on, and nothing in every other case.

import { WorkerFailure } from './failure.js';
import { Ladder } from './ladder.js';
import type { BackgroundStages } from './events.js';
import type { Assets, Stats } from './messages.js';
import type { BackgroundRequest } from './options.js';

/** What the gate needs of Engine; tests bring their own. */
export interface FrameProcessor {
  apply(background: Exclude<BackgroundRequest, { kind: 'none' }>): Promise<void>;
  process(frame: VideoFrame, segment: boolean): Promise<{ frame: VideoFrame; segmentationMs: number | null; stages: BackgroundStages }>;
  /** From the next frame on: how large a picture the person is searched for in, see Rung. */
  setDetail(detail: 0 | 1 | 2): Promise<void>;
}

const kNoStages: BackgroundStages = { input: 0, segmentation: 0, drawing: 0, output: 0 };

/** Frames in a row that may fail (an odd one from the camera) before the background counts as broken. */
export const kTolerated = 10;

export class Gate {
  /** 'shut' lets nothing out: the state before the first background and after every failure. */
  #state: 'shut' | 'raw' | 'effect' = 'shut';
  #holds = 0;
  #broken = false;
  #processor: Promise<FrameProcessor> | null = null;
  #updates: Promise<unknown> = Promise.resolve();
  #failures = 0;
  #index = 0;
  readonly #load: Ladder;

  #frames = 0;
  #totalMs = 0;
  #stages = { ...kNoStages };
  #segmentations = 0;
  #segmentationMs = 0;
  #lastSegmentationMs = 0;
  #secondStart = performance.now();

  constructor(
    private readonly loadProcessor: (assets: Assets) => Promise<FrameProcessor>,
    private readonly assets: Assets,
    frameRate: number,
  ) {
    this.#load = new Ladder(frameRate);
  }

  /**
   * Changes the background, one call after the other. While the first effect loads nothing leaves; a later change takes
   * over from the old effect without a gap. When the new background itself is at fault ('option-invalid') the old one
   * stays; every other failure shuts the gate for good.
   */
  update(background: BackgroundRequest): Promise<void> {
    const update = this.#updates.then(() => this.#update(background));
    this.#updates = update.catch(() => undefined);
    return update;
  }

  /** A background is being made ready for update(): raw frames do not leave until as many resume(). */
  hold(): void {
    this.#holds++;
  }

  resume(): void {
    this.#holds--;
  }

  async #update(background: BackgroundRequest): Promise<void> {
    if (this.#broken) throw new WorkerFailure('background-failed', 'The background has stopped working. Create a new BackgroundProcessor.');
    const before = this.#state;
    if (background.kind === 'none') {
      this.#state = 'raw';
      return;
    }
    if (this.#state === 'raw') this.#state = 'shut';
    try {
      this.#processor ??= this.loadProcessor(this.assets);
      await (await this.#processor).apply(background);
      this.#state = 'effect';
    } catch (error) {
      if (error instanceof WorkerFailure && error.code === 'option-invalid') this.#state = before;
      else this.#break();
      throw error;
    }
  }

  /**
   * Takes `frame` over: it is closed, or returned. null: nothing may leave.
   * @throws when the background is broken; nothing leaves any more.
   */
  async pass(frame: VideoFrame): Promise<VideoFrame | null> {
    if (this.#state === 'raw' && this.#holds === 0) {
      this.#count(0, null, kNoStages);
      return frame;
    }
    try {
      if (this.#state !== 'effect') return null;
      const start = performance.now();
      const { frame: processed, segmentationMs, stages } = await (await this.#processor!).process(frame, this.#load.segments(this.#index));
      this.#index++;
      this.#failures = 0;
      // It was asked for while another state held, but may not leave in this one.
      if (this.#is('shut')) {
        processed.close();
        return null;
      }
      this.#count(performance.now() - start, segmentationMs, stages);
      return processed;
    } catch (error) {
      // A trap in the module leaves its memory in an unknown state: that cannot be tolerated.
      if (++this.#failures >= kTolerated || error instanceof WebAssembly.RuntimeError) {
        this.#break();
        throw error;
      }
      // The model must see the next frame, whatever the level.
      this.#index = 0;
      return null;
    } finally {
      frame.close();
    }
  }

  /** Nothing leaves any more. */
  shut(): void {
    this.#break();
  }

  /** Averages since the last call; null while there were no frames. Call once a second: it steers the load too. */
  second(): Stats | null {
    const now = performance.now();
    const seconds = (now - this.#secondStart) / 1000;
    this.#secondStart = now;
    const frames = this.#frames;
    if (frames === 0) return null;
    if (this.#segmentations > 0) this.#lastSegmentationMs = this.#segmentationMs / this.#segmentations;
    const msPerFrame = this.#totalMs / frames;
    const segmentationMs = this.#state === 'effect' ? this.#lastSegmentationMs : 0;
    const level = this.#load.level;
    if (this.#state === 'effect' && this.#load.second({ frameMs: msPerFrame, segmentationMs })) this.#climb();
    const stages = { ...this.#stages };
    for (const stage of Object.keys(stages) as (keyof BackgroundStages)[]) stages[stage] /= frames;
    this.#frames = this.#totalMs = this.#segmentations = this.#segmentationMs = 0;
    this.#stages = { ...kNoStages };
    return { fps: frames / seconds, msPerFrame, segmentationMs, level, stages };
  }

  /** Brings the ladder's new rung into force. */
  #climb(): void {
    // Where that fails the processor is broken, and the next frame tells.
    void this.#processor?.then((processor) => processor.setDetail(this.#load.rung.detail)).catch(() => undefined);
  }

  #count(ms: number, segmentationMs: number | null, stages: BackgroundStages): void {
    this.#frames++;
    this.#totalMs += ms;
    for (const stage of Object.keys(stages) as (keyof BackgroundStages)[]) this.#stages[stage] += stages[stage];
    if (segmentationMs === null) return;
    this.#segmentations++;
    this.#segmentationMs += segmentationMs;
  }

  #is(state: 'shut' | 'raw' | 'effect'): boolean {
    return this.#state === state;
  }

  #break(): void {
    this.#broken = true;
    this.#state = 'shut';
  }
}
