// SPDX-License-Identifier: Apache-2.0
// Names and initials as pixels, drawn once for each text and size.

/** Sizes follow the mixed picture's height. */
const labelFont = (pictureHeight: number): number => Math.max(11, Math.round(pictureHeight / 42));
const kFamily = 'system-ui, sans-serif';

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('the browser gave no canvas to draw names on');
  return context;
}

/** `text` cut short with an ellipsis so that it takes at most `width` pixels. */
function shortened(context: OffscreenCanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && context.measureText(`${characters.join('')}…`).width > width) characters.pop();
  return characters.length ? `${characters.join('')}…` : '';
}

/** A crossed-out microphone of `size` pixels around (x, y). */
function drawMuted(context: OffscreenCanvasRenderingContext2D, x: number, y: number, size: number): void {
  const unit = size / 16;
  context.save();
  context.translate(x, y);
  context.strokeStyle = context.fillStyle = '#ff6b6b';
  context.lineWidth = 1.6 * unit;
  context.lineCap = 'round';
  context.beginPath();
  context.roundRect(-2.2 * unit, -7 * unit, 4.4 * unit, 8 * unit, 2.2 * unit);
  context.fill();
  context.beginPath();
  context.arc(0, -1 * unit, 4.6 * unit, 0, Math.PI);
  context.moveTo(0, 3.6 * unit);
  context.lineTo(0, 7 * unit);
  context.moveTo(-6 * unit, -6.5 * unit);
  context.lineTo(6 * unit, 6.5 * unit);
  context.stroke();
  context.restore();
}

/** A name on a dark, rounded ground, with the mute mark before it; null where there is nothing to say or no room for it. */
export function renderLabel(name: string, muted: boolean, tileWidth: number, pictureHeight: number): ImageData | null {
  const font = labelFont(pictureHeight);
  const height = Math.round(font * 1.6) & ~1;
  const pad = Math.round(font * 0.45);
  const mark = muted ? font + Math.round(pad / 2) : 0;
  const room = tileWidth - 16 - 2 * pad - mark;
  if ((!name && !muted) || room < 0) return null;
  const measuring = contextOf(1, 1);
  measuring.font = `${font}px ${kFamily}`;
  const text = shortened(measuring, name, room);
  if (!text && !muted) return null;
  const context = contextOf(Math.ceil(measuring.measureText(text).width) + 2 * pad + mark, height);
  const { width } = context.canvas;
  context.fillStyle = 'rgb(0 0 0 / 0.6)';
  context.beginPath();
  context.roundRect(0, 0, width, height, Math.round(height / 4));
  context.fill();
  if (muted) drawMuted(context, pad + font / 2, height / 2, font);
  context.font = measuring.font;
  context.textBaseline = 'middle';
  context.fillStyle = '#fff';
  context.fillText(text, pad + mark, height / 2 + 1);
  return context.getImageData(0, 0, width, height);
}

/** The first letter of a name, for a tile without a picture. */
export function renderInitial(name: string, tileHeight: number): ImageData | null {
  const initial = [...name.trim()][0]?.toUpperCase();
  const font = Math.round(tileHeight * 0.3);
  if (!initial || font < 8) return null;
  const context = contextOf(Math.round(font * 1.6) & ~1, Math.round(font * 1.4) & ~1);
  const { width, height } = context.canvas;
  context.font = `600 ${font}px ${kFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = '#fff';
  context.fillText(initial, width / 2, height / 2);
  return context.getImageData(0, 0, width, height);
}
