// SPDX-License-Identifier: Apache-2.0
// The limiter: exact where it has nothing to do, never above its ceiling, in time and without steps.
#include <catch2/catch_test_macros.hpp>
#include <algorithm>

#include "reference.h"
#include "wasm/audio/limiter.h"

using namespace tessera::audio;
using namespace tessera::audio::test;

namespace {

Signal through(Limiter& limiter, const Signal& in) {
  Signal out(in.size());
  Block block;
  Block result;
  for (std::size_t at = 0; at + kBlock <= in.size(); at += kBlock) {
    std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(at), kBlock, block.begin());
    limiter.process(block, result);
    std::copy(result.begin(), result.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return out;
}

float peakOf(const Signal& signal) {
  float most = 0.0f;
  for (const float sample : signal) most = std::max(most, std::fabs(sample));
  return most;
}

}  // namespace

TEST_CASE("up to the knee the limiter is a delay, bit for bit, of at most 5 ms", "[audio][limiter]") {
  for (const float rate : {8000.0f, 16000.0f, 24000.0f, 44100.0f, 48000.0f, 96000.0f, 192000.0f}) {
    const int delay = Limiter::latency(rate);
    CHECK(static_cast<float>(delay) / rate <= 0.005f);
    Limiter limiter;
    limiter.start(rate);
    Noise noise(2);
    const Signal in = noise.take(10 * kBlock, kLimiterKnee);
    const Signal out = through(limiter, in);
    CHECK(std::all_of(out.begin(), out.begin() + delay, [](float sample) { return sample == 0.0f; }));
    CHECK(std::equal(out.begin() + delay, out.end(), in.begin()));
  }
  CHECK(Limiter::latency(48000) == 128);
}

TEST_CASE("what is louder comes out as the plain limiter gives it, and never above the ceiling", "[audio][limiter]") {
  for (const float rate : {8000.0f, 16000.0f, 48000.0f}) {
    Limiter limiter;
    limiter.start(rate);
    Noise noise(3);
    Signal in;
    // Quiet, loud, absurdly loud, single clicks, quiet: 0.4 s each.
    for (const float amplitude : {0.3f, 1.4f, 40.0f, 0.2f, 0.9f, 0.1f}) {
      const Signal part = noise.take(150 * kBlock, amplitude);
      in.insert(in.end(), part.begin(), part.end());
    }
    for (std::size_t at = 450 * kBlock + 17; at < 600 * kBlock; at += 3001) in[at] = 2.5f;
    const Signal out = through(limiter, in);
    const Signal expected = limitPlainly(in, Limiter::latency(rate) / kSegment, kSegment / (0.15f * rate), limiterGain);
    CHECK(out == expected);
    CHECK(peakOf(out) <= kLimiterCeiling);
    CHECK(peakOf(out) > 0.9f);
  }
}

TEST_CASE("the gain for a peak bends gently towards the ceiling", "[audio][limiter]") {
  float last = 0.0f;
  for (float peak = 0.01f; peak < 100.0f; peak *= 1.05f) {
    const float level = peak * limiterGain(peak);
    CHECK(level >= last);
    CHECK(level <= kLimiterCeiling);
    if (peak <= kLimiterKnee) CHECK(limiterGain(peak) == 1.0f);
    last = level;
  }
}

TEST_CASE("around a burst the gain moves in no steps, and is back to 1 a second later", "[audio][limiter]") {
  Limiter limiter;
  limiter.start(48000);
  // A constant shows the gain itself; one loud sample in the middle.
  Signal in(48000 * 2 / kBlock * kBlock, 0.5f);
  in[20000] = 3.0f;
  const Signal out = through(limiter, in);
  const int at = 20000 + 128;
  CHECK(std::fabs(out[at]) <= kLimiterCeiling);
  float largest = 0.0f;
  for (int i = 129; i + 1 < static_cast<int>(out.size()); ++i) {
    if (i == at || i + 1 == at) continue;
    largest = std::max(largest, std::fabs(out[static_cast<std::size_t>(i + 1)] - out[static_cast<std::size_t>(i)]));
  }
  CHECK(largest < 0.006f);
  CHECK(out[at - 1] < 0.2f);
  CHECK(out.back() == 0.5f);
}
