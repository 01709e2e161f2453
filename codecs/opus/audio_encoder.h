// SPDX-License-Identifier: Apache-2.0
// An Opus encoder for 48 kHz, one or two channels, frames of 2.5 to 60 ms.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/base/units.h"

namespace tessera::opus {

inline constexpr int kSampleRate = 48'000;

enum class Application : std::uint8_t {
  kVoice,     // speech understood at low rates
  kAudio,     // faithful to the input
  kLowDelay,  // 5 ms less delay, no speech coding
};

struct AudioEncoderConfig {
  int channels = 1;  // 1 or 2
  DataRate bitrate = DataRate::kilobitsPerSecond(32);  // 6..510 kbit/s
  Duration frame = Duration::millis(20);               // 2.5, 5, 10, 20, 40 or 60 ms
  Application application = Application::kVoice;
  int complexity = 9;        // 0..10
  bool in_band_fec = false;  // a low-rate copy of each frame in the next, while loss is expected
  bool dtx = false;          // silence is not sent
  bool constant_rate = false;
  int expected_loss_percent = 0;  // 0..100
  int dred_ms = 0;  // 0..1000: this much of the past goes along in every packet; needs the build with DRED
};

class AudioEncoder {
 public:
  // Errors: kInvalidArgument, kUnsupported (DRED in a build without), kOutOfMemory.
  static Result<std::unique_ptr<AudioEncoder>> create(const AudioEncoderConfig& config);
  virtual ~AudioEncoder() = default;

  // Samples of one frame, channels interleaved: frameSamples() * channels of them, -1..1. The packet stays valid until the next
  // call; it is 1 or 2 bytes long where DTX says there is nothing to send. Errors: kInvalidArgument, kInternal.
  virtual Result<std::span<const std::uint8_t>> encode(std::span<const float> samples) = 0;

  // These take effect with the next frame. Errors: kInvalidArgument.
  virtual Result<void> setBitrate(DataRate bitrate) = 0;
  virtual Result<void> setExpectedLoss(int percent) = 0;
  virtual Result<void> setInBandFec(bool on) = 0;
  virtual Result<void> setDtx(bool on) = 0;

  virtual int frameSamples() const = 0;  // per channel
  virtual int lookahead() const = 0;     // samples per channel by which the decoder's output is late
};

}  // namespace tessera::opus
