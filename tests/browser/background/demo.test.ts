// SPDX-License-Identifier: Apache-2.0
// The background demo in Chromium, everything on it used as a person would; and what the app's lobby offers behind "More".
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { launchChromium, newPerson } from '../lib/chromium.js';
import { cameraStill } from '../lib/media-files.js';
import { Resources, until } from '../lib/resources.js';
import { Server } from '../lib/server.js';
import { chromiumUi } from '../lib/ui.js';
import { chooseKind, corner, difference, expectColourMaskAndNone, press, startDemo, status } from './demo.js';

const suite = new Resources();
let page: Page;
let errors: string[];
let origin: string;

beforeAll(async () => {
  const server = suite.add(await Server.start(), 'server', value => value.close());
  const browser = suite.add(await launchChromium(), 'chromium', value => value.close());
  const person = await newPerson(browser, { viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  ({ page, errors } = person);
  ({ origin } = server);
  await person.context.grantPermissions(['camera', 'microphone'], { origin });
});
afterAll(() => suite.close());

test('clip, every effect and slider, divider, mask, picture, graph, comparison, camera', async () => {
  onTestFailed(async () => {
    console.log(await status(page), errors);
    await chromiumUi(page).screenshot('background-demo');
  });
  await page.goto(`${origin}/demos/background/`);
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
  await startDemo(page, 'clip');
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
  const room = (await corner(page, 'before'))!;

  // The divider, by key and by hand.
  const divider = page.getByRole('slider', { name: /divider/i });
  const split = () => page.locator('#stage .line').evaluate(line => getComputedStyle(line).getPropertyValue('--split'));
  await divider.focus();
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft');
  expect(await split()).toBe('40%');
  const { x, y, width, height } = (await page.locator('#stage').boundingBox())!;
  await page.mouse.move(x + 0.4 * width, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + 0.75 * width, y + height / 2, { steps: 4 });
  await page.mouse.up();
  expect(Math.abs(Number.parseInt(await split()) - 75)).toBeLessThan(4);
  await divider.press('Home');
  expect(await split()).toBe('0%');

  // Each kind, by what becomes of the corner where nobody is.
  const becomes = (what: string, right: (seen: readonly [number, number, number]) => boolean) => until(what, async () => {
    expect(await status(page)).toBe('Running.');
    return right((await corner(page, 'after'))!);
  });
  await chooseKind(page, 'image');
  await becomes('the office', seen => difference(seen, room) > 30);
  const office = (await corner(page, 'after'))!;
  await page.getByLabel('Which picture').selectOption('city');
  await becomes('the city', seen => difference(seen, office) > 30);
  await page.getByLabel('Your own picture').setInputFiles(await cameraStill());
  await becomes('a picture of one’s own', seen => difference(seen, office) > 15);
  await page.getByLabel('Fit').selectOption('contain');
  await becomes('black beside the picture', seen => Math.max(...seen) < 30);
  await chooseKind(page, 'video');
  // An evening sky is bluer up there than the room ever is, which in the clip is dark at times.
  await becomes('the film', seen => seen[2] > seen[0] + 20 && seen[2] > 60);
  await chooseKind(page, 'transparent');
  await becomes('nothing', seen => Math.max(...seen) < 30);
  await chooseKind(page, 'room');
  await becomes('the room', seen => difference(seen, room) < 20);

  // Sliders and the box, by key; each says its value.
  await chooseKind(page, 'blur');
  for (const name of [/strength/i, /portrait light/i]) {
    const slider = page.getByRole('slider', { name });
    await slider.press('End');
    await until(`${name} to say 100 %`, async () => (await slider.locator('xpath=..').locator('output').textContent()) === '100 %');
  }
  await page.getByRole('checkbox', { name: /auto-framing/i }).check();
  await chooseKind(page, 'color');
  await page.getByRole('slider', { name: /light wrap/i }).press('Home');
  await page.getByRole('checkbox', { name: /auto-framing/i }).uncheck();
  await expectColourMaskAndNone(page);
  expect(await status(page)).toBe('Running.');

  // A picture is saved.
  await chooseKind(page, 'color');
  await becomes('the colour', seen => difference(seen, [0x2f, 0x5d, 0x62]) < 14);
  const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'save')]);
  const stream = await download.createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const png = PNG.sync.read(Buffer.concat(chunks));
  expect([png.width, png.height]).toEqual([1280, 720]);
  expect(difference([...png.data.subarray(0, 3)] as unknown as readonly [number, number, number], [0x2f, 0x5d, 0x62])).toBeLessThan(14);

  // The graph has figures for each stage.
  await until('figures', () => page.locator('#legend dd').allTextContents().then(texts => texts.length === 5 && texts.every(text => /^\d/.test(text))));
  expect(await page.locator('#graph').getAttribute('aria-label')).toMatch(/milliseconds a frame/);

  // The camera in place of the clip, then the comparison: both blur the same frames, both tell their time.
  await startDemo(page, 'camera');
  await press(page, 'compare');
  await until('both times', async () => {
    expect(await status(page)).not.toMatch(/did not work/);
    const [ours, theirs] = await Promise.all(['#ours', '#theirs'].map(id => page.locator(id).textContent()));
    return [ours, theirs].every(text => /^[\d.]+ ms$/.test(text!)) && `Tessera ${ours}, MediaPipe ${theirs}`;
  }, 60_000).then(console.log);
  await until('both to show about the same', async () => {
    const [ours, theirs] = [(await corner(page, 'ours-video'))!, (await corner(page, 'theirs-canvas'))!];
    return Math.max(...theirs) > 60 && difference(ours, theirs) < 40;
  });
  await press(page, 'compare');
  await until('the comparison to end', () => page.locator('#comparison').isHidden());
  await press(page, 'stop');
  await until('the end', async () => (await status(page)) === 'Stopped.');
  await page.locator('#sources summary').first().click();
  await until('the source', async () => /SPDX/.test((await page.locator('#sources pre').first().textContent())!));
  // TensorFlow Lite says hello as an error.
  expect(errors.filter(error => !/^INFO: Created TensorFlow Lite/.test(error))).toEqual([]);
}, 180_000);

test('the lobby: light on the person, behind More, goes with no background too, and is remembered', async () => {
  onTestFailed(() => chromiumUi(page).screenshot('lobby-more'));
  await page.goto(`${origin}/r/more-test`);
  /** Whether the preview shows a processed track rather than the camera's own. */
  const processed = () => page.evaluate(() => {
    const track = (document.querySelector<HTMLVideoElement>('.preview video')?.srcObject as MediaStream | null)?.getVideoTracks()[0];
    return track && (track.constructor.name === 'MediaStreamTrackGenerator' ? 'processed' : 'raw');
  });
  await until('the camera', async () => (await processed()) === 'raw');
  await page.getByRole('button', { name: /^background/i }).click();
  await page.getByText('More', { exact: true }).click();
  await page.getByRole('slider', { name: 'Light on you' }).press('End');
  await until('the light', async () => (await processed()) === 'processed');
  await page.getByLabel('A film behind you').setInputFiles(await cameraStill());
  await page.getByText(/choose a film of at most/i).waitFor();
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([]);
  await page.reload();
  await until('the light again', async () => (await processed()) === 'processed');
  await page.evaluate(() => localStorage.clear());
}, 90_000);
