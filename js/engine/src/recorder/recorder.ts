// SPDX-License-Identifier: Apache-2.0
// Records a MediaStream: what its tracks give goes through the encoders into a WebM file, which grows while it goes.

import { AbortedError, OptionError, type TesseraError } from '../errors.js';
import { TypedEventTarget } from '../events.js';
import { abortable, throwIfAborted } from '../options.js';
import { AudioLane } from './audio-lane.js';
import { RecorderError, storageError } from './errors.js';
import { RecorderErrorEvent, type RecorderEventMap, RecorderProgressEvent, RecorderStopEvent } from './events.js';
import { type RecorderOptions, type RecorderSettings, settingsOf } from './options.js';
import { download, openPlace, type Place, type Recording } from './recordings.js';
import { Timeline } from './timeline.js';
import { VideoLane } from './video-lane.js';
import { WebmWriter } from './webm.js';

const kTick = 250;
const kTicksPerProgress = 4;
/** More bytes than this waiting for the target: frames are left out until there are fewer. */
const kCongestion = 32 << 20;

/** Closes the target, and deletes what nothing was recorded into. */
async function leave({ sink, remove, release }: Place, keep: boolean): Promise<void> {
  await sink.end().catch(() => undefined);
  if (!keep) await remove();
  release();
}

/**
 * Records a stream to WebM: VP9 or VP8, and Opus.
 *
 * The first video track is recorded, and all audio tracks, mixed. What is written is playable at any moment, up to the last
 * whole cluster (`videoKeyFrameIntervalDuration`): a page that dies leaves what it recorded, in the chosen file or for
 * listRecordings(). When every track has ended the recording stops by itself.
 *
 * A track that is muted or gives nothing is recorded as a still picture, or as silence. The picture keeps the size of the first
 * frame; other sizes are fitted into it. Frames that come faster than they can be encoded are left out and counted; picture and
 * sound stay together.
 */
export class Recorder extends TypedEventTarget<RecorderEventMap> {
  #state: 'starting' | RecordingState = 'starting';
  #place: Place | null = null;
  #writer: WebmWriter | null = null;
  #video: VideoLane | null = null;
  #audio: AudioLane | null = null;
  #timeline = new Timeline();
  #bytes = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ticks = 0;
  #failure: TesseraError | null = null;
  #stopping: Promise<Recording> | null = null;
  /** Rejects the start. */
  #startFailed: (error: TesseraError) => void = () => undefined;

  private constructor(private readonly settings: RecorderSettings) {
    super();
  }

