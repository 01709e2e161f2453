// SPDX-License-Identifier: Apache-2.0
// Rooms: an office with window light, a bookshelf, a studio wall. See lens.js for what happens to them.

function fill(context, style, x, y, width, height, round = 0) {
  context.fillStyle = style;
  context.beginPath();
  context.roundRect(x, y, width, height, round);
  context.fill();
}

function ramp(context, x0, y0, x1, y1, ...stops) {
  const gradient = context.createLinearGradient(x0, y0, x1, y1);
  stops.forEach((color, index) => gradient.addColorStop(index / (stops.length - 1), color));
  return gradient;
}

function glowAt(context, x, y, radius, color, clear) {
  const gradient = context.createRadialGradient(x, y, 0, x, y, radius);
  gradient.addColorStop(0, color);
  gradient.addColorStop(1, clear);
  context.fillStyle = gradient;
  context.fillRect(0, 0, kWidth, kHeight);
}

/** A plant in a pot: leaves on bent stems, darker behind. */
function pottedPlant(context, x, y, size, random, { pot = ['#c9b7a2', '#8d7a66'], hue = 105 } = {}) {
  for (let leaf = 0; leaf < 46; leaf++) {
    const lean = random.range(-1.25, 1.25);
    const length = size * random.range(0.5, 1.05) * (1 - Math.abs(lean) * 0.2);
    const tipX = x + Math.sin(lean) * length;
    const tipY = y - Math.cos(lean) * length + Math.abs(lean) * size * 0.18;
    const midX = x + Math.sin(lean * 0.5) * length * 0.62;
    const midY = y - Math.cos(lean * 0.5) * length * 0.72;
    const wide = size * random.range(0.05, 0.09);
    const light = 14 + leaf * 0.45 + random.range(0, 9);
    context.fillStyle = `hsl(${hue + random.range(-14, 14)} ${random.range(22, 40)}% ${light}%)`;
    context.beginPath();
    context.moveTo(x + random.range(-6, 6), y);
    context.quadraticCurveTo(midX - wide, midY, tipX, tipY);
    context.quadraticCurveTo(midX + wide * 1.4, midY + wide, x, y);
    context.fill();
  }
  context.fillStyle = ramp(context, x - size * 0.2, 0, x + size * 0.2, 0, pot[1], pot[0], pot[1]);
  context.beginPath();
  context.moveTo(x - size * 0.2, y - 4);
  context.lineTo(x + size * 0.2, y - 4);
  context.lineTo(x + size * 0.15, y + size * 0.36);
  context.lineTo(x - size * 0.15, y + size * 0.36);
  context.fill();
}

