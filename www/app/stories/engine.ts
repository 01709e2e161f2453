// SPDX-License-Identifier: Apache-2.0
// A stand-in for the engine, to look at every screen without a server, a camera or other people. Never part of the build.
// The story is told by the address: /r/demo#people=5&denied=camera&quality=poor&state=reconnecting&screen=1&full=1&server=gone

const story = new URLSearchParams(location.hash.slice(1));
const names = ['Ana Lima', 'Ben Okafor', 'Caro', 'Dmitri Volkov', 'Eve Nakamura-Fitzgerald', 'Finn'];
const images = ['office', 'bookshelf', 'plants', 'city', 'studio', 'coast'];

function emit(target: EventTarget, type: string, fields: object = {}): void {
  target.dispatchEvent(Object.assign(new Event(type), fields));
}

function fail(code: string): never {
  throw Object.assign(new Error(`story: ${code}`), { code });
}

function picture(seed: number, background: string | null): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const context = canvas.getContext('2d')!;
  const image = new Image();
  if (background) image.src = `/backgrounds/${background}.webp`;
  const skins = ['#c98b66', '#8a5a3c', '#e2b08f', '#f0c6a5', '#a9714b', '#d8a07a'];
  const draw = (): void => {
    context.fillStyle = `hsl(${seed * 67} 18% 45%)`;
    context.fillRect(0, 0, 640, 360);
    if (image.complete && image.naturalWidth) context.drawImage(image, 0, 0, 640, 360);
    const x = 320 + Math.sin(Date.now() / 1200 + seed) * 6;
    context.fillStyle = `hsl(${seed * 91 + 20} 32% 40%)`;
    context.beginPath(); context.ellipse(x, 380, 150, 130, 0, 0, 7); context.fill();
    context.fillStyle = skins[seed % 6]!;
    context.fillRect(x - 28, 220, 56, 60);
    context.beginPath(); context.ellipse(x, 170, 62, 78, 0, 0, 7); context.fill();
    context.fillStyle = `hsl(${seed * 40} 25% 16%)`;
    context.beginPath(); context.ellipse(x, 122, 68, 48, 0, Math.PI, 0); context.fill();
  };
  draw();
  setInterval(draw, 250);
  return canvas.captureStream(4).getVideoTracks()[0]!;
}

let count = 0;
export class LocalMedia extends EventTarget {
  camera: any = null;
  microphone: any = null;
  screen: any = null;
  get microphoneLevel(): number { return 0.1 + 0.3 * Math.abs(Math.sin(Date.now() / 400)); }
  async enableCamera({ background }: any = {}): Promise<void> {
    if (story.has('slow')) await new Promise((resolve) => setTimeout(resolve, 60_000));
    const denied = story.get('camera');
    if (denied) fail(denied);
    this.camera = { id: 'c', content: 'camera', muted: false, background, track: picture(count++ % 6, background?.kind === 'image' ? 'office' : null) };
    emit(this, 'changed');
  }
  cloneCamera(): null { return null; }
  disableCamera(): void { this.camera = null; emit(this, 'changed'); }
  async enableMicrophone(): Promise<void> {
    const denied = story.get('microphone');
    if (denied) fail(denied);
    this.microphone = { id: 'm', content: 'microphone', muted: false, track: new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0] };
    emit(this, 'changed');
  }
  disableMicrophone(): void { this.microphone = null; emit(this, 'changed'); }
  setMicrophoneMuted(muted: boolean): void { this.microphone = { ...this.microphone, muted }; emit(this, 'changed'); }
  async setBackground(background: any): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 600));
    if (story.get('background')) fail(story.get('background')!);
    if (this.camera) this.camera = { ...this.camera, background, track: picture(0, background.kind === 'image' ? String(background.image).replace(/.*\/|\.webp/g, '') : null) };
    emit(this, 'changed');
  }
  async shareScreen(): Promise<void> { this.screen = { id: 's', content: 'screen', muted: false, track: picture(9, null) }; emit(this, 'changed'); }
  stopScreenShare(): void { this.screen = null; emit(this, 'changed'); }
  async listDevices(): Promise<object> {
    const device = (kind: string, id: string, label: string): object => ({ kind, deviceId: id, groupId: '', label });
    return { cameras: [device('videoinput', 'a', 'Built-in camera'), device('videoinput', 'b', 'HD Pro Webcam C920 (046d:082d)')], microphones: [device('audioinput', 'a', 'Built-in microphone')], speakers: [] };
  }
  close(): void {}
}

function person(index: number): any {
  const sources = new Map<string, object>();
  if (index !== 3) sources.set('camera', { id: 'camera', content: 'camera', kind: 'video', muted: false, track: picture(index, images[index % 6]!) });
  sources.set('mic', { id: 'mic', content: 'microphone', kind: 'audio', muted: index === 2, track: null });
  if (story.get('screen') === String(index + 1)) sources.set('screen', { id: 'screen', content: 'screen', kind: 'video', muted: false, track: picture(8, null) });
  return { id: `p${index}`, name: names[index], present: true, state: index === 1 ? story.get('state') ?? 'connected' : 'connected', quality: index === 0 ? story.get('quality') ?? 'good' : 'good', sources, audioLevel: 0, observe: () => {} };
}

