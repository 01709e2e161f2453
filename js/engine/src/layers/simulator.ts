/// <reference lib="esnext.disposable" preserve="true" />
// SPDX-License-Identifier: Apache-2.0
// Entry point tessera-rtc/layers-simulator: one room and one link, and what each policy of layer selection makes of it.

import { TesseraError } from '../errors.js';
import createSimulatorModule, { type MainModule } from '../generated/layers_simulator.mjs';

/** What one policy has come to. */
export interface PolicyState {
  /** 'tessera', 'resolve' (the optimum of every second), 'livekit', 'jitsi', 'mediasoup' or 'janus' (fixed layers). */
  readonly name: string;
  /** Of the utility that the link would allow to one who knows it, now and over the whole run; may be a little above 1. */
  readonly utility: number;
  readonly utilityOverall: number;
  /** Changes of a spatial layer, or between video and none, so far. */
  readonly switches: number;
  /** Seconds in which tiles that were meant to move stood still, averaged over the tiles. */
  readonly stallSeconds: number;
  /** Sent so far. */
  readonly megabits: number;
  /** Of these, the share that was dropped, could not be decoded, or was more than the tile can show. */
  readonly wastedShare: number;
  /** Kilobits a second that arrive at present. */
  readonly arriving: number;
  /** Kilobits a second that it believes in; Infinity where it knows of no limit. */
  readonly believed: number;
}

export interface TileState {
  /** Lines of the picture; 0: a still, -1: nothing yet. */
  readonly height: number;
  readonly frameRate: number;
}

export interface SimulatorOptions {
  /** Cameras in the room, 1..49. */
  tiles: number;
  /** The first is a shared screen. Default false. */
  screen?: boolean;
  /** Address of a copy of the package's `dist` folder. Default: where this code was loaded from. */
  assetBaseUrl?: string | URL;
}

/** Runs in steps of 100 ms, all policies beside each other. The same calls give the same run, everywhere. */
export class LayerSimulator {
  readonly #simulator: InstanceType<MainModule['Simulator']>;
  /** The policies' names, in the order of their numbers. */
  readonly policies: readonly string[];

  private constructor(module: MainModule, tiles: number, screen: boolean) {
    this.#simulator = new module.Simulator(tiles, screen);
    this.policies = Array.from({ length: this.#simulator.policies() }, (_, index) => this.#simulator.policyName(index));
  }

  /** @throws TesseraError with code 'layers-failed' when the module cannot be loaded. */
  static async create({ tiles, screen = false, assetBaseUrl }: SimulatorOptions): Promise<LayerSimulator> {
    const url =
      assetBaseUrl === undefined
        ? new URL('./wasm/layers_simulator.wasm', import.meta.url).href
        : new URL('wasm/layers_simulator.wasm', new URL(String(assetBaseUrl).replace(/\/?$/, '/'), globalThis.location?.href)).href;
    const module = await createSimulatorModule({ locateFile: () => url }).catch((cause: unknown) => {
      throw new TesseraError('layers-failed', `The simulator could not be loaded from ${url}. Set assetBaseUrl to where the package’s dist folder is served.`, { cause });
    });
    return new LayerSimulator(module, tiles, screen);
  }

  /** Seconds that have passed in the simulation. */
  get seconds(): number {
    return this.#simulator.seconds();
  }

  /** Kilobits a second that the link carries at present. */
  get capacity(): number {
    return this.#simulator.capacity();
  }

  /** How a tile is shown, in device pixels. */
  setTile(index: number, { width, height, visible = true, pinned = false, speaking = false }: { width: number; height: number; visible?: boolean; pinned?: boolean; speaking?: boolean }): void {
    this.#simulator.setTile(index, Math.round(width), Math.round(height), visible, pinned, speaking);
  }

  /** From now on the link always carries this much. */
  setBandwidth(kilobitsPerSecond: number): void {
    this.#simulator.setBandwidth(kilobitsPerSecond);
  }

  /**
   * From now on the link follows a trace: 'step', 'ramp', 'outage', 'walk', or the text of one, with a line of seconds and
   * Mbit/s for each sample. @throws TesseraError with code 'option-invalid' when the text does not parse.
   */
  setTrace(nameOrText: string): void {
    const problem = this.#simulator.setTrace(nameOrText);
    if (problem) throw new TesseraError('option-invalid', `The trace cannot be read: ${problem}.`);
  }

  /** Lets time pass, 100 ms a step. */
  step(steps = 1): void {
    this.#simulator.step(steps);
  }

  policy(index: number): PolicyState {
    const simulator = this.#simulator;
    const believed = simulator.believed(index);
    return {
      name: this.policies[index] ?? '',
      utility: simulator.utility(index),
      utilityOverall: simulator.utilityOverall(index),
      switches: simulator.switches(index),
      stallSeconds: simulator.stallSeconds(index),
      megabits: simulator.megabits(index),
      wastedShare: simulator.wastedShare(index),
      arriving: simulator.arriving(index),
      believed: believed < 0 ? Number.POSITIVE_INFINITY : believed,
    };
  }

  tile(policy: number, index: number): TileState {
    return { height: this.#simulator.shownHeight(policy, index), frameRate: this.#simulator.shownFrameRate(policy, index) };
  }

  close(): void {
    this.#simulator.delete();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

export { TesseraError } from '../errors.js';
