// SPDX-License-Identifier: Apache-2.0
// Opus as a worker sees it: plain values, and addresses in the module's memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "codecs/opus/audio_decoder.h"
#include "codecs/opus/audio_encoder.h"

namespace tessera::opus {

// The outcome of a call: an error code (empty on success) and a range of memory, valid until the next call.
struct Produced {
  std::string code;
  std::string message;
  std::uint32_t address = 0;
  std::uint32_t size = 0;  // bytes of a packet, or samples of all channels together
};

struct AudioSettings {
  int channels = 1;
  double bitrate = 32'000;
  double frame_micros = 20'000;
  Application application = Application::kVoice;
  int complexity = 9;
  bool in_band_fec = false;
  bool dtx = false;
  bool constant_rate = false;
  int expected_loss_percent = 0;
  int dred_ms = 0;
};

class AudioEncoderPort {
 public:
  Produced configure(const AudioSettings& settings);
  // Address of one frame's samples (32-bit floats, interleaved), to be written before encode().
  std::uint32_t input();
  Produced encode();
  Produced setBitrate(double bitrate);
  Produced setExpectedLoss(int percent);
  Produced setInBandFec(bool on);
  Produced setDtx(bool on);
  int frameSamples() const { return encoder_ ? encoder_->frameSamples() : 0; }
  int lookahead() const { return encoder_ ? encoder_->lookahead() : 0; }

 private:
  std::unique_ptr<AudioEncoder> encoder_;
  std::vector<float> input_;
};

class AudioDecoderPort {
 public:
  Produced configure(int channels);
  // Where a packet's bytes are to be written before decode() or recover().
  std::uint32_t input(std::uint32_t size);
  Produced decode();
  Produced conceal(double lost_micros);
  Produced recover(double lost_micros);
  // As AudioDecoder::recoverFar, with the later packet as input.
  Produced recoverFar(double before_micros, double lost_micros);

 private:
  std::unique_ptr<AudioDecoder> decoder_;
  std::vector<std::uint8_t> input_;
};

}  // namespace tessera::opus
