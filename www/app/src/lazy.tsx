// SPDX-License-Identifier: Apache-2.0
// Parts of the app that load when they are first shown; in a room all of them load once the call is up, so that none is
// missing when the server is away.

import { signal } from '@preact/signals';
import type { ComponentType, FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import { Notice, Spinner } from './ui.tsx';

type Load<Props> = () => Promise<ComponentType<Props>>;

const waiting = new Set<() => Promise<void>>();

/** Between a failed fetch and the one other attempt that is made by itself. */
const kRetryMilliseconds = 1000;

/** Stylesheets that could not be had. Vite asks for each only once; the code it belongs to would come without it the next time. */
const missingStyles = new Set<string>();

globalThis.addEventListener?.('vite:preloadError', (event) => {
  const { message } = (event as Event & { payload: Error }).payload;
  const address = /CSS for (\S+)$/.exec(message)?.[1];
  if (address) missingStyles.add(address);
});

async function loadMissingStyles(): Promise<void> {
  for (const href of missingStyles) {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
    await new Promise<void>((resolve, reject) => {
      link.onload = () => resolve();
      link.onerror = () => {
        link.remove();
        reject(new Error(`${href} could not be loaded.`));
      };
      document.head.append(link);
    });
    missingStyles.delete(href);
  }
}

/** Fetches code and styles, and once more if that fails: a change of network ends what was under way. */
export async function loadTwice<T>(load: () => Promise<T>, pauseMilliseconds = kRetryMilliseconds): Promise<T> {
  const attempt = async (): Promise<T> => {
    await loadMissingStyles();
    return load();
  };
  try {
    return await attempt();
  } catch {
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    return attempt();
  }
}

/** A component that shows a spinner until its code is there, and words with a button where it cannot be had. */
export function lazy<Props extends object>(load: Load<Props>): FunctionComponent<Props> & { preload(): Promise<void> } {
  const loaded = signal<ComponentType<Props> | null>(null);
  const failed = signal(false);
  let loading: Promise<void> | null = null;
  const fetchOnce = (): Promise<void> => {
    failed.value = false;
    loading ??= loadTwice(load).then((component) => {
      loaded.value = component;
      waiting.delete(fetchOnce);
    }, () => {
      loading = null;
      failed.value = true;
    });
    return loading;
  };
  waiting.add(fetchOnce);
  return Object.assign(function Lazy(props: Props) {
    const Component = loaded.value;
    useEffect(() => { if (!loaded.value) void fetchOnce(); }, []);
    if (Component) return <Component {...props} />;
    if (failed.value) {
      return (
        <Notice title="This part of the page could not be loaded" steps={['Check the network, then try again. If that does not help, reload the page.']} urgent>
          <button type="button" class="button" onClick={() => void fetchOnce()}>Try again</button>
        </Notice>
      );
    }
    return <p class="loading" role="status"><Spinner /> Loading…</p>;
  }, { preload: fetchOnce });
}

/** Loads what is not loaded yet, one part after the other. */
export async function loadTheRest(): Promise<void> {
  for (const fetchOnce of [...waiting]) await fetchOnce();
}