  /**
   * Resolves once everything is loaded and the recording runs. Call it from a click where the page has made no sound yet.
   * @param stream at least one live track. Tracks that join it later are not recorded; stopping leaves its tracks as they are.
   * @throws OptionError; AbortedError; RecorderError with code 'unsupported', 'audio-blocked', 'storage-failed' or
   *   'recording-failed'.
   */
  static async start(stream: MediaStream, options: RecorderOptions = {}): Promise<Recorder> {
    const settings = settingsOf(options);
    const { signal } = options;
    throwIfAborted(signal);
    const live = typeof stream?.getTracks === 'function' ? stream.getTracks().filter(({ readyState }) => readyState === 'live') : [];
    if (live.length === 0) throw new OptionError('stream', 'a MediaStream with at least one live track');
    if (typeof Worker !== 'function' || typeof AudioContext !== 'function') throw new RecorderError('unsupported', 'Recording needs a page in a current Chrome, Edge, Firefox or Safari.');
    const recorder = new Recorder(settings);
    try {
      const failed = new Promise<never>((_, reject) => (recorder.#startFailed = reject));
      failed.catch(() => undefined);
      await abortable(Promise.race([recorder.#open(live), failed]), signal);
      return recorder;
    } catch (error) {
      recorder.close();
      throw error;
    }
  }

  /** As in MediaRecorder: `'recording'`, `'paused'`, or `'inactive'` once it is being stopped. */
  get state(): RecordingState {
    return this.#state === 'starting' ? 'inactive' : this.#state;
  }
  /** Seconds recorded, without pauses. */
  get duration(): number {
    return this.#timeline.now / 1e6;
  }
  /** Bytes handed to the target. */
  get bytes(): number {
    return this.#bytes;
  }
  /** Frames left out because the encoder or the target was too slow. */
  get droppedFrames(): number {
    return this.#video?.droppedFrames ?? 0;
  }

  /** What comes until resume() is left out, without a gap in the file. */
  pause(): void {
    if (this.#state !== 'recording') return;
    this.#state = 'paused';
    this.#timeline.pause();
  }
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'recording';
    this.#timeline.resume();
  }

  /**
   * Ends the recording and completes the file. Every call gives the same.
   * @throws the error that had ended the recording before; RecorderError 'closed' after close().
   */
  stop(): Promise<Recording> {
    if (!this.#stopping) {
      if (this.#state === 'starting' || this.#state === 'inactive') return Promise.reject(this.#failure ?? new RecorderError('closed', 'The recorder has been closed. Start a new recording.'));
      this.#stopping = this.#finish();
      this.#stopping.then((recording) => this.emit(new RecorderStopEvent(recording)), (error: TesseraError) => this.emit(new RecorderErrorEvent(error, null)));
    }
    return this.#stopping;
  }

  /** Ends it at once, without index and duration. What has been written is left as it is, and plays. May be called again. */
  close(): void {
    if (this.#state === 'inactive') return;
    const begun = this.#state !== 'starting';
    this.#state = 'inactive';
    this.#letGo();
    void this.#writer?.cancel();
    if (this.#place) void leave(this.#place, begun);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #open(tracks: MediaStreamTrack[]): Promise<void> {
    const { settings } = this;
    const { prefer, assets } = settings;
    const failed = (error: RecorderError) => this.#fail(error);
    const camera = tracks.find(({ kind }) => kind === 'video');
    const microphones = tracks.filter(({ kind }) => kind === 'audio');
    if (camera) {
      this.#video = new VideoLane(camera, {
        codec: settings.videoCodec, prefer, assets, failed, bitrate: settings.videoBitsPerSecond, keyFrameMicros: settings.keyFrameMicros,
        deliver: (packet, config) => this.#writer!.addVideo(packet, config),
      });
    }
    if (microphones.length) {
      this.#audio = new AudioLane(microphones, {
        prefer, assets, failed, bitrate: settings.audioBitsPerSecond,
        // Timers of hidden pages may come once a minute, sound does not.
        heard: () => this.#video?.tick(),
        deliver: (packet, config) => this.#writer!.addAudio(packet, config),
      });
    }
    await Promise.all([this.#video?.open(), this.#audio?.open()]);
    this.#requireOpen();
    // Last, so that a start that fails leaves no file.
    const place = await openPlace(settings, failed).catch((cause: unknown) => {
      throw storageError(cause);
    });
    this.#place = place;
    // close() came before there was anything to close.
    if (this.#state === 'inactive') await leave(place, false);
    this.#requireOpen();
    const { sink } = place;
    const counted = {
      canSeek: sink.canSeek,
      get pending() { return sink.pending; },
      write: (data: Uint8Array<ArrayBuffer>, position: number) => {
        this.#bytes = Math.max(this.#bytes, position + data.byteLength);
        sink.write(data, position);
      },
      end: () => sink.end(),
    };
    this.#writer = new WebmWriter(counted, { video: camera ? settings.videoCodec : null, audio: microphones.length > 0 }, (cause) =>
      this.#fail(new RecorderError('recording-failed', `The file could not be put together: ${String((cause as Error)?.message ?? cause)}`, { cause })));
    await this.#writer.start();
    this.#requireOpen();
    this.#state = 'recording';
    this.#timeline = new Timeline();
    this.#video?.begin(this.#timeline, () => sink.pending > kCongestion);
    this.#audio?.begin(this.#timeline);
    this.#timer = setInterval(() => this.#tick(), kTick);
  }

  /** @throws AbortedError when close() came in between. */
  #requireOpen(): void {
    if (this.#state === 'inactive') throw new AbortedError();
  }

  #tick(): void {
    this.#video?.tick();
    this.#audio?.tick();
    // stop() on a track fires no event.
    if ((this.#video?.ended ?? true) && (this.#audio?.ended ?? true)) return void this.stop().catch(() => undefined);
    if (++this.#ticks % kTicksPerProgress === 0 && this.#state === 'recording') this.emit(new RecorderProgressEvent(this.duration, this.#bytes, this.droppedFrames));
  }

  async #finish(): Promise<Recording> {
    this.#state = 'inactive';
    this.#timeline.pause();
    clearInterval(this.#timer);
    const place = this.#place!;
    try {
      await Promise.all([this.#video?.finish(), this.#audio?.finish()]);
      await this.#writer!.finish();
      return this.#recording(await place.sink.end());
    } catch (error) {
      // What can be saved, is: the file ends where the trouble began.
      await place.sink.end().catch(() => undefined);
      throw this.#failure ?? new RecorderError('recording-failed', 'The recording could not be completed. What had been written before plays.', { cause: error });
    } finally {
      this.#letGo();
      place.release();
    }
  }

  /** The recording ends here, by itself; what there is of it is completed. */
  #fail(error: RecorderError): void {
    if (this.#failure || this.#state === 'inactive') {
      this.#failure ??= error;
      return;
    }
    this.#failure = error;
    if (this.#state === 'starting') return this.#startFailed(error);
    this.#state = 'inactive';
    this.#letGo();
    const place = this.#place!;
    const saved = this.#writer!.finish()
      .then(() => place.sink.end())
      .catch(() => place.sink.end().catch(() => null))
      .then((file) => (file ? this.#recording(file) : null))
      .finally(() => place.release());
    this.#stopping = saved.then(() => Promise.reject(error));
    this.#stopping.catch(() => undefined);
    void saved.then((recording) => this.emit(new RecorderErrorEvent(error, recording)));
  }

  /** Lanes and timers: everything but the file. */
  #letGo(): void {
    clearInterval(this.#timer);
    this.#timeline.pause();
    this.#video?.close();
    this.#audio?.close();
  }

  #recording(file: Blob | null): Recording {
    const { name, remove } = this.#place!;
    return { name, file, duration: this.duration, bytes: this.#bytes, droppedFrames: this.droppedFrames, remove, download: (as = name) => download(file, as) };
  }
}
