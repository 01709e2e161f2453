// SPDX-License-Identifier: Apache-2.0
// What WebCodecs calls a valid configuration: each is read once, copied, and refused with a TypeError where it makes no sense.

import type { TesseraAudioDecoderConfig, TesseraAudioEncoderConfig, TesseraVideoDecoderConfig, TesseraVideoEncoderConfig } from './config.js';
import { type Members, asItIs, copyDictionary, dictionary, double, flag, integer, oneOf, text, unsignedLong, unsignedLongLong } from './dictionary.js';

const codec = { kind: text, required: true };
const prefer = oneOf('wasm', 'native');
const hardwareAcceleration = { kind: oneOf('no-preference', 'prefer-hardware', 'prefer-software'), otherwise: 'no-preference' };
const nullable = (kind: (value: unknown, name: string) => unknown) => (value: unknown, name: string) => (value === null ? null : kind(value, name));
const colorSpace = dictionary({ primaries: nullable(text), transfer: nullable(text), matrix: nullable(text), fullRange: nullable(flag) });

const videoEncoder: Members = {
  codec,
  width: { kind: unsignedLong, required: true },
  height: { kind: unsignedLong, required: true },
  displayWidth: unsignedLong,
  displayHeight: unsignedLong,
  bitrate: unsignedLongLong,
  framerate: double,
  hardwareAcceleration,
  alpha: { kind: oneOf('keep', 'discard'), otherwise: 'discard' },
  scalabilityMode: text,
  bitrateMode: { kind: oneOf('constant', 'variable', 'quantizer'), otherwise: 'variable' },
  latencyMode: { kind: oneOf('quality', 'realtime'), otherwise: 'quality' },
  contentHint: text,
  // Of codecs that only the browser may have.
  ...Object.fromEntries(['avc', 'hevc', 'av1', 'vp9'].map((name) => [name, asItIs])),
  prefer,
  maxQueue: integer(1, 60),
};

const videoDecoder: Members = {
  codec,
  description: asItIs,
  codedWidth: unsignedLong,
  codedHeight: unsignedLong,
  displayAspectWidth: unsignedLong,
  displayAspectHeight: unsignedLong,
  colorSpace,
  hardwareAcceleration,
  optimizeForLatency: flag,
  rotation: { kind: double, otherwise: 0 },
  flip: { kind: flag, otherwise: false },
  prefer,
  keyFramesOnly: flag,
  maxSpatialLayer: integer(0, 7),
  damage: oneOf('close', 'skip'),
};

const sound: Members = { codec, sampleRate: { kind: unsignedLong, required: true }, numberOfChannels: { kind: unsignedLong, required: true }, prefer };
const audioEncoder: Members = {
  ...sound,
  bitrate: unsignedLongLong,
  bitrateMode: { kind: oneOf('constant', 'variable'), otherwise: 'variable' },
  opus: dictionary({
    format: { kind: oneOf('opus', 'ogg'), otherwise: 'opus' },
    signal: { kind: oneOf('auto', 'music', 'voice'), otherwise: 'auto' },
    application: { kind: oneOf('voip', 'audio', 'lowdelay'), otherwise: 'audio' },
    frameDuration: { kind: unsignedLongLong, otherwise: 20_000 },
    complexity: unsignedLong,
    packetlossperc: { kind: unsignedLong, otherwise: 0 },
    useinbandfec: { kind: flag, otherwise: false },
    usedtx: { kind: flag, otherwise: false },
    dredDuration: integer(0, 1000),
  }),
  aac: asItIs,
  flac: asItIs,
};
const audioDecoder: Members = { ...sound, description: asItIs, deepConcealment: flag };

function check(holds: boolean, rule: string): void {
  if (!holds) throw new TypeError(rule);
}

function read<Config extends { codec: string }>(config: Config, members: Members): Config {
  const copy = copyDictionary(config, members) as unknown as Config;
  check(copy.codec.trim() !== '', 'codec is a codec string');
  return copy;
}

const together = (a: unknown, b: unknown) => (a === undefined) === (b === undefined);

/** @internal A copy of the configuration. @throws TypeError */
export function readVideoEncoderConfig(config: TesseraVideoEncoderConfig): TesseraVideoEncoderConfig {
  const copy = read(config, videoEncoder);
  check(copy.width > 0 && copy.height > 0, 'width and height are above 0');
  check(copy.displayWidth !== 0 && copy.displayHeight !== 0, 'displayWidth and displayHeight are above 0');
  check(copy.bitrate !== 0, 'bitrate is above 0');
  check(copy.framerate === undefined || copy.framerate > 0, 'framerate is above 0');
  return copy;
}

/** @internal A copy of the configuration. @throws TypeError */
export function readVideoDecoderConfig(config: TesseraVideoDecoderConfig): TesseraVideoDecoderConfig {
  const copy = read(config, videoDecoder);
  check(together(copy.codedWidth, copy.codedHeight), 'codedWidth and codedHeight go together');
  check(copy.codedWidth !== 0 && copy.codedHeight !== 0, 'codedWidth and codedHeight are above 0');
  check(together(copy.displayAspectWidth, copy.displayAspectHeight), 'displayAspectWidth and displayAspectHeight go together');
  check(copy.displayAspectWidth !== 0 && copy.displayAspectHeight !== 0, 'the display aspect is above 0');
  return copy;
}

function checkSound({ sampleRate, numberOfChannels }: { sampleRate: number; numberOfChannels: number }): void {
  check(sampleRate > 0, 'sampleRate is above 0');
  check(numberOfChannels > 0, 'numberOfChannels is above 0');
}

/** @internal A copy of the configuration. @throws TypeError */
export function readAudioEncoderConfig(config: TesseraAudioEncoderConfig): TesseraAudioEncoderConfig {
  const copy = read(config, audioEncoder);
  checkSound(copy);
  const { frameDuration = 20_000, complexity = 9, packetlossperc = 0 } = copy.opus ?? {};
  check([2500, 5000, 10_000, 20_000, 40_000, 60_000].includes(frameDuration), 'opus.frameDuration is 2500, 5000, 10000, 20000, 40000 or 60000 microseconds');
  check(complexity <= 10, 'opus.complexity is 0 to 10');
  check(packetlossperc <= 100, 'opus.packetlossperc is 0 to 100');
  return copy;
}

/** @internal A copy of the configuration. @throws TypeError */
export function readAudioDecoderConfig(config: TesseraAudioDecoderConfig): TesseraAudioDecoderConfig {
  const copy = read(config, audioDecoder);
  checkSound(copy);
  return copy;
}
