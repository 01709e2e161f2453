// SPDX-License-Identifier: Apache-2.0
// Watches a call in the web app while media changes its way: for each of the others, the longest time without a new picture and without sound.
import type { BrowserContext, Page } from 'playwright-core';

/** The longest gaps, in milliseconds, by the name of whose picture or tone was missing. */
export interface Gaps { picture: Record<string, number>; sound: Record<string, number> }

/** Before the app's scripts run: remembers every audio element that is made, to hear what the person hears. */
export const listenIn = (context: BrowserContext): Promise<unknown> => context.addInitScript(() => {
  const played: HTMLAudioElement[] = [];
  const Native = globalThis.Audio;
  globalThis.Audio = class extends Native {
    constructor(source?: string) {
      super(source);
      played.push(this);
    }
  } as typeof Audio;
  Object.assign(globalThis, { played });
});

/**
 * Begins to watch. Pictures are the frames of the track that a tile of the app plays, a mix of everybody counting for each; sounds are found
 * by the frequency of each one's tone in everything that is played together. (Not the frames that a tile draws: with four pages on two
 * cores and no graphics card Chromium leaves a page's videos undrawn for seconds, whatever comes.)
 */
export const watchGaps = (page: Page, tones: Record<string, number>): Promise<void> => page.evaluate((tones) => {
  const { played } = globalThis as unknown as { played: HTMLAudioElement[] };
  const names = Object.keys(tones);
  const now = performance.now();
  const seen = new Map(names.map((name) => [name, now]));
  const heard = new Map(names.map((name) => [name, now]));
  const longest: Gaps = { picture: {}, sound: {} };
  const note = (last: Map<string, number>, into: Record<string, number>, name: string, isNew: boolean): void => {
    const at = performance.now();
    into[name] = Math.max(into[name] ?? 0, at - (last.get(name) ?? at));
    if (isNew) last.set(name, at);
  };

  const whose = (video: HTMLVideoElement): string[] => {
    const label = video.closest('.tile')?.getAttribute('aria-label') ?? '';
    return label.startsWith('Everybody') ? names : names.filter((name) => label.startsWith(`${name}, microphone`));
  };
  const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as { MediaStreamTrackProcessor: new (init: object) => { readable: ReadableStream<VideoFrame> } };
  const watched = new WeakMap<HTMLVideoElement, MediaStreamTrack>();
  const watch = async (video: HTMLVideoElement, track: MediaStreamTrack): Promise<void> => {
    watched.set(video, track);
    const copy = track.clone();
    const reader = new Processor({ track: copy, maxBufferSize: 1 }).readable.getReader();
    while (video.isConnected && watched.get(video) === track) {
      const { value: picture } = await reader.read();
      if (!picture) break;
      picture.close();
      if (watched.get(video) === track) for (const name of whose(video)) note(seen, longest.picture, name, true);
    }
    copy.stop();
    await reader.cancel();
  };
  const look = (): void => {
    for (const video of document.querySelectorAll<HTMLVideoElement>('.stage .tile video')) {
      const [track] = video.srcObject instanceof MediaStream && !video.paused ? video.srcObject.getVideoTracks() : [];
      if (track && watched.get(video) !== track) void watch(video, track);
    }
    for (const name of names) note(seen, longest.picture, name, false);
  };

  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
  const bins = new Uint8Array(analyser.frequencyBinCount);
  const sources = new Map<object, MediaStreamAudioSourceNode>();
  const listen = (): void => {
    const playing = new Set<object>(played.flatMap((element) => (element.srcObject instanceof MediaStream && !element.paused ? element.srcObject.getAudioTracks() : [])));
    for (const [track, source] of sources) {
      if (playing.has(track)) continue;
      source.disconnect();
      sources.delete(track);
    }
    for (const track of playing) {
      if (sources.has(track)) continue;
      const source = context.createMediaStreamSource(new MediaStream([track as MediaStreamTrack]));
      source.connect(analyser);
      sources.set(track, source);
    }
    analyser.getByteFrequencyData(bins);
    for (const name of names) {
      const bin = Math.round((tones[name]! * analyser.fftSize) / context.sampleRate);
      note(heard, longest.sound, name, Math.max(...bins.subarray(bin - 1, bin + 2)) > 90);
    }
  };
  const timer = setInterval(() => { look(); listen(); }, 40);
  Object.assign(globalThis, {
    takeGaps: () => {
      const taken = structuredClone(longest);
      longest.picture = {};
      longest.sound = {};
      return taken;
    },
    stopGaps: () => { clearInterval(timer); void context.close(); },
  });
}, tones);

/** The longest gaps since the last time. */
export const takeGaps = (page: Page): Promise<Gaps> => page.evaluate(() => (globalThis as unknown as { takeGaps: () => Gaps }).takeGaps());

/** The longest of all, in milliseconds. */
export const worst = ({ picture, sound }: Gaps): number => Math.max(...Object.values(picture), ...Object.values(sound));
