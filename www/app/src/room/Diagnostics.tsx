// SPDX-License-Identifier: Apache-2.0
// The diagnostics panel: the four stages with their real states, and each connection in figures.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MediaModel } from '../call/media.ts';
import type { RoomModel } from '../call/room-model.ts';
import type { RoomDiagnostics } from '../engine.ts';
import { bitrate, milliseconds, percent } from '../format.ts';
import { CopyButton, Icon } from '../ui.tsx';
import { readDiagnostics } from './diagnostics-read.ts';
import { LayersLogButton } from './LayersLog.tsx';
import { TopologyPart } from './TopologyPart.tsx';
import { asText, graphPath, overallStages, roundUp, type ConnectionView, type Stage } from './diagnostics-view.ts';

const kSlots = 60;
interface History { up: number[]; down: number[] }

export function Diagnostics({ room }: { room: RoomModel; media: MediaModel }) {
  const connections = useSignal<readonly ConnectionView[] | null>(null);
  const measured = useSignal<RoomDiagnostics | null>(null);
  const history = useSignal<ReadonlyMap<string, History>>(new Map());
  useEffect(() => {
    let shown = true;
    const sample = async (): Promise<void> => {
      try {
        const digest = await room.room.getDiagnostics();
        const views = readDiagnostics(digest);
        if (!shown) return;
        const next = new Map<string, History>();
        for (const { id, upBitsPerSecond, downBitsPerSecond } of views) {
          const { up, down } = history.peek().get(id) ?? { up: [], down: [] };
          next.set(id, { up: [...up, upBitsPerSecond].slice(-kSlots), down: [...down, downBitsPerSecond].slice(-kSlots) });
        }
        history.value = next;
        connections.value = views;
        measured.value = digest;
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
      {measured.value && views.length > 0 && <TopologyPart room={room} measured={measured.value} />}
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