class Room extends EventTarget {
  name = 'demo';
  state = 'connected';
  signallingState = 'connected';
  mix = null;
  topologies = ['mesh', 'sfu', 'mcu', 'relay'];
  participants = new Map(Array.from({ length: Number(story.get('people') ?? 1) }, (_, index) => [`p${index}`, person(index)]));
  local: any;
  constructor(media: LocalMedia) {
    super();
    this.local = { id: 'me', name: 'Me', media };
    setTimeout(() => {
      emit(this, 'activespeaker', { participant: this.participants.get('p0') ?? null });
      if (story.get('server') === 'gone-later') emit(this, 'signallingchanged', { state: 'reconnecting', since: Date.now() });
      if (story.has('blocked')) emit(this, 'audioblocked');
      if (story.has('talk')) {
        emit(this, 'data', { from: this.participants.get('p0'), topic: 'chat', data: 'Hello! The agenda is at https://example.org/agenda (two pages).' });
        emit(this, 'data', { from: this.participants.get('p0'), topic: 'chat', data: 'Shall we start?' });
        emit(this, 'data', { from: this.participants.get('p1') ?? this.participants.get('p0'), topic: 'chat', data: 'Yes, one minute' });
      }
    }, 300);
  }
  async sendData(): Promise<void> { if (story.has('unsent')) throw new Error('no one'); }
  async getDiagnostics(): Promise<unknown> { return diagnostics(this.participants); }
  exportLog(): string { return '{}\n'; }
  async startAudio(): Promise<void> {}
  async setTopology(): Promise<void> { await new Promise((resolve) => setTimeout(resolve, 4000)); fail('topology-unavailable'); }
  close(): void {}
}

function diagnostics(people: Map<string, any>): unknown {
  const wave = (base: number, phase: number): number => base * (0.8 + 0.2 * Math.sin(Date.now() / 3000 + phase) + 0.05 * Math.random());
  return {
    at: Date.now(), room: 'demo', topology: story.get('topology') ?? 'mesh', ...(story.has('mixer') ? { mixer: story.get('mixer') } : {}), participantId: 'me',
    connections: story.has('topology') ? [{ streamsUp: 2, streamsDown: 0, upBitsPerSecond: wave(1.3e6, 1), downBitsPerSecond: 4000 }, { streamsUp: 0, streamsDown: 2 * people.size, upBitsPerSecond: 9000, downBitsPerSecond: wave(1.6e6, 2) }] : [...people.keys()].map((participantId, index) => ({ participantId, streamsUp: 2, streamsDown: 2, upBitsPerSecond: wave(1.3e6, index), downBitsPerSecond: wave(1.6e6, index + 2) })),
    signalling: { state: 'connected', since: 0, transport: 'websocket', url: '' },
    peers: [...people.values()].map(({ id, name, state, quality }, index) => ({
      participantId: id, name, connection: index, state, quality, iceRestarts: 0,
      states: { connectionState: 'connected', iceConnectionState: state === 'connected' ? 'connected' : 'checking', iceGatheringState: 'complete', signalingState: 'stable' },
      candidatePair: { local: { type: 'host', protocol: 'udp', address: '192.0.2.7', port: 51234 }, remote: { type: 'srflx', protocol: 'udp', address: '198.51.100.3', port: 40012 }, roundTripMs: 24.3, availableOutgoingBitrate: 2.6e6 },
      transport: { sendBitsPerSecond: wave(1.3e6, index), receiveBitsPerSecond: wave(1.6e6, index + 2), dtlsState: state === 'connected' ? 'connected' : 'new', dtlsRole: 'client', dtlsCipher: 'TLS_AES_128_GCM_SHA256', srtpCipher: 'AEAD_AES_128_GCM', tlsVersion: 'FEFC', localFingerprint: 'sha-256 3A:5F:91:C2:77:0E:B4:1D:9C:20:6A:F3:88:E1:42:D7:5B:09:AC:63:F8:14:2E:97:B1:C0:7D:36:E4:5A:8F:21', remoteFingerprint: 'sha-256 91:0C:B7' },
      outbound: [{ sourceId: 'camera', kind: 'video', codec: 'video/VP8', bitsPerSecond: 1.25e6, loss: 0.002, frameWidth: 1280, frameHeight: 720, framesPerSecond: 30, qualityLimitationReason: 'cpu', encoderImplementation: 'libvpx' }],
      inbound: [{ sourceId: 'camera', kind: 'video', codec: 'video/VP8', bitsPerSecond: 1.5e6, loss: 0.004, jitterMs: 6, frameWidth: 1280, frameHeight: 720, framesPerSecond: 30, decoderImplementation: 'libvpx' }],
    })),
  };
}

export async function enterLobby(): Promise<EventTarget> {
  if (story.get('server') === 'gone') fail('server-unreachable');
  const lobby: any = new EventTarget();
  lobby.participants = names.slice(0, Number(story.get('people') ?? 1)).map((name, index) => ({ id: `p${index}`, name }));
  lobby.capacity = 6;
  lobby.connected = true;
  lobby.join = async ({ media }: any) => (story.has('full') ? fail('room-full') : new Room(media));
  lobby.close = () => {};
  return lobby;
}
