// SPDX-License-Identifier: Apache-2.0
// Entry point tessera-rtc/codecs: VP8, VP9 and Opus with the shape of WebCodecs, in every browser.

export { VideoEncoder, type EncodedLayer, type TesseraVideoChunkMetadata, type VideoEncoderInit } from './video-encoder.js';
export { VideoDecoder, type VideoDecoderInit } from './video-decoder.js';
export { AudioEncoder, type AudioEncoderInit, type TesseraAudioChunkMetadata } from './audio-encoder.js';
export { AudioDecoder, type AudioDecoderInit } from './audio-decoder.js';
export { AudioData, EncodedAudioChunk, EncodedVideoChunk, VideoFrame } from './shapes.js';
export type {
  CodecChoice,
  Preference,
  TesseraAudioDecoderConfig,
  TesseraAudioEncoderConfig,
  TesseraOpusEncoderConfig,
  TesseraVideoDecoderConfig,
  TesseraVideoEncoderConfig,
} from './config.js';
