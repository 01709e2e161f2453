// SPDX-License-Identifier: Apache-2.0
// A stream that is published over WHIP: one peer connection that only sends, and comes back by itself where the session still stands.

import { AbortedError, OptionError, TesseraError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { abortable, requireBoolean, requireNumber, requireObject, requireString, throwIfAborted } from '../options.js';
import { loadSessionModule } from '../session-module.js';
import { offeredLayers } from '../sfu/layers.js';
import { WhipError } from './errors.js';
import { type WhipPublisherEventMap, type WhipState, WhipStateEvent } from './events.js';
import { fragmentOf, type IceSection, iceSectionOf, restarted } from './fragment.js';
import { WhipSession } from './session.js';

export interface WhipPublishOptions {
  /** The WHIP endpoint, http(s). Relative addresses are resolved against the page's. */
  url: string | URL;
  /** The bearer token. It follows a redirection to another origin. Default: none. */
  token?: string;
  /** Simulcast layers of the video, 1 to 3, where the server takes them; each has half the width and height of the next. Default 1. */
  layers?: number;
  /** STUN and TURN servers. Default: those that the WHIP server names. */
  iceServers?: RTCIceServer[];
  /** Send media only through TURN servers. Default: false. */
  relayOnly?: boolean;
  /** False: the offer waits until all candidates are known (at most 3 s), for servers that take no further ones. Default: true. */
  trickle?: boolean;
  /** Where a copy of this package's `dist` folder is served. Default: beside the running code. */
  assetBaseUrl?: string | URL;
  /** Stops the waiting; the promise rejects with code 'aborted'. */
  signal?: AbortSignal;
}

/** How long media may take to flow once there is an answer, in milliseconds. */
const kConnectAtMost = 20_000;
const kGatherAtMost = 3_000;
/** Candidates found within this time go together, in milliseconds. */
const kGatherPause = 20;
/** An interruption that lasts longer is worth a restart of ICE, in milliseconds. */
const kRestartAfter = 2_000;
/** So many restarts, one after the other, before it is given up. */
const kRestarts = 5;

const rids = ['q', 'h', 'f'];

function check(options: WhipPublishOptions): URL {
  const { token, layers, relayOnly, trickle } = requireObject(options, 'options');
  if (token !== undefined) requireString(token, 'token', /^[\x21-\x7e]+$/, 'a bearer token: printable characters without spaces');
  if (layers !== undefined) requireNumber(layers, 'layers', 1, 3);
  if (relayOnly !== undefined) requireBoolean(relayOnly, 'relayOnly');
  if (trickle !== undefined) requireBoolean(trickle, 'trickle');
  let url: URL | undefined;
  try {
    url = new URL(options.url, globalThis.location?.href);
  } catch {
    // Told below.
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '') throw new OptionError('url', 'an http:// or https:// address of a WHIP endpoint, without credentials');
  return url;
}

/** Highest layer last, as simulcast has them; one without a name where there is only one. */
function encodingsOf(track: MediaStreamTrack, layers: number): RTCRtpEncodingParameters[] {
  const { width = 640, height = 360, frameRate = 15 } = track.getSettings();
  const offered = offeredLayers('camera', width, height, frameRate).filter(({ temporal }) => temporal === 1);
  const taken = offered.slice(-layers);
  const top = taken.length - 1;
  return taken.map(({ bitrate }, i) => ({ maxBitrate: bitrate, ...(top > 0 ? { rid: rids[i + 2 - top]!, scaleResolutionDownBy: 2 ** (top - i) } : {}) }));
}

export class WhipPublisher extends TypedEventTarget<WhipPublisherEventMap> {
  readonly #pc: RTCPeerConnection;
  readonly #ending = new AbortController();
  readonly #named: boolean;
  #session: WhipSession | undefined;
  #state: WhipState | 'connecting' = 'connecting';
  #error: WhipError | null = null;
  /** Of the offer in force. */
  #ice: IceSection | undefined;
  #answer = '';
  #candidates: string[] = [];
  #gathered = false;
  /** The last of them has been told. */
  #toldAll = false;
  #telling: Promise<void> | undefined;
  #restarts = 0;
  #restarting = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Publishes the stream's tracks: at most one sound and one video. They stay the caller's.
   * Resolves once media can flow.
   * @throws OptionError; WhipError, see WhipErrorCode; RoomError 'server-unreachable' when the engine cannot be downloaded; AbortedError.
   */
  static async publish(stream: MediaStream, options: WhipPublishOptions): Promise<WhipPublisher> {
    const url = check(options);
    const { signal, iceServers, relayOnly = false } = options;
    const tracks = stream?.getTracks?.() ?? [];
    if (tracks.length === 0 || stream.getAudioTracks().length > 1 || stream.getVideoTracks().length > 1) {
      throw new OptionError('stream', 'a MediaStream with one sound, one video, or both');
    }
    throwIfAborted(signal);
    const { openPeerConnection } = await abortable(loadSessionModule(options.assetBaseUrl), signal);
    const pc = openPeerConnection({ bundlePolicy: 'max-bundle', iceServers: iceServers ?? [], iceTransportPolicy: relayOnly ? 'relay' : 'all' });
    if (!pc) throw new WhipError('unsupported', 'This browser opens no peer connection: WebRTC is turned off, or the ICE servers are not valid.');
    const publisher = new WhipPublisher(pc, iceServers !== undefined);
    try {
      await publisher.#begin(tracks, url, options);
      return publisher;
    } catch (error) {
      publisher.close();
      throw error;
    }
  }

  private constructor(pc: RTCPeerConnection, named: boolean) {
    super();
    this.#pc = pc;
    this.#named = named;
    const { signal } = this.#ending;
    pc.addEventListener('icecandidate', ({ candidate }) => this.#found(candidate), { signal });
    pc.addEventListener('connectionstatechange', () => this.#connectionChanged(), { signal });
    globalThis.addEventListener?.('pagehide', () => this.close(), { signal });
    globalThis.addEventListener?.('online', () => this.#state === 'reconnecting' && void this.restartIce().catch(() => undefined), { signal });
  }

  get state(): WhipState {
    return this.#state === 'connecting' ? 'reconnecting' : this.#state;
  }

  /** Why the state is 'failed'; null in any other. */
  get error(): WhipError | null {
    return this.#error;
  }

  /**
   * Sends another track of that kind from now on; null: nothing. Nothing is negotiated.
   * @throws WhipError 'closed'; OptionError where nothing of that kind was published.
   */
  async replaceTrack(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    if (this.#ending.signal.aborted) throw new WhipError('closed', 'The publication has ended. Publish anew.');
    const sender = this.#pc.getTransceivers().find(({ receiver }) => receiver.track.kind === kind)?.sender;
    if (!sender || (track && track.kind !== kind)) throw new OptionError('kind', 'audio or video, as was published, and the track of that kind');
    await sender.replaceTrack(track);
  }

  /** What the connection measures: as RTCPeerConnection.getStats(). */
  getStats(): Promise<RTCStatsReport> {
    return this.#pc.getStats();
  }

  /**
   * Finds another route, as after a change of network. Happens by itself when media stops for more than two seconds.
   * @throws WhipError.
   */
  async restartIce(): Promise<void> {
    const session = this.#session;
    if (!session || this.#ending.signal.aborted) throw new WhipError('closed', 'The publication has ended. Publish anew.');
    if (this.#restarting) return;
    this.#restarting = true;
    try {
      const offer = await this.#pc.createOffer({ iceRestart: true });
      const ice = iceSectionOf(offer.sdp ?? '');
      if (!ice) throw new WhipError('unsupported', 'This browser makes no offer with ICE.');
      await this.#telling;
      const fragment = await session.restart(fragmentOf(ice, [], false), this.#ending.signal);
      const answer = restarted(this.#answer, fragment);
      if (answer === undefined) throw new WhipError('whip-protocol', 'The WHIP server restarted, but says nothing of its new credentials.', { status: 200 });
      this.#ice = ice;
      this.#candidates = [];
      this.#gathered = this.#toldAll = false;
      await this.#pc.setLocalDescription(offer);
      await this.#pc.setRemoteDescription({ type: 'answer', sdp: answer });
      this.#answer = answer;
    } finally {
      this.#restarting = false;
    }
  }

  /** Stops sending and ends the session at the server. The tracks go on. */
  close(): void {
    if (this.#ending.signal.aborted) return;
    this.#end('closed', null);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #begin(tracks: readonly MediaStreamTrack[], url: URL, { token = '', layers = 1, trickle = true, signal, relayOnly = false }: WhipPublishOptions): Promise<void> {
    const pc = this.#pc;
    const stream = new MediaStream([...tracks]);
    for (const track of tracks) {
      pc.addTransceiver(track, { direction: 'sendonly', streams: [stream], ...(track.kind === 'video' ? { sendEncodings: encodingsOf(track, layers) } : {}) });
    }
    const offer = await pc.createOffer();
    if (!trickle) {
      await pc.setLocalDescription(offer);
      await abortable(this.#gatheredAll(), signal);
      this.#candidates = [];
      this.#toldAll = true;
    }
    const sdp = (trickle ? offer.sdp : pc.localDescription?.sdp) ?? '';
    this.#ice = iceSectionOf(sdp);
    if (!this.#ice) throw new WhipError('unsupported', 'This browser makes no offer with ICE.');
    const { session, answer, iceServers } = await WhipSession.create({ url, token, signal }, sdp);
    this.#session = session;
    this.#answer = answer;
    // In force for whatever is gathered from here on.
    if (iceServers.length > 0 && !this.#named && trickle) this.#configure(iceServers, relayOnly);
    try {
      if (trickle) await pc.setLocalDescription(offer);
      await pc.setRemoteDescription({ type: 'answer', sdp: answer });
    } catch (cause) {
      throw new WhipError('whip-protocol', 'The browser cannot work with the answer of the WHIP server.', { cause, status: 201 });
    }
    await abortable(this.#connected(), signal);
  }

  /** Servers that the browser cannot take are the WHIP server's mistake, and no reason not to try without. */
  #configure(iceServers: RTCIceServer[], relayOnly: boolean): void {
    try {
      this.#pc.setConfiguration({ bundlePolicy: 'max-bundle', iceServers, iceTransportPolicy: relayOnly ? 'relay' : 'all' });
    } catch {
      // As before.
    }
  }

  async #gatheredAll(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, kGatherAtMost);
      const look = (): void => {
        if (this.#pc.iceGatheringState === 'complete') resolve();
      };
      this.#pc.addEventListener('icegatheringstatechange', look, { signal: this.#ending.signal });
      look();
    });
    clearTimeout(timer);
  }

  async #connected(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(() => reject(new WhipError('whip-disconnected', 'No media gets through to the WHIP server: the network blocks the way there. A TURN server may help.')), kConnectAtMost);
        const look = (): void => {
          if (this.#state === 'connected') resolve();
          else if (this.#error) reject(this.#error);
        };
        this.addEventListener('statechange', look, { signal: this.#ending.signal });
        this.#ending.signal.addEventListener('abort', () => reject(this.#error ?? new AbortedError('closed')));
        look();
      });
    } finally {
      clearTimeout(timer);
    }
  }

  // --- candidates ---

  #found(candidate: RTCIceCandidate | null): void {
    if (!candidate || candidate.candidate === '') this.#gathered = true;
    // Those of credentials before are of no use to the server any more.
    else if (!candidate.usernameFragment || candidate.usernameFragment === this.#ice?.ufrag) this.#candidates.push(candidate.candidate);
    this.#telling ??= this.#tell();
  }

  /** One request at a time, each with all that was found meanwhile. */
  async #tell(): Promise<void> {
    try {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, kGatherPause));
        const [session, ice] = [this.#session, this.#ice];
        const complete = this.#gathered && !this.#toldAll;
        if (!session?.trickles || !ice || this.#ending.signal.aborted || (this.#candidates.length === 0 && !complete)) return;
        if (complete) this.#toldAll = true;
        await session.trickle(fragmentOf(ice, this.#candidates.splice(0), complete), this.#ending.signal);
      }
    } catch (error) {
      // Without these, the server may still learn the address by itself. Only a session that has ended is over.
      if (error instanceof WhipError && error.code === 'whip-not-found') this.#failed(error);
    } finally {
      this.#telling = undefined;
    }
  }

  // --- how it goes ---

  #connectionChanged(): void {
    const { connectionState } = this.#pc;
    clearTimeout(this.#timer);
    if (connectionState === 'connected') {
      this.#restarts = 0;
      this.#became('connected');
    } else if (connectionState === 'disconnected' || connectionState === 'failed') {
      if (this.#state === 'connecting' && connectionState === 'failed') {
        this.#failed(new WhipError('whip-disconnected', 'No media gets through to the WHIP server: the network blocks the way there. A TURN server may help.'));
        return;
      }
      if (this.#state === 'connected') this.#became('reconnecting');
      this.#timer = setTimeout(() => void this.#bringBack(), connectionState === 'failed' ? 0 : kRestartAfter);
    }
  }

  /** Restarts ICE until that helps, or until it is clear that it does not. */
  async #bringBack(): Promise<void> {
    if (this.#state !== 'reconnecting') return;
    if (this.#restarts++ >= kRestarts) {
      this.#failed(new WhipError('whip-disconnected', 'The connection to the WHIP server was lost and could not be brought back. Check the network, and publish anew.'));
      return;
    }
    try {
      await this.restartIce();
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      const final = error instanceof WhipError && !['whip-unreachable', 'whip-unavailable'].includes(error.code);
      if (final || !(error instanceof TesseraError)) {
        this.#failed(error instanceof WhipError ? error : new WhipError('whip-disconnected', 'The connection to the WHIP server was lost and could not be brought back. Publish anew.', { cause: error }));
        return;
      }
    }
    clearTimeout(this.#timer);
    if (this.#state === 'reconnecting') this.#timer = setTimeout(() => void this.#bringBack(), kRestartAfter * 2 ** this.#restarts);
  }

  #became(state: WhipState): void {
    if (this.#ending.signal.aborted || this.#state === state) return;
    this.#state = state;
    this.emit(new WhipStateEvent(state, this.#error));
  }

  #failed(error: WhipError): void {
    if (!this.#ending.signal.aborted) this.#end('failed', error);
  }

  #end(state: 'closed' | 'failed', error: WhipError | null): void {
    clearTimeout(this.#timer);
    this.#error = error;
    this.#state = state;
    this.#session?.end();
    this.#pc.close();
    this.emit(new WhipStateEvent(state, error));
    this.#ending.abort();
  }
}