scenes.office = (film) => {
  const random = chance(11);
  // The wall, lit from the window at the left.
  let layer = sheet();
  layer.fillStyle = ramp(layer, 0, 0, kWidth, 260, '#d9d2c6', '#c2b9ac', '#9c9489');
  layer.fillRect(0, 0, kWidth, kHeight);
  fill(layer, ramp(layer, 0, 560, kWidth, kHeight, '#a4825e', '#7c5f43', '#5a4431'), 0, 600, kWidth, 120);
  fill(layer, '#efe9df', 0, 588, kWidth, 14);
  expose(film, layer, { radius: 4 });
  // The sun through the panes lies on the wall.
  layer = sheet();
  layer.filter = 'blur(7px)';
  for (let column = 0; column < 2; column++) {
    for (let row = 0; row < 3; row++) {
      const x = 560 + column * 128;
      const y = 96 + row * 132 + column * 26;
      layer.fillStyle = 'rgb(255 226 178 / 62%)';
      layer.beginPath();
      layer.moveTo(x, y);
      layer.lineTo(x + 112, y + 24);
      layer.lineTo(x + 112, y + 142);
      layer.lineTo(x, y + 118);
      layer.fill();
    }
  }
  expose(film, layer, { radius: 5, gain: 0.62, glow: true });
  // The window: frame first, then the bright day behind the glass.
  layer = sheet();
  fill(layer, '#f4f1ea', 48, -20, 372, 520, 4);
  fill(layer, '#d7d1c6', 30, 492, 408, 22, 3);
  expose(film, layer, { radius: 7 });
  layer = sheet();
  for (let column = 0; column < 2; column++) {
    for (let row = 0; row < 2; row++) {
      const [x, y, w, h] = [68 + column * 172, row * 236 - 4, 160, 224];
      fill(layer, ramp(layer, 0, -10, 0, 470, '#e9f3fb', '#f6f4e8', '#dfe8cf'), x, y, w, h);
      layer.save();
      layer.beginPath();
      layer.rect(x, y, w, h);
      layer.clip();
      for (let tree = 0; tree < 70; tree++) {
        layer.fillStyle = `hsl(${random.range(75, 110)} 34% ${random.range(48, 74)}% / 55%)`;
        layer.beginPath();
        layer.arc(random.range(40, 430), 300 + random.range(-60, 190), random.range(14, 46), 0, 7);
        layer.fill();
      }
      layer.restore();
    }
  }
  expose(film, layer, { radius: 9, gain: 1.75 });
  // Shelf, frames, books and a lamp.
  layer = sheet();
  fill(layer, ramp(layer, 0, 236, 0, 258, '#a27c55', '#6d5137'), 846, 238, 390, 18, 3);
  let x = 872;
  for (let book = 0; book < 9; book++) {
    const width = random.range(16, 30);
    const height = random.range(86, 128);
    fill(layer, random.pick(['#2f4858', '#86603f', '#c9b79c', '#3d5a4c', '#b5543c', '#e5dccb', '#56423a']), x, 238 - height, width, height, 2);
    x += width + 2;
  }
  fill(layer, ramp(layer, 1110, 0, 1190, 0, '#d8cbb8', '#9f8f7b'), 1112, 168, 78, 70, 34);
  fill(layer, '#38322c', 872, 322, 158, 200, 3);
  fill(layer, '#e9e4da', 882, 332, 138, 180);
  fill(layer, '#c77b4f', 908, 372, 64, 64, 32);
  fill(layer, '#33576a', 936, 404, 62, 70, 4);
  fill(layer, '#7f5e42', 1068, 322, 140, 118, 3);
  fill(layer, ramp(layer, 1078, 332, 1198, 430, '#9fb9b4', '#dfd7c0'), 1078, 332, 120, 98);
  expose(film, layer, { radius: 7 });
  // The desk and what stands on it, nearer and softer.
  layer = sheet();
  fill(layer, ramp(layer, 0, 590, 0, 720, '#b08a60', '#76583b'), -20, 610, 780, 130, 6);
  fill(layer, '#26292c', 470, 470, 210, 132, 8);
  fill(layer, '#3b4650', 478, 478, 194, 112, 4);
  fill(layer, '#1d1f21', 562, 600, 26, 20);
  fill(layer, '#e8e1d4', 262, 560, 44, 54, 8);
  pottedPlant(layer, 1150, 560, 250, random, { pot: ['#efe6d8', '#a99a86'] });
  expose(film, layer, { radius: 9, gain: 0.94 });
  return { exposure: 0.98, vignette: 0.2, seed: 3 };
};

