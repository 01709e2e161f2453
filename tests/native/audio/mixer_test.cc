// SPDX-License-Identifier: Apache-2.0
// The mixer: exact sums without one's own input, odd input contained, nothing allocated.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>
#include <limits>
#include <memory>

#include "../video/allocation_count.h"
#include "reference.h"
#include "wasm/audio/mixer.h"

using namespace tessera::audio;
using namespace tessera::audio::test;

namespace {

std::unique_ptr<Mixer> mixerOf(int inputs, bool riding = false, float rate = 48000) {
  auto mixer = std::make_unique<Mixer>();
  REQUIRE(mixer->start(rate, riding));
  for (int i = 0; i < inputs; ++i) mixer->setInput(i, 1.0f);
  for (int i = 0; i < inputs; ++i) mixer->setOutput(i, true);
  mixer->setOutput(kMixOutput, true);
  return mixer;
}

void put(Mixer& mixer, int index, const Signal& samples) { std::copy_n(samples.begin(), kBlock, mixer.input(index).begin()); }
Signal got(const Mixer& mixer, int index) { return {mixer.output(index).begin(), mixer.output(index).end()}; }

}  // namespace

TEST_CASE("every output is the sum of all other inputs, sample for sample, a block later", "[audio][mixer]") {
  for (const int inputs : {1, 2, 4, 16, kMaxInputs}) {
    const auto mixer = mixerOf(inputs);
    Noise noise(static_cast<std::uint32_t>(inputs));
    std::vector<Signal> before;
    for (int round = 0; round < 6; ++round) {
      std::vector<Signal> now;
      for (int i = 0; i < inputs; ++i) put(*mixer, i, now.emplace_back(noise.take(kBlock, 0.6f / static_cast<float>(inputs))));
      mixer->process();
      for (int out = 0; round > 1 && out <= inputs; ++out) {
        Signal expected(kBlock);
        for (std::size_t s = 0; s < kBlock; ++s) {
          float lower = 0.0f;
          float higher = 0.0f;
          for (int i = 0; i < out && out < inputs; ++i) lower += before[static_cast<std::size_t>(i)][s];
          for (int i = inputs; i-- > (out < inputs ? out + 1 : 0);) higher = before[static_cast<std::size_t>(i)][s] + higher;
          expected[s] = lower + higher;
        }
        CHECK(got(*mixer, out < inputs ? out : kMixOutput) == expected);
      }
      before = now;
    }
  }
}

TEST_CASE("nobody hears themselves, not even as a rounding error", "[audio][mixer]") {
  const auto mixer = mixerOf(16);
  Noise noise(7);
  for (int round = 0; round < 8; ++round) {
    put(*mixer, 5, noise.take(kBlock, 1.0f));
    mixer->process();
    CHECK(got(*mixer, 5) == Signal(kBlock));
    if (round > 1) CHECK(got(*mixer, 6) != Signal(kBlock));
  }
}

TEST_CASE("four tones: each output has the other three at their level and not its own", "[audio][mixer]") {
  const auto mixer = mixerOf(4);
  const double tones[] = {375, 750, 1500, 3000};  // whole periods in a block
  std::vector<Signal> heard(5);
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 4; ++i) put(*mixer, i, sine(tones[i], 0.15, round * kBlock, kBlock));
    mixer->process();
    for (int out = 0; round > 4 && out < 5; ++out) {
      const Signal block = got(*mixer, out < 4 ? out : kMixOutput);
      heard[static_cast<std::size_t>(out)].insert(heard[static_cast<std::size_t>(out)].end(), block.begin(), block.end());
    }
  }
  for (int out = 0; out < 5; ++out) {
    for (int i = 0; i < 4; ++i) {
      const double amplitude = amplitudeAt(heard[static_cast<std::size_t>(out)], tones[i]);
      if (i == out) CHECK(amplitude < 1e-6);
      else CHECK(std::fabs(amplitude - 0.15) < 1e-4);
    }
  }
}

TEST_CASE("sixteen people shouting together do not clip", "[audio][mixer]") {
  const auto mixer = mixerOf(16, true);
  float most = 0.0f;
  for (int round = 0; round < 2000; ++round) {
    for (int i = 0; i < 16; ++i) put(*mixer, i, sine(200 + 37 * i, 1.0, round * kBlock, kBlock));
    mixer->process();
    for (const int out : {0, 9, kMixOutput})
      for (const float sample : mixer->output(out)) most = std::max(most, std::fabs(sample));
  }
  CHECK(most <= kLimiterCeiling + 1e-6f);
  CHECK(most > 0.8f);
}

