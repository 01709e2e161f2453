// SPDX-License-Identifier: Apache-2.0
// Small parts that every screen uses: icons, notices, spoken and shown messages, copying.

import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import sprite from './icons.svg?url';

export function Icon({ name, class: extra = '' }: { name: string; class?: string }) {
  return <svg class={`icon ${extra}`} aria-hidden="true" focusable="false"><use href={`${sprite}#${name}`} /></svg>;
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="2" width="16" height="16" rx="4" /><rect x="20" y="2" width="10" height="16" rx="4" class="pale" />
      <rect x="2" y="20" width="10" height="10" rx="4" class="pale" /><rect x="14" y="20" width="16" height="10" rx="4" />
    </svg>
  );
}

export function Spinner() {
  return <span class="spinner" aria-hidden="true" />;
}

/** Something to know or to do about, in place. `urgent` is spoken at once. */
export function Notice({ title, steps = [], urgent = false, children }: { title: string; steps?: string[]; urgent?: boolean; children?: ComponentChildren }) {
  return (
    <div class="notice" role={urgent ? 'alert' : undefined}>
      <Icon name="alert" />
      <div>
        <strong>{title}</strong>
        {steps.length === 1 ? <p>{steps[0]}</p> : steps.length > 1 ? <ol>{steps.map((step) => <li key={step}>{step}</li>)}</ol> : null}
        {children && <div class="notice-actions">{children}</div>}
      </div>
    </div>
  );
}

const spoken = signal('');
const toasts = signal<{ id: number; text: string }[]>([]);
let nextToast = 1;

/** Says something to screen readers only, politely. */
export function announce(text: string): void {
  // The same words twice are two messages: a trailing space makes them differ.
  spoken.value = spoken.value === text ? `${text}\u00a0` : text;
}

/** Shows a short message for a while, and says it. */
export function toast(text: string, seconds = 4): void {
  const id = nextToast++;
  toasts.value = [...toasts.value.slice(-2), { id, text }];
  announce(text);
  setTimeout(() => { toasts.value = toasts.value.filter((entry) => entry.id !== id); }, seconds * 1000);
}

/** Takes shown messages away, when what they tell is on the screen now. */
export function clearToasts(): void {
  toasts.value = [];
}

/** Where messages appear: once per page, always there, so that screen readers watch it from the start. */
export function Messages() {
  return (
    <>
      <div class="visually-hidden" role="status" aria-live="polite" aria-atomic="true">{spoken.value}</div>
      <div class="toasts" aria-hidden="true">{toasts.value.map(({ id, text }) => <div class="toast" key={id}>{text}</div>)}</div>
    </>
  );
}

/** Puts text on the clipboard, also where the modern interface is missing (plain http). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** A button that copies, and confirms that it did. */
export function CopyButton({ text, label, class: extra = 'button' }: { text: string | (() => string); label: string; class?: string }) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async (): Promise<void> => {
    const done = await copyText(typeof text === 'string' ? text : text());
    setCopied(done);
    announce(done ? 'Copied' : 'Copying did not work. Select the text and copy it yourself.');
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(null), 2500);
  };
  return (
    <button type="button" class={extra} onClick={copy}>
      <Icon name={copied ? 'check' : 'copy'} />
      <span>{copied === null ? label : copied ? 'Copied' : 'Select and copy it yourself'}</span>
    </button>
  );
}

/** A native modal dialog that is open as long as it is rendered; Escape and the backdrop close it. */
export function Dialog({ title, onClose, children, class: extra = '' }: { title: string; onClose: () => void; children: ComponentChildren; class?: string }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current!;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  return (
    <dialog ref={element} class={`dialog ${extra}`} aria-label={title} onClose={onClose}
      onClick={(event) => { if (event.target === element.current) element.current!.close(); }}>
      <div class="dialog-body">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** Seconds since `since` (milliseconds of Date.now()), counted while shown. */
export function useSeconds(since: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.max(0, Math.floor((now - since) / 1000));
}

/** Shows a track in a video element; null shows nothing. */
export function TrackVideo({ track, mirrored = false, label, class: extra = '' }: { track: MediaStreamTrack | null; mirrored?: boolean; label?: string; class?: string }) {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current!;
    video.srcObject = new MediaStream();
    return () => { video.srcObject = null; };
  }, []);
  useEffect(() => {
    const video = element.current!;
    const stream = video.srcObject as MediaStream;
    const before = stream.getTracks();
    // In the same stream another track takes over without a dark moment.
    if (track) stream.addTrack(track);
    for (const old of before) if (old !== track) stream.removeTrack(old);
    if (track) void video.play().catch(() => {});
  }, [track]);
  return <video ref={element} class={`${extra} ${mirrored ? 'mirrored' : ''}`} autoPlay playsInline muted disablePictureInPicture={false} aria-label={label} aria-hidden={label ? undefined : 'true'} />;
}
