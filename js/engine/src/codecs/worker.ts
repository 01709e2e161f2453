// SPDX-License-Identifier: Apache-2.0
// The worker of one codec: takes requests one after the other and answers each.

import type { Replies, Reply, Request } from './messages.js';
import { AudioDecoding, AudioEncoding } from './worker-audio.js';
import { Failure } from './worker-failure.js';
import { VideoDecoding, VideoEncoding } from './worker-video.js';

declare const self: { onmessage: ((event: MessageEvent<Request>) => void) | null; postMessage(reply: Reply, transfer: Transferable[]): void };

let videoEncoding: VideoEncoding | null = null;
let videoDecoding: VideoDecoding | null = null;
let audioEncoding: AudioEncoding | null = null;
let audioDecoding: AudioDecoding | null = null;

async function loaded<T>(load: Promise<T>, wasm: string): Promise<T> {
  try {
    return await load;
  } catch (cause) {
    throw new Failure('OperationError', `The codec could not be loaded from ${wasm}. Set assetBaseUrl to where the package's dist folder is served. (${String(cause)})`);
  }
}

async function answer(request: Request, transfer: Transferable[]): Promise<Replies[keyof Replies]> {
  switch (request.type) {
    case 'video-encoder':
      if (videoEncoding?.codec !== request.settings.codec) videoEncoding = await loaded(VideoEncoding.load(request.settings.codec, request.wasm), request.wasm);
      videoEncoding.configure(request.settings, request.fresh);
      return null;
    case 'video-decoder':
      videoDecoding ??= await loaded(VideoDecoding.load(request.wasm), request.wasm);
      videoDecoding.configure(request.codec, request.keyFramesOnly, request.maxSpatialLayer);
      return null;
    case 'audio-encoder':
      if (audioEncoding?.deep !== request.deep) audioEncoding = await loaded(AudioEncoding.load(request.wasm, request.deep), request.wasm);
      return audioEncoding.configure(request.settings);
    case 'audio-decoder':
      if (audioDecoding?.deep !== request.deep) audioDecoding = await loaded(AudioDecoding.load(request.wasm, request.deep), request.wasm);
      audioDecoding.configure(request.channels);
      return null;
    case 'encode-picture': {
      const result = await videoEncoding!.encode(request.picture, request.key);
      for (const { data } of result.chunks) transfer.push(data);
      return result;
    }
    case 'decode-picture': {
      const result = videoDecoding!.decode(request.data, request.timestamp, request.duration, request.look);
      if (result?.frame) transfer.push(result.frame);
      if (result?.i420) transfer.push(result.i420);
      return result;
    }
    case 'encode-sound': {
      const result = audioEncoding!.encode(request.samples);
      transfer.push(result.data);
      return result;
    }
    case 'decode-sound': {
      const result = audioDecoding!.run(request.how, request.data, request.lostMicros, request.beforeMicros);
      transfer.push(result.samples.buffer);
      return result;
    }
  }
}

let turn: Promise<void> = Promise.resolve();
self.onmessage = ({ data }) => {
  turn = turn.then(async () => {
    const transfer: Transferable[] = [];
    try {
      self.postMessage({ ok: true, result: await answer(data, transfer) }, transfer);
    } catch (error) {
      const name = error instanceof Failure ? error.exception : 'OperationError';
      self.postMessage({ ok: false, name, message: String((error as Error)?.message ?? error) }, []);
    }
  });
};