scenes.bookshelf = (film) => {
  const random = chance(29);
  let layer = sheet();
  fill(layer, '#2a1d14', 0, 0, kWidth, kHeight);
  expose(film, layer);
  layer = sheet();
  const spines = ['#6e2f2a', '#8c4a32', '#b98b57', '#d8c7a4', '#2e4a4f', '#27384a', '#3f5142', '#59483c', '#a3502f', '#1f2b36', '#e4dac3', '#7a6a58', '#46324a', '#94a08c'];
  const boards = [-30, 150, 330, 510, 690];
  const uprights = [-12, 418, 850, 1276];
  for (let row = 0; row + 1 < boards.length; row++) {
    const top = boards[row] + 18;
    const bottom = boards[row + 1];
    for (let column = 0; column + 1 < uprights.length; column++) {
      const left = uprights[column] + 22;
      const right = uprights[column + 1];
      fill(layer, ramp(layer, 0, top, 0, bottom, '#1b120c', '#3a291c'), left, top, right - left, bottom - top);
      let x = left + 4;
      const gap = random.next() < 0.62 ? random.range(left + 80, right - 180) : Infinity;
      while (x < right - 14) {
        if (x > gap && x < gap + 30) {
          // Something that is not a book.
          const center = x + 56;
          if (random.next() < 0.5) {
            pottedPlant(layer, center, bottom - 34, 92, random, { hue: 110 });
          } else {
            fill(layer, ramp(layer, center - 36, 0, center + 36, 0, '#6c7d7a', '#c3cdc4', '#5d6a66'), center - 32, bottom - 88, 64, 88, 30);
            fill(layer, '#8c9b95', center - 12, bottom - 112, 24, 34, 6);
          }
          x += 118;
          continue;
        }
        const width = random.range(15, 36);
        const height = random.range(0.62, 0.92) * (bottom - top);
        const color = random.pick(spines);
        const tilt = random.next() < 0.06 ? random.range(0.05, 0.13) : 0;
        layer.save();
        layer.translate(x, bottom);
        layer.rotate(-tilt);
        fill(layer, color, 0, -height, width, height, 2);
        fill(layer, ramp(layer, 0, 0, width, 0, 'rgb(255 240 215 / 20%)', 'rgb(255 240 215 / 4%)', 'rgb(0 0 0 / 38%)'), 0, -height, width, height, 2);
        if (random.next() < 0.6) {
          const band = random.pick(['#d9b56a', '#efe4c8', '#b9a489']);
          fill(layer, band, 2, -height * 0.84, width - 4, 4);
          fill(layer, band, 2, -height * 0.76, width - 4, random.range(2, 18));
          fill(layer, band, 2, -height * 0.16, width - 4, 4);
        }
        layer.restore();
        x += width + (tilt > 0 ? 16 : random.range(0.5, 2));
      }
      // The board above throws its shadow on the books.
      fill(layer, ramp(layer, 0, top, 0, top + 74, 'rgb(10 6 3 / 72%)', 'rgb(10 6 3 / 0%)'), left, top, right - left, 74);
    }
  }
  for (const y of boards) fill(layer, ramp(layer, 0, y, 0, y + 20, '#8a6240', '#5d4029', '#3c2818'), 0, y, kWidth, 19);
  for (const x of uprights) fill(layer, ramp(layer, x, 0, x + 22, 0, '#4c3421', '#7b5738', '#3d2918'), x, 0, 22, kHeight);
  expose(film, layer, { radius: 6, gain: 1.05 });
  // A lamp out of the picture, up to the left, and its warm light over everything.
  layer = sheet();
  glowAt(layer, 250, 60, 900, 'rgb(255 196 120 / 34%)', 'rgb(255 170 90 / 0%)');
  glowAt(layer, 1200, 640, 620, 'rgb(255 186 110 / 12%)', 'rgb(255 170 90 / 0%)');
  expose(film, layer, { glow: true, gain: 0.55 });
  return { exposure: 1.5, vignette: 0.55, seed: 5, quality: 0.78 };
};

scenes.studio = (film) => {
  let layer = sheet();
  layer.fillStyle = ramp(layer, 0, 0, 0, kHeight, '#46585c', '#5c7074', '#414f53');
  layer.fillRect(0, 0, kWidth, kHeight);
  expose(film, layer);
  layer = sheet();
  glowAt(layer, 700, 300, 620, 'rgb(206 226 222 / 64%)', 'rgb(120 150 150 / 0%)');
  glowAt(layer, 170, 620, 520, 'rgb(228 158 112 / 36%)', 'rgb(228 158 112 / 0%)');
  glowAt(layer, 1240, 80, 460, 'rgb(94 152 176 / 40%)', 'rgb(94 152 176 / 0%)');
  expose(film, layer, { glow: true, gain: 0.6 });
  // The floor of the paper roll, where the bend catches less light.
  layer = sheet();
  fill(layer, ramp(layer, 0, 560, 0, 720, 'rgb(16 24 26 / 0%)', 'rgb(16 24 26 / 52%)'), 0, 560, kWidth, 160);
  expose(film, layer);
  return { exposure: 0.92, vignette: 0.5, grain: 2.2, seed: 8, quality: 0.86 };
};

Object.assign(globalThis, { fill, ramp, glowAt, pottedPlant });
