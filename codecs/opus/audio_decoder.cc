// SPDX-License-Identifier: Apache-2.0
// An Opus decoder over libopus.
#include "codecs/opus/audio_decoder.h"

#include <opus/opus.h>

#include <string>
#include <vector>

namespace tessera::opus {
namespace {

constexpr int kRate = 48'000;
constexpr int kMostSamples = kRate * 120 / 1000;

Error damaged(int code) { return {ErrorCode::kInvalidMessage, std::string("the packet cannot be decoded: ") + opus_strerror(code)}; }

class Decoder final : public AudioDecoder {
 public:
  explicit Decoder(int channels) : channels_(channels), samples_(static_cast<std::size_t>(kMostSamples * channels)) {}
  ~Decoder() override {
    if (decoder_) opus_decoder_destroy(decoder_);
  }

  Result<void> open() {
    int error = OPUS_OK;
    decoder_ = opus_decoder_create(kRate, channels_, &error);
    if (!decoder_) return Error{error == OPUS_ALLOC_FAIL ? ErrorCode::kOutOfMemory : ErrorCode::kInternal, opus_strerror(error)};
    return {};
  }

  Result<std::span<const float>> decode(std::span<const std::uint8_t> packet) override {
    // Opus takes an empty packet for a lost one.
    if (packet.empty()) return Error{ErrorCode::kInvalidMessage, "the packet is empty"};
    return run(packet, kMostSamples, 0);
  }

  Result<std::span<const float>> conceal(Duration lost) override {
    auto samples = toSamples(lost);
    if (!samples) return samples.error();
    return run({}, samples.value(), 0);
  }

  Result<std::span<const float>> recover(std::span<const std::uint8_t> next, Duration lost) override {
    auto samples = toSamples(lost);
    if (!samples) return samples.error();
    if (next.empty()) return Error{ErrorCode::kInvalidMessage, "the packet is empty"};
    return run(next, samples.value(), 1);
  }

 private:
  static Result<int> toSamples(Duration lost) {
    const std::int64_t micros = lost.toMicros();
    if (micros <= 0 || micros % 2500 != 0 || micros > 120'000) return Error{ErrorCode::kInvalidArgument, "a loss is a multiple of 2.5 ms, 120 ms at most"};
    return static_cast<int>(micros * kRate / 1'000'000);
  }

  Result<std::span<const float>> run(std::span<const std::uint8_t> packet, int samples, int fec) {
    const unsigned char* data = packet.empty() ? nullptr : packet.data();
    const int got = opus_decode_float(decoder_, data, static_cast<opus_int32>(packet.size()), samples_.data(), samples, fec);
    if (got < 0) return damaged(got);
    return std::span<const float>(samples_.data(), static_cast<std::size_t>(got * channels_));
  }

  int channels_;
  OpusDecoder* decoder_ = nullptr;
  std::vector<float> samples_;
};

}  // namespace

Result<std::unique_ptr<AudioDecoder>> AudioDecoder::create(int channels) {
  if (channels != 1 && channels != 2) return Error{ErrorCode::kInvalidArgument, "there are 1 or 2 channels"};
  auto decoder = std::make_unique<Decoder>(channels);
  if (auto ok = decoder->open(); !ok) return ok.error();
  return std::unique_ptr<AudioDecoder>(std::move(decoder));
}

Result<int> packetSamples(std::span<const std::uint8_t> packet) {
  const int samples = packet.empty() ? OPUS_INVALID_PACKET : opus_packet_get_nb_samples(packet.data(), static_cast<opus_int32>(packet.size()), kRate);
  if (samples < 0) return damaged(samples);
  return samples;
}

}  // namespace tessera::opus
