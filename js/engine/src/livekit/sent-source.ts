// SPDX-License-Identifier: Apache-2.0
// One source that is published to LiveKit: brought to what it should be, one step after another, whatever happens meanwhile.

import { Track, VideoPreset, type LocalTrack, type Room, type TrackPublishOptions } from 'livekit-client';
import type { SourceContent } from '../participants/source.js';
import { cameraLayerCount, offeredLayers } from '../sfu/layers.js';

const kSources: Record<SourceContent, Track.Source> = {
  camera: Track.Source.Camera,
  microphone: Track.Source.Microphone,
  screen: Track.Source.ScreenShare,
  'screen-audio': Track.Source.ScreenShareAudio,
};

/** A publication's name tells what it is and which source of the participant's. */
export const nameOf = (content: SourceContent, sourceId: string): string => `${content}:${sourceId}`;

/** What nameOf() made; of a track that another program published: as much as LiveKit says. */
export function sourceOf(name: string, source: string, sid: string): { id: string; content: SourceContent } | null {
  const [, content, id] = /^(camera|microphone|screen|screen-audio):(.+)$/.exec(name) ?? [];
  if (content && id) return { id, content: content as SourceContent };
  const known = (Object.keys(kSources) as SourceContent[]).find((it) => kSources[it] === source);
  return known ? { id: sid, content: known } : null;
}

/** After a failure, in milliseconds. */
const kRetryAfter = 2000;

const layerCount = (content: SourceContent, track: MediaStreamTrack): number => {
  const { width = 0, height = 0 } = track.getSettings();
  return content === 'camera' ? cameraLayerCount(width, height) : 1;
};

/** The layers that participants tell each other of, as LiveKit's client takes them: the smaller ones first, the largest apart. */
function optionsFor(content: SourceContent, sourceId: string, track: MediaStreamTrack): TrackPublishOptions {
  const options: TrackPublishOptions = { name: nameOf(content, sourceId), source: kSources[content] };
  if (track.kind === 'audio') return { ...options, dtx: content === 'microphone', red: content === 'microphone' };
  const { width = 640, height = 360, frameRate = 15 } = track.getSettings();
  const offered = offeredLayers(content, width, height, frameRate);
  const most = Math.max(...offered.map(({ temporal }) => temporal));
  const presets = offered.filter(({ temporal }) => temporal === most).map((it) => new VideoPreset(it.width, it.height, it.bitrate, Math.ceil(frameRate)));
  const { encoding } = presets.pop()!;
  return {
    ...options,
    videoCodec: 'vp8',
    // Layers say what is smaller, so a layer itself must keep its size.
    degradationPreference: 'maintain-resolution',
    ...(content === 'screen' ? { simulcast: false, screenShareEncoding: encoding } : { simulcast: presets.length > 0, videoEncoding: encoding, videoSimulcastLayers: presets }),
  };
}

export class SentSource {
  track: MediaStreamTrack | null;
  #removed = false;
  #room: Room | null = null;
  #local: LocalTrack | null = null;
  #sent: MediaStreamTrack | null = null;
  #layers = 0;
  #working = false;
  /** Something has changed since the last step began. */
  #again = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly id: string,
    readonly content: SourceContent,
    track: MediaStreamTrack | null,
    private readonly failed: (error: Error) => void,
  ) {
    this.track = track;
  }

  /** What LiveKit sends of it; null while it does not. */
  get local(): LocalTrack | null {
    return this.#local;
  }

  /** Where it is published, or is to be. */
  get room(): Room | null {
    return this.#room;
  }

  /** There is another room, where nothing is published yet, or none. */
  enter(room: Room | null): void {
    this.#room = room;
    this.#local = null;
    this.#sent = null;
    this.settle();
  }

  set(track: MediaStreamTrack | null): void {
    this.track = track;
    this.settle();
  }

  remove(): void {
    this.#removed = true;
    this.settle();
  }

  settle(): void {
    clearTimeout(this.#retry);
    this.#again = true;
    if (this.#working) return;
    this.#again = false;
    this.#working = true;
    const room = this.#room;
    this.#steps()
      .catch((error: unknown) => {
        // A room that has been left takes nothing any more; one that is being reconnected may.
        if (!room || this.#room !== room) return;
        this.failed(error as Error);
        this.#retry = setTimeout(() => this.settle(), kRetryAfter);
      })
      .finally(() => {
        this.#working = false;
        if (this.#again) this.settle();
      });
  }

  async #steps(): Promise<void> {
    while (await this.#step());
  }

  /** @returns whether there may be more to do. */
  async #step(): Promise<boolean> {
    const [room, local, track] = [this.#room, this.#local, this.#removed ? null : this.track];
    if (!room) return false;
    const ours = (): boolean => this.#room === room;
    if (local && (this.#removed || (track && layerCount(this.content, track) !== this.#layers))) {
      this.#local = null;
      this.#sent = null;
      await room.localParticipant.unpublishTrack(local, false);
      return true;
    }
    if (track === this.#sent) return false;
    if (!local) {
      if (!track) return false;
      const publication = await room.localParticipant.publishTrack(track, optionsFor(this.content, this.id, track));
      if (!ours()) return true;
      this.#local = publication.track ?? null;
      this.#layers = layerCount(this.content, track);
    } else if (track) {
      await local.replaceTrack(track, true);
      await local.resumeUpstream();
      // LiveKit mutes what has ended by itself, as when a camera is unplugged.
      if (local.isMuted) await local.unmute();
    } else {
      await local.pauseUpstream();
    }
    if (ours()) this.#sent = track;
    return true;
  }
}
