// SPDX-License-Identifier: Apache-2.0
// The bench's worker: does with the WebAssembly modules what codec_bench does natively, one request at a time.

import { type WorkerModule, loadWorkerModule } from '../../../js/engine/src/worker-module.js';
import createVp8 from '../../../js/engine/src/generated/vp8_encoder.mjs';
import createVp9, { type MainModule as EncoderModule, type VpxEncoder } from '../../../js/engine/src/generated/vp9_encoder.mjs';
import createDecoder, { type MainModule as DecoderModule, type VpxDecoder } from '../../../js/engine/src/generated/vpx_decoder.mjs';
import createOpus, { type MainModule as OpusModule, type OpusDecoder, type OpusEncoder } from '../../../js/engine/src/generated/opus.mjs';

const kWidth = 1280;
const kHeight = 720;
const kSize = (kWidth * kHeight * 3) / 2;
const kSamples = 960;
type Factory<M> = (options: object) => Promise<M>;

class VideoBench {
  readonly frames: Uint8Array[] = [];
  #encoded = 0;
  #decoded = 0;

  private constructor(
    private readonly film: Uint8Array,
    private readonly encoderModule: WorkerModule<EncoderModule>,
    private readonly encoder: VpxEncoder,
    private readonly decoderModule: WorkerModule<DecoderModule>,
    private readonly decoder: VpxDecoder,
  ) {}

  static async create(codec: 'vp8' | 'vp9', film: Uint8Array, factory: Factory<EncoderModule>, wasm: string): Promise<VideoBench> {
    const encoderModule = await loadWorkerModule(factory, wasm);
    const decoderModule = await loadWorkerModule(createDecoder as Factory<DecoderModule>, '/vpx_decoder.wasm');
    const encoder = new encoderModule.module.VpxEncoder();
    const { code, message } = encoder.configure({ codec, width: kWidth, height: kHeight, bitrate: 1_500_000, framerate: 30, scalabilityMode: 'L1T1', content: 'camera', speed: -1, mayDrop: false });
    if (code) throw new Error(String(message));
    const decoder = new decoderModule.module.VpxDecoder();
    decoder.configure(codec, false, 7);
    return new VideoBench(film, encoderModule, encoder, decoderModule, decoder);
  }

