// SPDX-License-Identifier: Apache-2.0
// Fetches and decodes background pictures, in the worker.

import { WorkerFailure } from './failure.js';

const kLongestSide = 1920;

const refuse = (message: string): never => {
  throw new WorkerFailure('option-invalid', message, 'background.image');
};

async function fetched(address: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch {
    return refuse(`${address} could not be fetched: the address, the network or the server's CORS headers forbid it`);
  }
  if (!response.ok) return refuse(`${address} could not be fetched: the server answered ${response.status}`);
  return response.blob();
}

/** RGBA pixels of at most 1920 a side. @throws WorkerFailure 'option-invalid' */
export async function decodePicture(image: string | Blob | ImageBitmap | ImageData): Promise<ImageData> {
  const source = typeof image === 'string' ? await fetched(image) : image;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(source);
  } catch {
    return refuse('the picture cannot be decoded: it has to be of a format that the browser shows, and not SVG');
  }
  try {
    const scale = Math.min(1, kLongestSide / Math.max(bitmap.width, bitmap.height));
    const width = Math.max(1, Math.round(bitmap.width * scale));
    const height = Math.max(1, Math.round(bitmap.height * scale));
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new WorkerFailure('background-failed', 'The browser gave no canvas to decode the picture with.');
    // What is transparent lies on black.
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } finally {
    bitmap.close();
  }
}
