// SPDX-License-Identifier: Apache-2.0
// A page as a person uses it, by role and accessible name, the same for Chromium (Playwright) and Firefox (Puppeteer).
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page as ChromiumPage } from 'playwright-core';
import type { ElementHandle, Page as FirefoxPage } from 'puppeteer-core';
import type { Evaluates } from './probes.js';
import { root } from './paths.js';
import { until } from './resources.js';

export type Role = 'button' | 'textbox' | 'radio' | 'switch' | 'link' | 'menuitem' | 'menuitemradio' | 'checkbox' | 'option' | 'tab';

export interface Ui extends Evaluates {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  /** Presses the first visible element of this role and name; waits until it can be pressed. */
  press(role: Role, name: RegExp): Promise<void>;
  /** True when such an element is visible now. */
  has(role: Role, name: RegExp): Promise<boolean>;
  type(name: RegExp, text: string): Promise<void>;
  key(key: string): Promise<void>;
  /** Waits until the page's visible text matches. */
  reads(text: RegExp, timeoutMs?: number): Promise<void>;
  /** Waits until an element says this by its text, label or title: states that are spoken or shown as an icon. */
  seesElement(name: RegExp, timeoutMs?: number): Promise<void>;
  /** All text a person can read now. */
  text(): Promise<string>;
  /** Keeps a picture of the page with the test reports. */
  screenshot(name: string): Promise<void>;
}

/** All text a person can read on the page now. */
export const visibleText = (page: Evaluates): Promise<string> => page.evaluate(() => document.body.innerText, null);

async function readsText(page: Evaluates, text: RegExp, timeoutMs = 30_000): Promise<void> {
  let last = '';
  try {
    await until(String(text), async () => text.test(last = await visibleText(page)), timeoutMs);
  } catch {
    throw new Error(`the page never said ${text}; it says:\n${last}`);
  }
}

/** Where pictures of failed tests go: next to the other test reports, never committed. */
export function screenshotFile(name: string): string {
  const folder = path.join(root, 'build/test-results/screenshots');
  mkdirSync(folder, { recursive: true });
  return path.join(folder, `${name.replaceAll(/[^\w-]+/g, '-')}.png`);
}

const labelled = (page: Evaluates, name: RegExp, timeoutMs = 30_000) => until(String(name), () => page.evaluate(({ source, flags }) => {
  const pattern = new RegExp(source, flags);
  return [...document.querySelectorAll<HTMLElement>('[aria-label], [title], .visually-hidden')].some(element => element.getClientRects().length > 0
    && [element.getAttribute('aria-label'), element.title, element.textContent].some(text => text && pattern.test(text)));
}, { source: name.source, flags: name.flags }), timeoutMs).then(() => undefined);

export function chromiumUi(page: ChromiumPage): Ui {
  // While a modal dialog is open the rest of the page cannot be used.
  const find = (role: Role, name: RegExp) => page.locator('dialog[open], html:not(:has(dialog[open]))').getByRole(role, { name }).filter({ visible: true }).first();
  return {
    evaluate: (script, argument) => page.evaluate(script as never, argument) as never,
    goto: url => page.goto(url),
    reload: () => page.reload(),
    press: async (role, name) => {
      await page.mouse.move(200 + Math.random() * 100, 200); // wakes a bar that stepped aside
      // A radio button stands hidden behind its picture: people press its label.
      if (role === 'radio') await find(role, name).locator('xpath=ancestor::label').click();
      else await find(role, name).click();
    },
    has: (role, name) => find(role, name).isVisible(),
    type: (name, text) => find('textbox', name).fill(text),
    key: key => page.keyboard.press(key),
    reads: (text, timeoutMs) => readsText(page, text, timeoutMs),
    seesElement: (name, timeoutMs) => labelled(page, name, timeoutMs),
    text: () => visibleText(page),
    screenshot: async name => { await page.screenshot({ path: screenshotFile(name) }); },
  };
}

export function firefoxUi(page: FirefoxPage): Ui {
  const evaluates = page as unknown as Evaluates;
  const find = async (role: Role, name: RegExp): Promise<ElementHandle<HTMLElement> | null> => {
    const handle = await page.evaluateHandle((role, source, flags) => {
      const tags: Record<string, string> = { button: 'button, [role=button]', textbox: 'input, textarea, [role=textbox]', link: 'a[href]', radio: 'input[type=radio], [role=radio]', checkbox: 'input[type=checkbox], [role=checkbox]' };
      const nameOf = (element: HTMLElement) => element.getAttribute('aria-label')
        ?? ((element as HTMLInputElement).labels?.[0]?.innerText || element.innerText || element.getAttribute('placeholder') || '');
      const found = [...(document.querySelector('dialog[open]') ?? document).querySelectorAll<HTMLElement>(tags[role] ?? `[role=${role}]`)].find(element => element.getClientRects().length > 0 && !(element as HTMLButtonElement).disabled && new RegExp(source, flags).test(nameOf(element).trim()));
      return (role === 'radio' && found?.closest('label')) || found || null;
    }, role, name.source, name.flags);
    return handle.asElement() as ElementHandle<HTMLElement> | null;
  };
  const wait = (role: Role, name: RegExp) => until(`${role} ${name}`, () => find(role, name), 20_000);
  return {
    evaluate: (script, argument) => page.evaluate(script as never, argument as never) as never,
    goto: url => page.goto(url),
    reload: () => page.reload(),
    press: async (role, name) => {
      await page.mouse.move(200 + Math.random() * 100, 200);
      const element = await wait(role, name);
      await element.scrollIntoView();
      await element.click();
    },
    has: async (role, name) => (await find(role, name)) !== null,
    type: async (name, text) => { const box = await wait('textbox', name); await box.click({ count: 3 }); await box.type(text); },
    key: key => page.keyboard.press(key as never),
    reads: (text, timeoutMs) => readsText(evaluates, text, timeoutMs),
    seesElement: (name, timeoutMs) => labelled(evaluates, name, timeoutMs),
    text: () => visibleText(evaluates),
    screenshot: async name => { await page.screenshot({ path: screenshotFile(name) as `${string}.png` }); },
  };
}
