// SPDX-License-Identifier: Apache-2.0
// What WebCodecs asks of an AudioEncoder and an AudioDecoder, as a list of checks that runs in a page on either side's classes.

type Codecs = typeof import('../../../js/engine/src/codecs/index.js');

/** The name of each check that does not hold, with what was seen instead. Stands alone, because its text is sent to the page. */
export async function audioConformance(side: 'ours' | 'browser'): Promise<string[]> {
  const { AudioEncoder: Encoder, AudioDecoder: Decoder } = side === 'ours' ? (globalThis as unknown as { codecs: Codecs }).codecs as unknown as typeof globalThis : globalThis;
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
  const thrown = async (work: () => unknown) => {
    try {
      await work();
      return '';
    } catch (error) {
      return (error as Error).name;
    }
  };

  const config = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 2, bitrate: 64_000 };
  const soundAt = (timestamp: number, numberOfChannels = 2, numberOfFrames = 960) =>
    new AudioData({ format: 'f32', sampleRate: 48_000, numberOfFrames, numberOfChannels, timestamp, data: new Float32Array(numberOfFrames * numberOfChannels).map((_, i) => 0.2 * Math.sin(i / 20)) });
  const newEncoder = () => {
    const chunks: EncodedAudioChunk[] = [];
    const metadata: (EncodedAudioChunkMetadata | undefined)[] = [];
    const errors: string[] = [];
    const encoder = new Encoder({ output: (chunk, about) => { chunks.push(chunk); metadata.push(about); }, error: ({ name }) => errors.push(name) });
    const encode = (timestamp: number, channels?: number, frames?: number) => {
      const data = soundAt(timestamp, channels, frames);
      encoder.encode(data);
      data.close();
    };
    return { encoder, encode, chunks, metadata, errors };
  };
  const newDecoder = (more: Partial<AudioDecoderConfig> = {}) => {
    const times: number[] = [];
    const errors: string[] = [];
    let frames = 0;
    const decoder = new Decoder({ output: (data) => { times.push(data.timestamp); frames += data.numberOfFrames; data.close(); }, error: ({ name }) => errors.push(name) });
    const { bitrate: _, ...plain } = config;
    decoder.configure({ ...plain, ...more });
    return { decoder, times, errors, count: () => frames };
  };

  for (const [name, Class] of [['AudioEncoder', Encoder], ['AudioDecoder', Decoder]] as const) {
    await check(`${name}: both callbacks are needed`, async () => {
      for (const init of [undefined, {}, { output: () => 0 }, { error: () => 0 }]) same(await thrown(() => new Class(init as never)), 'TypeError');
    });
    await check(`${name}: unconfigured and closed, it refuses to work`, async () => {
      const codec = new Class({ output: () => undefined, error: () => undefined }) as AudioEncoder & AudioDecoder;
      const data = soundAt(0);
      const chunk = new EncodedAudioChunk({ type: 'key', timestamp: 0, data: new Uint8Array(4) });
      const work = () => (name === 'AudioEncoder' ? codec.encode(data) : codec.decode(chunk));
      same([codec.state, codec.encodeQueueSize ?? codec.decodeQueueSize], ['unconfigured', 0]);
      codec.reset();
      same([await thrown(() => codec.flush()), await thrown(work)], ['InvalidStateError', 'InvalidStateError']);
      codec.close();
      for (const call of [() => (codec as AudioDecoder).configure(config), () => codec.flush(), () => codec.reset(), () => codec.close(), work]) same(await thrown(call), 'InvalidStateError');
      data.close();
    });
    await check(`${name}: an invalid configuration is a TypeError`, async () => {
      const { codec: _, ...noCodec } = config;
      const { sampleRate: __, ...noRate } = config;
      for (const wrong of [undefined, noCodec, noRate, { ...config, codec: '' }, { ...config, sampleRate: 0 }, { ...config, numberOfChannels: 0 }, { ...config, numberOfChannels: -1 }]) {
        const codec = new Class({ output: () => undefined, error: () => undefined });
        same([JSON.stringify(wrong), await thrown(() => (codec as AudioDecoder).configure(wrong as never)), await thrown(() => Class.isConfigSupported(wrong as never)), codec.state], [JSON.stringify(wrong), 'TypeError', 'TypeError', 'unconfigured']);
      }
    });
    await check(`${name}: what is valid but not supported ends it with NotSupportedError`, async () => {
      for (const codec of ['bogus', 'oPus']) {
        const errors: string[] = [];
        const made = new Class({ output: () => undefined, error: ({ name: error }: DOMException) => errors.push(error) });
        same((await Class.isConfigSupported({ ...config, codec })).supported, false);
        (made as AudioDecoder).configure({ ...config, codec });
        same([codec, (await thrown(() => made.flush())) !== '', made.state, errors], [codec, true, 'closed', ['NotSupportedError']]);
      }
    });
    await check(`${name}: isConfigSupported gives a copy with known members only`, async () => {
      const given = { ...config, future: 'foo' };
      const { supported, config: copy } = await Class.isConfigSupported(given);
      same([supported, (copy as unknown) === given, 'future' in copy!, copy!.codec, copy!.sampleRate, copy!.numberOfChannels], [true, false, false, 'opus', 48_000, 2]);
    });
  }

  await check('AudioEncoder: an impossible setting of Opus is a TypeError', async () => {
    for (const opus of [{ frameDuration: 12_345 }, { complexity: 11 }, { packetlossperc: 101 }, { format: 'mp4' }]) {
      same([JSON.stringify(opus), await thrown(() => Encoder.isConfigSupported({ ...config, opus } as never))], [JSON.stringify(opus), 'TypeError']);
    }
  });
  await check('AudioEncoder: closed data is a TypeError', async () => {
    const { encoder } = newEncoder();
    encoder.configure(config);
    const data = soundAt(0);
    data.close();
    same(await thrown(() => encoder.encode(data)), 'TypeError');
    encoder.close();
  });
  await check('AudioEncoder: chunks follow one another in time, cover the input, and the first tells of the decoder', async () => {
    const { encoder, encode, chunks, metadata, errors } = newEncoder();
    encoder.configure(config);
    for (let i = 0; i < 10; i++) encode(1_000_000 + i * 20_000);
    await encoder.flush();
    same(chunks[0]!.timestamp, 1_000_000);
    same(chunks.every((chunk, i) => i === 0 || chunk.timestamp === chunks[i - 1]!.timestamp + chunks[i - 1]!.duration!), true);
    same(chunks.reduce((sum, { duration }) => sum + duration!, 0) >= 200_000, true);
    const { codec, sampleRate, numberOfChannels } = metadata[0]!.decoderConfig!;
    same([codec, sampleRate, numberOfChannels, chunks.every(({ type }) => type === 'key'), errors], ['opus', 48_000, 2, true, []]);
    encoder.close();
  });
  await check('AudioEncoder: data of other channels ends it with EncodingError', async () => {
    const { encoder, encode, errors } = newEncoder();
    encoder.configure(config);
    encode(0);
    encode(20_000, 1);
    same([(await thrown(() => encoder.flush())) !== '', encoder.state, errors], [true, 'closed', ['EncodingError']]);
  });
  await check('AudioEncoder: reset and close reject flush', async () => {
    for (const end of ['reset', 'close'] as const) {
      const { encoder, encode, errors } = newEncoder();
      encoder.configure(config);
      for (let i = 0; i < 10; i++) encode(i * 20_000);
      const flushed = thrown(() => encoder.flush());
      encoder[end]();
      same([await flushed, encoder.encodeQueueSize, encoder.state, errors], ['AbortError', 0, end === 'reset' ? 'unconfigured' : 'closed', []]);
      if (end === 'reset') encoder.close();
    }
  });

  const { encoder, encode, chunks } = newEncoder();
  encoder.configure(config);
  for (let i = 0; i < 10; i++) encode(i * 20_000);
  await encoder.flush();
  encoder.close();
  await check('AudioDecoder: sound keeps its time and its length', async () => {
    const { decoder, times, errors, count } = newDecoder();
    for (const chunk of chunks) decoder.decode(chunk);
    await decoder.flush();
    same([times, errors, count()], [chunks.map(({ timestamp }) => timestamp), [], chunks.length * 960]);
    decoder.close();
  });
  await check('AudioDecoder: it begins with a key chunk', async () => {
    const { decoder } = newDecoder();
    const data = new Uint8Array(chunks[0]!.byteLength);
    chunks[0]!.copyTo(data);
    const delta = new EncodedAudioChunk({ type: 'delta', timestamp: 0, data });
    same(await thrown(() => decoder.decode(delta)), 'DataError');
    decoder.decode(chunks[0]!);
    await decoder.flush();
    same(await thrown(() => decoder.decode(delta)), 'DataError');
    decoder.close();
  });
  await check('AudioDecoder: an empty chunk ends it with EncodingError', async () => {
    const { decoder, errors } = newDecoder();
    decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: 0, data: new Uint8Array() }));
    same([await thrown(() => decoder.flush()), decoder.state, errors], ['EncodingError', 'closed', ['EncodingError']]);
  });
  await check('AudioDecoder: reset and close reject flush', async () => {
    for (const end of ['reset', 'close'] as const) {
      const { decoder, errors } = newDecoder();
      for (const chunk of chunks) decoder.decode(chunk);
      const flushed = thrown(() => decoder.flush());
      decoder[end]();
      same([await flushed, decoder.decodeQueueSize, decoder.state, errors], ['AbortError', 0, end === 'reset' ? 'unconfigured' : 'closed', []]);
      if (end === 'reset') decoder.close();
    }
  });
  return broken;
}
