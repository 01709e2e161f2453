// SPDX-License-Identifier: Apache-2.0
// Names of rooms: what is valid, and reading what a person typed or pasted.

export const kMaxRoomNameLength = 64;

/** True for a name that a server accepts: 1 to 64 of letters, digits, `_` and `-`. */
export function isRoomName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

/**
 * Reads what a person put in the join field: a name, a name with spaces and accents, or a whole link.
 * Returns a valid name (and the token that a link carried), or null when nothing usable is left.
 */
export function readRoomInput(text: string): { name: string; token: string | null } | null {
  const trimmed = text.trim();
  const link = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) || /^[\w.-]+(:\d+)?\/[rw]\//.test(trimmed);
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

/** The NAME of `/r/NAME` or `/w/NAME`, decoded and unchecked; null for any other path. */
export function roomFromPath(path: string): string | null {
  const match = /^\/[rw]\/([^/]*)\/?$/.exec(path);
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
