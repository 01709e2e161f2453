// SPDX-License-Identifier: Apache-2.0
// Between WebCodecs' VideoFrame and the video module's memory.

import { WorkerFailure } from './failure.js';
import type { ColorMatrix, FrameDescription, Outcome, PixelFormat, VideoModule } from './video-module.js';

/** Not yet in TypeScript's library: clockwise degrees that turn the stored picture upright. */
type Turned = { rotation?: number; flip?: boolean };

const formats: ReadonlySet<string> = new Set<PixelFormat>(['I420', 'NV12', 'RGBA', 'RGBX', 'BGRA', 'BGRX']);

const limited709: VideoColorSpaceInit = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false };

/** Frames without a matrix are shown as BT.601 by browsers; cameras' frames often come so. */
const matrixOf = (matrix: string | null): ColorMatrix => (matrix === null || matrix === 'smpte170m' || matrix === 'bt470bg' ? 'bt601' : 'bt709');

let converter: OffscreenCanvasRenderingContext2D | null = null;

/** For formats that the module does not know, and opaque ones: the same picture as RGBA. */
function readThroughCanvas(frame: VideoFrame): ImageData {
  const { displayWidth: width, displayHeight: height } = frame;
  if (!converter || converter.canvas.width !== width || converter.canvas.height !== height) {
    converter = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  }
  if (!converter) throw new WorkerFailure('background-failed', 'The browser gave no canvas to convert camera frames with.');
  converter.drawImage(frame, 0, 0, width, height);
  return converter.getImageData(0, 0, width, height);
}

/** Throws what an outcome reports. */
export function check({ code, message }: Outcome): void {
  if (code === '') return;
  throw new WorkerFailure(code === 'model-invalid' ? 'model-invalid' : 'background-failed', `The video module reported: ${message} (${code}).`);
}

/** What the output frame takes over from the input frame. */
type Carried = Omit<VideoFrameBufferInit, 'format'> & Turned;

/** A frame that is about to be copied: how many bytes it takes, and how it gets there. */
export interface StagedFrame {
  readonly size: number;
  readonly carried: Carried;
  /** Into a view of `size` bytes; the memory behind it must not move until this has settled. */
  write(view: Uint8Array<ArrayBuffer>): Promise<FrameDescription>;
}

/** `frame` must stay open until it is written. */
export function stageFrame(frame: VideoFrame): StagedFrame {
  const known = frame.format !== null && formats.has(frame.format) && frame.visibleRect !== null;
  if (!known) {
    // A canvas draws frames upright.
    const { data, width, height } = readThroughCanvas(frame);
    return {
      size: data.byteLength,
      carried: { codedWidth: width, codedHeight: height, timestamp: frame.timestamp, colorSpace: limited709 },
      write: (view) => {
        view.set(data);
        return Promise.resolve(describe('RGBA', width, height, { matrix: 'bt709' }, 0, [{ offset: 0, stride: width * 4 }]));
      },
    };
  }
  const format = frame.format as PixelFormat;
  const { width, height } = frame.visibleRect!;
  const { rotation = 0, flip = false } = frame as Turned;
  const packed = format !== 'I420' && format !== 'NV12';
  const colorSpace = packed ? limited709 : frame.colorSpace.toJSON();
  const sideways = rotation === 90 || rotation === 270;
  const squarePixels = frame.displayWidth === (sideways ? height : width) && frame.displayHeight === (sideways ? width : height);
  return {
    size: frame.allocationSize(),
    carried: {
      codedWidth: width,
      codedHeight: height,
      timestamp: frame.timestamp,
      colorSpace,
      ...(frame.duration === null ? {} : { duration: frame.duration }),
      ...(squarePixels ? {} : { displayWidth: frame.displayWidth, displayHeight: frame.displayHeight }),
      ...(rotation ? { rotation } : {}),
      ...(flip ? { flip } : {}),
    },
    // Asking copyTo for a format is refused by browsers of today: the frame comes as it is stored.
    write: async (view) => describe(format, width, height, colorSpace, rotation, await frame.copyTo(view)),
  };
}

interface Read {
  description: FrameDescription;
  carried: Carried;
}

