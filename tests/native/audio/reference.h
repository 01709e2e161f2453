// SPDX-License-Identifier: Apache-2.0
// The mixer's arithmetic written plainly, sample by sample, and signals to feed it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace tessera::audio::test {

using Signal = std::vector<float>;

// A sine from time 0 on; `from` is the first sample's number.
inline Signal sine(double frequency, double amplitude, int from, int count, double sample_rate = 48000) {
  Signal out(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    out[static_cast<std::size_t>(i)] = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * frequency * (from + i) / sample_rate));
  return out;
}

// Uniform noise in -amplitude..amplitude, the same everywhere (a linear congruential generator).
class Noise {
 public:
  explicit Noise(std::uint32_t seed) : state_(seed) {}
  float next(float amplitude) {
    state_ = state_ * 1664525u + 1013904223u;
    return amplitude * (static_cast<float>(state_ >> 8) / 8388608.0f - 1.0f);
  }
  Signal take(int count, float amplitude) {
    Signal out(static_cast<std::size_t>(count));
    for (float& sample : out) sample = next(amplitude);
    return out;
  }

 private:
  std::uint32_t state_;
};

inline void rampPlainly(const float* in, float from, float to, float* out, int count) {
  for (int i = 0; i < count; ++i) out[i] = in[i] * (from + (to - from) / static_cast<float>(count) * static_cast<float>(i + 1));
}

// The limiter over a whole signal at once: every segment's gain is known beforehand, so nothing has to be remembered.
// Gives `in` delayed by `ahead` segments of 32.
inline Signal limitPlainly(const Signal& in, int ahead, float release, float (*gain_for)(float)) {
  const int segments = static_cast<int>(in.size()) / 32;
  const auto needed = [&](int segment) {
    float most = 0.0f;
    if (segment < 0 || segment >= segments) return 1.0f;
    for (int i = 0; i < 32; ++i) most = std::max(most, std::fabs(in[static_cast<std::size_t>(segment * 32 + i)]));
    return gain_for(most);
  };
  Signal out(in.size());
  float gain = 1.0f;
  for (int segment = -ahead; segment + ahead < segments; ++segment) {
    float next = gain + (1.0f - gain) * release;
    next = std::min({next, needed(segment), needed(segment + 1)});
    for (int j = 2; j <= ahead; ++j) next = std::min(next, gain + (needed(segment + j) - gain) / static_cast<float>(j));
    if (next > 0.9999f && needed(segment) == 1.0f && needed(segment + 1) == 1.0f) next = 1.0f;
    const Signal silence(32);
    rampPlainly(segment < 0 ? silence.data() : in.data() + segment * 32, gain, next, out.data() + (segment + ahead) * 32, 32);
    gain = next;
  }
  return out;
}

// The amplitude of one frequency in a signal of whole periods.
inline double amplitudeAt(const Signal& in, double frequency, double sample_rate = 48000) {
  double real = 0;
  double imaginary = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const double angle = 2 * std::numbers::pi * frequency * static_cast<double>(i) / sample_rate;
    real += in[i] * std::cos(angle);
    imaginary += in[i] * std::sin(angle);
  }
  return 2 * std::hypot(real, imaginary) / static_cast<double>(in.size());
}

}  // namespace tessera::audio::test
