// SPDX-License-Identifier: Apache-2.0
// A line for each codec over the last minute.

const kPoints = 120;
const kHeight = 160;
const kLeft = 40;

export type Name = 'wasm' | 'native';

const create = <K extends keyof SVGElementTagNameMap>(name: K, attributes: Record<string, string | number>, text = ''): SVGElementTagNameMap[K] => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
};

/** Steps that people count in: 1, 2, 5, 10, 20 … */
function stepFor(range: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(range, 1e-9) / 3));
  return power * ([1, 2, 5, 10].find((factor) => (power * factor * 4) >= range) ?? 10);
}

export class Chart {
  readonly #values: Record<Name, (number | null)[]> = { wasm: [], native: [] };

  /** @param fromZero the scale begins at 0, not at the least value. */
  constructor(
    private readonly svg: SVGSVGElement,
    private readonly fromZero: boolean,
  ) {
    this.#draw();
  }

  add(values: Record<Name, number | null>): void {
    for (const name of ['wasm', 'native'] as const) {
      this.#values[name].push(values[name]);
      if (this.#values[name].length > kPoints) this.#values[name].shift();
    }
    this.#draw();
  }

  clear(): void {
    this.#values.wasm = [];
    this.#values.native = [];
    this.#draw();
  }

  #draw(): void {
    const width = this.svg.clientWidth || 480;
    this.svg.setAttribute('viewBox', `0 0 ${width} ${kHeight}`);
    const all = Object.values(this.#values).flat().filter((value) => value !== null);
    const least = this.fromZero ? 0 : Math.min(...all, 60);
    const step = stepFor(Math.max(...all, least + 1) - least);
    const bottom = Math.floor(least / step) * step;
    const top = Math.max(bottom + step, Math.ceil(Math.max(...all, bottom) / step) * step);
    const y = (value: number) => kHeight - 12 - ((value - bottom) / (top - bottom)) * (kHeight - 28);
    const parts: SVGElement[] = [];
    for (let value = bottom; value <= top + step / 2 && all.length; value += step) {
      parts.push(create('line', { x1: kLeft, x2: width - 8, y1: y(value), y2: y(value) }));
      parts.push(create('text', { x: kLeft - 6, y: y(value) + 4, 'text-anchor': 'end' }, String(Math.round(value * 10) / 10)));
    }
    if (!all.length) parts.push(create('text', { x: width / 2, y: kHeight / 2, 'text-anchor': 'middle' }, 'Start the camera to see it.'));
    for (const name of ['wasm', 'native'] as const) {
      const values = this.#values[name];
      const points = values.map((value, i) => (value === null ? '' : `${kLeft + ((kPoints - values.length + i) / (kPoints - 1)) * (width - kLeft - 8)},${y(value).toFixed(1)}`));
      parts.push(create('polyline', { class: name, points: points.join(' ') }));
    }
    this.svg.replaceChildren(...parts);
  }
}