/** Copies `frame` to where `reserve` makes room for so many bytes. Nothing else may use the module until this has settled. */
async function readFrame(video: VideoModule, reserve: (size: number) => number, frame: VideoFrame): Promise<Read> {
  const { size, carried, write } = stageFrame(frame);
  return { description: await write(video.bytes(reserve(size), size)), carried };
}

/** Copies `frame` into the pipeline and prepares it. Nothing else may use the module until this has settled. */
export async function takeFrame(video: VideoModule, frame: VideoFrame): Promise<Carried> {
  const { description, carried } = await readFrame(video, (size) => {
    const address = video.input(size);
    if (!address) throw new WorkerFailure('background-failed', 'The camera’s frames are too large.');
    return address;
  }, frame);
  check(video.prepare(description));
  return carried;
}

/** Makes a film's `frame` the picture behind the person. `reserve` makes room for so many bytes in the module's scratch. */
export async function takeFilmFrame(video: VideoModule, reserve: (size: number) => number, frame: VideoFrame): Promise<void> {
  check(video.setPicture((await readFrame(video, reserve, frame)).description));
}

export const describePicture = ({ width, height }: ImageData): FrameDescription => describe('RGBA', width, height, limited709, 0, [{ offset: 0, stride: width * 4 }]);

function describe(format: PixelFormat, width: number, height: number, color: VideoColorSpaceInit, rotation: number, layout: readonly PlaneLayout[]): FrameDescription {
  const [a, b, c] = layout;
  return {
    format, width, height, rotation,
    matrix: matrixOf(color.matrix ?? null),
    fullRange: color.fullRange ?? false,
    offset0: a?.offset ?? 0, stride0: a?.stride ?? 0,
    offset1: b?.offset ?? 0, stride1: b?.stride ?? 0,
    offset2: c?.offset ?? 0, stride2: c?.stride ?? 0,
  };
}

let knowsAlpha: boolean | null = null;

/** Whether this browser makes frames of I420A and draws them with their alpha: some make them and draw them opaque. */
function drawsI420A(): boolean {
  try {
    const frame = new VideoFrame(new Uint8Array(10), { format: 'I420A', codedWidth: 2, codedHeight: 2, timestamp: 0 });
    try {
      const context = new OffscreenCanvas(2, 2).getContext('2d', { willReadFrequently: true });
      context?.drawImage(frame, 0, 0);
      return context?.getImageData(0, 0, 1, 1).data[3] === 0;
    } finally {
      frame.close();
    }
  } catch {
    return false;
  }
}

/** A frame of I420 planes with one of alpha behind them; as RGBA where the browser has no use for I420A. */
function withAlpha(bytes: Uint8Array<ArrayBuffer>, carried: Carried): VideoFrame {
  knowsAlpha ??= drawsI420A();
  if (knowsAlpha) return new VideoFrame(bytes, { ...carried, format: 'I420A' });
  const { codedWidth: width, codedHeight: height } = carried;
  const colors = new VideoFrame(bytes.subarray(0, bytes.byteLength - width * height), { ...carried, format: 'I420' });
  const { rotation, flip, ...upright } = carried;
  void rotation;
  void flip;
  let image: ImageData;
  try {
    image = readThroughCanvas(colors);
  } finally {
    colors.close();
  }
  const alpha = bytes.subarray(bytes.byteLength - width * height);
  for (let i = 0; i < alpha.length; i++) image.data[4 * i + 3] = alpha[i]!;
  return new VideoFrame(image.data, { ...upright, colorSpace: { primaries: 'bt709', transfer: 'iec61966-2-1', matrix: 'rgb', fullRange: true }, format: 'RGBA' });
}

/** The finished frame as a VideoFrame of its own, and the milliseconds of drawing it. `transparent`: with a plane of alpha. */
export function giveFrame(video: VideoModule, carried: Carried, transparent: boolean): { frame: VideoFrame; drawingMs: number } {
  const start = performance.now();
  const { address, size } = video.render();
  const drawingMs = performance.now() - start;
  if (!address) throw new WorkerFailure('background-failed', 'The video module drew no frame.');
  const bytes = video.bytes(address, size);
  return { frame: transparent ? withAlpha(bytes, carried) : new VideoFrame(bytes, { ...carried, format: 'I420' }), drawingMs };
}
