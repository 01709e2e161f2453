// SPDX-License-Identifier: Apache-2.0
// Outside: plants by a window, a city at night, a coast at dawn. See lens.js for what happens to them.

scenes.city = (film) => {
  const random = chance(47);
  let layer = sheet();
  layer.fillStyle = ramp(layer, 0, 0, 0, kHeight, '#070b18', '#141a33', '#2c2740', '#3f2f3c');
  layer.fillRect(0, 0, kWidth, kHeight);
  expose(film, layer);
  // Three rows of towers, the nearer the darker; their windows are lights of their own.
  const rows = [{ base: 470, low: 90, high: 270, tone: '#161b30' }, { base: 560, low: 120, high: 330, tone: '#0f1324' }, { base: 720, low: 150, high: 380, tone: '#090c17' }];
  for (const [depth, { base, low, high, tone }] of rows.entries()) {
    const towers = sheet();
    const windows = sheet();
    for (let x = -40; x < kWidth;) {
      const width = random.range(52, 128);
      const height = random.range(low, high);
      fill(towers, tone, x, base - height, width, height + 300);
      const step = 11 + depth * 4;
      for (let wy = base - height + 12; wy < Math.min(base + 120, kHeight); wy += step * 1.35) {
        for (let wx = x + 7; wx < x + width - 9; wx += step) {
          if (random.next() > 0.2) continue;
          const warm = random.next();
          fill(windows, warm < 0.68 ? `hsl(${random.range(28, 44)} 90% ${random.range(52, 74)}%)` : warm < 0.9 ? `hsl(${random.range(195, 215)} 50% 76%)` : 'hsl(340 70% 62%)', wx, wy, 4 + depth, 5 + depth);
        }
      }
      x += width + random.range(-6, 26);
    }
    expose(film, towers, { radius: 6 + depth * 2 });
    expose(film, windows, { radius: 8 + depth * 4, gain: 3 + depth * 1.6, glow: true });
  }
  // The street: cars and lamps near the lens become large discs.
  for (const [radius, lights, gain] of [[17, 70, 16], [28, 30, 26], [40, 11, 30]]) {
    layer = sheet();
    for (let light = 0; light < lights; light++) {
      const hue = random.pick([32, 36, 40, 44, 24, 8, 355, 190, 205, 160]);
      layer.fillStyle = `hsl(${hue} ${random.range(70, 100)}% ${random.range(50, 68)}%)`;
      const y = 560 + random.range(-1, 1) * random.range(0, 130) - (radius > 30 ? 30 : 0);
      layer.beginPath();
      layer.arc(random.range(-20, kWidth + 20), y, random.range(2.2, 4.2), 0, 7);
      layer.fill();
    }
    expose(film, layer, { radius, gain: gain * random.range(0.9, 1.1), glow: true });
  }
  // The glass between: a faint light of the room.
  layer = sheet();
  glowAt(layer, 1120, 90, 520, 'rgb(255 180 110 / 10%)', 'rgb(255 180 110 / 0%)');
  expose(film, layer, { glow: true, gain: 0.5 });
  return { exposure: 1.15, vignette: 0.35, grain: 2, seed: 13, quality: 0.8 };
};

/** One large leaf with a rib, seen from the front. */
function leaf(context, x, y, length, width, angle, color, rib) {
  context.save();
  context.translate(x, y);
  context.rotate(angle);
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(0, 0);
  context.bezierCurveTo(width, -length * 0.25, width * 0.9, -length * 0.75, 0, -length);
  context.bezierCurveTo(-width * 0.9, -length * 0.75, -width, -length * 0.25, 0, 0);
  context.fill();
  context.strokeStyle = rib;
  context.lineWidth = Math.max(1.5, length * 0.014);
  context.beginPath();
  context.moveTo(0, 0);
  context.quadraticCurveTo(width * 0.06, -length * 0.5, 0, -length);
  for (let vein = 0.16; vein < 0.86; vein += 0.12) {
    const reach = width * 0.62 * Math.sin(Math.PI * Math.min(1, vein + 0.14));
    context.moveTo(0, -length * vein);
    context.lineTo(reach, -length * (vein + 0.13));
    context.moveTo(0, -length * vein);
    context.lineTo(-reach, -length * (vein + 0.13));
  }
  context.stroke();
  context.restore();
}

