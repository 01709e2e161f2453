// SPDX-License-Identifier: Apache-2.0
// The recorder's demo as a person uses it: record, pause, stop, play, delete; and the tab that goes in the middle.
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, expect, onTestFailed, test } from 'vitest';
import { launchChromium, newPerson } from './lib/chromium.js';
import { Resources, until } from './lib/resources.js';
import { Server } from './lib/server.js';

const suite = new Resources();
afterAll(() => suite.close());

test('record, pause, stop, play, delete; reload while it records', async () => {
  const server = suite.add(await Server.start(), 'server', (value) => value.close());
  const browser = suite.add(await launchChromium(), 'chromium', (value) => value.close());
  const { page, errors } = await newPerson(browser, { permissions: ['camera', 'microphone'] });
  onTestFailed(() => page.screenshot({ path: 'build/test-results/screenshots/demo-recorder.png', fullPage: true }).then(() => console.log(errors.join('\n'))));
  await page.goto(`${server.origin}/demos/recorder/`);
  const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
  const seconds = async () => {
    const [, minutes, rest] = /^(\d+):(\d\d) · \d/.exec(await page.locator('#numbers').innerText()) ?? [];
    return Number(minutes) * 60 + Number(rest);
  };
  await page.getByRole('radio', { name: 'VP8' }).check();
  await press('Record');
  await until('two seconds', async () => (await seconds()) >= 2);
  await press('Pause');
  expect(await page.getByRole('button', { name: 'Resume' }).isVisible()).toBe(true);
  await press('Resume');
  await until('three seconds', async () => (await seconds()) >= 3);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)).toEqual([]);
  await press('Stop');
  await page.locator('#kept li').waitFor();
  const duration = await until('the recording to play', () => page.locator('#result').evaluate((video: HTMLVideoElement) => video.readyState > 1 && video.duration));
  expect(duration).toBeGreaterThan(2.5);
  expect(duration).toBeLessThan(30);
  await press(/^Delete /);
  await until('it to be gone', async () => (await page.locator('#kept li').count()) === 0);

  await press('Record');
  await until('three seconds', async () => (await seconds()) >= 3);
  await page.reload();
  await page.locator('#kept li').waitFor();
  await press(/^Play /);
  await until('what was recorded to play', () => page.locator('#result').evaluate((video: HTMLVideoElement) => video.readyState > 1 && video.videoWidth > 0));
  await press(/^Delete /);
  expect(errors).toEqual([]);
});
