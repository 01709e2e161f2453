// SPDX-License-Identifier: Apache-2.0
// The live graph: what each stage of the work took, second by second, stacked, and the frames per second as a line above.

import type { BackgroundStatsEvent } from 'tessera-rtc/background';

const kSeconds = 60;
const kStages = ['input', 'segmentation', 'drawing', 'output'] as const;
type Second = Pick<BackgroundStatsEvent, 'fps' | 'stages'>;

/** The least of 1, 2, 5, 10, 20, … that is not below `value`. */
function roundUp(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * [1, 2, 5, 10].find((step) => step * decade >= value)!;
}

export class Graph {
  #seconds: Second[] = [];
  readonly #watch: ResizeObserver;

  /** @param legend holds an element with data-stage for each stage and for 'fps'; it is given the newest figure. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly legend: HTMLElement,
  ) {
    this.#watch = new ResizeObserver(() => this.#draw());
    this.#watch.observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
  }

  add(second: Second): void {
    this.#seconds = [...this.#seconds, second].slice(-kSeconds);
    for (const stage of kStages) this.#tell(stage, `${second.stages[stage].toFixed(1)} ms`);
    this.#tell('fps', second.fps.toFixed(0));
    const sum = kStages.reduce((total, stage) => total + second.stages[stage], 0);
    this.canvas.setAttribute('aria-label', `The last ${this.#seconds.length} seconds: now ${sum.toFixed(1)} milliseconds a frame at ${second.fps.toFixed(0)} frames a second`);
    this.#draw();
  }

  clear(): void {
    this.#seconds = [];
    for (const stage of [...kStages, 'fps']) this.#tell(stage, '–');
    this.#draw();
  }

  #tell(stage: string, text: string): void {
    this.legend.querySelector(`[data-stage=${stage}]`)!.textContent = text;
  }

  #draw(): void {
    const { canvas } = this;
    const scale = devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (width === 0) return;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext('2d')!;
    context.scale(scale, scale);
    const style = getComputedStyle(canvas);
    const color = (name: string): string => style.getPropertyValue(`--${name}`);
    const most = roundUp(Math.max(1, ...this.#seconds.map(({ stages }) => kStages.reduce((sum, stage) => sum + stages[stage], 0))));
    const mostFps = Math.max(30, roundUp(Math.max(1, ...this.#seconds.map(({ fps }) => fps))));
    const [left, right, top, bottom] = [36, width - 32, 20, height - 8];
    const y = (share: number): number => bottom - share * (bottom - top);
    context.font = `12px ${style.fontFamily}`;
    context.textBaseline = 'middle';
    for (const share of [0, 0.5, 1]) {
      context.fillStyle = color('line');
      context.fillRect(left, y(share), right - left, 1);
      context.fillStyle = color('quiet');
      context.textAlign = 'right';
      context.fillText(String(most * share), left - 6, y(share));
      context.textAlign = 'left';
      context.fillText(String(mostFps * share), right + 6, y(share));
    }
    context.textBaseline = 'alphabetic';
    context.fillText('ms', 0, 10);
    context.textAlign = 'right';
    context.fillText('fps', width, 10);
    const step = (right - left) / kSeconds;
    const first = kSeconds - this.#seconds.length;
    this.#seconds.forEach(({ stages }, index) => {
      let sum = 0;
      for (const stage of kStages) {
        const from = y(sum / most);
        sum += stages[stage];
        context.fillStyle = color(`stage-${stage}`);
        context.fillRect(left + (first + index) * step, y(sum / most), Math.max(1, step - 1), from - y(sum / most));
      }
    });
    context.beginPath();
    this.#seconds.forEach(({ fps }, index) => context.lineTo(left + (first + index + 0.5) * step, y(fps / mostFps)));
    context.strokeStyle = color('ink');
    context.lineWidth = 2;
    context.lineJoin = 'round';
    context.stroke();
  }
}
