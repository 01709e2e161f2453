// SPDX-License-Identifier: Apache-2.0
// The small picture of a topology has the right lines, and the table counts every connection once.

import { describe, expect, it } from 'vitest';
import { connectionRows, draw, drawingWords } from './topology-view.ts';

const others = [{ id: 'b', name: 'Ben', connected: true }, { id: 'c', name: 'Caro', connected: false }, { id: 'd', name: 'Dan', connected: true }];
const kinds = (drawing: ReturnType<typeof draw>) => drawing.edges.map(({ kind }) => kind).sort().join(' ');

describe('the picture', () => {
  it('connects everybody in a mesh, and tells what is yours', () => {
    const drawing = draw('mesh', others, null);
    expect(kinds(drawing)).toBe('others others others waiting yours yours');
    expect(drawing.server).toBeNull();
  });
  it('connects everybody with the server, or with the one that mixes', () => {
    for (const topology of ['sfu', 'relay'] as const) {
      const drawing = draw(topology, others, null);
      expect(kinds(drawing)).toBe('others others others yours');
      expect(drawing.edges.every(({ to }) => to === drawing.server)).toBe(true);
    }
    const mixed = draw('mcu', others, 'd');
    expect(kinds(mixed)).toBe('others others yours');
    const [dan] = mixed.people.filter(({ name }) => name === 'Dan');
    expect([dan!.x, dan!.y]).toEqual([150, 62]);
    expect(kinds(draw('mcu', others, null))).toBe('waiting yours yours');
  });
  it('keeps everybody and their names inside', () => {
    for (const count of [0, 1, 2, 5]) {
      const people = Array.from({ length: count }, (_, index) => ({ id: String(index), name: `P${index}`, connected: true }));
      for (const topology of ['mesh', 'sfu', 'mcu', 'relay'] as const) {
        const { viewBox, people: drawn } = draw(topology, people, null);
        const [left, top, width, height] = viewBox.split(' ').map(Number) as [number, number, number, number];
        for (const { x, y, label } of drawn) {
          expect(x - 9 >= left && x + 9 <= left + width).toBe(true);
          expect(Math.min(y - 9, label.y - 11) >= top && Math.max(y + 9, label.y + 4) <= top + height, `${topology} ${count} ${y} ${label.y} ${viewBox}`).toBe(true);
        }
        expect(new Set(drawn.map(({ x, y }) => `${x} ${y}`)).size).toBe(count + 1);
      }
    }
  });
  it('is said in words', () => {
    expect(drawingWords('mesh', others, null)).toBe('Mesh: you are connected directly to Ben, Caro, Dan');
    expect(drawingWords('mcu', others, 'd')).toContain('Dan mixes');
    expect(drawingWords('mcu', others, null)).toContain('your own computer mixes');
  });
});

describe('the table', () => {
  const counts = { streamsUp: 2, streamsDown: 2, upBitsPerSecond: 1000, downBitsPerSecond: 2000 };
  const peers = [{ participantId: 'b', name: 'Ben' }] as never;
  it('names people and servers, and sums', () => {
    const mesh = connectionRows({ topology: 'mesh', peers, connections: [{ participantId: 'b', ...counts }, { participantId: 'gone', ...counts }] });
    expect(mesh.rows.map(({ name }) => name)).toEqual(['Ben', 'Somebody']);
    expect(mesh.total).toMatchObject({ streamsUp: 4, streamsDown: 4, upBitsPerSecond: 2000, downBitsPerSecond: 4000 });
    const sfu = connectionRows({ topology: 'sfu', peers, connections: [{ ...counts, streamsDown: 0 }, { ...counts, streamsUp: 0 }] });
    expect(sfu.rows.map(({ name }) => name)).toEqual(['Media server, up', 'Media server, down']);
    expect(connectionRows({ topology: 'relay', peers, connections: [counts] }).rows[0]!.name).toBe('Server');
  });
});
