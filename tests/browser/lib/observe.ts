// SPDX-License-Identifier: Apache-2.0
// What is put into a page before its own scripts: it records the page's connections, so that tests can count media without help of the product.

export interface Observed {
  readonly peerConnections: RTCPeerConnection[];
  /** Ids of tracks that arrived over a connection. */
  readonly remoteTrackIds: Set<string>;
  /** Every ice-ufrag of a local description, in order of first sight. */
  readonly ufrags: string[];
  /** How often any connection changed its signalling state: negotiations leave a trace here. */
  descriptions: number;
  /** performance.now() of the last click, and of the first frame of a remote video after it (null: none yet). */
  clickAt: number | null;
  firstRemoteFrameAt: number | null;
}

declare global {
  // eslint-disable-next-line no-var
  var observed: Observed;
}

/** Runs in the page, before its scripts; closes over nothing. */
export function observe(): void {
  if (typeof RTCPeerConnection === 'undefined' || globalThis.observed) return;
  const observed: Observed = { peerConnections: [], remoteTrackIds: new Set(), ufrags: [], descriptions: 0, clickAt: null, firstRemoteFrameAt: null };
  globalThis.observed = observed;
  const Native = RTCPeerConnection;
  const watched = new WeakSet<HTMLVideoElement>();
  const watch = () => {
    for (const video of document.querySelectorAll('video')) {
      const stream = video.srcObject;
      if (watched.has(video) || !(stream instanceof MediaStream)) continue;
      if (!stream.getVideoTracks().some(track => observed.remoteTrackIds.has(track.id))) continue;
      watched.add(video);
      video.requestVideoFrameCallback(() => { observed.firstRemoteFrameAt ??= performance.now(); });
    }
    if (observed.firstRemoteFrameAt === null && observed.clickAt !== null) setTimeout(watch, 5);
  };
  addEventListener('click', event => {
    if (!event.isTrusted) return;
    observed.clickAt = performance.now();
    observed.firstRemoteFrameAt = null;
    watch();
  }, { capture: true });
  globalThis.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      observed.peerConnections.push(this);
      this.addEventListener('track', event => { observed.remoteTrackIds.add(event.track.id); });
      this.addEventListener('signalingstatechange', () => {
        observed.descriptions++;
        const ufrag = /^a=ice-ufrag:(.+)$/m.exec(this.localDescription?.sdp ?? '')?.[1]?.trim();
        if (ufrag && !observed.ufrags.includes(ufrag)) observed.ufrags.push(ufrag);
      });
    }
  };
}
