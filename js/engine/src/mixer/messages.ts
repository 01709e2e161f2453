// SPDX-License-Identifier: Apache-2.0
// What the page and the video mixer's worker say to each other.

import type { VideoLayout } from './options.js';

/** How a tile looks. */
export interface TileRequest {
  name: string;
  muted: boolean;
  contain: boolean;
  /** '#rrggbb' */
  background: string;
}

/**
 * Where an input's frames come from. coming: nothing yet; the tile keeps its picture, and gets nothing more of the source before. stream: the
 * page's MediaStreamTrackProcessor, in a port (Chromium). track: the track itself is transferred (Safari). frames: the page posts one at each
 * 'tick' (elsewhere).
 */
export type InputSource = { kind: 'coming' } | { kind: 'stream'; port: MessagePort } | { kind: 'track'; track: MediaStreamTrack } | { kind: 'frames' };

/** Where mixed frames go: a transferred MediaStreamTrackGenerator, a VideoTrackGenerator of the worker's own, or posted to the page. */
export type OutputTarget = { kind: 'stream'; writable: WritableStream<VideoFrame> } | { kind: 'track' } | { kind: 'frames' };

/** `key` stands for one input's id, for as long as it is there. */
export type ToWorker =
  | { type: 'start'; wasm: string; width: number; height: number; frameRate: number; output: OutputTarget }
  | { type: 'tile'; key: number; tile: TileRequest }
  /** null: it has no picture from now on. The tile comes first. */
  | { type: 'source'; key: number; source: InputSource | null }
  | { type: 'remove'; key: number }
  | { type: 'layout'; kind: VideoLayout['kind']; featured: number; transition: number }
  | { type: 'size'; width: number; height: number }
  | { type: 'frame'; key: number; frame: VideoFrame }
  /** Closes every frame that the worker holds, and answers 'closed'. */
  | { type: 'close' };

export type FromWorker =
  | { type: 'ready'; canTakeTracks: boolean }
  /** `track`: the output, where the worker makes it. */
  | { type: 'started'; track?: MediaStreamTrack }
  /** The next picture is about to be mixed: inputs of kind 'frames' may post theirs. */
  | { type: 'tick' }
  | { type: 'frame'; frame: VideoFrame }
  | { type: 'stats'; fps: number; msPerFrame: number }
  | { type: 'failed'; reason: string }
  | { type: 'closed' };
