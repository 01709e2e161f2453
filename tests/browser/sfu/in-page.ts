// SPDX-License-Identifier: Apache-2.0
// What the SFU tests' pages do: tiles of exact sizes, and clocks on what arrives in them.
import type { Evaluates } from '../lib/probes.js';

declare global {
  // eslint-disable-next-line no-var
  var tessera: typeof import('../../../js/engine/src/index.js');
  // eslint-disable-next-line no-var
  var room: Awaited<ReturnType<typeof import('../../../js/engine/src/index.js')['joinRoom']>> | undefined;
  // eslint-disable-next-line no-var
  var layers: typeof import('../../../js/engine/src/layers/index.js');
  // eslint-disable-next-line no-var
  var janus: typeof import('../../../js/engine/src/janus/index.js');
}

/** What is taken of whom, by name. */
export const choicesOf = (page: Evaluates) => page.evaluate(() => globalThis.layers.layersOf(globalThis.room!)!.choices.map(
  ({ participantId, kind, spatial, temporal, reason }) => ({ name: globalThis.room!.participants.get(participantId)?.name ?? '', kind, spatial, temporal, reason })), null);

/** Adds a tile for each participant, named by data-name, as large as a full picture. */
export const makeTiles = (page: Evaluates) => page.evaluate(() => {
  const main = document.querySelector('main')!;
  globalThis.room!.addEventListener('participantjoined', ({ participant }) => {
    const tile = participant.createTile();
    tile.dataset['name'] = participant.name;
    tile.style.width = '320px';
    main.append(tile);
  });
}, null);

/** The received picture's height in the tile of that name, 0 for none. */
export const heightOf = (page: Evaluates, name: string): Promise<number> => page.evaluate(name => {
  const tile = document.querySelector(`[data-name="${name}"]`);
  return tile?.shadowRoot?.querySelector('video')?.videoHeight ?? 0;
}, name);

/** Makes a tile this wide (CSS pixels, 16:9), and gives the milliseconds until a picture of about that height is decoded, or -1. */
export const resize = (page: Evaluates, name: string, width: number, height: number, timeoutMs = 6_000): Promise<number> => page.evaluate(async ({ name, width, height, timeoutMs }) => {
  const tile = document.querySelector<HTMLElement>(`[data-name="${name}"]`)!;
  const video = tile.shadowRoot!.querySelector('video')!;
  const began = performance.now();
  tile.style.width = `${width}px`;
  while (performance.now() - began < timeoutMs) {
    if (Math.abs(video.videoHeight - height) <= height * 0.12) return performance.now() - began;
    await new Promise(resolve => { setTimeout(resolve, 10); });
  }
  return -1;
}, { name, width, height, timeoutMs });

/** From now on notes the longest time without a new frame in a tile; the function given ends that, and gives it in milliseconds. */
export const watchForGaps = async (page: Evaluates, name: string): Promise<() => Promise<number>> => {
  await page.evaluate(name => {
    const video = document.querySelector(`[data-name="${name}"]`)!.shadowRoot!.querySelector('video')!;
    let last = performance.now();
    let longest = 0;
    const note = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const frame = () => { note(); video.requestVideoFrameCallback(frame); };
    video.requestVideoFrameCallback(frame);
    (globalThis as { longestGap?: () => number }).longestGap = () => { note(); return longest; };
  }, name);
  return () => page.evaluate(() => (globalThis as unknown as { longestGap: () => number }).longestGap(), null);
};

/** What this page received of a participant's camera so far. */
export const received = (page: Evaluates, name: string) => page.evaluate(async name => {
  const participant = [...globalThis.room!.participants.values()].find(it => it.name === name);
  const { peers } = await globalThis.room!.getDiagnostics();
  const row = peers.find(it => it.participantId === participant?.id)?.inbound.find(it => it.kind === 'video');
  return { bytes: row?.bytesReceived ?? 0, frames: row?.framesDecoded ?? 0, height: row?.frameHeight ?? 0, at: performance.now() };
}, name);

/** The layers of this page's camera that are being encoded, as heights, smallest first. */
export const encodes = (page: Evaluates): Promise<number[]> => page.evaluate(async () => {
  const { peers } = await globalThis.room!.getDiagnostics();
  const rows = peers[0]?.outbound.filter(it => it.kind === 'video' && it.active) ?? [];
  return rows.map(it => it.frameHeight ?? 0).sort((a, b) => a - b);
}, null);

/** What encoding this page's camera has come to so far. */
export const encoderWork = (page: Evaluates) => page.evaluate(async () => {
  const { peers } = await globalThis.room!.getDiagnostics();
  const rows = peers[0]?.outbound.filter(it => it.kind === 'video') ?? [];
  return { frames: rows.reduce((sum, it) => sum + (it.framesEncoded ?? 0), 0), seconds: rows.reduce((sum, it) => sum + (it.totalEncodeTime ?? 0), 0) };
}, null);

/**
 * Runs in the page: shares a moving canvas as a screen with itself through Janus, takes each temporal layer in turn, and gives the
 * frames a second and the height that arrived.
 */
export async function screenRates(url: string): Promise<{ rate: number; height: number }[]> {
  const { connectJanus } = globalThis.janus;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 640, height: 360 });
  const pen = canvas.getContext('2d')!;
  let step = 0;
  const drawing = setInterval(() => {
    pen.fillStyle = `hsl(${step++ * 7 % 360} 60% 60%)`;
    pen.fillRect(step * 5 % 600, step * 3 % 320, 40, 40);
  }, 60);
  const [track] = canvas.captureStream(16).getVideoTracks();
  const settings = { url, room: 1 + Math.floor(Math.random() * 1e9) };
  const handlers = (came: (track: MediaStreamTrack) => void) => ({
    stateChanged() {}, sourceRemoved() {}, quality() {}, activeSpeaker() {}, warning() {}, closed() {},
    sourceAdded: (_: string, __: unknown, received: MediaStreamTrack) => came(received),
  });
  const identity = (participantId: string) => ({ participantId, iceServers: [], relayOnly: false });
  const sender = await connectJanus(settings, identity('sender'), handlers(() => {}));
  let arrived!: () => void;
  const came = new Promise<void>(resolve => { arrived = resolve; });
  const video = document.createElement('video');
  const receiver = await connectJanus(settings, identity('receiver'), handlers(received => {
    video.srcObject = new MediaStream([received]);
    video.muted = true;
    void video.play();
    arrived();
  }));
  sender.addSource('s1', 'screen', false, track!);
  const wait = (ms: number) => new Promise(resolve => { setTimeout(resolve, ms); });
  const frames = async (): Promise<number> => {
    for (const [, row] of (await receiver.statistics()) as unknown as Map<string, { type: string; framesReceived?: number }>) if (row.type === 'inbound-rtp') return row.framesReceived ?? 0;
    return 0;
  };
  try {
    await came;
    for (let i = 0; i < 100 && await frames() < 5; i++) await wait(100);
    const result: { rate: number; height: number }[] = [];
    for (const temporal of [0, 1, 2]) {
      receiver.selectLayer('sender', 's1', { spatial: 0, temporal });
      await wait(700);
      const [before, began] = [await frames(), performance.now()];
      await wait(2_500);
      result.push({ rate: Math.round((await frames() - before) * 1e4 / (performance.now() - began)) / 10, height: video.videoHeight });
    }
    return result;
  } finally {
    clearInterval(drawing);
    sender.close();
    receiver.close();
  }
}
