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
    if (dred_decoder_) opus_dred_decoder_destroy(dred_decoder_);
    if (dred_) opus_dred_free(dred_);
  }

  Result<void> open() {
    int error = OPUS_OK;
    decoder_ = opus_decoder_create(kRate, channels_, &error);
    if (!decoder_) return Error{error == OPUS_ALLOC_FAIL ? ErrorCode::kOutOfMemory : ErrorCode::kInternal, opus_strerror(error)};
    // From 5 up losses are concealed by a network, in builds that have it.
    opus_decoder_ctl(decoder_, OPUS_SET_COMPLEXITY(5));
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

  Result<std::span<const float>> recoverFar(std::span<const std::uint8_t> later, Duration before, Duration lost) override {
    auto samples = toSamples(lost);
    if (!samples) return samples.error();
    if (later.empty()) return Error{ErrorCode::kInvalidMessage, "the packet is empty"};
    if (before.toMicros() <= 0 || before > Duration::millis(1040)) return Error{ErrorCode::kInvalidArgument, "DRED reaches 1040 ms back at most"};
    int error = OPUS_OK;
    if (!dred_decoder_) dred_decoder_ = opus_dred_decoder_create(&error);
    if (!dred_) dred_ = opus_dred_alloc(&error);
    if (!dred_decoder_ || !dred_) return Error{ErrorCode::kUnsupported, "this build of Opus has no DRED"};
    const int offset = static_cast<int>(before.toMicros() * kRate / 1'000'000);
    int end = 0;
    const int reach = opus_dred_parse(dred_decoder_, dred_, later.data(), static_cast<opus_int32>(later.size()), kRate, kRate, &end, 0);
    if (reach < 0) return damaged(reach);
    if (reach == 0) return run({}, samples.value(), 0);
    const int got = opus_decoder_dred_decode_float(decoder_, dred_, offset, samples_.data(), samples.value());
    if (got < 0) return damaged(got);
    return std::span<const float>(samples_.data(), static_cast<std::size_t>(got * channels_));
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
  OpusDREDDecoder* dred_decoder_ = nullptr;
  OpusDRED* dred_ = nullptr;
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
