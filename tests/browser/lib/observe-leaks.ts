// SPDX-License-Identifier: Apache-2.0
// What is put into a page before its own scripts to count everything that must be gone after close(): listeners, workers, tracks, timers and more.

export interface Held {
  /** Listeners on objects that outlive a call (window, document, mediaDevices, …), as `target:type`. */
  readonly listeners: string[];
  readonly workers: string[];
  readonly tracks: string[];
  /** Source lines that asked for timeouts, intervals and animation frames still pending. */
  readonly timers: string[];
  readonly audioContexts: number;
  readonly peerConnections: number;
  readonly sockets: number;
  readonly observers: string[];
}

declare global {
  // eslint-disable-next-line no-var
  var held: () => Held;
}

/** Runs in the page, before its scripts; closes over nothing. Defines `held()`. */
export function observeLeaks(): void {
  if (typeof document === 'undefined' || 'held' in globalThis) return;
  const scope = globalThis as unknown as Record<string, any>;
  const where = () => (new Error().stack ?? '').split('\n').slice(3, 6).map(line => line.trim()).join(' < ');

  // Timers. The first argument wraps so that a timeout which fired counts no more.
  const timers = new Map<string, string>();
  for (const [set, clear, repeats] of [['setTimeout', 'clearTimeout', false], ['setInterval', 'clearInterval', true], ['requestAnimationFrame', 'cancelAnimationFrame', false]] as const) {
    const start = scope[set].bind(globalThis);
    const stop = scope[clear].bind(globalThis);
    scope[set] = (handler: (...values: unknown[]) => void, ...rest: unknown[]) => {
      const id = start((...values: unknown[]) => {
        if (!repeats) timers.delete(`${set}${id}`);
        return handler(...values);
      }, ...rest);
      timers.set(`${set}${id}`, `${set} at ${where()}`);
      return id;
    };
    scope[clear] = (id: unknown) => {
      // Ids of timeouts and intervals share one pool (HTML, timers): either function clears either.
      if (clear === 'cancelAnimationFrame') timers.delete(`requestAnimationFrame${id}`);
      else { timers.delete(`setTimeout${id}`); timers.delete(`setInterval${id}`); }
      stop(id);
    };
  }

  // Listeners on objects that live as long as the page.
  const listeners = new Map<object, { label: string; type: string; capture: boolean }[]>();
  const label = (target: unknown): string | null => {
    if (target === globalThis) return 'window';
    if (target === document) return 'document';
    if (target === document.documentElement || target === document.body) return 'root element';
    if (target === navigator.mediaDevices) return 'mediaDevices';
    if (target === (navigator as any).connection) return 'connection';
    if (target === screen.orientation) return 'orientation';
    if (target === globalThis.visualViewport) return 'visualViewport';
    if (target instanceof MediaQueryList) return 'MediaQueryList';
    if (target instanceof PermissionStatus) return 'PermissionStatus';
    return null;
  };
  const captures = (options: unknown) => (typeof options === 'object' && options ? Boolean((options as any).capture) : Boolean(options));
  const add = EventTarget.prototype.addEventListener;
  const remove = EventTarget.prototype.removeEventListener;
  EventTarget.prototype.addEventListener = function (this: EventTarget, type: string, listener: any, options?: any) {
    const target = this ?? globalThis;
    const name = label(target);
    if (name && listener && !options?.signal?.aborted) {
      const list = listeners.get(listener) ?? [];
      const entry = { label: name, type, capture: captures(options) };
      if (!list.some(other => other.label === name && other.type === type && other.capture === entry.capture)) list.push(entry);
      listeners.set(listener, list);
      const forget = () => { const at = list.indexOf(entry); if (at >= 0) list.splice(at, 1); };
      if (options?.signal) add.call(options.signal, 'abort', forget);
      if (options?.once) add.call(target, type, forget, { once: true, capture: entry.capture });
    }
    return add.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (this: EventTarget, type: string, listener: any, options?: any) {
    const target = this ?? globalThis;
    const list = listener && listeners.get(listener);
    const name = list && label(target);
    const at = list ? list.findIndex((entry: any) => entry.label === name && entry.type === type && entry.capture === captures(options)) : -1;
    if (at >= 0) list!.splice(at, 1);
    return remove.call(target, type, listener, options);
  };

  // Constructors whose instances hold something.
  const made: Record<string, any[]> = {};
  const record = (name: string) => {
    const Native = scope[name];
    made[name] = [];
    if (!Native) return;
    scope[name] = new Proxy(Native, {
      construct(target, values, newTarget) {
        const instance = Reflect.construct(target, values, newTarget);
        made[name]!.push(instance);
        if (name === 'Worker') instance.describedAs = String(values[0]);
        return instance;
      },
    });
  };
  for (const name of ['Worker', 'SharedWorker', 'AudioContext', 'RTCPeerConnection', 'WebSocket', 'MediaStreamTrackGenerator', 'ResizeObserver', 'IntersectionObserver', 'MutationObserver', 'PerformanceObserver']) record(name);
  const ended = new Set<unknown>();
  const terminate = Worker.prototype.terminate;
  Worker.prototype.terminate = function () { ended.add(this); return terminate.call(this); };
  const watching = new Map<unknown, string>();
  for (const name of ['ResizeObserver', 'IntersectionObserver', 'MutationObserver', 'PerformanceObserver']) {
    const prototype = scope[name].prototype;
    const { observe, disconnect, unobserve } = prototype;
    const targets = new WeakMap<object, Set<unknown>>();
    prototype.observe = function (...values: unknown[]) {
      const set = targets.get(this) ?? new Set();
      targets.set(this, set.add(values[0]));
      watching.set(this, `${name} at ${where()}`);
      return observe.apply(this, values);
    };
    prototype.disconnect = function () { targets.delete(this); watching.delete(this); return disconnect.call(this); };
    if (unobserve) {
      prototype.unobserve = function (target: unknown) {
        targets.get(this)?.delete(target);
        if (!targets.get(this)?.size) watching.delete(this);
        return unobserve.call(this, target);
      };
    }
  }

  // Tracks, wherever they come from, except received ones (those end with their connection).
  const tracks: { track: MediaStreamTrack; from: string }[] = [];
  const keep = (from: string, stream: MediaStream) => { for (const track of stream.getTracks()) tracks.push({ track, from }); return stream; };
  const devices = MediaDevices.prototype;
  for (const name of ['getUserMedia', 'getDisplayMedia'] as const) {
    const native = devices[name];
    devices[name] = async function (...values: any[]) { return keep(name, await native.apply(this, values as any)); };
  }
  const captureStream = HTMLCanvasElement.prototype.captureStream;
  HTMLCanvasElement.prototype.captureStream = function (...values) { return keep('captureStream', captureStream.apply(this, values)); };
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () { const track = clone.call(this); tracks.push({ track, from: 'clone' }); return track; };

  scope.held = (): Held => ({
    listeners: [...listeners.values()].flat().map(entry => `${entry.label}:${entry.type}`).sort(),
    workers: [...made.Worker!, ...made.SharedWorker!].filter(worker => !ended.has(worker)).map(worker => String(worker.describedAs)),
    tracks: [...tracks, ...made.MediaStreamTrackGenerator!.map(track => ({ track, from: 'MediaStreamTrackGenerator' }))]
      .filter(({ track }) => track.readyState === 'live').map(({ track, from }) => `${track.kind} from ${from}`),
    timers: [...timers.values()],
    audioContexts: made.AudioContext!.filter(context => context.state !== 'closed').length,
    peerConnections: made.RTCPeerConnection!.filter(pc => pc.signalingState !== 'closed').length,
    sockets: made.WebSocket!.filter(socket => socket.readyState < WebSocket.CLOSING).length,
    observers: [...watching.values()],
  });
}
