// SPDX-License-Identifier: Apache-2.0
// The video module, loaded in the worker.

import createVideoModule, { type MainModule } from '../generated/video.mjs';
import { type WorkerModule, loadWorkerModule } from '../worker-module.js';

export type VideoModule = WorkerModule<MainModule>;

/** @throws what fetching or compiling threw. */
export const loadVideoModule = (address: string): Promise<VideoModule> => loadWorkerModule(createVideoModule, address);
