// SPDX-License-Identifier: Apache-2.0
// One of the four on the page: its drawing, what its first person sees, and the counts of everybody.

import type { Room, RoomDiagnostics, Topology } from 'tessera-rtc';
import { connectionRows, draw, topologyName, topologyWords } from '../../app/src/room/topology-view.ts';

const kSvg = 'http://www.w3.org/2000/svg';

function add<T extends Element>(parent: Element, element: T, attributes: Record<string, string | number> = {}, text = ''): T {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text) element.textContent = text;
  parent.append(element);
  return element;
}
const html = <K extends keyof HTMLElementTagNameMap>(name: K): HTMLElementTagNameMap[K] => document.createElement(name);
const svg = (name: string): SVGElement => document.createElementNS(kSvg, name);

interface Counts { streamsUp: number; streamsDown: number; upBitsPerSecond: number; downBitsPerSecond: number }

export class CallCard {
  readonly #card: HTMLElement;
  readonly #drawing: SVGElement;
  readonly #note: HTMLElement;
  readonly #seen: HTMLElement;
  readonly #table: HTMLTableElement;
  readonly #body: HTMLTableSectionElement;
  #drawn = '';

  constructor(parent: Element, readonly topology: Topology) {
    this.#card = add(parent, html('section'), { class: 'call', 'aria-label': topologyName[topology], 'data-topology': topology });
    const head = add(this.#card, html('div'), { class: 'call-head' });
    add(head, html('h2'), {}, topologyName[topology]);
    this.#note = add(head, html('p'), { class: 'note', role: 'status' });
    add(this.#card, html('p'), { class: 'quiet-text' }, topologyWords[topology].replace('One of you', 'One of them'));
    this.#drawing = add(this.#card, svg('svg'), { role: 'img', class: 'drawing' });
    this.#seen = add(this.#card, html('div'), { class: 'seen', role: 'group', 'aria-label': `What Ana sees, ${topologyName[topology]}` });
    this.#table = add(this.#card, html('table'), { class: 'counts' });
    add(this.#table, html('caption'), { class: 'visually-hidden' }, `Connections, streams and bits, ${topologyName[topology]}`);
    const rows = add(this.#table, html('thead'));
    const top = add(rows, html('tr'));
    add(top, html('th'), { scope: 'col', rowspan: 2 }, 'Who');
    add(top, html('th'), { scope: 'col', rowspan: 2 }, 'Connec\u00adtions');
    add(top, html('th'), { scope: 'col', colspan: 2 }, 'Streams');
    add(top, html('th'), { scope: 'col', colspan: 2 }, 'Bits a second');
    const below = add(rows, html('tr'));
    for (const name of ['up', 'down', 'up', 'down']) add(below, html('th'), { scope: 'col' }, name);
    this.#body = add(this.#table, html('tbody'));
  }

  /** Before it runs: who will be in it. */
  preview(names: readonly string[]): void {
    this.#card.classList.remove('failed', 'live');
    this.#seen.replaceChildren();
    this.#note.textContent = '';
    this.#draw(names, this.topology === 'mcu' ? names[0]! : null, false);
    this.#fill(names.map((name) => [name, '–', '–', '–', '–', '–']), ['All', '–', '–', '–', '–', '–']);
  }

  say(text: string): void {
    if (this.#note.textContent !== text) this.#note.textContent = text;
  }

  /** Shows whoever this room receives, as tiles or as the one mix. */
  watch(room: Room): void {
    const tiles = new Map<string, HTMLElement>();
    let mixed: HTMLVideoElement | null = null;
    const arrange = (): void => {
      this.#seen.replaceChildren(...(mixed ? [mixed] : tiles.values()));
    };
    const mix = (track: MediaStreamTrack | null): void => {
      mixed = track && Object.assign(html('video'), { className: 'mix', muted: true, autoplay: true, playsInline: true, srcObject: new MediaStream([track]) });
      mixed?.setAttribute('aria-label', 'Everybody in one picture');
      arrange();
    };
    room.addEventListener('participantjoined', ({ participant }) => {
      tiles.set(participant.id, participant.createTile());
      arrange();
    });
    room.addEventListener('participantleft', ({ participant }) => {
      tiles.delete(participant.id);
      arrange();
    });
    room.addEventListener('mixchange', ({ track }) => mix(track));
    if (room.mix) mix(room.mix);
  }

  fail(why: string): void {
    this.#card.classList.remove('live');
    this.#card.classList.add('failed');
    this.#seen.replaceChildren();
    add(this.#seen, html('p'), { role: 'alert' }, why);
    this.#note.textContent = 'Not running';
    this.#fill([], null);
  }

  /** @param all what each person of these names measures. */
  show(names: readonly string[], all: readonly RoomDiagnostics[]): void {
    const measured = all.map((it) => ({ it, ...connectionRows(it) }));
    const reached = all.every(({ peers }) => peers.length === names.length - 1 && peers.every(({ state }) => state === 'connected'));
    const [{ mixer } = { mixer: undefined }] = all;
    const who = mixer === undefined ? null : (names[all.findIndex(({ participantId }) => participantId === mixer)] ?? null);
    // What leads to a participant is seen from both ends, what leads to a server from one.
    const connections = Math.round(all.flatMap((it) => it.connections).reduce((sum, { participantId }) => sum + (participantId === undefined ? 1 : 1 / 2), 0));
    const cells = ({ streamsUp, streamsDown, upBitsPerSecond, downBitsPerSecond }: Counts): string[] => [String(streamsUp), String(streamsDown), bits(upBitsPerSecond), bits(downBitsPerSecond)];
    const sum = (key: keyof Counts): number => measured.reduce((all, { total }) => all + total[key], 0);
    this.#card.classList.toggle('live', reached);
    this.say(!reached ? 'Connecting…' : `${connections === 1 ? '1 connection' : `${connections} connections`}${who ? `, ${who} mixes` : ''}`);
    this.#draw(names, who, reached);
    this.#fill(
      measured.map(({ rows, total }, index) => [`${names[index]!}`, String(rows.length), ...cells(total)]),
      ['All', String(connections), ...cells({ streamsUp: sum('streamsUp'), streamsDown: sum('streamsDown'), upBitsPerSecond: sum('upBitsPerSecond'), downBitsPerSecond: sum('downBitsPerSecond') })],
    );
  }

  #draw(names: readonly string[], mixer: string | null, live: boolean): void {
    const state = JSON.stringify([names, mixer, live]);
    if (state === this.#drawn) return;
    this.#drawn = state;
    const [first = '', ...others] = names;
    const { viewBox, people, server, edges } = draw(this.topology, others.map((name) => ({ id: name, name, connected: true })), mixer === first ? null : mixer);
    this.#drawing.replaceChildren();
    this.#drawing.setAttribute('viewBox', viewBox);
    this.#drawing.setAttribute('aria-label', `${names.join(', ')}: ${topologyWords[this.topology].toLowerCase()}`);
    for (const { from, to } of edges) add(this.#drawing, svg('line'), { x1: from.x, y1: from.y, x2: to.x, y2: to.y, class: live ? 'edge ok' : 'edge' });
    if (server) {
      add(this.#drawing, svg('rect'), { x: server.x - 9, y: server.y - 9, width: 18, height: 18, rx: 4, class: 'node' });
      add(this.#drawing, svg('path'), { d: `M${server.x - 4} ${server.y - 3}h8M${server.x - 4} ${server.y + 3}h8`, class: 'node' });
    }
    for (const { x, y, you, name, label } of people) {
      const own = you ? first : name;
      add(this.#drawing, svg('circle'), { cx: x, cy: y, r: 9, class: own === mixer ? 'node mixer' : 'node person' });
      add(this.#drawing, svg('text'), { x: label.x, y: label.y, 'text-anchor': 'middle' }, own);
    }
  }

  #fill(rows: readonly string[][], total: readonly string[] | null): void {
    this.#table.hidden = total === null;
    this.#body.replaceChildren();
    for (const cells of total ? [...rows, total] : rows) {
      const row = add(this.#body, html('tr'), cells === total ? { class: 'total' } : {});
      cells.forEach((text, index) => add(row, html(index === 0 ? 'th' : 'td'), index === 0 ? { scope: 'row' } : {}, text));
    }
  }
}

/** `340 k`, `1.2 M`: what stands before "bits a second". */
const bits = (perSecond: number): string => (perSecond < 999_500 ? `${Math.round(perSecond / 1000)} k` : `${(perSecond / 1e6).toFixed(1)} M`);
