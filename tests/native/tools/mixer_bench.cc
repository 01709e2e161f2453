// SPDX-License-Identifier: Apache-2.0
// Prints what a block of 128 samples costs in the mixer: mixer_bench [blocks, default 20000].
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "wasm/audio/mixer.h"

int main(int argc, char** argv) {
  using namespace tessera::audio;
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 20000;
  const auto mixer = std::make_unique<Mixer>();
  for (const int people : {4, 9, 16, kMaxInputs}) {
    mixer->start(48000, true);
    mixer->setOutput(kMixOutput, true);
    for (int i = 0; i < people; ++i) {
      mixer->setInput(i, 1.0f);
      mixer->setOutput(i, true);
      for (int s = 0; s < kBlock; ++s) mixer->input(i)[static_cast<std::size_t>(s)] = 0.4f * std::sin(0.01f * static_cast<float>(s * (i + 3)));
    }
    std::vector<double> micros;
    for (int round = 0; round < rounds; ++round) {
      const auto before = std::chrono::steady_clock::now();
      mixer->process();
      micros.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - before).count());
    }
    std::nth_element(micros.begin(), micros.begin() + rounds / 2, micros.end());
    std::printf("%2d inputs, %2d outputs: %.2f us a block of %.0f us (median of %d)\n", people, people + 1, micros[static_cast<std::size_t>(rounds / 2)],
                1e6 * kBlock / 48000, rounds);
  }
}
