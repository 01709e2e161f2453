// SPDX-License-Identifier: Apache-2.0
// The codecs' configurations: codec strings, layer names, what we add to WebCodecs, what we support and what it comes to.

/** Which implementation is used: this package's WebAssembly, or the browser's own where it takes the configuration. */
export type Preference = 'wasm' | 'native';

export interface CodecChoice {
  /** Default `'wasm'`. With `'native'` the browser's codec is used if it supports the configuration, and ours otherwise. */
  prefer?: Preference;
}

export interface TesseraVideoEncoderConfig extends VideoEncoderConfig, CodecChoice {
  /**
   * In `latencyMode: 'realtime'` at most this many frames wait; the oldest is dropped for the next, and counted in
   * `droppedFrames`. 1 to 60, default 4.
   */
  maxQueue?: number;
}

export interface TesseraVideoDecoderConfig extends VideoDecoderConfig, CodecChoice {
  /** Decodes keyframes and passes over all others, for thumbnails. Default false. */
  keyFramesOnly?: boolean;
  /** VP9: of each picture, spatial layers above this are not decoded. 0 to 7, default 7. */
  maxSpatialLayer?: number;
  /** What a damaged chunk does: `'close'` (as WebCodecs has it), or `'skip'`: `error` is called and decoding goes on at the next keyframe. */
  damage?: 'close' | 'skip';
}

/** What the encoder module is given. */
export interface VideoSettings {
  codec: 'vp8' | 'vp9';
  width: number;
  height: number;
  bitrate: number;
  framerate: number;
  scalabilityMode: string;
  content: 'camera' | 'screen';
  speed: number;
  mayDrop: boolean;
}

/** What the audio encoder module is given. */
export interface AudioSettings {
  channels: number;
  bitrate: number;
  frameMicros: number;
  application: 'voip' | 'audio' | 'lowdelay';
  complexity: number;
  inBandFec: boolean;
  dtx: boolean;
  constantRate: boolean;
  expectedLossPercent: number;
  dredMs: number;
}

export interface TesseraOpusEncoderConfig extends OpusEncoderConfig {
  /** 0 to 1000: so many milliseconds of the past go along in every packet (DRED). Default 0. Loads a larger module. */
  dredDuration?: number;
}

export interface TesseraAudioEncoderConfig extends AudioEncoderConfig, CodecChoice {
  opus?: TesseraOpusEncoderConfig;
}

export interface TesseraAudioDecoderConfig extends AudioDecoderConfig, CodecChoice {
  /** Loads the larger module, whose concealment is a network and which reads DRED. Default false. */
  deepConcealment?: boolean;
}

/**
 * @internal The codec of a codec string, or null when it is none of ours. `vp8`, and `vp09.` with profile 0 and 8 bits, in the
 * short form (`vp09.00.31.08`) or the long one.
 */
export function videoCodec(codec: string): 'vp8' | 'vp9' | null {
  if (codec === 'vp8') return 'vp8';
  const fields = /^vp09\.(\d\d)\.(\d\d)\.(\d\d)(?:\.(\d\d)(?:\.(\d\d)(?:\.(\d\d)(?:\.(\d\d)(?:\.(\d\d))?)?)?)?)?$/.exec(codec);
  if (!fields) return null;
  const levels = ['10', '11', '20', '21', '30', '31', '40', '41', '50', '51', '52', '60', '61', '62'];
  const chroma = fields[4] ?? '01';
  return fields[1] === '00' && levels.includes(fields[2]!) && fields[3] === '08' && (chroma === '00' || chroma === '01') ? 'vp9' : null;
}

const scalability = /^(?:L1T[123]|L[23]T[123](?:_KEY)?|S[23]T[123])$/;

/** @internal Our settings for a valid configuration, or null when it is not supported. */
export function videoSettings(config: TesseraVideoEncoderConfig): VideoSettings | null {
  const codec = videoCodec(config.codec);
  const mode = config.scalabilityMode ?? 'L1T1';
  const layers = mode.startsWith('L') || mode.startsWith('S') ? Number(mode[1]) : 1;
  const smallest = 16 << (layers - 1);
  const fits = (size: number) => size >= smallest && size <= 4096;
  if (!codec || !scalability.test(mode) || (codec === 'vp8' && /^L[23]/.test(mode))) return null;
  if (!fits(config.width) || !fits(config.height) || config.alpha === 'keep' || config.hardwareAcceleration === 'prefer-hardware') return null;
  if (config.bitrateMode === ('quantizer' as VideoEncoderBitrateMode)) return null;
  const framerate = Math.min(120, Math.max(1, config.framerate ?? 30));
  return {
    codec,
    width: config.width,
    height: config.height,
    // A picture of 1280x720 at 30 frames a second gets 1.4 Mbit/s unless told otherwise.
    bitrate: Math.min(100e6, Math.max(1000, config.bitrate ?? config.width * config.height * framerate * 0.05)),
    framerate,
    scalabilityMode: mode,
    content: ['detail', 'text'].includes(config.contentHint ?? '') ? 'screen' : 'camera',
    speed: -1,
    mayDrop: false,
  };
}

/** @internal */
export const supportsVideoDecoder = (config: TesseraVideoDecoderConfig): boolean =>
  videoCodec(config.codec) !== null && (config.codedWidth ?? 1) <= 4096 && (config.codedHeight ?? 1) <= 4096 && config.hardwareAcceleration !== 'prefer-hardware';

/** @internal */
export const supportsAudio = (config: { codec: string; sampleRate: number; numberOfChannels: number }): boolean =>
  config.codec === 'opus' && config.sampleRate === 48_000 && config.numberOfChannels <= 2;

/** @internal */
export function audioSettings(config: TesseraAudioEncoderConfig): AudioSettings | null {
  const opus = config.opus ?? {};
  const bitrate = config.bitrate || 32_000 * config.numberOfChannels;
  if (!supportsAudio(config) || bitrate < 6000 || bitrate > 510_000 || opus.format === 'ogg') return null;
  return {
    channels: config.numberOfChannels,
    bitrate,
    frameMicros: opus.frameDuration ?? 20_000,
    application: (opus as { application?: AudioSettings['application'] }).application ?? 'audio',
    complexity: opus.complexity ?? 9,
    inBandFec: opus.useinbandfec ?? false,
    dtx: opus.usedtx ?? false,
    constantRate: config.bitrateMode === 'constant',
    expectedLossPercent: opus.packetlossperc ?? 0,
    dredMs: Math.min(1000, Math.max(0, opus.dredDuration ?? 0)),
  };
}
