// SPDX-License-Identifier: Apache-2.0
// Those of one room who use the relay: their streams, and every frame's way from one to the others.
import { ProtocolError } from '../errors.js';
import { kMaxStreams, kVideoCodecs, type Published } from './messages.js';
import type { Member, MemberHost } from './member.js';
import type { Frame } from './modules.js';
import { Stream } from './stream.js';

const kVideo = 1;
const kMaxId = 65535;
/** What became of a frame, by the forwarder's verdict. */
const kVerdicts = ['sent', 'unwanted', 'late', 'broken'] as const;

export class RelayRoom {
  readonly members = new Set<Member>();
  readonly streams = new Map<number, Stream>();
  #lastId = 0;

  constructor(
    readonly name: string,
    private readonly host: MemberHost,
  ) {}

  enter(member: Member, now: number): void {
    this.members.add(member);
    for (const stream of this.streams.values()) member.receiver.add(now, stream.info);
    member.send({ type: 'entered', participantId: member.participantId, streams: [...this.streams.values()].map((stream) => stream.info) });
    this.#tellCodecs();
    this.tick(member, now);
  }

  leave(member: Member): void {
    if (!this.members.delete(member)) return;
    const now = performance.now();
    for (const stream of this.streams.values()) {
      if (stream.owner === member) this.#remove(stream, now);
      else stream.left(now, member.participantId);
    }
    this.#tellCodecs();
  }

  /** @throws ProtocolError message-invalid: too many streams, or another kind under the same source id. */
  publish(member: Member, published: Published, now: number): void {
    const own = [...this.streams.values()].filter((stream) => stream.owner === member);
    const known = own.find((stream) => stream.info.sourceId === published.sourceId);
    if (known && known.info.kind !== published.kind) throw new ProtocolError('message-invalid', 'A source cannot change between sound and picture.', { fatal: true });
    if (!known && own.length >= kMaxStreams) throw new ProtocolError('message-invalid', `A participant publishes at most ${kMaxStreams} streams.`, { fatal: true });
    const stream = known ?? new Stream(this.#freeId(), member, published, this.host.modules);
    if (known) known.describe(published);
    this.streams.set(stream.id, stream);
    for (const other of this.members) {
      if (other === member) continue;
      if (known) other.receiver.remove(now, stream.info);
      other.receiver.add(now, stream.info);
      other.send({ type: 'streamAdded', stream: stream.info });
    }
    member.send({ type: 'published', sourceId: published.sourceId, stream: stream.id });
    for (const other of this.members) if (other !== member) this.tick(other, now);
    this.#tellDemand(stream, now);
  }

  unpublish(member: Member, id: number, now: number): void {
    const stream = this.streams.get(id);
    if (stream?.owner === member) this.#remove(stream, now);
  }

  /** A media frame; `data` is the whole message. @throws ProtocolError message-invalid: another's stream, or the wrong type. */
  forward(from: Member, frame: Frame, data: Buffer, now: number): void {
    const stream = this.streams.get(frame.stream());
    if (!stream) return; // Sent before word of its end arrived.
    if (stream.owner !== from) throw new ProtocolError('message-invalid', 'This stream is another participant’s.', { fatal: true });
    const video = frame.type() === kVideo;
    if (video !== (stream.info.kind === 'video')) throw new ProtocolError('message-invalid', 'The frame’s type is not its stream’s.', { fatal: true });
    if (video && frame.key() && frame.spatial() === 0) stream.keyFrameSent();
    for (const member of this.members) {
      if (member === from) continue;
      const verdict = member.receiver.offer(now, frame, data.byteLength);
      if (verdict === 0) member.forward(data);
      else this.host.count.frames(kVerdicts[verdict]!, data.byteLength);
      if (verdict === 3) this.#requestKeyFrames(member, now);
    }
  }

  /** A receiver cannot decode a stream any more. */
  keyFrameWanted(member: Member, id: number, now: number): void {
    const stream = this.streams.get(id);
    if (stream && stream.owner !== member && stream.info.kind === 'video' && stream.keyFrameWanted(now)) stream.owner.requestKeyFrame(id);
  }

  /** Ten times a second for each member. */
  tick(member: Member, now: number): void {
    member.receiver.tick(now, member.participantId, this.streams);
    this.#requestKeyFrames(member, now);
  }

  /** Ten times a second: what publishers are to be told. */
  tellPublishers(now: number): void {
    for (const stream of this.streams.values()) {
      this.#tellDemand(stream, now);
      if (stream.keyFrameDue(now)) stream.owner.requestKeyFrame(stream.id);
    }
  }

  #tellCodecs(): void {
    for (const member of this.members) member.tellCodecs(kVideoCodecs.filter((codec) => [...this.members].every((it) => it === member || it.decodes.includes(codec))));
  }

  #tellDemand(stream: Stream, now: number): void {
    const demand = stream.demand(now);
    if (demand) stream.owner.send(demand);
  }

  #requestKeyFrames(member: Member, now: number): void {
    for (let id = member.receiver.keyFrameNeeded(now); id >= 0; id = member.receiver.keyFrameNeeded(now)) this.keyFrameWanted(member, id, now);
  }

  #remove(stream: Stream, now: number): void {
    this.streams.delete(stream.id);
    for (const member of this.members) {
      if (member === stream.owner) continue;
      member.receiver.remove(now, stream.info);
      member.send({ type: 'streamRemoved', stream: stream.id });
    }
    stream.close();
  }

  /** Counts up, so that a late frame of a removed stream finds nobody else's. */
  #freeId(): number {
    do this.#lastId = (this.#lastId % kMaxId) + 1;
    while (this.streams.has(this.#lastId));
    return this.#lastId;
  }
}
