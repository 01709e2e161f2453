// SPDX-License-Identifier: Apache-2.0
// Makes names for new rooms: readable, and hard to guess.

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
