// SPDX-License-Identifier: Apache-2.0
// The layers as a stack of buttons, the largest size on top: pressing one receives no more than it.

import type { Keep } from './lane';

export class Stack {
  #shape = '';
  #buttons: { button: HTMLButtonElement; rate: HTMLElement; spatial: number; temporal: number }[] = [];

  constructor(
    private readonly element: HTMLElement,
    private readonly chosen: (keep: Keep) => void,
  ) {}

  /** Builds it anew where the layers are others; all of them are received then. `width`, `height`: the largest size. */
  build(sizes: number, rates: number, width: number, height: number): void {
    const shape = `${sizes} ${rates}`;
    if (shape === this.#shape) return;
    this.#shape = shape;
    this.#buttons = [];
    this.element.style.setProperty('--rates', String(rates));
    this.element.replaceChildren(...Array.from({ length: sizes }, (_, row) => {
      const label = document.createElement('span');
      label.textContent = `${width >> row}×${height >> row}`;
      const line = document.createElement('div');
      line.className = 'size';
      line.append(label, ...Array.from({ length: rates }, (_, temporal) => this.#layer(sizes - 1 - row, temporal)));
      return line;
    }));
    this.#choose({ spatial: sizes - 1, temporal: rates - 1 });
  }

  /** `kilobits`: of each layer, [spatial][temporal]; null while nothing runs. */
  show(kilobits: ((spatial: number, temporal: number) => number) | null): void {
    for (const { rate, spatial, temporal } of this.#buttons) rate.textContent = kilobits ? `${kilobits(spatial, temporal).toFixed(0)} kbit/s` : '–';
  }

  #layer(spatial: number, temporal: number): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'layer';
    const [name, rate] = [document.createElement('strong'), document.createElement('span')];
    name.textContent = `S${spatial} T${temporal}`;
    rate.textContent = '–';
    button.append(name, ' ', rate);
    button.addEventListener('click', () => this.#choose({ spatial, temporal }));
    this.#buttons.push({ button, rate, spatial, temporal });
    return button;
  }

  #choose(keep: Keep): void {
    for (const { button, spatial, temporal } of this.#buttons) button.ariaPressed = String(spatial <= keep.spatial && temporal <= keep.temporal);
    this.chosen(keep);
  }
}
