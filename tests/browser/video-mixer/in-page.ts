// SPDX-License-Identifier: Apache-2.0
// What runs in the page: every function stands alone, because its text is sent there.

type Video = typeof import('../../../js/engine/src/mixer/index.js');
interface Mixing {
  mixer: Awaited<ReturnType<Video['VideoMixer']['create']>>;
  sources: Map<string, { track: MediaStreamTrack; stop: () => void }>;
  player: HTMLVideoElement;
  errors: string[];
  fps: number;
}
declare global {
  // eslint-disable-next-line no-var
  var video: Video;
  // eslint-disable-next-line no-var
  var videoMixing: Mixing;
}

/** A mixer of 640x360 that jumps, and a video that plays what it gives. */
export async function openMixer(): Promise<void> {
  const mixer = await video.VideoMixer.create({ width: 640, height: 360, frameRate: 15, transition: 0 });
  const player = document.createElement('video');
  player.muted = true;
  player.srcObject = new MediaStream([mixer.track]);
  document.body.append(player);
  void player.play();
  globalThis.videoMixing = { mixer, sources: new Map(), player, errors: [], fps: 0 };
  mixer.addEventListener('error', ({ error }) => videoMixing.errors.push(String(error)));
  mixer.addEventListener('stats', ({ fps }) => { videoMixing.fps = fps; });
}

/** Adds tracks of one colour each, as `red`, `lime`, … */
export function addColours(colours: string[]): void {
  for (const colour of colours) {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 180;
    const context = canvas.getContext('2d')!;
    const draw = (): void => {
      context.fillStyle = colour;
      context.fillRect(0, 0, 320, 180);
    };
    draw();
    const timer = setInterval(draw, 50);
    const track = canvas.captureStream(20).getVideoTracks()[0]!;
    videoMixing.sources.set(colour, { track, stop: () => { clearInterval(timer); track.stop(); } });
    videoMixing.mixer.addInput(colour, track, { name: `Name of ${colour}`, muted: colour === 'red' });
  }
}

/** The colour words of the picture's pixels at places given in 640ths and 360ths; 'white' and 'dark' too, '' for anything else. */
export function coloursAt(places: [number, number][]): string[] {
  const { player } = videoMixing;
  if (player.videoWidth === 0) return [];
  const canvas = new OffscreenCanvas(player.videoWidth, player.videoHeight);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(player, 0, 0);
  return places.map(([x, y]) => {
    const at = [Math.round((x * canvas.width) / 640), Math.round((y * canvas.height) / 360)] as const;
    const [red, green, blue] = context.getImageData(at[0], at[1], 1, 1).data as unknown as [number, number, number];
    const high = (value: number): boolean => value > 170;
    const low = (value: number): boolean => value < 90;
    if (low(red) && low(green) && low(blue)) return 'dark';
    const name = `${high(red) ? 'r' : low(red) ? '-' : '?'}${high(green) ? 'g' : low(green) ? '-' : '?'}${high(blue) ? 'b' : low(blue) ? '-' : '?'}`;
    return { 'r--': 'red', '-g-': 'lime', '--b': 'blue', 'rg-': 'yellow', 'rgb': 'white' }[name] ?? '';
  });
}

/** How many white pixels there are in a rectangle of the picture: letters. */
export function whitePixels(rect: [number, number, number, number]): number {
  const { player } = videoMixing;
  const canvas = new OffscreenCanvas(player.videoWidth, player.videoHeight);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(player, 0, 0);
  const { data } = context.getImageData(...rect);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i]! > 190 && data[i + 1]! > 190 && data[i + 2]! > 190) count++;
  return count;
}

/** The codes of the errors that wrong arguments give. */
export async function misuse(): Promise<string[]> {
  const codes: string[] = [];
  const attempt = async (call: () => unknown): Promise<void> => {
    try {
      await call();
      codes.push('accepted');
    } catch (error) {
      codes.push(`${(error as Error).name} ${(error as { code: string }).code}`);
    }
  };
  const { VideoMixer } = video;
  const { mixer } = videoMixing;
  await attempt(() => VideoMixer.create({ width: 641 }));
  await attempt(() => VideoMixer.create({ assetBaseUrl: '/nowhere/' }));
  await attempt(() => VideoMixer.create({ signal: AbortSignal.abort() }));
  await attempt(() => mixer.addInput('', null));
  await attempt(() => mixer.addInput('a', {} as never));
  await attempt(() => mixer.addInput('a', null, { background: 'red' }));
  await attempt(() => mixer.updateInput('nobody', {}));
  await attempt(() => mixer.setLayout({ kind: 'heap' as never }));
  await attempt(() => mixer.resize(100, 8192));
  for (let i = mixer.inputs.length; i < 32; i++) mixer.addInput(`extra ${i}`, null);
  await attempt(() => mixer.addInput('one more', null));
  for (const id of mixer.inputs.filter((it) => it.startsWith('extra'))) mixer.removeInput(id);
  return codes;
}

/** Closes everything and tells what is left. */
export async function closeMixer(): Promise<Record<string, unknown>> {
  const { mixer, sources, player, errors } = videoMixing;
  const { track } = mixer;
  mixer.close();
  mixer.close();
  const inputs = [...sources.values()].map((source) => source.track.readyState);
  for (const source of sources.values()) source.stop();
  player.srcObject = null;
  player.remove();
  let after = 'accepted';
  try {
    mixer.setLayout({ kind: 'grid' });
  } catch (error) {
    after = (error as { code: string }).code;
  }
  return { output: track.readyState, inputs, errors, after };
}
