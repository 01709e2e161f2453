// SPDX-License-Identifier: Apache-2.0
// The same people in four calls at once, one for each topology; what each of them measures is counted and shown.

import { MediaError, type Topology } from 'tessera-rtc';
import { kTopologies, topologyName } from '../../app/src/room/topology-view.ts';
import { Call } from './call.ts';
import callSource from './call.ts?raw';
import { CallCard } from './call-card.ts';
import cardSource from './call-card.ts?raw';
import { kNames, Person } from './person.ts';
import personSource from './person.ts?raw';
import source from './topologies.ts?raw';

const element = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
const startButton = element<HTMLButtonElement>('#start');
const stopButton = element<HTMLButtonElement>('#stop');
const form = element<HTMLFormElement>('#controls');
const slider = element<HTMLInputElement>('#people');
const camera = form.elements.namedItem('camera') as HTMLInputElement;
const status = element<HTMLOutputElement>('#status');

element('#source').textContent = [source, callSource, personSource, cardSource].join('\n');

const say = (text: string): void => {
  if (status.textContent !== text) status.textContent = text;
};
const cards = kTopologies.map((topology) => new CallCard(element('#calls'), topology));

interface Running {
  readonly people: Person[];
  readonly calls: Map<Topology, Call>;
  readonly timer: ReturnType<typeof setInterval>;
}
let running: Running | null = null;
/** One change at a time: people come and go in order. */
let queue: Promise<void> = Promise.resolve();

const wanted = (): number => Number(slider.value);

function preview(): void {
  element('#people-value').textContent = String(wanted());
  if (running) return;
  for (const card of cards) card.preview(kNames.slice(0, wanted()));
}

/** Brings the people in the calls to the number that the slider says. */
async function adjust(): Promise<void> {
  const now = running;
  if (!now) return;
  const calls = [...now.calls.values()];
  while (running === now && now.people.length > wanted()) {
    const person = now.people.pop()!;
    for (const it of calls) it.leave(person);
    person.close();
  }
  while (running === now && now.people.length < wanted()) {
    const name = kNames[now.people.length]!;
    say(`${name} joins…`);
    const person = await Person.create(now.people.length, camera.checked);
    if (running !== now) return person.close();
    now.people.push(person);
    // One call after the other: a machine that does everything at once does nothing in time.
    for (const it of calls) if (running === now) await it.join(person);
  }
  if (running === now) sayHowMany();
}

function sayHowMany(): void {
  const carried = [...running!.calls.values()].filter(({ failed }) => !failed);
  if (carried.length === 0) say('None of the calls runs; each says why.');
  else say(`${wanted()} people in each of ${carried.length} calls.${carried.length < 4 ? ' What is missing says why.' : ''}`);
}

async function start(): Promise<void> {
  const calls = new Map(cards.map((card) => [card.topology, new Call(card.topology, card)]));
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') for (const it of calls.values()) void it.measure();
  }, 1000);
  running = { people: [], calls, timer };
  await adjust();
}

function end(): void {
  if (!running) return;
  const { people, calls, timer } = running;
  running = null;
  clearInterval(timer);
  for (const it of calls.values()) it.close();
  for (const person of people) person.close();
}

function show(on: boolean): void {
  startButton.disabled = on;
  stopButton.disabled = !on;
  camera.disabled = on;
  document.body.classList.toggle('running', on);
}

/** After whatever is under way. A failure ends all calls, and says so. */
function enqueue(run: () => Promise<void>): void {
  queue = queue.then(run).catch((error: unknown) => {
    end();
    show(false);
    preview();
    const camera = error instanceof MediaError || (error instanceof DOMException && error.name === 'NotAllowedError');
    say(`${camera ? 'The camera could not be used' : 'It did not work'}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

startButton.addEventListener('click', () => {
  show(true);
  stopButton.focus();
  enqueue(start);
});
stopButton.addEventListener('click', () => {
  end();
  show(false);
  preview();
  say(`The calls have ended. Nothing of them is left running.`);
  startButton.focus();
});
slider.addEventListener('input', preview);
slider.addEventListener('change', () => enqueue(adjust));
form.addEventListener('submit', (event) => event.preventDefault());
globalThis.addEventListener('pagehide', end);
preview();
say(`Press Start: ${kTopologies.map((it) => topologyName[it]).join(', ')}, four calls with the same people.`);
