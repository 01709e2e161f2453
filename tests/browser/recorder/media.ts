// SPDX-License-Identifier: Apache-2.0
// What Debian's ffmpeg says of a recording.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { command } from '../lib/processes.js';

export interface Probe {
  /** As the file states it, in seconds; NaN where it does not. */
  duration: number;
  /** `vp9 640x360`, `opus 48000 2`. */
  streams: string[];
  /** Frames that came out of the video's decoder. */
  frames: number;
  /** Seconds, where the last packet of each kind begins. */
  lastPackets: Record<string, number>;
  /** Mean loudness of the second half, in dB below full scale; -Infinity without sound. */
  loudness: number;
}

/** Decodes all of it. @throws when ffmpeg finds anything wrong. */
export async function probe(base64: string): Promise<Probe> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-recorder-'));
  try {
    const file = path.join(folder, 'recording.webm');
    writeFileSync(file, Buffer.from(base64, 'base64'));
    const { streams, format, packets } = JSON.parse(await command('ffprobe', '-v', 'error', '-of', 'json', '-count_frames', '-show_streams', '-show_format', '-show_entries', 'packet=codec_type,pts_time', file)) as {
      streams: { codec_type: string; codec_name: string; width: number; height: number; sample_rate: string; channels: number; nb_read_frames?: string }[];
      format: { duration?: string };
      packets: { codec_type: string; pts_time: string }[];
    };
    const lastPackets: Record<string, number> = {};
    for (const { codec_type, pts_time } of packets) lastPackets[codec_type] = Math.max(lastPackets[codec_type] ?? 0, Number(pts_time));
    const hasAudio = streams.some(({ codec_type }) => codec_type === 'audio');
    const complaints = (await command('sh', '-c', 'ffmpeg -hide_banner -v warning -i "$0" -fps_mode passthrough -enc_time_base -1 -f null - 2>&1', file)).split('\n').filter((line) => line.trim() && !/Last message repeated/.test(line));
    if (complaints.length) throw new Error(`ffmpeg says: ${complaints.join('\n')}`);
    const half = String((lastPackets.audio ?? 0) / 2);
    const said = hasAudio ? await command('sh', '-c', 'ffmpeg -hide_banner -ss "$1" -i "$0" -af volumedetect -vn -f null - 2>&1', file, half) : '';
    return {
      duration: Number(format.duration ?? Number.NaN),
      streams: streams.map(({ codec_type, codec_name, width, height, sample_rate, channels }) => (codec_type === 'video' ? `${codec_name} ${width}x${height}` : `${codec_name} ${sample_rate} ${channels}`)),
      frames: Number(streams.find(({ codec_type }) => codec_type === 'video')?.nb_read_frames ?? 0),
      lastPackets,
      loudness: Number(/mean_volume: (-?[\d.]+) dB/.exec(said)?.[1] ?? -Infinity),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
