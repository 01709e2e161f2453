// SPDX-License-Identifier: Apache-2.0
// Shows the mask alone: where the person was found white, the rest black. It is the alpha channel of a transparent output.

/** Draws each new frame of `video`'s alpha until stopped. */
export function showMask(video: HTMLVideoElement, canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext('2d')!;
  let request = 0;
  const draw = (): void => {
    request = video.requestVideoFrameCallback(draw);
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    context.drawImage(video, 0, 0);
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#000';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = 'source-over';
  };
  request = video.requestVideoFrameCallback(draw);
  return () => video.cancelVideoFrameCallback(request);
}