scenes.plants = (film) => {
  const random = chance(83);
  let layer = sheet();
  layer.fillStyle = ramp(layer, 0, 0, kWidth, kHeight, '#eef0e2', '#d3dac4', '#a9b79b', '#71836c');
  layer.fillRect(0, 0, kWidth, kHeight);
  expose(film, layer, { gain: 1.1 });
  // The garden beyond: light through leaves, far out of focus.
  layer = sheet();
  for (let spot = 0; spot < 150; spot++) {
    layer.fillStyle = `hsl(${random.range(62, 120)} ${random.range(24, 48)}% ${random.range(42, 86)}% / 60%)`;
    layer.beginPath();
    layer.arc(random.range(0, kWidth), random.range(0, kHeight), random.range(12, 60), 0, 7);
    layer.fill();
  }
  expose(film, layer, { radius: 26 });
  layer = sheet();
  for (let spot = 0; spot < 34; spot++) {
    layer.fillStyle = `hsl(${random.range(46, 80)} 70% 82%)`;
    layer.beginPath();
    layer.arc(random.range(260, 1060), random.range(-10, 420), random.range(2, 5), 0, 7);
    layer.fill();
  }
  expose(film, layer, { radius: 24, gain: 14, glow: true });
  // Leaves in three depths, from both sides, so that the middle stays calm behind a person.
  for (const [depth, radius, leaves, size] of [[0, 13, 42, 190], [1, 8, 34, 250], [2, 5, 16, 330]]) {
    layer = sheet();
    for (let index = 0; index < leaves; index++) {
      const left = random.next() < 0.5;
      const inward = random.next() ** 1.7 * (depth === 2 ? 190 : 400);
      const x = left ? -40 + inward : kWidth + 40 - inward;
      const y = random.range(120, kHeight + 150);
      const angle = (left ? 1 : -1) * random.range(0.05, 1.25) + random.range(-0.25, 0.25);
      const length = size * random.range(0.65, 1.15);
      const light = 13 + depth * 4 + random.range(0, 16);
      const hue = random.range(96, 142);
      const tone = ramp(layer, 0, 0, 0, -length, `hsl(${hue} 36% ${light}%)`, `hsl(${hue - 14} 40% ${light + 17}%)`);
      leaf(layer, x, y, length, length * random.range(0.2, 0.33), angle, tone, `hsl(${hue - 20} 36% ${light + 22}% / 70%)`);
    }
    expose(film, layer, { radius, gain: 1.15 });
  }
  layer = sheet();
  glowAt(layer, 700, -60, 760, 'rgb(255 244 206 / 44%)', 'rgb(255 244 206 / 0%)');
  expose(film, layer, { glow: true, gain: 0.42 });
  return { exposure: 0.95, vignette: 0.3, seed: 21 };
};

scenes.coast = (film) => {
  const random = chance(101);
  let layer = sheet();
  layer.fillStyle = ramp(layer, 0, 0, 0, 430, '#5f7fa3', '#94a9bd', '#d9b9a4', '#f3c79c');
  layer.fillRect(0, 0, kWidth, 440);
  layer.fillStyle = ramp(layer, 0, 420, 0, kHeight, '#b9a39b', '#6f8794', '#3f5c6c', '#2b4350');
  layer.fillRect(0, 424, kWidth, kHeight);
  expose(film, layer, { radius: 3 });
  // Thin clouds, lit from below.
  layer = sheet();
  layer.filter = 'blur(6px)';
  for (let band = 0; band < 46; band++) {
    const y = random.range(40, 350);
    layer.fillStyle = `hsl(${random.range(12, 34)} 62% ${random.range(72, 88)}% / ${random.range(6, 22)}%)`;
    layer.beginPath();
    layer.ellipse(random.range(0, kWidth), y, random.range(120, 420), random.range(4, 16), random.range(-0.04, 0.02), 0, 7);
    layer.fill();
  }
  expose(film, layer, { radius: 5 });
  layer = sheet();
  glowAt(layer, 860, 410, 620, 'rgb(255 206 140 / 74%)', 'rgb(255 170 120 / 0%)');
  expose(film, layer, { glow: true, gain: 0.6 });
  layer = sheet();
  fill(layer, '#fff1cf', 838, 384, 44, 44, 22);
  expose(film, layer, { radius: 8, gain: 2.4, glow: true });
  // Headlands, hazier with distance.
  for (const [y, height, tone, from, radius] of [[428, 46, '#8f96a3', 0, 5], [430, 92, '#66727f', -200, 5], [440, 150, '#3b4a53', -420, 6]]) {
    layer = sheet();
    layer.fillStyle = tone;
    layer.beginPath();
    layer.moveTo(from, y);
    for (let x = from; x <= from + 760; x += 8) {
      const along = (x - from) / 760;
      const rise = height * (1 - along) ** 0.8 * (0.78 + 0.14 * Math.sin(x / 58 + height) + 0.08 * Math.sin(x / 23));
      layer.lineTo(x, y - Math.max(0, rise));
    }
    layer.lineTo(from + 760, y);
    layer.fill();
    expose(film, layer, { radius });
  }
  // The sun's road over the water, broken by waves.
  layer = sheet();
  for (let glint = 0; glint < 900; glint++) {
    const depth = random.next() ** 1.6;
    const y = 430 + depth * 290;
    const spread = 16 + depth * 210;
    const x = 860 + (random.next() + random.next() + random.next() - 1.5) * spread;
    layer.fillStyle = `hsl(${random.range(26, 44)} 90% ${random.range(66, 84)}% / ${random.range(20, 75)}%)`;
    layer.fillRect(x, y, random.range(6, 18) * (0.5 + depth * 1.8), 1.2 + depth * 2.4);
  }
  expose(film, layer, { radius: 5, gain: 1.5, glow: true });
  layer = sheet();
  for (let wave = 0; wave < 420; wave++) {
    const depth = random.next() ** 1.4;
    layer.fillStyle = random.next() < 0.5 ? 'rgb(20 40 52 / 26%)' : 'rgb(190 206 214 / 14%)';
    layer.fillRect(random.range(-60, kWidth), 432 + depth * 290, random.range(30, 170) * (0.4 + depth), 1 + depth * 4);
  }
  expose(film, layer, { radius: 4 });
  return { exposure: 1.02, vignette: 0.25, seed: 34 };
};
