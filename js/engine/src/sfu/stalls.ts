// SPDX-License-Identifier: Apache-2.0
// Tells which pictures do not come, or not in the layer that is taken: browsers wait three seconds before they ask for a keyframe
// again, servers never do, and senders ignore what comes soon after another request.

/** Milliseconds after which a picture that is meant to move is asked for: three frames of it, this at least. */
const kFirst = 450;
const kFrames = 3;
/** Each further time is so much later, up to the most; after these many it is left to the browser. */
const kLater = 1.6;
const kMost = 3000;
const kAsks = 6;
/** A picture with so many times more or fewer pixels than its layer is another layer's: each has a quarter of the next. */
const kOtherLayer = 2;

interface Watched {
  /** What is taken of it, in words: another one begins anew. */
  taken: string;
  decoded: number;
  /** When it last moved, was switched or was asked for. */
  since: number;
  wait: number;
  asked: number;
}

/** One picture as it is now. `taken`: the layer, in any words; null while it is not meant to move. `frameRate`: of that layer. */
export interface Picture {
  readonly id: string;
  readonly taken: string | null;
  readonly frameRate: number;
  readonly framesDecoded: number;
  /** What comes, and what the layer has; 0: not known. */
  readonly pixels: number;
  readonly layerPixels: number;
}

/** @internal */
export class Stalls {
  readonly #watched = new Map<string, Watched>();

  /** Looks at all there are. @returns the ids of those to be asked for now. */
  look(now: number, pictures: Iterable<Picture>): string[] {
    const ask: string[] = [];
    const seen = new Set<string>();
    for (const { id, taken, frameRate, framesDecoded, pixels, layerPixels } of pictures) {
      if (taken === null) continue;
      seen.add(id);
      const known = this.#watched.get(id);
      const right = pixels === 0 || layerPixels === 0 || (pixels < layerPixels * kOtherLayer && pixels * kOtherLayer > layerPixels);
      if (!known || known.taken !== taken || (right && framesDecoded !== known.decoded)) {
        const wait = Math.max(kFirst, (kFrames * 1000) / Math.max(frameRate, 0.1));
        this.#watched.set(id, { taken, decoded: framesDecoded, since: now, wait, asked: 0 });
        continue;
      }
      if (now - known.since < known.wait || known.asked === kAsks) continue;
      known.since = now;
      known.wait = Math.min(known.wait * kLater, Math.max(known.wait, kMost));
      known.asked++;
      ask.push(id);
    }
    for (const id of this.#watched.keys()) if (!seen.has(id)) this.#watched.delete(id);
    return ask;
  }

  /** What is known may be of another connection. */
  clear(): void {
    this.#watched.clear();
  }
}