TEST_CASE("an input that is no sound counts as silence and harms nobody", "[audio][mixer]") {
  const auto mixer = mixerOf(3);
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e20f}) {
    for (int round = 0; round < 4; ++round) {
      Signal bad(kBlock, 0.1f);
      bad[60] = odd;
      put(*mixer, 0, bad);
      put(*mixer, 1, Signal(kBlock, 0.25f));
      mixer->process();
    }
    CHECK(got(*mixer, 2) == Signal(kBlock, 0.25f));
    CHECK(got(*mixer, 1) == Signal(kBlock));
  }
}

TEST_CASE("inputs fade in over a block, follow their gain without a step, and are gone when removed", "[audio][mixer]") {
  const auto mixer = mixerOf(1);
  const auto block = [&](float gain) {
    mixer->setInput(0, gain);
    put(*mixer, 0, Signal(kBlock, 0.5f));
    mixer->process();
    return got(*mixer, kMixOutput);
  };
  block(1.0f);
  const Signal in = block(1.0f);
  CHECK(in.front() == 0.5f / 128);
  CHECK(in.back() == 0.5f);
  CHECK(block(0.5f) == Signal(kBlock, 0.5f));
  const Signal down = block(0.5f);
  CHECK(down.front() < 0.5f);
  CHECK(down.front() > 0.49f);
  CHECK(down.back() == 0.25f);
  block(-3.0f);
  block(-3.0f);
  CHECK(block(0.0f) == Signal(kBlock));
  block(1.0f);
  mixer->removeInput(0);
  mixer->process();
  mixer->process();
  CHECK(got(*mixer, kMixOutput) == Signal(kBlock));
}

TEST_CASE("an output nobody wants is silent, one without an input hears everybody", "[audio][mixer]") {
  const auto mixer = mixerOf(2);
  mixer->setOutput(9, true);
  mixer->setOutput(0, false);
  for (int round = 0; round < 3; ++round) {
    put(*mixer, 0, Signal(kBlock, 0.25f));
    put(*mixer, 1, Signal(kBlock, 0.125f));
    mixer->process();
  }
  CHECK(got(*mixer, 0) == Signal(kBlock));
  CHECK(got(*mixer, 1) == Signal(kBlock, 0.25f));
  CHECK(got(*mixer, 9) == Signal(kBlock, 0.375f));
}

TEST_CASE("a sample rate that cannot be is refused, and then nothing sounds", "[audio][mixer]") {
  for (const float rate : {0.0f, -48000.0f, 7999.0f, 200000.0f, std::numeric_limits<float>::quiet_NaN()}) {
    Mixer mixer;
    CHECK_FALSE(mixer.start(rate, true));
    mixer.setInput(0, 1.0f);
    mixer.setOutput(kMixOutput, true);
    put(mixer, 0, Signal(kBlock, 0.5f));
    mixer.process();
    CHECK(got(mixer, kMixOutput) == Signal(kBlock));
  }
}

TEST_CASE("the mixer's own delay is at most 10 ms at every rate", "[audio][mixer]") {
  for (const float rate : {8000.0f, 16000.0f, 44100.0f, 48000.0f}) {
    const auto mixer = mixerOf(1, false, rate);
    // A first block of silence lets the fade-in pass; then one impulse.
    put(*mixer, 0, Signal(kBlock));
    mixer->process();
    int found = -1;
    for (int round = 0; round < 12; ++round) {
      Signal impulse(kBlock);
      if (round == 0) impulse[3] = 0.5f;
      put(*mixer, 0, impulse);
      mixer->process();
      for (int s = 0; s < kBlock && found < 0; ++s)
        if (mixer->output(kMixOutput)[static_cast<std::size_t>(s)] != 0.0f) found = round * kBlock + s - 3;
    }
    CHECK(found == mixer->latency());
    CHECK(static_cast<float>(found) / rate <= 0.010f);
  }
}

TEST_CASE("processing allocates nothing", "[audio][mixer]") {
  const auto mixer = mixerOf(kMaxInputs, true);
  Noise noise(11);
  const long before = tessera::video::test::allocationCount();
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < kMaxInputs; ++i)
      for (float& sample : mixer->input(i)) sample = noise.next(0.5f);
    mixer->process();
  }
  CHECK(tessera::video::test::allocationCount() == before);
}
