// SPDX-License-Identifier: Apache-2.0
// Shows the mask alone: where the person was found white, the rest black. It is the alpha channel of a transparent output.

/** Whether any of the picture is transparent. */
function hasAlpha(video: HTMLVideoElement): boolean {
  const context = new OffscreenCanvas(16, 9).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(video, 0, 0, 16, 9);
  const { data } = context.getImageData(0, 0, 16, 9);
  return data.some((value, i) => i % 4 === 3 && value < 255);
}

/** Draws each new frame of `video`'s alpha until stopped. Where the browser's tracks keep no alpha, the person on black. */
export function showMask(video: HTMLVideoElement, canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext('2d')!;
  let request = 0;
  const draw = (): void => {
    request = video.requestVideoFrameCallback(draw);
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    context.drawImage(video, 0, 0);
    if (hasAlpha(video)) {
      context.globalCompositeOperation = 'source-in';
      context.fillStyle = '#fff';
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#000';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = 'source-over';
  };
  request = video.requestVideoFrameCallback(draw);
  return () => video.cancelVideoFrameCallback(request);
}
