// SPDX-License-Identifier: Apache-2.0
// What WebCodecs asks of a VideoEncoder and a VideoDecoder, as a list of checks that runs in a page on either side's classes.

type Codecs = typeof import('../../../js/engine/src/codecs/index.js');

/** The name of each check that does not hold, with what was seen instead. Stands alone, because its text is sent to the page. */
export async function videoConformance(side: 'ours' | 'browser'): Promise<string[]> {
  const { VideoEncoder: Encoder, VideoDecoder: Decoder } = side === 'ours' ? (globalThis as unknown as { codecs: Codecs }).codecs as unknown as typeof globalThis : globalThis;
  const broken: string[] = [];
  const same = (seen: unknown, expected: unknown) => {
    if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error(`${JSON.stringify(seen)} instead of ${JSON.stringify(expected)}`);
  };
  const check = async (name: string, work: () => unknown) => {
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('nothing happened')), 20_000));
    try {
      await Promise.race([work(), late]);
    } catch (error) {
      broken.push(`${name}: ${(error as Error).name} ${(error as Error).message}`);
    }
  };
  /** The name of what a call throws or rejects with, '' where it does neither. */
  const thrown = async (work: () => unknown) => {
    try {
      await work();
      return '';
    } catch (error) {
      return (error as Error).name;
    }
  };
  const turn = () => new Promise((resolve) => setTimeout(resolve));

  const config = { codec: 'vp8', width: 64, height: 48, bitrate: 200_000, framerate: 30 };
  const frameAt = (timestamp: number, width = 64, height = 48, duration?: number) =>
    new VideoFrame(new Uint8Array(width * height * 1.5).map((_, i) => (i * 7 + timestamp / 1000) & 255), { format: 'I420', codedWidth: width, codedHeight: height, timestamp, ...(duration === undefined ? {} : { duration }) });
  const newEncoder = () => {
    const chunks: EncodedVideoChunk[] = [];
    const metadata: (EncodedVideoChunkMetadata | undefined)[] = [];
    const errors: string[] = [];
    const encoder = new Encoder({ output: (chunk, about) => { chunks.push(chunk); metadata.push(about); }, error: ({ name }) => errors.push(name) });
    const encode = (timestamp: number, options?: VideoEncoderEncodeOptions, width?: number, height?: number, duration?: number) => {
      const frame = frameAt(timestamp, width, height, duration);
      encoder.encode(frame, options);
      frame.close();
    };
    return { encoder, encode, chunks, metadata, errors };
  };
  const newDecoder = (more: Partial<VideoDecoderConfig> = {}) => {
    const seen: number[][] = [];
    const errors: string[] = [];
    const decoder = new Decoder({
      output: (frame) => { seen.push([frame.timestamp, frame.duration ?? -1, frame.displayWidth, frame.displayHeight]); frame.close(); },
      error: ({ name }) => errors.push(name),
    });
    decoder.configure({ codec: 'vp8', ...more });
    return { decoder, seen, errors };
  };
  const encoded = async (count: number): Promise<EncodedVideoChunk[]> => {
    const { encoder, encode, chunks } = newEncoder();
    encoder.configure(config);
    for (let i = 0; i < count; i++) encode(i * 1000, { keyFrame: i === 0 }, 64, 48, 500);
    await encoder.flush();
    encoder.close();
    return chunks;
  };

  for (const [name, Class] of [['VideoEncoder', Encoder], ['VideoDecoder', Decoder]] as const) {
    await check(`${name}: both callbacks are needed`, async () => {
      for (const init of [undefined, {}, { output: () => 0 }, { error: () => 0 }, { output: 1, error: 2 }]) same(await thrown(() => new Class(init as never)), 'TypeError');
    });
    await check(`${name}: begins unconfigured, with nothing queued`, () => {
      const codec = new Class({ output: () => undefined, error: () => undefined }) as VideoEncoder & VideoDecoder;
      same([codec.state, codec.encodeQueueSize ?? codec.decodeQueueSize, codec.ondequeue], ['unconfigured', 0, null]);
    });
    await check(`${name}: unconfigured, it refuses to work and may be reset`, async () => {
      const codec = new Class({ output: () => undefined, error: () => undefined }) as VideoEncoder & VideoDecoder;
      codec.reset();
      same([codec.state, await thrown(() => codec.flush())], ['unconfigured', 'InvalidStateError']);
      const frame = frameAt(0);
      const chunk = new EncodedVideoChunk({ type: 'key', timestamp: 0, data: new Uint8Array(4) });
      same(await thrown(() => (name === 'VideoEncoder' ? codec.encode(frame) : codec.decode(chunk))), 'InvalidStateError');
      frame.close();
    });
    await check(`${name}: closed, it refuses everything`, async () => {
      const codec = new Class({ output: () => undefined, error: () => undefined }) as VideoEncoder & VideoDecoder;
      codec.close();
      const frame = frameAt(0);
      const chunk = new EncodedVideoChunk({ type: 'key', timestamp: 0, data: new Uint8Array(4) });
      const calls = [() => codec.configure(config), () => codec.flush(), () => codec.reset(), () => codec.close(), () => (name === 'VideoEncoder' ? codec.encode(frame) : codec.decode(chunk))];
      for (const call of calls) same(await thrown(call), 'InvalidStateError');
      same(codec.state, 'closed');
      frame.close();
    });
  }

  await check('VideoEncoder: an invalid configuration is a TypeError', async () => {
    const { codec: _, ...noCodec } = config;
    const { width: __, ...noWidth } = config;
    const invalid = [undefined, noCodec, noWidth, { ...config, codec: '' }, { ...config, width: 0 }, { ...config, height: 0 }, { ...config, width: -1 }, { ...config, width: NaN }, { ...config, displayWidth: 0 },
      { ...config, displayHeight: 0 }, { ...config, bitrateMode: 'never' }, { ...config, latencyMode: 'soon' }, { ...config, alpha: 'some' }, { ...config, framerate: Infinity }];
    for (const wrong of invalid) {
      const { encoder } = newEncoder();
      same([JSON.stringify(wrong), await thrown(() => encoder.configure(wrong as never)), await thrown(() => Encoder.isConfigSupported(wrong as never)), encoder.state], [JSON.stringify(wrong), 'TypeError', 'TypeError', 'unconfigured']);
    }
  });
  await check('VideoEncoder: what is valid but not supported ends it with NotSupportedError', async () => {
    for (const more of [{ codec: 'bogus' }, { codec: 'vP8' }, { codec: 'vp09.00.10.08.99' }, { scalabilityMode: 'ABC' }, { width: 1_000_000 }]) {
      const { encoder, errors } = newEncoder();
      same((await Encoder.isConfigSupported({ ...config, ...more })).supported, false);
      encoder.configure({ ...config, ...more });
      same([JSON.stringify(more), (await thrown(() => encoder.flush())) !== '', encoder.state, errors], [JSON.stringify(more), true, 'closed', ['NotSupportedError']]);
    }
  });
  await check('VideoEncoder: isConfigSupported gives a copy with known members only', async () => {
    const given = { ...config, width: 64.9, bitrateMode: 'variable' as const, hardwareAcceleration: 'no-preference' as const, latencyMode: 'realtime' as const, future: 'foo' };
    const { supported, config: copy } = await Encoder.isConfigSupported(given);
    const { future: _, width: __, ...known } = given;
    same([supported, copy === given, 'future' in copy!, copy!.width], [true, false, false, 64]);
    for (const key of Object.keys(known) as (keyof typeof known)[]) same([key, copy![key]], [key, known[key]]);
  });
  await check('VideoEncoder: a closed frame is a TypeError', async () => {
    const { encoder } = newEncoder();
    encoder.configure(config);
    const frame = frameAt(0);
    frame.close();
    same([await thrown(() => encoder.encode(frame)), encoder.state], ['TypeError', 'configured']);
    encoder.close();
  });
  await check('VideoEncoder: chunks keep time and duration, in order, keyframes where asked; the first tells of the decoder', async () => {
    const { encoder, encode, chunks, metadata, errors } = newEncoder();
    encoder.configure(config);
    const times = [-20_000, -10_000, 0, 33_333, 60_000];
    times.forEach((time, i) => encode(time, { keyFrame: i === 3 }, 64, 48, 7000 + i));
    await encoder.flush();
    same(chunks.map(({ timestamp }) => timestamp), times);
    same(chunks.map(({ duration }) => duration), times.map((_, i) => 7000 + i));
    same([chunks[0]!.type, chunks[3]!.type, errors], ['key', 'key', []]);
    const { codec, codedWidth, codedHeight, colorSpace } = metadata[0]!.decoderConfig!;
    same([codec, codedWidth, codedHeight, typeof colorSpace], ['vp8', 64, 48, 'object']);
    encoder.close();
  });
  await check('VideoEncoder: it keeps a frame of its own', async () => {
    const { encoder, chunks } = newEncoder();
    encoder.configure(config);
    const frame = frameAt(5);
    encoder.encode(frame);
    same(frame.format, 'I420');
    frame.close();
    await encoder.flush();
    same(chunks.length, 1);
    encoder.close();
  });
  await check('VideoEncoder: the queue empties, and dequeue tells of it', async () => {
    const { encoder, encode } = newEncoder();
    encoder.configure(config);
    const sizes: number[] = [];
    let listened = 0;
    encoder.addEventListener('dequeue', () => listened++);
    encoder.ondequeue = () => sizes.push(encoder.encodeQueueSize);
    for (let i = 0; i < 8; i++) encode(i * 1000);
    same(encoder.encodeQueueSize > 0 && encoder.encodeQueueSize <= 8, true);
    await encoder.flush();
    await turn();
    same([encoder.encodeQueueSize, sizes.at(-1), listened === sizes.length && listened > 0], [0, 0, true]);
    same(sizes.every((size, i) => i === 0 || size < sizes[i - 1]!), true);
    encoder.close();
  });
  await check('VideoEncoder: reset drops everything, rejects flush and says so', async () => {
    const { encoder, encode, chunks, errors } = newEncoder();
    encoder.configure(config);
    for (let i = 0; i < 5; i++) encode(i * 1000);
    const flushed = thrown(() => encoder.flush());
    let dequeued = 0;
    encoder.ondequeue = () => dequeued++;
    encoder.reset();
    same([encoder.state, encoder.encodeQueueSize], ['unconfigured', 0]);
    same(await flushed, 'AbortError');
    const before = chunks.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    same([chunks.length, errors, dequeued > 0], [before, [], true]);
    encoder.configure(config);
    encode(9000);
    await encoder.flush();
    same([chunks.length - before, chunks.at(-1)!.type, chunks.at(-1)!.timestamp], [1, 'key', 9000]);
    encoder.close();
  });
  await check('VideoEncoder: close rejects flush and is no error', async () => {
    const { encoder, encode, chunks, errors } = newEncoder();
    encoder.configure(config);
    for (let i = 0; i < 5; i++) encode(i * 1000);
    const flushed = thrown(() => encoder.flush());
    encoder.close();
    const before = chunks.length;
    same([await flushed, encoder.state, encoder.encodeQueueSize], ['AbortError', 'closed', 0]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    same([chunks.length, errors], [before, []]);
  });
  await check('VideoEncoder: every flush resolves when what was before it is out', async () => {
    const { encoder, encode, chunks } = newEncoder();
    encoder.configure(config);
    encode(0);
    const first = encoder.flush().then(() => chunks.length);
    encode(1000);
    const second = encoder.flush().then(() => chunks.length);
    same([(await first) >= 1, await second], [true, 2]);
    encoder.close();
  });
  await check('VideoEncoder: configured anew, it tells of the new decoder', async () => {
    const { encoder, encode, chunks, metadata } = newEncoder();
    encoder.configure(config);
    encode(0);
    encoder.configure({ ...config, width: 128, height: 96 });
    encode(1000, {}, 128, 96);
    await encoder.flush();
    same([chunks.length, chunks[1]!.type], [2, 'key']);
    same([0, 1].map((i) => [metadata[i]!.decoderConfig!.codedWidth, metadata[i]!.decoderConfig!.codedHeight]), [[64, 48], [128, 96]]);
    encoder.close();
  });
  await check('VideoEncoder: an exception of the application is not the codec\'s', async () => {
    let outputs = 0;
    const encoder = new Encoder({ output: () => { outputs++; throw new Error('the application failed'); }, error: () => { outputs = -99; } });
    encoder.configure(config);
    for (let i = 0; i < 3; i++) {
      const frame = frameAt(i * 1000);
      encoder.encode(frame);
      frame.close();
    }
    await encoder.flush();
    same([outputs, encoder.state], [3, 'configured']);
    encoder.close();
  });

  await check('VideoDecoder: an invalid configuration is a TypeError', async () => {
    for (const wrong of [undefined, {}, { codec: '' }, { codec: 'vp8', codedWidth: 64 }, { codec: 'vp8', codedHeight: 64 }, { codec: 'vp8', codedWidth: 0, codedHeight: 48 }, { codec: 'vp8', displayAspectWidth: 4 },
      { codec: 'vp8', displayAspectWidth: 0, displayAspectHeight: 3 }]) {
      const decoder = new Decoder({ output: () => undefined, error: () => undefined });
      same([JSON.stringify(wrong), await thrown(() => decoder.configure(wrong as never)), await thrown(() => Decoder.isConfigSupported(wrong as never)), decoder.state], [JSON.stringify(wrong), 'TypeError', 'TypeError', 'unconfigured']);
    }
  });
  await check('VideoDecoder: what is valid but not supported ends it with NotSupportedError', async () => {
    for (const codec of ['bogus', 'vP8', 'vp09.00.10.08.99']) {
      const { decoder, errors } = newDecoder({ codec });
      same((await Decoder.isConfigSupported({ codec })).supported, false);
      same([codec, (await thrown(() => decoder.flush())) !== '', decoder.state, errors], [codec, true, 'closed', ['NotSupportedError']]);
    }
  });
  await check('VideoDecoder: isConfigSupported gives a copy with known members only', async () => {
    const given = { codec: 'vp8', codedWidth: 64, codedHeight: 48, optimizeForLatency: true, future: 'foo' };
    const { supported, config: copy } = await Decoder.isConfigSupported(given);
    same([supported, copy === given, 'future' in copy!, copy!.codec, copy!.codedWidth, copy!.optimizeForLatency], [true, false, false, 'vp8', 64, true]);
  });
  const chunks = await encoded(6);
  await check('VideoDecoder: it begins with a keyframe, after configure, flush and reset', async () => {
    const { decoder, seen } = newDecoder();
    same(await thrown(() => decoder.decode(chunks[1]!)), 'DataError');
    decoder.decode(chunks[0]!);
    decoder.decode(chunks[1]!);
    await decoder.flush();
    same([seen.length, await thrown(() => decoder.decode(chunks[2]!))], [2, 'DataError']);
    decoder.decode(chunks[0]!);
    decoder.reset();
    decoder.configure({ codec: 'vp8' });
    same(await thrown(() => decoder.decode(chunks[1]!)), 'DataError');
    same(decoder.state, 'configured');
    decoder.close();
  });
  await check('VideoDecoder: a chunk that only calls itself key is a DataError', async () => {
    const { decoder } = newDecoder();
    const data = new Uint8Array(chunks[1]!.byteLength);
    chunks[1]!.copyTo(data);
    same(await thrown(() => decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data }))), 'DataError');
    decoder.close();
  });
  await check('VideoDecoder: pictures keep time and duration, in order', async () => {
    const { decoder, seen, errors } = newDecoder();
    for (const chunk of chunks) decoder.decode(chunk);
    await decoder.flush();
    same([seen, errors], [chunks.map((_, i) => [i * 1000, 500, 64, 48]), []]);
    decoder.close();
  });
  await check('VideoDecoder: the aspect that is asked for widens or heightens the picture', async () => {
    for (const [aspect, size] of [[[16, 9], [85, 48]], [[1, 1], [64, 64]], [[4, 3], [64, 48]]] as const) {
      const { decoder, seen } = newDecoder({ displayAspectWidth: aspect[0], displayAspectHeight: aspect[1] });
      decoder.decode(chunks[0]!);
      await decoder.flush();
      same(seen[0]!.slice(2), size);
      decoder.close();
    }
  });
  const cut = new Uint8Array(chunks[0]!.byteLength);
  chunks[0]!.copyTo(cut);
  for (const [what, data] of [['an empty chunk', new Uint8Array()], ['a chunk of nonsense', new Uint8Array([0x50, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])], ['a chunk that is cut short', cut.subarray(0, 12)]] as const) {
    await check(`VideoDecoder: ${what} is refused with DataError, or ends it with EncodingError`, async () => {
      const { decoder, seen, errors } = newDecoder();
      if ((await thrown(() => decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data })))) === 'DataError') {
        same([decoder.state, errors], ['configured', []]);
        decoder.close();
      } else {
        same([await thrown(() => decoder.flush()), decoder.state, errors], ['EncodingError', 'closed', ['EncodingError']]);
      }
      same(seen, []);
    });
  }
  await check('VideoDecoder: reset and close reject flush, and nothing comes out any more', async () => {
    for (const end of ['reset', 'close'] as const) {
      const { decoder, seen, errors } = newDecoder();
      for (const chunk of chunks) decoder.decode(chunk);
      const flushed = thrown(() => decoder.flush());
      decoder[end]();
      const before = seen.length;
      same([await flushed, decoder.decodeQueueSize, decoder.state], ['AbortError', 0, end === 'reset' ? 'unconfigured' : 'closed']);
      await new Promise((resolve) => setTimeout(resolve, 100));
      same([seen.length, errors], [before, []]);
      if (end === 'reset') decoder.close();
    }
  });
  await check('VideoDecoder: the queue empties, and dequeue tells of it', async () => {
    const { decoder } = newDecoder();
    const sizes: number[] = [];
    decoder.ondequeue = () => sizes.push(decoder.decodeQueueSize);
    for (const chunk of chunks) decoder.decode(chunk);
    same(decoder.decodeQueueSize > 0, true);
    await decoder.flush();
    await turn();
    same([decoder.decodeQueueSize, sizes.at(-1), sizes.every((size, i) => i === 0 || size < sizes[i - 1]!)], [0, 0, true]);
    decoder.close();
  });
  await check('VideoDecoder: it may be closed out of its own output', async () => {
    let outputs = 0;
    const errors: string[] = [];
    const decoder: VideoDecoder = new Decoder({ output: (frame) => { frame.close(); outputs++; decoder.close(); }, error: ({ name }) => errors.push(name) });
    decoder.configure({ codec: 'vp8' });
    for (const chunk of chunks) decoder.decode(chunk);
    same([await thrown(() => decoder.flush()), outputs, errors, decoder.state], ['AbortError', 1, [], 'closed']);
  });
  return broken;
}
