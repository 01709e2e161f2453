// SPDX-License-Identifier: Apache-2.0
// The diagnostics panel: the four stages with their real states, and each connection in figures.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MediaModel } from '../call/media.ts';
import type { RoomModel } from '../call/room-model.ts';
import { bitrate, milliseconds, percent } from '../format.ts';
import { CopyButton, Icon } from '../ui.tsx';
import { readDiagnostics } from './diagnostics-read.ts';
import { LayersLogButton } from './LayersLog.tsx';
import { saveText } from './save-text.ts';
import { asText, graphPath, overallStages, roundUp, type ConnectionView, type Stage } from './diagnostics-view.ts';

const kSlots = 60;
interface History { up: number[]; down: number[] }

export function Diagnostics({ room }: { room: RoomModel; media: MediaModel }) {
  const connections = useSignal<readonly ConnectionView[] | null>(null);
  const history = useSignal<ReadonlyMap<string, History>>(new Map());
  useEffect(() => {
    let shown = true;
    const sample = async (): Promise<void> => {
      try {
        const views = readDiagnostics(await room.room.getDiagnostics());
        if (!shown) return;
        const next = new Map<string, History>();
        for (const { id, upBitsPerSecond, downBitsPerSecond } of views) {
          const { up, down } = history.peek().get(id) ?? { up: [], down: [] };
          next.set(id, { up: [...up, upBitsPerSecond].slice(-kSlots), down: [...down, downBitsPerSecond].slice(-kSlots) });
        }
        history.value = next;
        connections.value = views;
      } catch {
        // The room is closing; the panel goes with it.
      }
    };
    void sample();
    const timer = setInterval(() => void sample(), 1000);
    return () => { shown = false; clearInterval(timer); };
  }, [room]);

  const signalling = room.server.value.state;
  const views = connections.value ?? [];
  return (
    <div class="panel-scroll diagnostics">
      <Line stages={overallStages(signalling, views)} label="The call" />
      {views.length > 0 && <Topology people={views} />}
      {connections.value === null ? <p class="quiet-text">Measuring…</p> : views.length === 0 && <p class="quiet-text">As soon as somebody joins, the connection to them is shown here.</p>}
      {views.map((view) => <Connection key={view.id} view={view} history={history.value.get(view.id)} alone={views.length === 1} />)}
      <div class="row">
        <CopyButton label="Copy as text" text={() => asText(room.room.name, signalling, views, new Date())} />
        <button type="button" class="button quiet" onClick={() => saveLog(room)}><Icon name="save" />Save log</button>
        {views.some(({ relayed }) => relayed) && <LayersLogButton room={room.room} />}
      </div>
    </div>
  );
}

const kStateWords = { waiting: 'waiting', working: 'under way', done: 'done', failed: 'failed' } as const;

function Line({ stages, label }: { stages: Stage[]; label: string }) {
  return (
    <ol class="stages" aria-label={`Stages: ${label}`}>
      {stages.map(({ name, state, words }) => (
        <li key={name} class={`stage-${state}`}>
          <span class="stage-dot" aria-hidden="true">{state === 'done' ? <Icon name="check" /> : state === 'failed' ? <Icon name="close" /> : null}</span>
          <strong>{name}</strong>
          <span class="small"><span class="visually-hidden">{kStateWords[state]}: </span>{words}</span>
        </li>
      ))}
    </ol>
  );
}

