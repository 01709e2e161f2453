// SPDX-License-Identifier: Apache-2.0
// The panel's part about the topology: a small picture of it, the choice of another one, and what each connection carries.

import { useSignal } from '@preact/signals';
import type { RoomModel } from '../call/room-model.ts';
import { codeOf, messageOf, type RoomDiagnostics, type Topology } from '../engine.ts';
import { bitrate } from '../format.ts';
import { announce } from '../ui.tsx';
import { connectionRows, draw, drawingWords, kTopologies, topologyName, topologyWords } from './topology-view.ts';

export function TopologyPart({ room, measured }: { room: RoomModel; measured: RoomDiagnostics }) {
  const people = measured.peers.map(({ participantId, name, state }) => ({ id: participantId, name, connected: state === 'connected' }));
  const mixer = measured.mixer === undefined || measured.mixer === measured.participantId ? null : measured.mixer;
  return (
    <section class="topology-part" aria-label="Topology">
      <h3>How media travels</h3>
      <Picture topology={measured.topology} people={people} mixer={mixer} />
      <Chooser room={room} current={measured.topology} />
      <Connections measured={measured} />
    </section>
  );
}

function Picture({ topology, people, mixer }: { topology: Topology; people: { id: string; name: string; connected: boolean }[]; mixer: string | null }) {
  const { viewBox, people: drawn, server, edges } = draw(topology, people, mixer);
  const edgeClass = { yours: 'edge ok', waiting: 'edge', others: 'edge faint' };
  return (
    <figure class="topology">
      <svg viewBox={viewBox} role="img" aria-label={drawingWords(topology, people, mixer)}>
        {edges.map(({ from, to, kind }, index) => <line key={index} x1={from.x} y1={from.y} x2={to.x} y2={to.y} class={edgeClass[kind]} />)}
        {server && <rect x={server.x - 9} y={server.y - 9} width="18" height="18" rx="4" class="node" />}
        {server && <path d={`M${server.x - 4} ${server.y - 3}h8M${server.x - 4} ${server.y + 3}h8`} class="node" />}
        {drawn.map(({ name, x, y, you, label }, index) => (
          <g key={index}>
            <circle cx={x} cy={y} r="9" class={you ? 'node you' : 'node'} />
            <text x={label.x} y={label.y} text-anchor="middle">{name.length > 14 ? `${name.slice(0, 13)}…` : name}</text>
          </g>
        ))}
      </svg>
      <figcaption class="small quiet-text">{topologyWords[topology]}</figcaption>
    </figure>
  );
}

/** Only what is on offer; with nothing to choose from, nothing. */
function Chooser({ room, current }: { room: RoomModel; current: Topology }) {
  const changing = useSignal<Topology | null>(null);
  const problem = useSignal('');
  const offered = kTopologies.filter((it) => it === current || room.room.topologies.includes(it));
  if (offered.length < 2) return null;
  const choose = async (topology: Topology): Promise<void> => {
    if (topology === current || changing.value) return;
    changing.value = topology;
    problem.value = '';
    try {
      await room.room.setTopology(topology);
      announce(`${topologyName[topology]}: ${topologyWords[topology]}`);
    } catch (error) {
      problem.value = codeOf(error) === 'rate-limited' ? 'Too many changes. Wait a few seconds.' : messageOf(error);
    } finally {
      changing.value = null;
    }
  };
  return (
    <fieldset class="topology-choice" aria-busy={changing.value !== null}>
      <legend class="visually-hidden">Change it for everybody</legend>
      <div class="segments">
        {offered.map((topology) => (
          <label key={topology} class={changing.value === topology ? 'changing' : ''}>
            <input type="radio" name="topology" value={topology} checked={topology === (changing.value ?? current)} onChange={() => void choose(topology)} />
            <span>{topologyName[topology]}</span>
          </label>
        ))}
      </div>
      <p class="small quiet-text" aria-live="polite">{changing.value ? `Changing to ${topologyName[changing.value]}…` : problem.value || 'Changes for everybody in the call.'}</p>
    </fieldset>
  );
}

function Connections({ measured }: { measured: RoomDiagnostics }) {
  const { rows, total } = connectionRows(measured);
  if (rows.length === 0) return null;
  return (
    <table class="connections">
      <caption class="visually-hidden">Connections that carry media</caption>
      <thead>
        <tr><th scope="col" rowSpan={2}>{rows.length === 1 ? '1 connection' : `${rows.length} connections`}</th><th scope="col" colSpan={2}>Streams</th><th scope="col" colSpan={2}>Bitrate</th></tr>
        <tr><th scope="col">up</th><th scope="col">down</th><th scope="col">up</th><th scope="col">down</th></tr>
      </thead>
      <tbody>
        {(rows.length > 1 ? [...rows, total] : rows).map(({ name, streamsUp, streamsDown, upBitsPerSecond, downBitsPerSecond }, index) => (
          <tr key={index}>
            <th scope="row">{name}</th><td>{streamsUp}</td><td>{streamsDown}</td><td>{bitrate(upBitsPerSecond)}</td><td>{bitrate(downBitsPerSecond)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
