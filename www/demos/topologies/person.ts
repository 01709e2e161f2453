// SPDX-License-Identifier: Apache-2.0
// Somebody who takes part in the calls: a drawing that moves, or a camera, and a tone that nobody hears.

import { LocalMedia } from 'tessera-rtc';

export const kNames = ['Ana', 'Ben', 'Caro', 'Dan', 'Eva'] as const;

/** Small, so that a machine can send dozens of them at once. */
const kPicture = { width: 160, height: 90, frameRate: 8 };
/** Hertz of each one's tone, at a thousandth of full scale. */
const kTones = [440, 550, 660, 770, 880];
const kGain = 0.001;

const nativeGetUserMedia = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
/** What stands in for the devices, one person at a time. */
let turn: Promise<unknown> = Promise.resolve();

export class Person {
  readonly name: string;
  readonly #tracks: MediaStreamTrack[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #audio: AudioContext | undefined;

  private constructor(readonly index: number) {
    this.name = kNames[index]!;
  }

  /**
   * @param index 0 for Ana. @param camera Ana shows the camera of this machine.
   * @throws DOMException where the camera is refused
   */
  static async create(index: number, camera: boolean): Promise<Person> {
    const person = new Person(index);
    if (camera && index === 0) {
      if (!nativeGetUserMedia) throw new Error('This page may not use a camera. Open it over https.');
      const stream = await nativeGetUserMedia({ video: { width: 640, height: 360, frameRate: 10 } });
      person.#tracks.push(...stream.getVideoTracks());
    } else person.#draw();
    person.#hum();
    return person;
  }

  /** What this person sends in one call; closing it leaves the person as it is. */
  async media(): Promise<LocalMedia> {
    const media = new LocalMedia();
    // The engine asks for devices as any page does; on this page it is given the person's own tracks, a copy for each call.
    const next = turn.then(async () => {
      navigator.mediaDevices.getUserMedia = async (constraints) =>
        new MediaStream(this.#tracks.filter(({ kind }) => (kind === 'audio' ? constraints?.audio : constraints?.video)).map((track) => track.clone()));
      try {
        await media.enableMicrophone();
        await media.enableCamera(kPicture);
      } finally {
        if (nativeGetUserMedia) navigator.mediaDevices.getUserMedia = nativeGetUserMedia;
      }
    });
    turn = next.catch(() => undefined);
    await next;
    return media;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const track of this.#tracks.splice(0)) track.stop();
    void this.#audio?.close();
    this.#audio = undefined;
  }

  #draw(): void {
    const { width, height, frameRate } = kPicture;
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d')!;
    const hue = (this.index * 72 + 170) % 360;
    let step = this.index * 20;
    const draw = (): void => {
      const [x, y] = [width / 2 + (width / 3) * Math.cos(step / 9), height / 2 + (height / 5) * Math.sin(step / 6)];
      context.fillStyle = `hsl(${hue} 45% 30%)`;
      context.fillRect(0, 0, width, height);
      context.fillStyle = `hsl(${hue} 60% 55%)`;
      context.beginPath();
      context.arc(x, y, height / 3, 0, 7);
      context.fill();
      context.fillStyle = 'white';
      context.font = `600 ${height / 3}px system-ui, sans-serif`;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      context.fillText(this.name[0]!, x, y);
      step++;
    };
    draw();
    this.#tracks.push(...canvas.captureStream(frameRate).getVideoTracks());
    this.#timer = setInterval(draw, 1000 / frameRate);
  }

  #hum(): void {
    const context = (this.#audio = new AudioContext());
    const tone = new OscillatorNode(context, { frequency: kTones[this.index]! });
    const destination = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
    tone.connect(new GainNode(context, { gain: kGain })).connect(destination);
    tone.start();
    this.#tracks.push(...destination.stream.getAudioTracks());
  }
}
