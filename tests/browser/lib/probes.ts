// SPDX-License-Identifier: Apache-2.0
// Measures a call from inside a page: inbound frames, bytes and audio energy over a window, and the pixels of a video.

/** What both Playwright's and Puppeteer's pages can do. */
export interface Evaluates {
  evaluate<R, A>(script: (argument: A) => R, argument: A): Promise<Awaited<R>>;
}

export interface Inbound {
  /** Index of the connection in the order the page made them. */
  readonly connection: number;
  readonly kind: 'audio' | 'video';
  readonly mid: string;
  readonly bytes: number;
  readonly frames: number;
  /** Sum of squared level times seconds, W3C `totalAudioEnergy`. */
  readonly audioEnergy: number;
  readonly width: number;
}

/** Totals of every live inbound stream of the page. */
export async function inbound(page: Evaluates): Promise<Inbound[]> {
  return page.evaluate(async () => {
    const rows: Inbound[] = [];
    for (const [connection, pc] of globalThis.observed.peerConnections.entries()) {
      if (pc.connectionState === 'closed') continue;
      for (const report of (await pc.getStats()).values() as Iterable<RTCInboundRtpStreamStats & { type: string }>) {
        if (report.type !== 'inbound-rtp') continue;
        rows.push({
          connection, kind: report.kind as 'audio' | 'video', mid: report.mid ?? '', bytes: report.bytesReceived ?? 0,
          frames: report.framesDecoded ?? 0, audioEnergy: report.totalAudioEnergy ?? 0, width: report.frameWidth ?? 0,
        });
      }
    }
    return rows;
  }, null);
}

/** What arrived over `ms`: one row per inbound stream that lived through the window. */
export async function received(page: Evaluates, ms: number): Promise<Inbound[]> {
  const before = await inbound(page);
  await new Promise(resolve => { setTimeout(resolve, ms); });
  const after = await inbound(page);
  return after.map(row => {
    const old = before.find(other => other.connection === row.connection && other.mid === row.mid && other.kind === row.kind);
    return { ...row, bytes: row.bytes - (old?.bytes ?? 0), frames: row.frames - (old?.frames ?? 0), audioEnergy: row.audioEnergy - (old?.audioEnergy ?? 0) };
  });
}

/** Sums over the streams of one kind. */
export function total(rows: readonly Inbound[], kind: 'audio' | 'video', key: 'bytes' | 'frames' | 'audioEnergy'): number {
  return rows.reduce((sum, row) => sum + (row.kind === kind ? row[key] : 0), 0);
}

/** Waits until a video frame arrives that was not there before; gives the wait in milliseconds. */
export async function nextFrames(page: Evaluates, timeoutMs: number, frames = 5): Promise<number> {
  const start = performance.now();
  const first = total(await inbound(page), 'video', 'frames');
  for (;;) {
    const now = total(await inbound(page), 'video', 'frames');
    const elapsed = performance.now() - start;
    if (now >= first + frames) return elapsed;
    if (elapsed > timeoutMs) throw new Error(`no ${frames} new video frames within ${timeoutMs} ms (${now - first} came)`);
    await new Promise(resolve => { setTimeout(resolve, 50); });
  }
}

/** Connections that are not closed: their states. */
export function connections(page: Evaluates): Promise<{ connection: string; ice: string; signaling: string }[]> {
  return page.evaluate(() => globalThis.observed.peerConnections.filter(pc => pc.connectionState !== 'closed')
    .map(pc => ({ connection: pc.connectionState, ice: pc.iceConnectionState, signaling: pc.signalingState })), null);
}

/** ICE user fragments of the page's own local descriptions, oldest first: a restart adds one. */
export function localUfrags(page: Evaluates): Promise<string[]> {
  return page.evaluate(() => [...globalThis.observed.ufrags], null);
}

export interface Picture { readonly width: number; readonly height: number; /** RGBA, row by row. */ readonly rgba: Uint8Array; }

/**
 * The present picture of a video that shows a remote track, scaled to `width` x `height`; null while there is none.
 * `index` counts the page's remote videos in document order.
 */
export async function remotePicture(page: Evaluates, width: number, height: number, index = 0): Promise<Picture | null> {
  const text = await page.evaluate(({ width, height, index }) => {
    const videos = [...document.querySelectorAll('video')].filter(video => video.srcObject instanceof MediaStream
      && video.srcObject.getVideoTracks().some(track => globalThis.observed.remoteTrackIds.has(track.id)));
    const video = videos[index];
    if (!video || video.readyState < 2) return null;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    let binary = '';
    for (let i = 0; i < data.length; i += 8192) binary += String.fromCharCode(...data.subarray(i, i + 8192));
    return btoa(binary);
  }, { width, height, index });
  return text === null ? null : { width, height, rgba: new Uint8Array(Buffer.from(text, 'base64')) };
}

/** Mean absolute difference of two pictures' colours, 0..255. */
export function difference(a: Picture, b: Picture): number {
  let sum = 0;
  for (let i = 0; i < a.rgba.length; i++) if (i % 4 !== 3) sum += Math.abs(a.rgba[i]! - b.rgba[i]!);
  return sum / (a.width * a.height * 3);
}
