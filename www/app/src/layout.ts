// SPDX-License-Identifier: Apache-2.0
// Where the tiles of a room go: pure geometry in CSS pixels, origin at the container's top left.

export interface Size { width: number; height: number }
export interface Rect extends Size { x: number; y: number }

export interface GridOptions {
  /** Space between tiles, in px. Default 8. */
  gap?: number;
  /** The shape of a picture's middle, which should stay in view. Default 4/3. */
  aspect?: number;
  /** A tile is never narrower than this (width / height). Default 0.7. */
  minAspect?: number;
  /** A tile is never wider than this; rows are centred instead. Default 2.4. */
  maxAspect?: number;
}

/**
 * Splits `count` into `rows` rows that differ by one at most, the shorter rows last.
 * rowCounts(5, 2) is [3, 2].
 */
export function rowCounts(count: number, rows: number): number[] {
  const base = Math.floor(count / rows);
  const extra = count % rows;
  return Array.from({ length: rows }, (_, row) => base + (row < extra ? 1 : 0));
}

/**
 * Tiles that fill the container: the number of rows is the one that shows the most of every picture.
 * Rows share the height evenly and each row fills the width, within the allowed shapes; what is then left over is
 * margin around the whole. Returns `count` rectangles in reading order, empty for no tiles or no room.
 */
export function gridLayout(count: number, container: Size, options: GridOptions = {}): Rect[] {
  if (count <= 0 || container.width <= 0 || container.height <= 0) return [];
  const gap = options.gap ?? 8;
  let best: Rect[] = [];
  let bestScore = -1;
  for (let columns = count; columns >= 1; columns--) {
    const rows = Math.ceil(count / columns);
    const rects = layRows(rowCounts(count, rows), container, gap, options.minAspect ?? 0.7, options.maxAspect ?? 2.4);
    if (!rects) continue;
    const score = scoreOf(rects, options.aspect ?? 4 / 3);
    if (score > bestScore + 1e-6) [best, bestScore] = [rects, score];
  }
  return best;
}

function layRows(counts: number[], container: Size, gap: number, minAspect: number, maxAspect: number): Rect[] | null {
  const rows = counts.length;
  const rowHeight = (container.height - gap * (rows - 1)) / rows;
  if (rowHeight <= 0) return null;
  const widest = Math.max(...counts);
  const narrowest = (container.width - gap * (widest - 1)) / widest;
  if (narrowest <= 0) return null;
  // All rows share one height, so that lines run through; the narrowest tile decides it.
  const height = Math.min(rowHeight, narrowest / minAspect);
  const top = (container.height - (height * rows + gap * (rows - 1))) / 2;
  const rects: Rect[] = [];
  counts.forEach((inRow, row) => {
    const width = Math.min((container.width - gap * (inRow - 1)) / inRow, height * maxAspect);
    const left = (container.width - (width * inRow + gap * (inRow - 1))) / 2;
    for (let column = 0; column < inRow; column++) {
      rects.push({ x: left + column * (width + gap), y: top + row * (height + gap), width, height });
    }
  });
  return rects;
}

/** The area that each tile leaves for the middle of a picture, where the person is: the worst tile counts for most. */
function scoreOf(rects: Rect[], aspect: number): number {
  const seen = rects.map(({ width, height }) => Math.min(width, height * aspect) * Math.min(height, width / aspect));
  const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
  return 0.6 * Math.min(...seen) + 0.4 * mean;
}

/**
 * A shared screen on the stage and everybody in a strip: at the side of a wide container, above in a tall one (the bar is below).
 * More than one shared screen divides the stage. Without anybody in the strip the stage takes all.
 */
