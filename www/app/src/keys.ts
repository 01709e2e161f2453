// SPDX-License-Identifier: Apache-2.0
// The keys of the room: which key does what, and when a key belongs to something else.

export type RoomAction = 'microphone' | 'camera' | 'background' | 'share' | 'chat' | 'diagnostics' | 'leave' | 'keys';

export const kKeys: readonly { key: string; action: RoomAction; words: string }[] = [
  { key: 'M', action: 'microphone', words: 'Microphone on or off' },
  { key: 'V', action: 'camera', words: 'Camera on or off' },
  { key: 'B', action: 'background', words: 'Choose a background' },
  { key: 'S', action: 'share', words: 'Share your screen, or stop' },
  { key: 'C', action: 'chat', words: 'Open or close the chat' },
  { key: 'D', action: 'diagnostics', words: 'Open or close diagnostics' },
  { key: 'L', action: 'leave', words: 'Leave the call (asks first)' },
  { key: '?', action: 'keys', words: 'This list' },
];

export interface KeyPress {
  key: string;
  ctrlKey?: boolean;
  metaKey?: boolean;
  altKey?: boolean;
  repeat?: boolean;
  isComposing?: boolean;
  defaultPrevented?: boolean;
}

/** Where the key was pressed, as far as it matters. */
export interface KeyTarget {
  tagName?: string;
  type?: string;
  isContentEditable?: boolean;
}

/** True where letters are typed or pick from a list (so they are not commands). */
export function takesLetters(target: KeyTarget | null | undefined): boolean {
  if (!target) return false;
  if (target.isContentEditable) return true;
  const tag = target.tagName?.toUpperCase();
  if (tag === 'TEXTAREA' || tag === 'SELECT') return true;
  return tag === 'INPUT' && !['checkbox', 'radio', 'button', 'submit', 'range', 'color', 'file'].includes(target.type ?? 'text');
}

/** The action of a key press, or null when it is none: modifiers, repeats, typing and composing are left alone. */
export function actionOf(press: KeyPress, target?: KeyTarget | null): RoomAction | null {
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat || press.isComposing || press.defaultPrevented) return null;
  if (takesLetters(target)) return null;
  const key = press.key.length === 1 ? press.key.toUpperCase() : press.key;
  return kKeys.find((entry) => entry.key === key)?.action ?? null;
}
