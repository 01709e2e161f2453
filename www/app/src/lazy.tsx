// SPDX-License-Identifier: Apache-2.0
// Parts of the app that load when they are first shown; in a room all of them load once the call is up, so that none is
// missing when the server is away.

import { signal } from '@preact/signals';
import type { ComponentType, FunctionComponent } from 'preact';
import { Spinner } from './ui.tsx';

type Load<Props> = () => Promise<ComponentType<Props>>;

const waiting = new Set<() => Promise<void>>();

/** A component that shows a spinner until its code is there. A failed fetch is tried again when it is next shown. */
export function lazy<Props extends object>(load: Load<Props>): FunctionComponent<Props> & { preload(): Promise<void> } {
  const loaded = signal<ComponentType<Props> | null>(null);
  let loading: Promise<void> | null = null;
  const fetchOnce = (): Promise<void> => {
    loading ??= load().then((component) => {
      loaded.value = component;
      waiting.delete(fetchOnce);
    }, () => { loading = null; });
    return loading;
  };
  waiting.add(fetchOnce);
  return Object.assign(function Lazy(props: Props) {
    const Component = loaded.value;
    if (Component) return <Component {...props} />;
    void fetchOnce();
    return <p class="loading" role="status"><Spinner /> Loading…</p>;
  }, { preload: fetchOnce });
}

/** Loads what is not loaded yet, one part after the other. */
export async function loadTheRest(): Promise<void> {
  for (const fetchOnce of [...waiting]) await fetchOnce();
}
