// SPDX-License-Identifier: Apache-2.0
// Keys act in the room and never while somebody types or uses the browser's own shortcuts.

import { describe, expect, it } from 'vitest';
import { actionOf, kKeys, takesLetters } from './keys.ts';

describe('actionOf', () => {
  it('knows every listed key, in both cases', () => {
    for (const { key, action } of kKeys) {
      expect(actionOf({ key })).toBe(action);
      expect(actionOf({ key: key.toLowerCase() })).toBe(action);
    }
    expect(actionOf({ key: 'x' })).toBeNull();
    expect(actionOf({ key: 'Meta' })).toBeNull();
  });
  it('leaves the browser and the system their shortcuts', () => {
    for (const modifier of ['ctrlKey', 'metaKey', 'altKey', 'repeat', 'isComposing', 'defaultPrevented']) {
      expect(actionOf({ key: 'm', [modifier]: true })).toBeNull();
    }
  });
  it('leaves typing alone', () => {
    expect(actionOf({ key: 'm' }, { tagName: 'TEXTAREA' })).toBeNull();
    expect(actionOf({ key: 'm' }, { tagName: 'input', type: 'text' })).toBeNull();
    expect(actionOf({ key: 'm' }, { tagName: 'INPUT' })).toBeNull();
    expect(actionOf({ key: 'm' }, { isContentEditable: true })).toBeNull();
    expect(actionOf({ key: 'm' }, { tagName: 'BUTTON' })).toBe('microphone');
    expect(takesLetters({ tagName: 'INPUT', type: 'radio' })).toBe(false);
    expect(takesLetters(null)).toBe(false);
  });
});