  encode(): number {
    const count = this.film.length / kSize;
    const turn = this.#encoded % (2 * count - 2);
    const index = turn < count ? turn : 2 * count - 2 - turn;
    const { address, size } = this.encoder.input('I420');
    this.encoderModule.bytes(address, size).set(this.film.subarray(index * kSize, (index + 1) * kSize));
    const began = performance.now();
    const { code, message } = this.encoder.encode(Math.floor(33_333 * this.#encoded++), false);
    const took = performance.now() - began;
    if (code) throw new Error(String(message));
    const bytes = this.encoder.picture();
    this.frames.push(this.encoderModule.bytes(bytes.address, bytes.size).slice());
    return took;
  }

  decode(): number {
    while (this.#decoded >= this.frames.length) this.encode();
    const frame = this.frames[this.#decoded++]!;
    this.decoderModule.bytes(this.decoder.input(frame.length), frame.length).set(frame);
    const began = performance.now();
    const { code, message } = this.decoder.decode();
    const took = performance.now() - began;
    if (code) throw new Error(String(message));
    return took;
  }
}

class OpusBench {
  readonly packets: Uint8Array[] = [];
  #encoded = 0;
  #decoded = 0;

  private constructor(
    private readonly speech: Float32Array,
    private readonly opus: WorkerModule<OpusModule>,
    private readonly encoder: OpusEncoder,
    private readonly decoder: OpusDecoder,
  ) {}

  static async create(speech: Float32Array): Promise<OpusBench> {
    const opus = await loadWorkerModule(createOpus as Factory<OpusModule>, '/opus.wasm');
    const encoder = new opus.module.OpusEncoder();
    const { code, message } = encoder.configure({ channels: 1, bitrate: 32_000, frameMicros: 20_000, application: 'voip', complexity: 9, inBandFec: false, dtx: false, constantRate: false, expectedLossPercent: 0, dredMs: 0 });
    if (code) throw new Error(String(message));
    const decoder = new opus.module.OpusDecoder();
    decoder.configure(1);
    return new OpusBench(speech, opus, encoder, decoder);
  }

  encode(): number {
    const at = (this.#encoded++ * kSamples) % (Math.floor(this.speech.length / kSamples) * kSamples);
    this.opus.floats(this.encoder.input(), kSamples).set(this.speech.subarray(at, at + kSamples));
    const began = performance.now();
    const { address, size } = this.encoder.encode();
    const took = performance.now() - began;
    this.packets.push(this.opus.bytes(address, size).slice());
    return took;
  }

  decode(): number {
    while (this.#decoded >= this.packets.length) this.encode();
    const packet = this.packets[this.#decoded++]!;
    this.opus.bytes(this.decoder.input(packet.length), packet.length).set(packet);
    const began = performance.now();
    const { code } = this.decoder.decode();
    const took = performance.now() - began;
    if (code) throw new Error(String(code));
    return took;
  }
}

/** opusscript of npm: libopus behind an interface for Node.js, which runs in a worker too once there is a Buffer to make. */
class OpusscriptPeer {
  #encoded = 0;

  private constructor(
    private readonly speech: Uint8Array,
    private readonly encoder: { encode(samples: Uint8Array, frames: number): Uint8Array },
  ) {}

  static async create(speech: Float32Array): Promise<OpusscriptPeer> {
    Object.assign(globalThis, { Buffer: { from: (bytes: Uint8Array) => bytes.slice() } });
    const { default: OpusScript } = await import(/* @vite-ignore */ String('/opusscript.js'));
    const encoder = new OpusScript(48_000, 1, OpusScript.Application.VOIP);
    encoder.setBitrate(32_000);
    encoder.encoderCTL(4010, 9); // complexity
    encoder.encoderCTL(4024, 3001); // signal: voice, as ours
    const samples = Int16Array.from(speech, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767));
    return new OpusscriptPeer(new Uint8Array(samples.buffer), encoder);
  }

  encode(): number {
    const at = (this.#encoded++ * kSamples * 2) % (Math.floor(this.speech.length / kSamples / 2) * kSamples * 2);
    const frame = this.speech.subarray(at, at + 2 * kSamples);
    const began = performance.now();
    this.encoder.encode(frame, kSamples);
    return performance.now() - began;
  }
}

/** ffmpeg.wasm of npm: libvpx through its command line; the cost of a frame is a long run's less a short run's. */
class FfmpegPeer {
  private constructor(
    private readonly core: { FS: { writeFile(path: string, data: Uint8Array): void }; exec(...args: string[]): number; reset(): void },
    private readonly film: Uint8Array,
  ) {}

  static async create(film: Uint8Array): Promise<FfmpegPeer> {
    const { default: createCore } = await import(/* @vite-ignore */ String('/ffmpeg-core.js'));
    const core = await createCore({ mainScriptUrlOrBlob: `/ffmpeg-core.js#${btoa(JSON.stringify({ wasmURL: '/ffmpeg-core.wasm', workerURL: '' }))}` });
    core.setLogger?.(() => undefined);
    core.FS.writeFile('film.yuv', film);
    return new FfmpegPeer(core, film);
  }

  encode(codec: 'vp8' | 'vp9', frames: number): number {
    const run = (count: number) => {
      const began = performance.now();
      const code = this.core.exec('-nostdin', '-y', '-stream_loop', '-1', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${kWidth}x${kHeight}`, '-r', '30', '-i', 'film.yuv', '-frames:v', String(count),
        '-c:v', codec === 'vp8' ? 'libvpx' : 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', codec === 'vp8' ? '-6' : '7', '-b:v', '1500k', '-minrate', '1500k', '-maxrate', '1500k', '-bufsize', '1500k',
        '-qmin', '2', '-qmax', '56', '-lag-in-frames', '0', '-static-thresh', '1', '-g', '9999', '-threads', '1', '-f', 'null', '-');
      this.core.reset();
      if (code) throw new Error(`ffmpeg ended with ${code}`);
      return performance.now() - began;
    };
    const few = Math.max(2, Math.floor(frames / 4));
    const short = run(few);
    return (run(frames) - short) / (frames - few);
  }
}

type Bench = VideoBench | OpusBench | OpusscriptPeer | FfmpegPeer;
const benches = new Map<string, Bench>();
const fetchBytes = async (url: string) => new Uint8Array(await (await fetch(url)).arrayBuffer());
let film: Uint8Array | null = null;

async function benchOf(name: string): Promise<Bench> {
  let bench = benches.get(name);
  if (bench) return bench;
  film ??= await fetchBytes('/film.yuv');
  const speech = async () => new Float32Array((await fetchBytes('/speech.f32')).buffer);
  if (name === 'opus') bench = await OpusBench.create(await speech());
  else if (name === 'opusscript') bench = await OpusscriptPeer.create(await speech());
  else if (name === 'ffmpeg') bench = await FfmpegPeer.create(film);
  else if (name === 'plain') {
    const { default: createPlain } = await import(/* @vite-ignore */ String('/vp9_encoder_plain.mjs'));
    bench = await VideoBench.create('vp9', film, createPlain, '/vp9_encoder_plain.wasm');
  } else bench = await VideoBench.create(name as 'vp8' | 'vp9', film, (name === 'vp8' ? createVp8 : createVp9) as Factory<EncoderModule>, `/${name}_encoder.wasm`);
  benches.set(name, bench);
  return bench;
}

self.onmessage = async ({ data: { name, what, frames, codec } }) => {
  try {
    const bench = await benchOf(name);
    const times: number[] = [];
    if (bench instanceof FfmpegPeer) times.push(bench.encode(codec, frames));
    else for (let i = 0; i < frames; i++) times.push(what === 'decode' && !(bench instanceof OpusscriptPeer) ? bench.decode() : bench.encode());
    self.postMessage({ times });
  } catch (error) {
    self.postMessage({ error: String((error as Error)?.stack ?? error) });
  }
};
