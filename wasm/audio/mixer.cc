// SPDX-License-Identifier: Apache-2.0
// One block through the mixer: gains, sums without each one, limiters.
#include "wasm/audio/mixer.h"

#include <algorithm>

#include "wasm/audio/kernels.h"

namespace tessera::audio {
namespace {
// Far above any sound, far below where squares and sums overflow.
constexpr float kMostEnergy = 1e12f;
}  // namespace

bool Mixer::start(float sample_rate, bool riding) {
  const bool known = sample_rate >= 8000.0f && sample_rate <= 192000.0f;
  sample_rate_ = known ? sample_rate : 0.0f;
  riding_ = riding;
  latency_ = known ? Limiter::latency(sample_rate) : 0;
  for (int i = 0; i < kMaxInputs; ++i) removeInput(i);
  for (int i = 0; i < kMaxOutputs; ++i) setOutput(i, false);
  speaker_.start(known ? kBlock / sample_rate : 0.0f);
  return known;
}

void Mixer::setInput(int index, float gain) {
  Input& input = inputs_[static_cast<std::size_t>(index)];
  input.set_gain = gain > 0.0f ? std::min(gain, kMostGain) : 0.0f;
  if (input.active || sample_rate_ == 0.0f) return;
  input.active = true;
  input.gain = 0.0f;
  input.level.start(kBlock / sample_rate_);
  input.rider.start(kBlock / sample_rate_);
}

void Mixer::removeInput(int index) {
  Input& input = inputs_[static_cast<std::size_t>(index)];
  input.active = false;
  input.samples.fill(0.0f);
  speech_[static_cast<std::size_t>(index)] = 0.0f;
  speaker_.forget(index);
}

void Mixer::setOutput(int index, bool wanted) {
  Output& output = outputs_[static_cast<std::size_t>(index)];
  if (wanted && !output.wanted) output.limiter.start(sample_rate_);
  if (!wanted) output.samples.fill(0.0f);
  output.wanted = wanted && sample_rate_ > 0.0f;
}

void Mixer::takeIn() {
  for (std::size_t i = 0; i < kMaxInputs; ++i) {
    Input& input = inputs_[i];
    if (!input.active) continue;
    float sum = energy(input.samples.data(), kBlock);
    if (!(sum < kMostEnergy)) {
      input.samples.fill(0.0f);
      sum = 0.0f;
    }
    input.level.add(sum / kBlock);
    const float ridden = riding_ ? input.rider.next(input.level.level(), input.level.speaking()) : 1.0f;
    const float gain = input.set_gain * ridden;
    ramp(input.samples.data(), input.gain, gain, input.scaled.data(), kBlock);
    input.gain = gain;
    speech_[i] = input.level.speaking() ? input.level.level() * gain * gain : 0.0f;
  }
}

void Mixer::giveOut(int index, const Block& sum) {
  Output& output = outputs_[static_cast<std::size_t>(index)];
  if (output.wanted) output.limiter.process(sum, output.samples);
}

void Mixer::process() {
  takeIn();
  speaker_.next(speech_);
  for (std::size_t i = kMaxInputs; i-- > 0;) {
    if (inputs_[i].active) add(inputs_[i].scaled.data(), sums_from_[i + 1].data(), sums_from_[i].data(), kBlock);
    else sums_from_[i] = sums_from_[i + 1];
  }
  giveOut(kMixOutput, sums_from_[0]);
  Block before{};
  Block others;
  for (std::size_t i = 0; i < kMaxInputs; ++i) {
    if (outputs_[i].wanted) {
      add(before.data(), sums_from_[i + 1].data(), others.data(), kBlock);
      giveOut(static_cast<int>(i), others);
    }
    if (inputs_[i].active) add(before.data(), inputs_[i].scaled.data(), before.data(), kBlock);
  }
}

}  // namespace tessera::audio
