// SPDX-License-Identifier: Apache-2.0
// A camera and a microphone that are easy to recognise and cheap to encode: a moving drawing and a steady tone of one's own.
import type { BrowserContext } from 'playwright-core';

export interface Synthetic {
  /** Of the tone, in hertz. */
  readonly frequency: number;
  /** Pixels of the picture. Default 320x180. */
  readonly width?: number;
  readonly height?: number;
  /** Default 10. */
  readonly frameRate?: number;
}

/** Every page of the context gets these instead of devices, whatever it asks for. */
export const useSyntheticMedia = (context: BrowserContext, options: Synthetic): Promise<unknown> => context.addInitScript(({ frequency, width = 320, height = 180, frameRate = 10 }: Synthetic) => {
  const camera = (): MediaStreamTrack => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const drawing = canvas.getContext('2d')!;
    let step = 0;
    const draw = (): void => {
      drawing.fillStyle = `hsl(${frequency % 360} 60% 40%)`;
      drawing.fillRect(0, 0, width, height);
      drawing.fillStyle = 'white';
      drawing.beginPath();
      drawing.arc(width / 2 + (width / 3) * Math.cos(step / 7), height / 2 + (height / 4) * Math.sin(step / 5), height / 6, 0, 7);
      drawing.fill();
      step++;
    };
    draw();
    const [track] = canvas.captureStream(frameRate).getVideoTracks() as [MediaStreamTrack];
    const timer = setInterval(() => (track.readyState === 'ended' ? clearInterval(timer) : draw()), 1000 / frameRate);
    return track;
  };
  const microphone = (): MediaStreamTrack => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency });
    const destination = context.createMediaStreamDestination();
    tone.connect(new GainNode(context, { gain: 0.2 })).connect(destination);
    tone.start();
    const [track] = destination.stream.getAudioTracks() as [MediaStreamTrack];
    const timer = setInterval(() => {
      if (track.readyState !== 'ended') return;
      clearInterval(timer);
      void context.close();
    }, 500);
    return track;
  };
  navigator.mediaDevices.getUserMedia = async (constraints) => new MediaStream([...(constraints?.video ? [camera()] : []), ...(constraints?.audio ? [microphone()] : [])]);
}, options);
