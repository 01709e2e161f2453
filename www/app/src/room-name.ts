// SPDX-License-Identifier: Apache-2.0
// Names of rooms: making readable ones, and reading what a person typed or pasted.

const FIRST = ['amber', 'autumn', 'blue', 'brave', 'bright', 'calm', 'clear', 'coral', 'crisp', 'early', 'gentle', 'golden', 'green',
  'happy', 'hazel', 'ivory', 'jolly', 'kind', 'lemon', 'light', 'lively', 'lucky', 'mellow', 'merry', 'misty', 'noble', 'olive', 'open',
  'pearl', 'plain', 'quick', 'quiet', 'rosy', 'royal', 'ruby', 'sandy', 'silver', 'smooth', 'snowy', 'soft', 'still', 'sunny', 'swift',
  'teal', 'tidy', 'velvet', 'vivid', 'warm', 'wild', 'wise'];
const SECOND = ['acorn', 'anchor', 'badger', 'basil', 'beacon', 'birch', 'brook', 'canyon', 'cedar', 'cherry', 'cloud', 'clover', 'comet',
  'cove', 'dune', 'falcon', 'fern', 'field', 'finch', 'fjord', 'forest', 'fox', 'garden', 'grove', 'harbor', 'heron', 'hill', 'island',
  'juniper', 'lagoon', 'lake', 'lark', 'maple', 'meadow', 'mill', 'moss', 'mountain', 'ocean', 'orchard', 'otter', 'pebble', 'pine',
  'planet', 'poppy', 'prairie', 'rain', 'reef', 'ridge', 'river', 'robin', 'saffron', 'shore', 'sparrow', 'spring', 'stone', 'summit',
  'thistle', 'tulip', 'valley', 'walnut', 'wave', 'willow', 'wren'];
/** No vowels and nothing that looks like something else: no words by accident, easy to read out. */
const TAIL = 'bcdfghjkmnpqrstvwxz23456789';

export const kMaxRoomNameLength = 64;

/** True for a name that a server accepts: 1 to 64 of letters, digits, `_` and `-`. */
export function isRoomName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

/**
 * A new name such as `calm-river-k7t2mq`: readable, and with about 39 bits of chance, so that nobody walks in by guessing.
 * @param random gives integers in [0, below); the browser's strong source by default.
 */
export function makeRoomName(random: (below: number) => number = strongRandom): string {
  let tail = '';
  for (let index = 0; index < 6; index++) tail += TAIL[random(TAIL.length)];
  return `${FIRST[random(FIRST.length)]}-${SECOND[random(SECOND.length)]}-${tail}`;
}

function strongRandom(below: number): number {
  const word = new Uint32Array(1);
  const limit = 2 ** 32 - (2 ** 32 % below);
  do crypto.getRandomValues(word); while (word[0]! >= limit);
  return word[0]! % below;
}

/**
 * Reads what a person put in the join field: a name, a name with spaces and accents, or a whole link.
 * Returns a valid name (and the token that a link carried), or null when nothing usable is left.
 */
export function readRoomInput(text: string): { name: string; token: string | null } | null {
  const trimmed = text.trim();
  const link = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) || /^[\w.-]+(:\d+)?\/r\//.test(trimmed);
  if (link) {
    try {
      const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
      const name = roomFromPath(url.pathname);
      return name !== null && isRoomName(name) ? { name, token: tokenFromUrl(url) } : null;
    } catch {
      return null;
    }
  }
  const name = slug(trimmed);
  return name === '' ? null : { name, token: null };
}

/** `Team Stand-up, Zürich!` -> `Team-Stand-up-Zurich`. Empty when nothing usable is left. */
export function slug(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}+/gu, '').replace(/ß/g, 'ss').replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/-{2,}/g, '-').slice(0, kMaxRoomNameLength).replace(/^-+|-+$/g, '');
}

/** The NAME of `/r/NAME`, decoded and unchecked; null for any other path. */
export function roomFromPath(path: string): string | null {
  const match = /^\/r\/([^/]*)\/?$/.exec(path);
  if (!match) return null;
  try {
    return decodeURIComponent(match[1]!);
  } catch {
    return match[1]!;
  }
}

/** The join token of a link, `#token=…` (kept out of servers' logs) or `?token=…`. */
export function tokenFromUrl(url: URL): string | null {
  return new URLSearchParams(url.hash.slice(1)).get('token') ?? url.searchParams.get('token');
}
