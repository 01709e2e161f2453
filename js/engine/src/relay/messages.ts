// SPDX-License-Identifier: Apache-2.0
// What the page and the relay's worker tell each other, and what worklets and the worker do.

import type { Preference } from '../codecs/index.js';

export type VideoContent = 'camera' | 'screen';
export type AudioContent = 'microphone' | 'screen-audio';
export type VideoCodec = 'vp8' | 'vp9';

/** A stream as the server describes it; js/server/RELAY.md. */
export interface StreamInfo {
  id: number;
  participantId: string;
  sourceId: string;
  kind: 'audio' | 'video';
  content: VideoContent | AudioContent;
  codec: string;
  channels?: number;
}

export interface OpenMessage {
  type: 'open';
  /** The socket's address. */
  url: string;
  room: string;
  participantKey: string;
  /** The relay module's address. */
  wasm: string;
  assetBaseUrl?: string;
  prefer: Preference;
  /** Of video, encoded and decoded here; the preferred one first. */
  codecs: readonly VideoCodec[];
}

export type ToWorker =
  | OpenMessage
  /** Once more with the same id: another track; nothing of the one before is sent any more. Frames come by `frames`, or each by `frame` where they are not `streamed`. */
  | { type: 'publish-video'; sourceId: string; content: VideoContent; streamed: boolean; maxBitrate?: number }
  /** The stream of frames of the track published last is in the port. */
  | { type: 'frames'; sourceId: string; port: MessagePort }
  /** Sound comes through the port, as {@link SoundBlock}. */
  | { type: 'publish-audio'; sourceId: string; content: AudioContent; port: MessagePort }
  | { type: 'unpublish'; sourceId: string }
  | { type: 'frame'; sourceId: string; frame: VideoFrame }
  /** Where a stream's pictures go; without `writable` they come back as `picture`. */
  | { type: 'video-sink'; stream: number; writable?: WritableStream<VideoFrame> }
  /** Where a stream's sound goes: {@link PlayBlock}s out, {@link Played} back. */
  | { type: 'audio-sink'; stream: number; port: MessagePort }
  | { type: 'view'; stream: number; width: number; height: number; pinned: boolean }
  | { type: 'statistics'; id: number }
  | { type: 'close' };

export type FromWorker =
  | { type: 'state'; state: RelayState; code: string; message: string }
  | { type: 'added'; stream: StreamInfo }
  /** Its first picture or sound has come out. */
  | { type: 'started'; stream: number }
  | { type: 'removed'; stream: number }
  | { type: 'picture'; stream: number; frame: VideoFrame }
  /** Sources whose frames come one by one are to be looked at: hidden pages get no callbacks for their videos. */
  | { type: 'look' }
  /** A source could not be encoded any more; it is not sent. */
  | { type: 'failed'; sourceId: string; message: string }
  | { type: 'statistics'; id: number; statistics: RelayStatistics };

/** `reconnecting` after the socket was lost, `closed` for good. */
export type RelayState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

/** Sound from the capture worklet: mono at 48 kHz. `at`: the context's frame of the first sample. */
export interface SoundBlock {
  at: number;
  samples: Float32Array<ArrayBuffer>;
}
/** Sound for the playback worklet, to be heard from that frame of the context on. */
export type PlayBlock = SoundBlock;
/** The playback worklet has come to this frame of the context. */
export interface Played {
  position: number;
}

/** What a source's sending comes to, counted since it began. */
export interface SentStatistics {
  sourceId: string;
  kind: 'audio' | 'video';
  codec: string;
  framesSent: number;
  /** Encoded and not sent, because the way was behind. */
  framesDropped: number;
  keyFrames: number;
  bytesSent: number;
  width: number;
  height: number;
  /** Bits per second that the encoder is set to. */
  targetBitrate: number;
  /** Of a video. `cpu`: VP9 was too much for this machine, VP8 is sent. `bandwidth`: the way carries less than the best rate. */
  qualityLimitationReason: 'none' | 'cpu' | 'bandwidth';
}

/** What a stream's receiving comes to, counted since it began. */
export interface ReceivedStatistics {
  participantId: string;
  sourceId: string;
  kind: 'audio' | 'video';
  codec: string;
  framesReceived: number;
  framesShown: number;
  /** Came too late to be of use, or could not be decoded. */
  framesDropped: number;
  bytesReceived: number;
  width: number;
  height: number;
  /** Of the jitter buffer, in milliseconds. */
  delayMs: number;
}

export interface RelayStatistics {
  /** Milliseconds, the least of the last seconds. */
  roundTripMs: number;
  /** Bits per second that the way to the server carries, or null while no limit is known. */
  uplinkLimit: number | null;
  bytesSent: number;
  bytesReceived: number;
  sent: SentStatistics[];
  received: ReceivedStatistics[];
}
