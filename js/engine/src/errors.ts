// SPDX-License-Identifier: Apache-2.0
// Every error the package throws: one class with a stable `code`, subclasses by what they concern.

/** Codes of failed captures. */
export type MediaErrorCode =
  | 'permission-denied'
  | 'device-not-found'
  | 'device-in-use'
  | 'constraints-unsatisfied'
  | 'insecure-context'
  | 'unsupported';

/** Codes of refused or lost rooms: the signalling protocol's own, and those of the way there. */
export type RoomErrorCode =
  | 'protocol-unsupported'
  | 'token-missing'
  | 'token-invalid'
  | 'token-expired'
  | 'token-required'
  | 'room-full'
  | 'room-name-invalid'
  | 'message-invalid'
  | 'message-too-large'
  | 'rate-limited'
  | 'not-joined'
  | 'already-joined'
  | 'participant-unknown'
  | 'participant-away'
  | 'topology-unavailable'
  | 'server-shutting-down'
  | 'internal'
  | 'server-unreachable'
  | 'data-too-large'
  | 'closed'
  | 'replaced';

/** Codes of recordings, beside 'unsupported' and 'closed'. */
export type RecorderErrorCode = 'audio-blocked' | 'storage-failed' | 'recording-failed';

/** Codes of publishing over WHIP, beside 'unsupported' and 'closed'. */
export type WhipCode = 'whip-unauthorized' | 'whip-not-found' | 'whip-refused' | 'whip-unavailable' | 'whip-unreachable' | 'whip-protocol' | 'whip-disconnected';

export type TesseraErrorCode = MediaErrorCode | RoomErrorCode | RecorderErrorCode | WhipCode | 'aborted' | 'option-invalid' | 'model-invalid' | 'background-failed' | 'layers-failed' | 'audio-failed' | 'mixer-failed' | 'mixer-full' | 'relay-failed' | 'receiver-stalled' | 'left';

/** The base of all errors of this package. `code` is stable, `message` says what to do, `cause` is what led to it. */
export class TesseraError extends Error {
  override readonly name: string = 'TesseraError';

  constructor(
    readonly code: TesseraErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A camera, a microphone or a screen that could not be captured. */
export class MediaError extends TesseraError {
  override readonly name = 'MediaError';
  declare readonly code: MediaErrorCode;
}

/** A room that could not be entered, or an operation on it that failed. */
export class RoomError extends TesseraError {
  override readonly name = 'RoomError';
}

/** An argument outside what the documentation allows. Never caused by anything but the calling code. */
export class OptionError extends TesseraError {
  override readonly name = 'OptionError';

  constructor(
    /** The option's name, such as `background.strength`. */
    readonly option: string,
    expectation: string,
  ) {
    super('option-invalid', `${option}: ${expectation}.`);
  }
}

/** A virtual background that could not start or stopped. Nothing is sent meanwhile. */
export class BackgroundError extends TesseraError {
  override readonly name = 'BackgroundError';
}

/** The `signal` of a call was aborted. */
export class AbortedError extends TesseraError {
  override readonly name = 'AbortedError';

  constructor(reason?: unknown) {
    super('aborted', 'The operation was aborted by its signal.', { cause: reason });
  }
}

const roomAdvice: Partial<Record<string, string>> = {
  'protocol-unsupported': 'The server speaks another protocol version. Use a tessera-rtc and a tessera-server of the same release.',
  'token-missing': 'The server asks for a token. Pass one in the `token` option.',
  'token-required': 'This server gives no tokens to guests. Get one from your own server and pass it in the `token` option.',
  'token-invalid': 'The server does not accept this token. It has to be signed with the server’s secret, for this very room.',
  'token-expired': 'The token has expired. Get a fresh one and join again.',
  'room-full': 'The room is full. Try again when somebody has left.',
  'room-name-invalid': 'A room’s name has 1 to 64 letters, digits, underscores or hyphens.',
  'rate-limited': 'Too many requests in a short time. Wait a moment and try again.',
  'server-shutting-down': 'The server is restarting. Try again in a moment.',
  'server-unreachable': 'The server does not answer. Check the address and the network, then try again.',
  replaced: 'The same participant has joined from somewhere else.',
  closed: 'The room has been closed. Join again for a new one.',
};

/** @internal */
export function roomError(code: string, detail = '', cause?: unknown): RoomError {
  const message = roomAdvice[code] ?? (detail || 'The server reported an error.');
  return new RoomError(code as RoomErrorCode, message, cause === undefined ? undefined : { cause });
}

type Capture = 'microphone' | 'camera' | 'screen';

const mediaAdvice: Record<MediaErrorCode, (what: Capture) => string> = {
  'permission-denied': (what) =>
    what === 'screen'
      ? 'Nothing was shared: the choice was cancelled or is not allowed. Start sharing again from a click and pick a screen.'
      : `The ${what} is not allowed on this page. Allow it in the browser’s site settings and try again.`,
  'device-not-found': (what) => `No ${what} was found. Connect one and try again.`,
  'device-in-use': (what) => `The ${what} cannot be opened, most often because another application uses it. Close that and try again.`,
  'constraints-unsatisfied': (what) => `The ${what} cannot do what was asked. Ask for another size, rate or device.`,
  'insecure-context': (what) => `The browser gives no ${what} to pages without HTTPS. Open the page over https:// or on localhost.`,
  unsupported: (what) => `This browser cannot capture a ${what}. Use a current Chrome, Edge, Firefox or Safari.`,
};

/** @internal From the rejection that the session module gives: {code, name, message, constraint}. */
export function mediaError(what: Capture, rejection: unknown): MediaError {
  const { code, name, message } = (rejection ?? {}) as { code?: string; name?: string; message?: string };
  const known = code !== undefined && code in mediaAdvice ? (code as MediaErrorCode) : 'unsupported';
  const cause = name === undefined ? rejection : Object.assign(new Error(message), { name });
  return new MediaError(known, mediaAdvice[known](what), { cause });
}
