// SPDX-License-Identifier: Apache-2.0
// A room's topology as the panel shows it: words for each, who is drawn where and what connects whom, and what each connection carries.

import type { RoomDiagnostics, Topology } from '../engine.ts';

export const kTopologies: readonly Topology[] = ['mesh', 'sfu', 'mcu', 'relay'];

export const topologyName: Record<Topology, string> = { mesh: 'Mesh', sfu: 'SFU', mcu: 'MCU', relay: 'Relay' };

/** One line of what it means. */
export const topologyWords: Record<Topology, string> = {
  mesh: 'Everybody is connected directly to everybody',
  sfu: 'Everybody sends once, a media server passes it on',
  mcu: 'One of you mixes everybody into one picture',
  relay: 'Without WebRTC: everything goes through the server',
};

export interface Point { x: number; y: number }
export interface DrawnPerson extends Point { name: string; you: boolean; label: Point }
export interface Drawing {
  viewBox: string;
  people: DrawnPerson[];
  /** The server in the middle, if one passes media on. */
  server: Point | null;
  edges: { from: Point; to: Point; /** Yours, and media flows. */ kind: 'yours' | 'waiting' | 'others' }[];
}

interface Somebody { id: string; name: string; connected: boolean }

/** Places everybody on a ring, or around the one that mixes, and says who is connected with whom. */
export function draw(topology: Topology, others: readonly Somebody[], mixer: string | null): Drawing {
  const you = { id: '', name: 'You', connected: true };
  const all = [you, ...others];
  const hub = topology === 'mcu' ? (all.find(({ id }) => id === mixer) ?? you) : null;
  const ring = all.filter((it) => it !== hub);
  const flat = ring.length <= 2;
  const centre = { x: 150, y: 62 };
  const place = (index: number): Point => {
    const angle = (flat ? Math.PI : -Math.PI / 2) + (index * 2 * Math.PI) / Math.max(2, ring.length);
    return { x: centre.x + 93 * Math.cos(angle), y: centre.y + (flat ? 0 : 46) * Math.sin(angle) };
  };
  const people = all.map((it): DrawnPerson & Somebody => {
    const at = it === hub ? centre : place(ring.indexOf(it));
    return { ...it, ...at, you: it === you, label: { x: at.x, y: at.y < 61 ? at.y - 14 : at.y + 23 } };
  });
  const server = topology === 'sfu' || topology === 'relay' ? centre : null;
  const kind = (a: Somebody & { you: boolean }, b?: Somebody & { you: boolean }) => (a.you || b?.you ? (a.connected && (b?.connected ?? others.some((it) => it.connected)) ? 'yours' : 'waiting') : 'others');
  const edges: Drawing['edges'] = [];
  for (const [index, a] of people.entries()) {
    if (server) edges.push({ from: a, to: server, kind: kind(a) });
    for (const b of people.slice(index + 1)) if (topology === 'mesh' || (hub && (a.id === hub.id || b.id === hub.id))) edges.push({ from: a, to: b, kind: kind(a, b) });
  }
  return { viewBox: flat ? '0 34 300 62' : '0 -12 300 156', people, server, edges };
}

/** The drawing in words, for those who do not see it. */
export function drawingWords(topology: Topology, others: readonly Somebody[], mixer: string | null): string {
  const names = others.map(({ name }) => name).join(', ') || 'nobody yet';
  switch (topology) {
    case 'mesh': return `Mesh: you are connected directly to ${names}`;
    case 'sfu': return `SFU: a media server connects you with ${names}`;
    case 'mcu': return `MCU: ${others.find(({ id }) => id === mixer)?.name ?? 'your own computer'} mixes ${names} and you into one picture`;
    case 'relay': return `Relay: the server passes everything on between you and ${names}`;
  }
}

export interface ConnectionRow { name: string; streamsUp: number; streamsDown: number; upBitsPerSecond: number; downBitsPerSecond: number }

/** Every connection that carries media, and their sum. */
export function connectionRows({ connections, peers, topology }: Pick<RoomDiagnostics, 'connections' | 'peers' | 'topology'>): { rows: ConnectionRow[]; total: ConnectionRow } {
  const names = new Map(peers.map(({ participantId, name }) => [participantId, name]));
  const server = topology === 'sfu' ? 'Media server' : 'Server';
  const rows = connections.map(({ participantId, ...counts }): ConnectionRow => {
    const direction = counts.streamsUp > 0 && counts.streamsDown === 0 ? ', up' : counts.streamsDown > 0 && counts.streamsUp === 0 ? ', down' : '';
    return { name: participantId === undefined ? `${server}${connections.length > 1 ? direction : ''}` : (names.get(participantId) ?? 'Somebody'), ...counts };
  });
  const sum = (key: Exclude<keyof ConnectionRow, 'name'>): number => rows.reduce((all, row) => all + row[key], 0);
  const total = { name: 'Total', streamsUp: sum('streamsUp'), streamsDown: sum('streamsDown'), upBitsPerSecond: sum('upBitsPerSecond'), downBitsPerSecond: sum('downBitsPerSecond') };
  return { rows, total };
}
