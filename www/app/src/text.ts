// SPDX-License-Identifier: Apache-2.0
// Text that people wrote: made safe to show, cut to length, links found.

export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

/** What one chat message may hold, in characters. */
export const kMaxChatLength = 2000;

/**
 * Splits a message into plain text and http(s) links. The parts joined give the message again; nothing is ever
 * interpreted as HTML, and only http: and https: become links.
 */
export function linkParts(message: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of message.matchAll(/\b(?:https?:\/\/|www\.)[^\s<>"]+/gi)) {
    const text = trimTail(match[0]);
    const href = linkTarget(text);
    if (!href) continue;
    if (match.index > end) parts.push({ kind: 'text', text: message.slice(end, match.index) });
    parts.push({ kind: 'link', text, href });
    end = match.index + text.length;
  }
  if (end < message.length) parts.push({ kind: 'text', text: message.slice(end) });
  return parts;
}

/** Punctuation that ends a sentence is not part of the address; a closing bracket only where it was opened inside. */
function trimTail(text: string): string {
  for (;;) {
    const last = text.at(-1)!;
    if (/[.,;:!?'»…]/.test(last)) text = text.slice(0, -1);
    else if (last === ')' && !text.includes('(')) text = text.slice(0, -1);
    else if (last === ']' && !text.includes('[')) text = text.slice(0, -1);
    else return text;
  }
}

function linkTarget(text: string): string | null {
  try {
    const url = new URL(/^www\./i.test(text) ? `https://${text}` : text);
    return (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== '' ? url.href : null;
  } catch {
    return null;
  }
}

/** Removes what cannot be seen but changes how text reads: control characters (line breaks stay) and direction overrides. */
export function safeText(text: string, limit = kMaxChatLength): string {
  const clean = text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '');
  return [...clean].slice(0, limit).join('').trim();
}

/** A name as the server takes it: 1 to 64 printable characters on one line. Empty when nothing is left. */
export function safeName(text: string): string {
  return [...safeText(text, 200).replace(/\s+/g, ' ').trim()].slice(0, 64).join('').trim();
}

/** One or two letters that stand for a person without a picture. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? '?')][0] ?? '?';
  const last = words.length > 1 ? [...words.at(-1)!][0]! : '';
  return (first + last).toLocaleUpperCase();
}

/** A hue in degrees that is always the same for the same person. */
export function hueOf(id: string): number {
  let hash = 7;
  for (const char of id) hash = (hash * 31 + char.codePointAt(0)!) % 360;
  return hash;
}

/** `Ana`, `Ana and Ben`, `Ana, Ben and Caro`, `Ana, Ben and 3 more`. */
export function listNames(names: readonly string[], shown = 3): string {
  if (names.length === 0) return '';
  if (names.length === 1) return names[0]!;
  if (names.length <= shown) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${names.slice(0, shown - 1).join(', ')} and ${names.length - shown + 1} more`;
}
