// SPDX-License-Identifier: Apache-2.0
// Starts Debian's WebKitGTK over plain W3C WebDriver, on a screen of its own, with WebKit's mock camera and microphone.
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { start } from './processes.js';
import { Resources, until } from './resources.js';
import { freePort } from './server.js';

const driverPath = '/usr/bin/WebKitWebDriver';
/** W3C WebDriver, section 11: the key under which an element travels. */
const kElement = 'element-6066-11e4-a52e-4f735466cecf';

/** The browser that the driver starts lies in a folder named after the machine's architecture. */
function miniBrowser(): string {
  const found = readdirSync('/usr/lib').map(name => path.join('/usr/lib', name, 'webkit2gtk-4.1/MiniBrowser')).find(file => existsSync(file));
  if (!found || !existsSync(driverPath)) throw new Error('WebKitGTK is missing: run scripts/setup');
  return found;
}

/** Ids of the processes that were started with `text` in their environment. */
function processesWith(text: string): number[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number).filter(pid => {
    try {
      return pid !== process.pid && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(text);
    } catch {
      return false; // gone, or not ours
    }
  });
}

/** One page of a running WebKit. Scripts are functions that close over nothing, as with the other browsers. */
export class WebKitPage {
  constructor(private readonly session: string) {}

  async #call(method: 'GET' | 'POST' | 'DELETE', command: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.session}${command}`, { method, ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
    const { value } = (await response.json()) as { value: { error?: string; message?: string } | unknown };
    if (response.ok) return value;
    const { error, message } = value as { error?: string; message?: string };
    throw new Error(`WebKit, ${command}: ${error}: ${message}`);
  }

  async goto(url: string): Promise<void> { await this.#call('POST', '/url', { url }); }

  /** What the function gives, or resolves to, in the page; it has to be JSON. */
  async evaluate<R, A = undefined>(script: (argument: A) => R, argument?: A): Promise<Awaited<R>> {
    const outcome = (await this.#call('POST', '/execute/async', {
      // esbuild keeps functions' names through a helper that the page lacks. No eval: the page's policy forbids it.
      script: `const [argument, done] = arguments; globalThis.__name ??= value => value;
        Promise.resolve().then(() => (${String(script)})(argument)).then(value => done({ value }), error => done({ error: [error, error?.stack].join('\\n') }));`,
      args: [argument ?? null],
    })) as { value?: Awaited<R>; error?: string };
    if (outcome.error !== undefined) throw new Error(outcome.error);
    return outcome.value as Awaited<R>;
  }

  /** Clicks the first element that matches, as a person does: scrolled into view, at its middle. */
  async click(selector: string): Promise<void> {
    const element = (await this.#call('POST', '/element', { using: 'css selector', value: selector })) as Record<string, string>;
    await this.#call('POST', `/element/${element[kElement]}/click`, {});
  }

  /** A PNG of what the window shows. */
  async screenshot(): Promise<Buffer> { return Buffer.from((await this.#call('GET', '/screenshot')) as string, 'base64'); }

  async close(): Promise<void> { await this.#call('DELETE', ''); }
}

/** Starts WebKit with one page; closing the returned resources ends all of it. */
export async function launchWebKit(): Promise<{ page: WebKitPage; resources: Resources }> {
  const resources = new Resources();
  const browser = miniBrowser();
  try {
    const folder = mkdtempSync(path.join(tmpdir(), 'tessera-webkit-'));
    // Closed last: WebKit's processes end after their driver and write to their caches until they do. A folder that stays is no failure.
    resources.add(folder, 'profile', async () => {
      await until('WebKit’s processes to end', () => processesWith(folder).length === 0, 4_000).catch(() => undefined);
      for (const pid of processesWith(folder)) try { process.kill(pid, 'SIGKILL'); } catch { /* it ended just now */ }
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(() => undefined);
    });
    const screen = resources.add(start('screen', 'sh', ['-c', 'exec Xvfb -displayfd 1 -screen 0 1280x1024x24 -nolisten tcp']), 'screen', value => value.end());
    const display = (await screen.saw(/^(\d+)$/m))[1];
    const port = await freePort('127.0.0.1');
    const driver = start('webkit driver', driverPath, ['--host=127.0.0.1', `--port=${port}`], { env: {
      DISPLAY: `:${display}`, HOME: folder, XDG_CACHE_HOME: `${folder}/cache`, XDG_DATA_HOME: `${folder}/data`, XDG_CONFIG_HOME: `${folder}/config`,
      XDG_RUNTIME_DIR: folder, DBUS_SESSION_BUS_ADDRESS: 'disabled:', NO_AT_BRIDGE: '1', GDK_BACKEND: 'x11',
      // As root its sandbox does not start; the tests load nothing but their own pages.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    } });
    resources.add(driver, 'webkit driver', value => value.end());
    const origin = `http://127.0.0.1:${port}`;
    await until('the driver', async () => (await fetch(`${origin}/status`)).ok, 20_000, 50);
    const response = await fetch(`${origin}/session`, { method: 'POST', body: JSON.stringify({ capabilities: { alwaysMatch: {
      timeouts: { script: 60_000, pageLoad: 60_000 },
      'webkitgtk:browserOptions': { binary: browser, args: ['--automation', '--enable-media-stream=true', '--enable-mock-capture-devices=true'] },
    } } }) });
    const { value } = (await response.json()) as { value: { sessionId?: string; message?: string } };
    if (!value.sessionId) throw new Error(`WebKit did not start: ${value.message}\n${driver.output}`);
    const page = resources.add(new WebKitPage(`${origin}/session/${value.sessionId}`), 'webkit', closing => closing.close());
    return { page, resources };
  } catch (error) {
    await resources.close().catch(() => undefined);
    throw error;
  }
}
