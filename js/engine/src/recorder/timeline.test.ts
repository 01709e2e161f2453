// SPDX-License-Identifier: Apache-2.0
// Pauses, odd clocks of tracks, and sound that runs away from the recording's time.

import { expect, test } from 'vitest';
import { FrameTime, SoundTime, Timeline } from './timeline.js';

test('the recording’s time stands still in pauses', () => {
  let clock = 5000;
  const timeline = new Timeline(() => clock);
  clock += 1500;
  expect(timeline.now).toBe(1_500_000);
  timeline.pause();
  clock += 60_000;
  expect(timeline.now).toBe(1_500_000);
  timeline.resume();
  timeline.resume();
  clock += 250;
  expect(timeline.now).toBe(1_750_000);
});

test('frames keep their own distances, however late some of them arrive', () => {
  const time = new FrameTime();
  const late = [40, 8, 25, 5, 60].map((delay) => delay * 1000);
  const times = late.map((delay, index) => time.of(7e9 + index * 33_333, 100_000 + index * 33_333 + delay));
  // From the fourth on, which took the shortest way, everything stands where it was taken.
  expect(times[4]! - times[3]!).toBe(33_333);
  times.forEach((at, index) => expect(at).toBeLessThanOrEqual(100_000 + index * 33_333 + late[index]!));
});

test('a track whose clock jumps stays with the recording, and no two frames share a millisecond', () => {
  const time = new FrameTime();
  expect(time.of(1_000_000, 0)).toBe(0);
  expect(time.of(1_040_000, 40_000)).toBe(40_000);
  // Muted for ten seconds while its clock stood still; then its clock starts anew.
  expect(time.of(1_080_000, 10_000_000)).toBe(10_000_000);
  expect(time.of(0, 10_040_000)).toBe(10_040_000);
  expect(time.of(0, 10_040_000)).toBe(10_041_000);
  expect(time.at(5)).toBe(10_042_000);
});

/** Feeds blocks of 20 ms for `seconds`, from a sound card whose clock is `speed` times too fast, and gives the sound's lead in ms at the end. */
function drift(speed: number, seconds: number): number {
  const sound = new SoundTime(48_000);
  let now = 30_000;
  for (; now < seconds * 1e6; now += 20_000 / speed) {
    const correction = sound.correction(960, now);
    if (correction < 0) continue;
    sound.advance(correction + 960);
  }
  return (sound.now - now) / 1000;
}

test('sound stays beside the clock for hours, with a sound card that is exact, too fast, too slow', () => {
  for (const speed of [1, 1.0005, 0.9995]) expect(Math.abs(drift(speed, 7200))).toBeLessThan(130);
});

test('blocks that come in bursts change nothing; an interruption becomes silence', () => {
  const sound = new SoundTime(48_000);
  for (let burst = 1; burst <= 100; burst++) {
    for (let block = 0; block < 5; block++) {
      expect(sound.correction(960, burst * 100_000)).toBe(0);
      sound.advance(960);
    }
  }
  expect(sound.now).toBe(10_000_000);
  expect(sound.correction(960, 13_020_000)).toBe(3 * 48_000);
});
