// SPDX-License-Identifier: Apache-2.0
// One card for each policy: its tiles, its figures, and the last minute of utility, switches and bits.

import type { LayerSimulator, PolicyState } from 'tessera-rtc/layers-simulator';

/** Samples of 100 ms that a graph holds. */
const kLength = 600;
const kWidth = 600;
const kTiles = 160;
const kRow = 64;

interface Card {
  canvas: HTMLCanvasElement;
  figures: Record<'utility' | 'switches' | 'stall' | 'bits', HTMLElement>;
  utility: number[];
  switches: number[];
  bits: number[];
  lastSwitches: number;
}

export class Graphs {
  readonly #cards: Card[] = [];
  readonly #capacity: number[] = [];

  constructor(
    place: HTMLElement,
    private readonly simulator: LayerSimulator,
    private readonly tiles: number,
  ) {
    place.replaceChildren();
    for (const name of simulator.policies) {
      const card = document.createElement('section');
      card.className = name === 'tessera' ? 'policy ours' : 'policy';
      const heading = document.createElement('h3');
      heading.textContent = name;
      const canvas = document.createElement('canvas');
      canvas.width = kWidth;
      canvas.height = kTiles + 3 * kRow;
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', `${name}: its tiles, and the last minute of utility, switches and bits`);
      const list = document.createElement('dl');
      list.className = 'figures';
      const figures = {} as Card['figures'];
      for (const [key, label] of [['utility', 'Utility'], ['switches', 'Switches'], ['stall', 'Stalls'], ['bits', 'Sent']] as const) {
        const term = document.createElement('dt');
        term.textContent = label;
        const value = document.createElement('dd');
        value.dataset.figure = key;
        figures[key] = value;
        list.append(term, value);
      }
      card.append(heading, canvas, list);
      place.append(card);
      this.#cards.push({ canvas, figures, utility: [], switches: [], bits: [], lastSwitches: 0 });
    }
  }

  /** Call once after every step; `stage` has the tiles as people see them. */
  draw(stage: HTMLElement): void {
    push(this.#capacity, this.simulator.capacity);
    this.#cards.forEach((card, index) => {
      const state = this.simulator.policy(index);
      push(card.utility, Math.min(state.utility, 1.2));
      push(card.switches, state.switches - card.lastSwitches);
      push(card.bits, state.arriving);
      card.lastSwitches = state.switches;
      this.#paint(card, index, stage);
      tell(card, state);
    });
  }

  #paint({ canvas, utility, switches, bits }: Card, policy: number, stage: HTMLElement): void {
    const context = canvas.getContext('2d')!;
    const style = getComputedStyle(canvas);
    const color = (name: string): string => style.getPropertyValue(name);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const scale = Math.min(kWidth / stage.clientWidth, kTiles / Math.max(1, stage.scrollHeight));
    context.font = '600 18px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    [...stage.children].slice(0, this.tiles).forEach((child, index) => {
      const tile = child as HTMLElement;
      const { height, frameRate } = this.simulator.tile(policy, index);
      const [x, y, w, h] = [tile.offsetLeft * scale, tile.offsetTop * scale, tile.offsetWidth * scale - 2, tile.offsetHeight * scale - 2];
      context.globalAlpha = height > 0 ? 0.35 + 0.65 * Math.min(1, height / 720) : 1;
      context.fillStyle = height > 0 ? color('--accent') : height === 0 ? color('--line') : color('--ink');
      context.fillRect(x, y, w, h);
      context.globalAlpha = 1;
      context.fillStyle = height < 0 ? color('--ground') : height >= 700 ? color('--on-accent') : color('--ink');
      const label = height > 0 ? `${height}${frameRate < 20 ? ' ½' : ''}` : height === 0 ? 'still' : '–';
      if (w > 30 && h > 16) context.fillText(label, x + w / 2, y + h / 2);
    });
    const most = Math.max(500, ...this.#capacity) * 1.1;
    line(context, utility, kTiles, 1.2, color('--accent'));
    bars(context, switches, kTiles + kRow, Math.max(4, ...switches), color('--danger'));
    line(context, this.#capacity, kTiles + 2 * kRow, most, color('--quiet'), 1);
    line(context, bits.map((value) => Math.min(value, most)), kTiles + 2 * kRow, most, color('--accent'));
    context.fillStyle = color('--quiet');
    context.textAlign = 'left';
    ['utility', 'switches', 'bits'].forEach((name, row) => context.fillText(name, 4, kTiles + row * kRow + 12));
  }
}

function push(values: number[], value: number): void {
  values.push(value);
  if (values.length > kLength) values.shift();
}

function line(context: CanvasRenderingContext2D, values: number[], top: number, most: number, color: string, width = 2): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  values.forEach((value, index) => context.lineTo(((index + kLength - values.length) / kLength) * kWidth, top + kRow - 4 - (value / most) * (kRow - 8)));
  context.stroke();
}

function bars(context: CanvasRenderingContext2D, values: number[], top: number, most: number, color: string): void {
  context.fillStyle = color;
  values.forEach((value, index) => {
    const height = (value / most) * (kRow - 20);
    context.fillRect(((index + kLength - values.length) / kLength) * kWidth, top + kRow - 4 - height, 2, height);
  });
}

function tell({ figures }: Card, state: PolicyState): void {
  figures.utility.textContent = `${(state.utilityOverall * 100).toFixed(0)} %`;
  figures.switches.textContent = String(state.switches);
  figures.stall.textContent = `${state.stallSeconds.toFixed(1)} s`;
  figures.bits.textContent = `${state.megabits.toFixed(1)} Mbit`;
}
