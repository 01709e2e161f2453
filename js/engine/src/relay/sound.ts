// SPDX-License-Identifier: Apache-2.0
// Sound between tracks and the relay's worker: one AudioContext, a capture node for each microphone, a playback node for each that is heard.

import { RelayError } from './errors.js';

const kSampleRate = 48_000;
/** Gestures after which browsers let sound run. */
const kGestures = ['pointerdown', 'keydown'] as const;

// '?no-inline': Vite would turn small files into data: addresses, which a strict Content-Security-Policy forbids.
const workletUrl = (base: string | URL | undefined): string =>
  base === undefined
    ? new URL('./relay-worklet.js?no-inline', import.meta.url).href
    : new URL('relay-worklet.js', new URL(String(base).replace(/\/?$/, '/'), globalThis.location?.href)).href;

export interface HeardSound {
  readonly track: MediaStreamTrack;
  /** 0..1, of the last 20 ms. */
  level(): number;
  close(): void;
}

export class Sound {
  readonly #context: AudioContext;
  readonly #ending = new AbortController();

  private constructor(context: AudioContext) {
    this.#context = context;
    const resume = (): void => void context.resume().catch(() => undefined);
    resume();
    // Where the browser waits for a gesture, the next one will do.
    for (const type of kGestures) globalThis.document?.addEventListener(type, resume, { signal: this.#ending.signal, capture: true });
  }

  /** @throws RelayError 'relay-failed' */
  static async open(assetBaseUrl: string | URL | undefined): Promise<Sound> {
    const context = new AudioContext({ sampleRate: kSampleRate, latencyHint: 'interactive' });
    const address = workletUrl(assetBaseUrl);
    try {
      await context.audioWorklet.addModule(address);
    } catch (cause) {
      void context.close().catch(() => undefined);
      throw new RelayError('relay-failed', `${address} could not be loaded: set assetBaseUrl to where the package’s dist folder is served.`, { cause });
    }
    return new Sound(context);
  }

  /** The track's sound goes to the other end of `port`. @returns what ends it; the track stays as it is */
  capture(track: MediaStreamTrack, port: MessagePort): () => void {
    const stream = new MediaStream([track]);
    const source = this.#context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(this.#context, 'tessera-relay-capture', { numberOfInputs: 1, numberOfOutputs: 1, channelCount: 1, channelCountMode: 'explicit' });
    node.port.postMessage({ port }, [port]);
    // It gives silence; only what leads to the destination runs.
    source.connect(node).connect(this.#context.destination);
    return () => {
      source.disconnect();
      node.disconnect();
      node.port.close();
    };
  }

  /** A track with what comes through `port`. */
  play(port: MessagePort): HeardSound {
    const context = this.#context;
    const node = new AudioWorkletNode(context, 'tessera-relay-playback', { numberOfInputs: 0, numberOfOutputs: 1, outputChannelCount: [1] });
    node.port.postMessage({ port }, [port]);
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    node.connect(destination);
    node.connect(analyser);
    const [track] = destination.stream.getAudioTracks() as [MediaStreamTrack];
    const samples = new Float32Array(analyser.fftSize);
    return {
      track,
      level: () => {
        analyser.getFloatTimeDomainData(samples);
        return Math.min(1, Math.sqrt(samples.reduce((sum, it) => sum + it * it, 0) / samples.length));
      },
      close: () => {
        track.stop();
        node.disconnect();
        node.port.close();
      },
    };
  }

  close(): void {
    this.#ending.abort();
    if (this.#context.state !== 'closed') void this.#context.close().catch(() => undefined);
  }
}
