// SPDX-License-Identifier: Apache-2.0
// The small settings that the app remembers on this device. Nothing of it is sent.

const PREFIX = 'tessera.';

/** A setting, or null. Storage may be forbidden (private windows, policies); then nothing is remembered and nothing breaks. */
export function recall(key: 'name' | 'background' | 'camera' | 'microphone' | 'theme' | 'corner' | 'camera-off' | 'microphone-off' | 'extras'): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Remembers a setting; null forgets it. */
export function remember(key: Parameters<typeof recall>[0], value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    // Not remembered: the person chooses again next time.
  }
}
