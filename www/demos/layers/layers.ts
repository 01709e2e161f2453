// SPDX-License-Identifier: Apache-2.0
// Tiles that people drag, a link that they change, and what six policies make of both.

import { LayerSimulator } from 'tessera-rtc/layers-simulator';
import { Graphs } from './graphs.ts';
import source from './layers.ts?raw';

const element = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const form = element<HTMLFormElement>('#controls');
const status = element<HTMLOutputElement>('#status');
const stage = element('#stage');
const runButton = element<HTMLButtonElement>('#run');
const field = <T extends HTMLElement = HTMLInputElement>(name: string): T => form.elements.namedItem(name) as unknown as T;

element('#source').textContent = source;

let simulator: LayerSimulator | null = null;
let graphs: Graphs | null = null;
let running = true;
let fileText = '';

/** 150 kbit/s to 10 Mbit/s, as the ear hears: each step of the slider is the same ratio. */
const kilobits = (): number => Math.round(150 * (10_000 / 150) ** (Number(field('bandwidth').value) / 100));

function applyLink(): void {
  const trace = field<HTMLSelectElement>('trace').value;
  element('#rate').textContent = `${(kilobits() / 1000).toFixed(2)} Mbit/s`;
  try {
    if (trace === 'file') simulator?.setTrace(fileText);
    else if (trace) simulator?.setTrace(trace);
    else simulator?.setBandwidth(kilobits());
    status.textContent = trace === 'file' ? 'The link follows your trace.' : trace ? 'The link follows the trace.' : `The link carries ${(kilobits() / 1000).toFixed(2)} Mbit/s.`;
  } catch (error) {
    field<HTMLSelectElement>('trace').value = '';
    status.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** A picture on this page stands for one of four times its sides in a real window. */
const kScale = 4;

function place(tile: HTMLElement, index: number): void {
  simulator?.setTile(index, {
    width: tile.clientWidth * kScale,
    height: tile.clientHeight * kScale,
    pinned: tile.dataset.pinned === 'true',
    speaking: tile.dataset.speaking === 'true',
  });
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) place(target as HTMLElement, Number((target as HTMLElement).dataset.index));
});

function addTile(index: number): void {
  const tile = document.createElement('div');
  tile.className = 'tile';
  tile.dataset.index = String(index);
  const button = document.createElement('button');
  button.type = 'button';
  const name = field('screen').checked && index === 0 ? 'Screen' : `Camera ${index + 1}`;
  const show = (): void => {
    const pinned = tile.dataset.pinned === 'true';
    button.textContent = pinned ? `${name}, pinned` : name;
    button.setAttribute('aria-pressed', String(pinned));
  };
  button.title = 'Pin this tile, or let it go';
  button.addEventListener('click', () => {
    tile.dataset.pinned = String(tile.dataset.pinned !== 'true');
    show();
    place(tile, index);
  });
  // The corner is for the mouse; these keys do the same.
  button.addEventListener('keydown', (event) => {
    const change = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
    if (!change) return;
    event.preventDefault();
    tile.style.width = `${Math.max(64, tile.clientWidth + change * 32)}px`;
    tile.style.height = `${Math.max(44, tile.clientHeight + change * 18)}px`;
  });
  show();
  tile.append(button);
  stage.append(tile);
  sizes.observe(tile);
}

/** Makes the room anew. */
async function start(): Promise<void> {
  const tiles = Math.min(25, Math.max(1, Math.round(Number(field('tiles').value)) || 6));
  const next = await LayerSimulator.create({ tiles, screen: field('screen').checked });
  simulator?.close();
  sizes.disconnect();
  stage.replaceChildren();
  simulator = next;
  for (let index = 0; index < tiles; index++) addTile(index);
  graphs = new Graphs(element('#policies'), next, tiles);
  applyLink();
}

form.addEventListener('input', async ({ target }) => {
  const { name } = target as HTMLInputElement;
  if (name === 'tiles' || name === 'screen') await start();
  if (name === 'bandwidth') field<HTMLSelectElement>('trace').value = '';
  if (name === 'file') {
    const [file] = (target as HTMLInputElement).files ?? [];
    if (!file) return;
    fileText = await file.text();
    const select = field<HTMLSelectElement>('trace');
    if (![...select.options].some(({ value }) => value === 'file')) select.add(new Option('your file', 'file'));
    select.value = 'file';
  }
  applyLink();
});
form.addEventListener('submit', (event) => event.preventDefault());
runButton.addEventListener('click', () => {
  running = !running;
  runButton.textContent = running ? 'Pause' : 'Go on';
  runButton.setAttribute('aria-pressed', String(running));
});

// One step of 100 ms at a time, as fast as time passes; somebody else speaks every five seconds.
let speaker = 0;
setInterval(() => {
  if (!running || !simulator || !graphs || document.hidden) return;
  simulator.step();
  if (Math.floor(simulator.seconds * 10) % 50 === 0) {
    const tiles = [...stage.querySelectorAll<HTMLElement>('.tile')];
    speaker = (speaker + 1) % tiles.length;
    tiles.forEach((tile, index) => {
      tile.dataset.speaking = String(index === speaker);
      place(tile, index);
    });
  }
  graphs.draw(stage);
}, 100);

start().catch((error: unknown) => {
  status.textContent = `It did not start: ${error instanceof Error ? error.message : String(error)}`;
});
