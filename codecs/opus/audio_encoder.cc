// SPDX-License-Identifier: Apache-2.0
// An Opus encoder over libopus.
#include "codecs/opus/audio_encoder.h"

#include <opus/opus.h>

#include <array>
#include <string>

namespace tessera::opus {
namespace {

constexpr std::size_t kLargestPacket = 4000;

Error invalid(const char* why) { return {ErrorCode::kInvalidArgument, why}; }

bool isFrame(Duration frame) {
  constexpr std::array<int, 6> kMicros{2500, 5000, 10'000, 20'000, 40'000, 60'000};
  for (const int micros : kMicros) {
    if (frame.toMicros() == micros) return true;
  }
  return false;
}

class Encoder final : public AudioEncoder {
 public:
  explicit Encoder(const AudioEncoderConfig& config) : config_(config), packet_(kLargestPacket) {}
  ~Encoder() override {
    if (encoder_) opus_encoder_destroy(encoder_);
  }

  Result<void> open() {
    if (config_.channels != 1 && config_.channels != 2) return invalid("there are 1 or 2 channels");
    if (!isFrame(config_.frame)) return invalid("a frame is 2.5, 5, 10, 20, 40 or 60 ms");
    if (config_.complexity < 0 || config_.complexity > 10) return invalid("complexity is 0 to 10");
    if (config_.dred_ms < 0 || config_.dred_ms > 1000) return invalid("dred_ms is 0 to 1000");
    constexpr std::array<int, 3> kApplications{OPUS_APPLICATION_VOIP, OPUS_APPLICATION_AUDIO, OPUS_APPLICATION_RESTRICTED_LOWDELAY};
    int error = OPUS_OK;
    encoder_ = opus_encoder_create(kSampleRate, config_.channels, kApplications[static_cast<std::size_t>(config_.application)], &error);
    if (!encoder_) return Error{error == OPUS_ALLOC_FAIL ? ErrorCode::kOutOfMemory : ErrorCode::kInternal, opus_strerror(error)};
    if (auto ok = setBitrate(config_.bitrate); !ok) return ok;
    if (auto ok = setExpectedLoss(config_.expected_loss_percent); !ok) return ok;
    if (auto ok = setInBandFec(config_.in_band_fec); !ok) return ok;
    if (auto ok = setDtx(config_.dtx); !ok) return ok;
    opus_encoder_ctl(encoder_, OPUS_SET_COMPLEXITY(config_.complexity));
    opus_encoder_ctl(encoder_, OPUS_SET_VBR(config_.constant_rate ? 0 : 1));
    if (config_.application == Application::kVoice) opus_encoder_ctl(encoder_, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    if (config_.dred_ms > 0 && opus_encoder_ctl(encoder_, OPUS_SET_DRED_DURATION(config_.dred_ms / 10)) != OPUS_OK) {
      return Error{ErrorCode::kUnsupported, "this build of Opus has no DRED"};
    }
    return {};
  }

  Result<std::span<const std::uint8_t>> encode(std::span<const float> samples) override {
    if (samples.size() != static_cast<std::size_t>(frameSamples() * config_.channels)) return invalid("the samples are not one frame");
    const int size = opus_encode_float(encoder_, samples.data(), frameSamples(), packet_.data(), static_cast<opus_int32>(packet_.size()));
    if (size < 0) return Error{ErrorCode::kInternal, std::string("Opus could not encode: ") + opus_strerror(size)};
    return std::span<const std::uint8_t>(packet_.data(), static_cast<std::size_t>(size));
  }

  Result<void> setBitrate(DataRate bitrate) override {
    if (bitrate < DataRate::kilobitsPerSecond(6) || bitrate > DataRate::kilobitsPerSecond(510)) return invalid("bitrate must be 6 to 510 kbit/s");
    return set(opus_encoder_ctl(encoder_, OPUS_SET_BITRATE(static_cast<opus_int32>(bitrate.toBitsPerSecond()))));
  }
  Result<void> setExpectedLoss(int percent) override { return set(opus_encoder_ctl(encoder_, OPUS_SET_PACKET_LOSS_PERC(percent))); }
  Result<void> setInBandFec(bool on) override { return set(opus_encoder_ctl(encoder_, OPUS_SET_INBAND_FEC(on ? 1 : 0))); }
  Result<void> setDtx(bool on) override { return set(opus_encoder_ctl(encoder_, OPUS_SET_DTX(on ? 1 : 0))); }

  int frameSamples() const override { return static_cast<int>(config_.frame.toMicros() * kSampleRate / 1'000'000); }
  int lookahead() const override {
    opus_int32 samples = 0;
    opus_encoder_ctl(encoder_, OPUS_GET_LOOKAHEAD(&samples));
    return samples;
  }

 private:
  static Result<void> set(int code) {
    if (code != OPUS_OK) return invalid("Opus does not take this value");
    return {};
  }

  AudioEncoderConfig config_;
  OpusEncoder* encoder_ = nullptr;
  std::vector<std::uint8_t> packet_;
};

}  // namespace

Result<std::unique_ptr<AudioEncoder>> AudioEncoder::create(const AudioEncoderConfig& config) {
  auto encoder = std::make_unique<Encoder>(config);
  if (auto ok = encoder->open(); !ok) return ok.error();
  return std::unique_ptr<AudioEncoder>(std::move(encoder));
}

}  // namespace tessera::opus
