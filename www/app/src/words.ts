// SPDX-License-Identifier: Apache-2.0
// What the app says when something is wrong: plain, short, no blame, what happened and what to do.

import type { Browser } from './browser.ts';

export type Device = 'camera' | 'microphone' | 'screen';

export interface Words {
  title: string;
  /** What to do, one step a sentence. */
  steps: string[];
  /** Whether pressing "Try again" can help without doing something else first. */
  retry: boolean;
}

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** Where each browser keeps its switch. */
export function permissionSteps(device: 'camera' | 'microphone', browser: Browser): string[] {
  switch (browser) {
    case 'chrome': return ['Press the icon at the left of the address bar.', `Switch ${capital(device)} on.`, 'Press Try again.'];
    case 'edge': return ['Press the lock at the left of the address bar.', `Under Permissions, set ${capital(device)} to Allow.`, 'Press Try again.'];
    case 'firefox': return [`Press the crossed-out ${device} in the address bar.`, 'Remove “Blocked” with the ×.', 'Press Try again.'];
    case 'safari': return ['In the menu bar choose Safari, then Settings for This Website.', `Set ${capital(device)} to Allow.`, 'Press Try again.'];
    case 'ios': return ['Press the icon at the left of the address bar, then Website Settings.', `Set ${capital(device)} to Allow.`,
      `If it is not there, open Settings › Apps › Safari › ${capital(device)}.`];
    case 'android': return ['Press the icon at the left of the address bar, then Permissions.', `Allow ${capital(device)}.`, 'Press Try again.'];
    default: return [`Allow the ${device} for this page in your browser’s site settings.`, 'Press Try again.'];
  }
}

/** A device that could not be had. Unknown codes get general words with the error's own message. */
export function deviceWords(code: string, device: Device, browser: Browser, message = ''): Words {
  const name = capital(device);
  if (device === 'screen') {
    return code === 'permission-denied'
      ? { title: 'Screen not shared', steps: ['The browser or the system did not allow it. Press Share screen to choose again.'], retry: true }
      : { title: 'The screen cannot be shared here', steps: [code === 'unsupported' ? 'This browser has no screen sharing.' : message || 'Try again.'], retry: code !== 'unsupported' };
  }
  switch (code) {
    case 'permission-denied':
      return { title: `${name} is blocked for this page`, steps: permissionSteps(device, browser), retry: true };
    case 'device-not-found':
      return { title: `No ${device} found`, steps: [`Plug one in and it will be picked up, or join without ${device === 'camera' ? 'a picture' : 'a microphone'}.`], retry: true };
    case 'device-in-use':
      return { title: `${name} is used by another app`, steps: ['Close it and press Try again.'], retry: true };
    case 'constraints-unsatisfied':
      return { title: `This ${device} cannot do what was asked`, steps: ['Choose another one below.'], retry: true };
    case 'insecure-context':
      return { title: `No ${device} on this address`, steps: insecureSteps(), retry: false };
    case 'unsupported':
      return { title: `This browser has no ${device} for pages`, steps: ['Open the link in a current Chrome, Edge, Firefox or Safari.'], retry: false };
    case 'background-failed': case 'model-invalid':
      return { title: 'The background could not start', steps: ['Nothing of your room was sent. Choose another background, or press Try again.'], retry: true };
    default:
      return { title: `${name} did not start`, steps: [message || 'Try again, or choose another one below.', ...(message ? ['Press Try again, or choose another one.'] : [])], retry: true };
  }
}

/** Plain http away from localhost: browsers hide cameras there. */
export function insecureSteps(): string[] {
  return ['Browsers give the camera and the microphone only to https addresses and to localhost.',
    'Ask for the link that starts with https://. If this is your server, start it with: npm start -- --https'];
}

/** A room that could not be entered, or a call that ended by itself. */
export function roomWords(code: string, facts: { capacity?: number; message?: string } = {}): Words {
  switch (code) {
    case 'room-full':
      return { title: 'The room is full', steps: [`${facts.capacity ? `All ${facts.capacity} places are taken. ` : ''}Try again when someone has left.`], retry: true };
    case 'room-name-invalid':
      return { title: 'This room name does not work', steps: ['Use letters, digits, - and _, at most 64 of them.'], retry: false };
    case 'token-missing': case 'token-required':
      return { title: 'This room needs an invitation', steps: ['Open the whole link that you were sent.'], retry: false };
    case 'token-invalid':
      return { title: 'This invitation does not work', steps: ['It is for another room or was cut off. Ask for a new link.'], retry: false };
    case 'token-expired':
      return { title: 'This invitation has expired', steps: ['Ask for a new link.'], retry: true };
    case 'server-unreachable':
      return { title: 'The server does not answer', steps: ['Check your connection. Trying again by itself.'], retry: true };
    case 'server-shutting-down':
      return { title: 'The server is restarting', steps: ['It should be back in a moment. Trying again by itself.'], retry: true };
    case 'rate-limited':
      return { title: 'Too many tries at once', steps: ['Wait a few seconds, then try again.'], retry: true };
    case 'protocol-unsupported':
      return { title: 'This page is out of date', steps: ['Load the page again to get the version the server speaks.'], retry: false };
    case 'already-joined': case 'replaced':
      return { title: 'You joined from another tab', steps: ['The call goes on there. You can come back here at any time.'], retry: true };
    case 'background-failed': case 'model-invalid':
      return { title: 'The background could not start', steps: ['Nothing of your room was sent. Choose another background.'], retry: true };
    default:
      return { title: 'The room could not be joined', steps: [facts.message || 'Try again in a moment.'], retry: true };
  }
}

/** Codes after which trying again by itself makes sense. */
export function isPassing(code: string): boolean {
  return ['server-unreachable', 'server-shutting-down', 'rate-limited', 'internal'].includes(code);
}

export interface PeerFacts {
  name: string;
  present: boolean;
  state: 'connecting' | 'connected' | 'reconnecting' | 'failed';
  quality: 'good' | 'fair' | 'poor' | 'lost';
  hasVideo: boolean;
  /** Seconds since the present trouble began. */
  seconds: number;
}

/** What a tile says about its connection; null while all is well. `busy` asks for a spinner. */
export function peerWords(facts: PeerFacts): { text: string; busy: boolean } | null {
  const { name } = facts;
  const after = facts.seconds >= 2 ? ` ${Math.floor(facts.seconds)} s` : '';
  if (facts.state === 'failed') return { text: `${name} cannot be reached: a network in between blocks the call. Still trying.${after}`, busy: true };
  if (!facts.present && facts.state !== 'connected') return { text: `${name} lost the connection. Waiting…${after}`, busy: true };
  if (facts.state === 'reconnecting') return { text: `Reconnecting to ${name}…${after}`, busy: true };
  if (facts.state === 'connecting') {
    return { text: facts.seconds >= 15 ? `${name} is hard to reach. Still trying.${after}` : `Connecting to ${name}…`, busy: true };
  }
  if (facts.quality === 'lost') return { text: facts.hasVideo ? `${name}’s connection is weak: showing a still` : `${name}’s connection is weak`, busy: false };
  if (facts.quality === 'poor') return { text: `${name}’s connection is weak`, busy: false };
  return null;
}
