// SPDX-License-Identifier: Apache-2.0
// Audio tracks in, for each of them a track with all the others out: mixing for a server that is a browser.

import { OptionError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { requireBoolean, requireNumber, requireString, throwIfAborted } from '../options.js';
import { AudioError } from './errors.js';
import { type AudioMixerEventMap, MixerActiveSpeakerEvent, MixerErrorEvent } from './events.js';
import { MixerInput } from './input.js';
import { kMaxInputs, kMixOutput, loadMixer } from './load.js';
import type { FromProcessor, ToProcessor } from './messages.js';

export interface AudioMixerOptions {
  /** Where to mix; 8 to 192 kHz. Stays the caller's. Default: a context of the mixer's own, at the device's rate. */
  context?: AudioContext;
  /** Whether inputs are brought to even loudness (-21 dBFS while somebody speaks, by at most 12 dB, slowly). Default true. */
  gainRiding?: boolean;
  /** Address of a copy of the package's `dist` folder. Default: where this code was loaded from. */
  assetBaseUrl?: string | URL;
  /** Aborts the creation; has no effect after it. */
  signal?: AbortSignal;
}

export interface MixerInputOptions {
  /** A factor of 0 to 8, on top of gain riding. Default 1. */
  gain?: number;
}

interface Slot {
  readonly index: number;
  key: number;
  gain: number;
  input: MixerInput | null;
  output: MediaStreamAudioDestinationNode | null;
}

const requireId = (id: unknown): string => requireString(id, 'id', /^[^]{1,256}$/, 'a string of 1 to 256 characters');
const requireGain = (gain: unknown): number => requireNumber(gain, 'gain', 0, 8);

/**
 * Mixes up to 32 people: `output(id)` has everybody but `id`, `mix` has everybody. All outputs are mono and never clip (a
 * look-ahead limiter); the mixing delays by `latency`, 2.7 ms at 48 kHz, besides what the browser's own tracks do.
 */
export class AudioMixer extends TypedEventTarget<AudioMixerEventMap> {
  readonly #context: AudioContext;
  readonly #ownsContext: boolean;
  readonly #node: AudioWorkletNode;
  readonly #silence: GainNode;
  readonly #slots = new Map<string, Slot>();
  /** By its key: whose input it is. */
  readonly #idsByKey = new Map<number, string>();
  #mix: MediaStreamAudioDestinationNode | null = null;
  #lastKey = 0;
  #activeSpeaker: string | null = null;
  #state: 'running' | 'failed' | 'closed' = 'running';

  /** Seconds from an input to an output, of the mixing alone. */
  readonly latency: number;

  private constructor(context: AudioContext, ownsContext: boolean, node: AudioWorkletNode, latencySamples: number) {
    super();
    this.#context = context;
    this.#ownsContext = ownsContext;
    this.#node = node;
    this.latency = latencySamples / context.sampleRate;
    // Nodes that lead nowhere need not run, but who speaks is told without any output, too.
    this.#silence = new GainNode(context, { gain: 0 });
    node.connect(this.#silence, kMixOutput).connect(context.destination);
    node.port.onmessage = ({ data }: MessageEvent<FromProcessor>) => {
      if (data.type === 'speaker') this.#setActiveSpeaker(this.#idsByKey.get(data.key) ?? null);
    };
    node.onprocessorerror = () => {
      if (this.#state !== 'running') return;
      this.#state = 'failed';
      this.#setActiveSpeaker(null);
      this.emit(new MixerErrorEvent(new AudioError('audio-failed', 'The mixer has stopped working. Close it and create a new one.')));
    };
  }

  /**
   * Resolves once the mixer is loaded.
   * @throws OptionError; AudioError with code 'unsupported' or 'audio-failed'; AbortedError.
   */
  static async create(options: AudioMixerOptions = {}): Promise<AudioMixer> {
    const { context: given, assetBaseUrl, signal } = options;
    const gainRiding = requireBoolean(options.gainRiding ?? true, 'gainRiding');
    throwIfAborted(signal);
    if (typeof AudioWorkletNode !== 'function') {
      throw new AudioError('unsupported', 'Mixing needs AudioWorklet. Use a current browser, and a page on https:// or localhost.');
    }
    if (given !== undefined && (!(given instanceof AudioContext) || given.state === 'closed')) throw new OptionError('context', 'an AudioContext that is not closed');
    const context = given ?? new AudioContext({ latencyHint: 'interactive' });
    try {
      if (!given) context.resume().catch(() => undefined);
      const { node, latencySamples } = await loadMixer(context, { gainRiding, assetBaseUrl, signal });
      return new AudioMixer(context, !given, node, latencySamples);
    } catch (error) {
      if (!given) await context.close();
      throw error;
    }
  }

  /** The context that the mixer works in. */
  get context(): AudioContext {
    return this.#context;
  }

  /** Whether sound flows. A browser may hold it back until a click: call resume() in one. */
  get running(): boolean {
    return this.#state === 'running' && this.#context.state === 'running';
  }

  /** From inside a click, where `running` is false. Rejects with the browser's error if it still refuses. */
  async resume(): Promise<void> {
    this.#requireOpen();
    await this.#context.resume();
  }

  /** The id of who speaks, null for nobody. 'activespeaker' tells of every change. */
  get activeSpeaker(): string | null {
    return this.#activeSpeaker;
  }

  /**
   * Mixes a track in as `id`. Given again, the new track takes the place of the old. The track stays the caller's: the mixer
   * never stops it, and when it ends it is silent until removeInput().
   * @param id 1 to 256 characters.
   * @throws OptionError; AudioError with code 'mixer-full', 'audio-failed' or 'closed'.
   */
  addInput(id: string, track: MediaStreamTrack, { gain = 1 }: MixerInputOptions = {}): void {
    this.#requireOpen();
    requireId(id);
    requireGain(gain);
    if (track?.kind !== 'audio' || track.readyState !== 'live') throw new OptionError('track', 'a live audio track');
    const slot = this.#slot(id);
    let input: MixerInput;
    try {
      input = new MixerInput(this.#context, track, this.#node, slot.index);
    } catch (error) {
      this.#freeIfUnused(id, slot);
      throw error;
    }
    slot.input?.close();
    slot.input = input;
    slot.gain = gain;
    if (slot.key === 0) this.#idsByKey.set((slot.key = ++this.#lastKey), id);
    this.#post({ type: 'input', slot: slot.index, key: slot.key, gain });
  }

  /** Ends the input `id`; its output goes on. Does nothing if there is none. */
  removeInput(id: string): void {
    const slot = this.#slots.get(id);
    if (!slot?.input) return;
    this.#post({ type: 'remove', slot: slot.index });
    slot.input.close();
    slot.input = null;
    this.#idsByKey.delete(slot.key);
    slot.key = 0;
    if (this.#activeSpeaker === id) this.#setActiveSpeaker(null);
    this.#freeIfUnused(id, slot);
  }

  /** Changes the gain of the input `id`, without a click to be heard. @throws OptionError. */
  setGain(id: string, gain: number): void {
    this.#requireOpen();
    requireGain(gain);
    const slot = this.#slots.get(id);
    if (!slot?.input) throw new OptionError('id', 'the id of an input that was added');
    slot.gain = gain;
    this.#post({ type: 'input', slot: slot.index, key: slot.key, gain });
  }

  /** The gain set for the input `id`; undefined if there is none. */
  gain(id: string): number | undefined {
    const slot = this.#slots.get(id);
    return slot?.input ? slot.gain : undefined;
  }

  /**
   * What `id` is to hear: everybody but `id`, whether `id` is an input yet or not. The same track for every call until
   * removeOutput(). People who only listen share `mix`, which is cheaper and not limited in number.
   * @throws OptionError; AudioError with code 'mixer-full' or 'closed'.
   */
  output(id: string): MediaStreamTrack {
    this.#requireOpen();
    requireId(id);
    const slot = this.#slot(id);
    slot.output ??= this.#open(slot.index);
    return slot.output.stream.getAudioTracks()[0]!;
  }

  /** Ends the track of output(id); the input goes on. Does nothing if there is none. */
  removeOutput(id: string): void {
    const slot = this.#slots.get(id);
    if (!slot?.output) return;
    this.#shut(slot.output, slot.index);
    slot.output = null;
    this.#freeIfUnused(id, slot);
  }

  /** Everybody: for those who only listen, for recordings and webinars. @throws AudioError with code 'closed'. */
  get mix(): MediaStreamTrack {
    this.#requireOpen();
    this.#mix ??= this.#open(kMixOutput);
    return this.#mix.stream.getAudioTracks()[0]!;
  }

  /** Ends all outputs and releases everything; the inputs' tracks and a given context are left as they are. May be called again. */
  close(): void {
    if (this.#state === 'closed') return;
    for (const id of [...this.#slots.keys()]) {
      this.removeInput(id);
      this.removeOutput(id);
    }
    if (this.#mix) this.#shut(this.#mix, kMixOutput);
    this.#mix = null;
    this.#post({ type: 'close' });
    this.#state = 'closed';
    this.#node.onprocessorerror = this.#node.port.onmessage = null;
    this.#node.port.close();
    this.#node.disconnect();
    this.#silence.disconnect();
    if (this.#ownsContext) this.#context.close().catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #requireOpen(): void {
    if (this.#state === 'closed') throw new AudioError('closed', 'The mixer has been closed. Create a new AudioMixer.');
    if (this.#state === 'failed') throw new AudioError('audio-failed', 'The mixer has stopped working. Close it and create a new one.');
  }

  #post(message: ToProcessor): void {
    this.#node.port.postMessage(message);
  }

  #setActiveSpeaker(id: string | null): void {
    if (id === this.#activeSpeaker) return;
    this.#activeSpeaker = id;
    this.emit(new MixerActiveSpeakerEvent(id));
  }

  #slot(id: string): Slot {
    let slot = this.#slots.get(id);
    if (!slot) {
      const taken = new Set([...this.#slots.values()].map(({ index }) => index));
      const index = Array.from({ length: kMaxInputs }, (_, i) => i).find((i) => !taken.has(i));
      if (index === undefined) throw new AudioError('mixer-full', `A mixer has room for ${kMaxInputs} people. Let those who only listen share \`mix\`.`);
      slot = { index, key: 0, gain: 1, input: null, output: null };
      this.#slots.set(id, slot);
    }
    return slot;
  }

  #freeIfUnused(id: string, slot: Slot): void {
    if (!slot.input && !slot.output) this.#slots.delete(id);
  }

  #open(index: number): MediaStreamAudioDestinationNode {
    const destination = new MediaStreamAudioDestinationNode(this.#context, { channelCount: 1 });
    this.#node.connect(destination, index);
    this.#post({ type: 'output', slot: index, wanted: true });
    return destination;
  }

  #shut(destination: MediaStreamAudioDestinationNode, index: number): void {
    this.#post({ type: 'output', slot: index, wanted: false });
    this.#node.disconnect(destination, index);
    for (const track of destination.stream.getTracks()) track.stop();
  }
}
