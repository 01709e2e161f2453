// SPDX-License-Identifier: Apache-2.0
// Several sounds as one track: a microphone and what a shared screen plays.

export class OneSound {
  #graph: { context: AudioContext; destination: MediaStreamAudioDestinationNode } | undefined;
  #sources = new Map<MediaStreamTrack, MediaStreamAudioSourceNode>();

  /** A track with all of them: the only one itself, a mix of several, null for none. The tracks stay the caller's. */
  of(tracks: readonly MediaStreamTrack[]): MediaStreamTrack | null {
    if (tracks.length < 2) {
      this.close();
      return tracks[0] ?? null;
    }
    if (!this.#graph) {
      const context = new AudioContext();
      // Refused before a click: the call's own sound needs one, too.
      context.resume().catch(() => undefined);
      this.#graph = { context, destination: new MediaStreamAudioDestinationNode(context, { channelCount: 1 }) };
    }
    const { context, destination } = this.#graph;
    for (const [track, source] of this.#sources) {
      if (tracks.includes(track)) continue;
      source.disconnect();
      this.#sources.delete(track);
    }
    for (const track of tracks) {
      if (this.#sources.has(track)) continue;
      const source = new MediaStreamAudioSourceNode(context, { mediaStream: new MediaStream([track]) });
      source.connect(destination);
      this.#sources.set(track, source);
    }
    return destination.stream.getAudioTracks()[0]!;
  }

  close(): void {
    const graph = this.#graph;
    if (!graph) return;
    this.#graph = undefined;
    for (const source of this.#sources.values()) source.disconnect();
    this.#sources.clear();
    for (const track of graph.destination.stream.getTracks()) track.stop();
    void graph.context.close();
  }
}
