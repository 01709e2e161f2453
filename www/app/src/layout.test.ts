// SPDX-License-Identifier: Apache-2.0
// Tiles: no overlap, nothing outside, all of the space used, and the arrangement a person would pick.

import { describe, expect, it } from 'vitest';
import { cornerAfterKey, cornerRect, flip, gridLayout, nearestCorner, rowCounts, stageLayout, type Rect, type Size } from './layout.ts';

const containers: Size[] = [
  { width: 1920, height: 1080 }, { width: 1280, height: 720 }, { width: 800, height: 800 }, { width: 390, height: 844 },
  { width: 320, height: 568 }, { width: 2560, height: 600 }, { width: 844, height: 390 },
];

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width - 0.01 && b.x < a.x + a.width - 0.01 && a.y < b.y + b.height - 0.01 && b.y < a.y + a.height - 0.01;
}

function check(rects: Rect[], container: Size): void {
  for (const [index, rect] of rects.entries()) {
    expect(rect.width).toBeGreaterThan(0);
    expect(rect.height).toBeGreaterThan(0);
    expect(rect.x).toBeGreaterThanOrEqual(-0.01);
    expect(rect.y).toBeGreaterThanOrEqual(-0.01);
    expect(rect.x + rect.width).toBeLessThanOrEqual(container.width + 0.01);
    expect(rect.y + rect.height).toBeLessThanOrEqual(container.height + 0.01);
    for (const other of rects.slice(index + 1)) expect(overlap(rect, other)).toBe(false);
  }
}

const rowsOf = (rects: Rect[]): number => new Set(rects.map((rect) => Math.round(rect.y))).size;

describe('gridLayout', () => {
  it('keeps 1 to 12 tiles inside every container, apart from each other', () => {
    for (const container of containers) {
      for (let count = 1; count <= 12; count++) {
        const rects = gridLayout(count, container);
        expect(rects).toHaveLength(count);
        check(rects, container);
      }
    }
  });

  it('uses most of the window for 1 to 6 tiles', () => {
    for (const container of containers.slice(0, 5)) {
      for (let count = 1; count <= 6; count++) {
        const used = gridLayout(count, container).reduce((sum, { width, height }) => sum + width * height, 0);
        expect(used / (container.width * container.height), `${count} in ${container.width}x${container.height}`).toBeGreaterThan(0.6);
      }
    }
  });

  it('picks the arrangement that a person would', () => {
    const wide = { width: 1280, height: 720 };
    const tall = { width: 390, height: 844 };
    expect([1, 2, 3, 4, 5, 6].map((count) => rowsOf(gridLayout(count, wide)))).toEqual([1, 1, 2, 2, 2, 2]);
    expect([1, 2, 3].map((count) => rowsOf(gridLayout(count, tall)))).toEqual([1, 2, 3]);
    expect(rowsOf(gridLayout(6, tall))).toBe(3);
  });

  it('fills the window with one tile where the shape allows', () => {
    expect(gridLayout(1, { width: 1280, height: 720 })).toEqual([{ x: 0, y: 0, width: 1280, height: 720 }]);
  });

  it('centres a tile that would be too wide', () => {
    const [rect] = gridLayout(1, { width: 3000, height: 500 }, { maxAspect: 2 });
    expect(rect).toEqual({ x: 1000, y: 0, width: 1000, height: 500 });
  });

  it('has nothing for no tiles or no space', () => {
    expect(gridLayout(0, { width: 100, height: 100 })).toEqual([]);
    expect(gridLayout(3, { width: 0, height: 100 })).toEqual([]);
  });

  it('splits rows evenly', () => {
    expect(rowCounts(5, 2)).toEqual([3, 2]);
    expect(rowCounts(7, 3)).toEqual([3, 2, 2]);
    expect(rowCounts(6, 2)).toEqual([3, 3]);
  });
});

describe('stageLayout', () => {
  it('keeps stage and strip inside and apart', () => {
    for (const container of containers) {
      for (let stage = 1; stage <= 2; stage++) {
        for (let strip = 0; strip <= 6; strip++) {
          const result = stageLayout(stage, strip, container);
          expect(result.stage).toHaveLength(stage);
          expect(result.strip).toHaveLength(strip);
          check([...result.stage, ...result.strip], container);
        }
      }
    }
  });

  it('gives the stage most of the space, beside or above the strip', () => {
    const wide = stageLayout(1, 3, { width: 1280, height: 720 });
    expect(wide.stage[0]!.width).toBeGreaterThan(900);
    expect(wide.strip.every((rect) => rect.x > wide.stage[0]!.width)).toBe(true);
    const tall = stageLayout(1, 3, { width: 390, height: 844 });
    expect(tall.strip.every((rect) => rect.y + rect.height < tall.stage[0]!.y)).toBe(true);
  });
});

describe('the own tile', () => {
  it('goes to the nearest corner', () => {
    expect(nearestCorner({ x: 900, y: 10 }, { width: 1000, height: 500 })).toBe('top-right');
    expect(nearestCorner({ x: 10, y: 400 }, { width: 1000, height: 500 })).toBe('bottom-left');
  });

  it('moves with the arrow keys and goes round with Enter', () => {
    expect(cornerAfterKey('bottom-right', 'ArrowLeft')).toBe('bottom-left');
    expect(cornerAfterKey('bottom-right', 'ArrowUp')).toBe('top-right');
    expect(cornerAfterKey('bottom-right', 'Enter')).toBe('bottom-left');
    expect(cornerAfterKey('bottom-left', ' ')).toBe('top-left');
    expect(cornerAfterKey('bottom-left', 'x')).toBeNull();
  });

  it('stays clear of the edges and of the bar', () => {
    expect(cornerRect('bottom-right', { width: 1000, height: 500 }, { width: 200, height: 100 }, 16, 96))
      .toEqual({ x: 784, y: 304, width: 200, height: 100 });
    expect(cornerRect('top-left', { width: 100, height: 100 }, { width: 200, height: 100 })).toMatchObject({ x: 16, y: 16 });
  });
});

describe('flip', () => {
  it('says how to come from the old place', () => {
    expect(flip({ x: 0, y: 0, width: 100, height: 100 }, { x: 50, y: 20, width: 200, height: 50 }))
      .toEqual([{ transform: 'translate(-50px, -20px) scale(0.5, 2)' }, { transform: 'none' }]);
  });
  it('is nothing when nothing moved', () => {
    expect(flip({ x: 0, y: 0, width: 100, height: 100 }, { x: 0.4, y: 0, width: 100, height: 100 })).toBeNull();
  });
});
