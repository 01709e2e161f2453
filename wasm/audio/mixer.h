// SPDX-License-Identifier: Apache-2.0
// Mix-minus: everybody hears the sum of all others, at even loudness and never clipped, and one output has them all.
#pragma once

#include "wasm/audio/active_speaker.h"
#include "wasm/audio/block.h"
#include "wasm/audio/gain_rider.h"
#include "wasm/audio/limiter.h"
#include "wasm/audio/speech_level.h"

namespace tessera::audio {

// All memory is inside the object (about 90 kB); nothing is ever allocated. Not safe for use from several threads.
//
// An output is the sum of the inputs with a lower index plus that of those with a higher one, so the input of the same index
// is not in it, not even as what rounding leaves of a difference. Then it goes through a limiter, the only source of delay.
class Mixer {
 public:
  static constexpr float kMostGain = 8.0f;

  // Forgets everything. False, and nothing works, unless `sample_rate` is 8000 to 192000 Hz. `riding`: whether inputs are
  // brought to even loudness.
  bool start(float sample_rate, bool riding);

  // Samples from input to output: at most 4 ms.
  int latency() const { return latency_; }

  // Adds input `index` (0 to kMaxInputs - 1), or changes its gain (0 to kMostGain, kept within). It fades in over one block.
  void setInput(int index, float gain);
  // Nothing of the input is heard from the next block on. What was learned of it is forgotten.
  void removeInput(int index);
  // Whether output `index` (0 to kMaxOutputs - 1) is computed. It is silent otherwise.
  void setOutput(int index, bool wanted);

  // Where the caller puts the next block of an input and finds the last block of an output; the addresses never change.
  Block& input(int index) { return inputs_[static_cast<std::size_t>(index)].samples; }
  const Block& output(int index) const { return outputs_[static_cast<std::size_t>(index)].samples; }

  // One block. An input's block that holds anything but numbers, or values in the millions, counts as silence.
  void process();

  // The index of an input, or ActiveSpeaker::kNobody.
  int activeSpeaker() const { return speaker_.current(); }

 private:
  struct Input {
    Block samples{};
    Block scaled{};
    bool active = false;
    float set_gain = 1.0f;
    float gain = 0.0f;  // at the end of the last block
    SpeechLevel level;
    GainRider rider;
  };
  struct Output {
    Block samples{};
    bool wanted = false;
    Limiter limiter;
  };

  void takeIn();
  void giveOut(int index, const Block& sum);

  float sample_rate_ = 0.0f;
  int latency_ = 0;
  bool riding_ = true;
  std::array<Input, kMaxInputs> inputs_{};
  std::array<Output, kMaxOutputs> outputs_{};
  // sums_from_[i]: all inputs from index i on.
  std::array<Block, kMaxInputs + 1> sums_from_{};
  std::array<float, kMaxInputs> speech_{};
  ActiveSpeaker speaker_;
};

}  // namespace tessera::audio
