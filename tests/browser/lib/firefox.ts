// SPDX-License-Identifier: Apache-2.0
// Starts Debian's Firefox over WebDriver BiDi, with a sound server of its own and the photograph as its camera.
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { cameraStill, kCamera, type kWideCamera } from './media-files.js';
import { observe } from './observe.js';
import { firefoxPath } from './paths.js';
import { start } from './processes.js';
import { Resources, removeFolder, until } from './resources.js';

const prefs = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'app.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  // Nothing here reaches outside: hosts other than these machines' own do not answer.
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'extensions.getAddons.cache.enabled': false,
};

/** A PulseAudio server in a folder of its own, with a null sink: Firefox's AudioContext runs only when there is a sink. */
async function startSound(resources: Resources): Promise<string> {
  const folder = resources.add(mkdtempSync(path.join(tmpdir(), 'tessera-sound-')), 'sound folder', removeFolder);
  const socket = path.join(folder, 'native');
  const child = start('pulseaudio', 'pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disable-shm=yes',
    '--load=module-null-sink sink_name=tessera', `--load=module-native-protocol-unix auth-anonymous=1 socket=${socket}`],
  { env: { XDG_RUNTIME_DIR: folder, PULSE_RUNTIME_PATH: folder, HOME: folder, DBUS_SESSION_BUS_ADDRESS: 'disabled:' } });
  resources.add(child, 'sound server', value => value.end());
  await until('sound server', () => existsSync(socket), 10_000, 50);
  return `unix:${socket}`;
}

/** Starts Firefox; closing the returned resources ends it and its sound server. */
export async function launchFirefox(): Promise<{ browser: Browser; resources: Resources }> {
  const resources = new Resources();
  try {
    const sound = await startSound(resources);
    const profile = resources.add(mkdtempSync(path.join(tmpdir(), 'tessera-firefox-')), 'profile', removeFolder);
    // Through a wrapper, so that the kernel ends Firefox should the tests themselves be killed.
    const wrapper = path.join(profile, 'firefox-for-tests');
    writeFileSync(wrapper, `#!/bin/sh\nexec ${existsSync('/usr/bin/setpriv') ? 'setpriv --pdeathsig KILL -- ' : ''}${firefoxPath} "$@"\n`);
    chmodSync(wrapper, 0o755);
    const browser = await puppeteer.launch({
      browser: 'firefox', executablePath: wrapper, headless: true, extraPrefsFirefox: prefs, userDataDir: profile,
      env: { ...process.env, PULSE_SERVER: sound, MOZ_CRASHREPORTER_DISABLE: '1' }, timeout: 60_000,
    });
    resources.add(browser, 'firefox', value => value.close());
    return { browser, resources };
  } catch (error) {
    await resources.close();
    throw error;
  }
}

/** Runs in the page, before its scripts: video of getUserMedia comes from a canvas that shows the photograph, swaying. */
function photographCamera({ base64, camera }: { base64: string; camera: typeof kCamera | typeof kWideCamera }): void {
  const native = navigator.mediaDevices?.getUserMedia?.bind(navigator.mediaDevices);
  if (!native) return;
  const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
  const picture = createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
  navigator.mediaDevices.getUserMedia = async (constraints: MediaStreamConstraints = {}) => {
    const stream = constraints.audio ? await native({ audio: constraints.audio }) : new MediaStream();
    if (!constraints.video) return stream;
    const bitmap = await picture;
    const canvas = document.createElement('canvas');
    canvas.width = camera.width;
    canvas.height = camera.height;
    const context = canvas.getContext('2d')!;
    const begun = performance.now();
    const draw = () => {
      const t = (performance.now() - begun) / 1000;
      context.drawImage(bitmap, -(camera.left + camera.sway * Math.sin(Math.PI * t / 2)), -(camera.top + camera.sway / 2 * Math.sin(Math.PI * t)), camera.scaled, camera.scaled);
    };
    draw();
    const timer = setInterval(draw, 1000 / camera.frameRate);
    const track = canvas.captureStream(camera.frameRate).getVideoTracks()[0]!;
    const stop = track.stop.bind(track);
    track.stop = () => { clearInterval(timer); stop(); };
    const settings = track.getSettings.bind(track);
    track.getSettings = () => ({ ...settings(), deviceId: 'photograph', width: camera.width, height: camera.height, frameRate: camera.frameRate });
    stream.addTrack(track);
    return stream;
  };
}

/** A fresh page with the photograph as its camera and its connections observed. */
export async function newFirefoxPage(browser: Browser, camera: typeof kCamera | typeof kWideCamera = kCamera): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1024, height: 720 });
  await page.evaluateOnNewDocument(observe);
  await page.evaluateOnNewDocument(photographCamera, { base64: readFileSync(await cameraStill()).toString('base64'), camera });
  page.setDefaultTimeout(30_000);
  return page;
}