/** You and the others as a ring, with the lines that media takes: to each other, or to the server in the middle. */
function Topology({ people }: { people: readonly ConnectionView[] }) {
  const points = [{ name: 'You', ok: true }, ...people.map(({ name, stages }) => ({ name, ok: stages.at(-1)!.state === 'done' }))].map((person, index, all) => {
    const angle = (all.length === 2 ? Math.PI : -Math.PI / 2) + (index * 2 * Math.PI) / all.length;
    return { ...person, x: 150 + 62 * Math.cos(angle) * 1.5, y: 62 + 42 * Math.sin(angle) };
  });
  const relayed = people.some((person) => person.relayed);
  const pair = points.length === 2;
  const names = people.map(({ name }) => name).join(', ');
  return (
    <figure class="topology">
      <svg viewBox={pair ? "0 44 300 52" : "0 -10 300 146"} role="img" aria-label={relayed ? `SFU: a media server connects you with ${names}` : `Mesh: you are connected directly to ${names}`}>
        {relayed && points.map(({ x, y, ok }, index) => <line key={`server-${index}`} x1={150} y1={pair ? points[0]!.y : 62} x2={x} y2={y} class={ok ? 'edge ok' : 'edge'} />)}
        {relayed && <rect x={142} y={(pair ? points[0]!.y : 62) - 8} width="16" height="16" rx="3" class="node" />}
        {!relayed && points.slice(1).map(({ x, y, ok }, index) => <line key={`you-${index}`} x1={points[0]!.x} y1={points[0]!.y} x2={x} y2={y} class={ok ? 'edge ok' : 'edge'} />)}
        {!relayed && points.slice(1).flatMap((a, i) => points.slice(i + 2).map((b, j) => <line key={`${i}-${j}`} x1={a.x} y1={a.y} x2={b.x} y2={b.y} class="edge faint" />))}
        {points.map(({ name, x, y }, index) => (
          <g key={index}>
            <circle cx={x} cy={y} r="9" class={index === 0 ? 'node you' : 'node'} />
            <text x={x} y={y < 61 ? y - 14 : y + 23} text-anchor="middle">{name.length > 14 ? `${name.slice(0, 13)}…` : name}</text>
          </g>
        ))}
      </svg>
      <figcaption class="small quiet-text">{relayed ? 'SFU: everybody sends once, a server passes it on' : 'Mesh: everybody is connected directly to everybody'}</figcaption>
    </figure>
  );
}

function Connection({ view, history, alone }: { view: ConnectionView; history: History | undefined; alone: boolean }) {
  return (
    <section class="connection" aria-label={`Connection to ${view.name}`}>
      <h3>{view.name}</h3>
      {!alone && <Line stages={view.stages} label={view.name} />}
      <dl class="figures">
        <div><dt>Round trip</dt><dd>{milliseconds(view.roundTripMs)}</dd></div>
        <div><dt>Loss</dt><dd>{percent(view.loss)}</dd></div>
        <div class="up"><dt>Sending</dt><dd>{bitrate(view.upBitsPerSecond)}</dd></div>
        <div class="down"><dt>Receiving</dt><dd>{bitrate(view.downBitsPerSecond)}</dd></div>
      </dl>
      <Graph history={history ?? { up: [], down: [] }} name={view.name} />
      <details>
        <summary>Details</summary>
        <dl class="details">{view.facts.map(([term, value]) => <div key={term}><dt>{term}</dt><dd>{value}</dd></div>)}</dl>
      </details>
    </section>
  );
}

function Graph({ history: { up, down }, name }: { history: History; name: string }) {
  const most = roundUp(Math.max(0, ...up, ...down));
  return (
    <svg class="graph" viewBox="0 0 320 80" preserveAspectRatio="none" role="img" aria-label={`Bitrate to and from ${name} over the last minute, up to ${bitrate(most)}`}>
      <path d="M0 .5H320M0 40H320M0 79.500H320" class="graph-grid" vector-effect="non-scaling-stroke" />
      <path d={graphPath(down, most, kSlots, 320, 78)} class="graph-down" vector-effect="non-scaling-stroke" />
      <path d={graphPath(up, most, kSlots, 320, 78)} class="graph-up" vector-effect="non-scaling-stroke" />
    </svg>
  );
}

function saveLog({ room }: RoomModel): void {
  saveText(room.exportLog(), `tessera-${room.name}`, 'jsonl');
}