export function stageLayout(stageCount: number, stripCount: number, container: Size, options: GridOptions = {}): { stage: Rect[]; strip: Rect[] } {
  const gap = options.gap ?? 8;
  const { width, height } = container;
  if (stripCount === 0) return { stage: gridLayout(stageCount, container, { ...options, maxAspect: 4 }), strip: [] };
  const aspect = 16 / 9;
  const beside = width >= height * 1.1;
  if (beside) {
    const fits = ((height - gap * (stripCount - 1)) / stripCount) * aspect;
    const stripWidth = Math.max(48, Math.min(width * 0.22, 280, fits));
    const tileHeight = Math.min(stripWidth / aspect, (height - gap * (stripCount - 1)) / stripCount);
    const top = (height - (tileHeight * stripCount + gap * (stripCount - 1))) / 2;
    const stage = gridLayout(stageCount, { width: width - stripWidth - gap, height }, { ...options, maxAspect: 4, minAspect: 0.3 });
    const strip = Array.from({ length: stripCount }, (_, index) => ({
      x: width - stripWidth, y: top + index * (tileHeight + gap), width: stripWidth, height: tileHeight,
    }));
    return { stage, strip };
  }
  const tileWidth = Math.min((width - gap * (stripCount - 1)) / stripCount, 200);
  const stripHeight = Math.min(tileWidth / aspect < 72 ? tileWidth : tileWidth / aspect, height * 0.24);
  const left = (width - (tileWidth * stripCount + gap * (stripCount - 1))) / 2;
  const below = stripHeight + gap;
  const stage = gridLayout(stageCount, { width, height: height - below }, { ...options, maxAspect: 4, minAspect: 0.3 })
    .map((rect) => ({ ...rect, y: rect.y + below }));
  const strip = Array.from({ length: stripCount }, (_, index) => ({
    x: left + index * (tileWidth + gap), y: 0, width: tileWidth, height: stripHeight,
  }));
  return { stage, strip };
}

export type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';

/** The corner of the container that a point is nearest to. */
export function nearestCorner(point: { x: number; y: number }, container: Size): Corner {
  const vertical = point.y < container.height / 2 ? 'top' : 'bottom';
  const horizontal = point.x < container.width / 2 ? 'left' : 'right';
  return `${vertical}-${horizontal}`;
}

/** The corner that an arrow key leads to; Enter and Space go round. Null when the key moves nothing. */
export function cornerAfterKey(corner: Corner, key: string): Corner | null {
  const [vertical, horizontal] = corner.split('-') as ['top' | 'bottom', 'left' | 'right'];
  switch (key) {
    case 'ArrowLeft': return `${vertical}-left`;
    case 'ArrowRight': return `${vertical}-right`;
    case 'ArrowUp': return `top-${horizontal}`;
    case 'ArrowDown': return `bottom-${horizontal}`;
    case 'Enter': case ' ': {
      const round: Corner[] = ['top-left', 'top-right', 'bottom-right', 'bottom-left'];
      return round[(round.indexOf(corner) + 1) % 4]!;
    }
    default: return null;
  }
}

/** Keeps the size's shape and puts it in a corner, `inset` px from the edges (and more at the bottom, for a bar). */
export function cornerRect(corner: Corner, container: Size, size: Size, inset = 16, bottomInset = inset): Rect {
  return {
    x: corner.endsWith('left') ? inset : Math.max(inset, container.width - size.width - inset),
    y: corner.startsWith('top') ? inset : Math.max(inset, container.height - size.height - bottomInset),
    ...size,
  };
}

/** The keyframes that make an element at `to` seem to come from `from` (FLIP), or null when nothing visible moved. */
export function flip(from: Rect, to: Rect): { transform: string }[] | null {
  const dx = from.x - to.x;
  const dy = from.y - to.y;
  const sx = from.width / to.width;
  const sy = from.height / to.height;
  if (Math.abs(dx) < 1 && Math.abs(dy) < 1 && Math.abs(sx - 1) < 0.005 && Math.abs(sy - 1) < 0.005) return null;
  return [{ transform: `translate(${dx}px, ${dy}px) scale(${sx}, ${sy})` }, { transform: 'none' }];
}
