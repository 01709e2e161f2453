// SPDX-License-Identifier: Apache-2.0
// Runs the policies side by side.
#include "wasm/layers/simulator/port.h"

#include <algorithm>

namespace tessera::layers {

SimulatorPort::SimulatorPort(int tiles, bool screen) {
  Random random(11);
  tiles = std::clamp(tiles, 1, 49);
  for (int i = 0; i < tiles; ++i) {
    const double factor = 0.8 + 0.4 * random.unit();
    scene_.push_back({"tile-" + std::to_string(i), i == 0 && screen ? screenSource(factor) : cameraSource(3, 2, factor), {}});
  }
  arrange(scene_, Layout::kGrid, {1280, 720});
  for (int p = 0; p < kPolicies; ++p) {
    simulations_.push_back(std::make_unique<Simulation>());
    simulations_.back()->addReceiver(static_cast<PolicyKind>(p), Trace::constant(DataRate::kilobitsPerSecond(2000)), scene_, 3);
  }
}

Receiver& SimulatorPort::receiver(int policy) const { return simulations_[static_cast<std::size_t>(std::clamp(policy, 0, kPolicies - 1))]->receiver(0); }

void SimulatorPort::arrangeAll() {
  for (const auto& simulation : simulations_) simulation->arrange(0, scene_);
}

void SimulatorPort::setTile(int index, int width, int height, bool visible, bool pinned, bool speaking) {
  if (index < 0 || static_cast<std::size_t>(index) >= scene_.size()) return;
  const Tile tile{{std::clamp(width, 0, 8192), std::clamp(height, 0, 8192)}, visible, pinned, speaking};
  Tile& known = scene_[static_cast<std::size_t>(index)].tile;
  if (tile == known) return;
  known = tile;
  arrangeAll();
}

void SimulatorPort::setBandwidth(double kilobits_per_second) {
  const auto kilobits = static_cast<std::int64_t>(kilobits_per_second >= 10 ? std::min(kilobits_per_second, 1e6) : 10);
  for (const auto& simulation : simulations_) simulation->receiver(0).link().setTrace(Trace::constant(DataRate::kilobitsPerSecond(kilobits)));
}

std::string SimulatorPort::setTrace(const std::string& name_or_text) {
  const auto set = [&](const Trace& trace) {
    for (const auto& simulation : simulations_) simulation->receiver(0).link().setTrace(trace);
    return std::string();
  };
  if (name_or_text == "step") return set(Trace::step());
  if (name_or_text == "ramp") return set(Trace::ramp());
  if (name_or_text == "outage") return set(Trace::outage());
  if (name_or_text == "walk") return set(Trace::walk(1));
  const auto trace = Trace::parse(name_or_text);
  return trace ? set(trace.value()) : trace.error().message;
}

void SimulatorPort::step(int ticks) {
  for (int i = 0; i < ticks; ++i) {
    for (const auto& simulation : simulations_) simulation->step();
  }
  now_ = simulations_.front()->now();
}

double SimulatorPort::capacity() const { return static_cast<double>(receiver(0).link().trace().rateAt(now_).toBitsPerSecond()) / 1000; }
double SimulatorPort::arriving(int policy) const { return static_cast<double>(receiver(policy).bitsNow()) / 1000 / kTick.toSeconds(); }

double SimulatorPort::believed(int policy) const {
  const DataRate rate = receiver(policy).estimate().rate;
  return rate >= kUnlimited ? -1 : static_cast<double>(rate.toBitsPerSecond()) / 1000;
}

double SimulatorPort::utility(int policy) const {
  const Receiver& r = receiver(policy);
  return r.clairvoyantNow() > 0 ? r.utilityNow() / r.clairvoyantNow() : 0;
}

double SimulatorPort::utilityOverall(int policy) const {
  const Figures& f = receiver(policy).figures();
  return f.clairvoyant > 0 ? f.utility / f.clairvoyant : 0;
}

int SimulatorPort::switches(int policy) const { return static_cast<int>(receiver(policy).figures().switches); }
double SimulatorPort::stallSeconds(int policy) const { return receiver(policy).figures().stall; }
double SimulatorPort::megabits(int policy) const { return static_cast<double>(receiver(policy).figures().bits) / 1e6; }

double SimulatorPort::wastedShare(int policy) const {
  const Figures& f = receiver(policy).figures();
  return f.bits > 0 ? static_cast<double>(f.wasted) / static_cast<double>(f.bits) : 0;
}

int SimulatorPort::shownHeight(int policy, int tile) const {
  const Receiver& r = receiver(policy);
  if (tile < 0 || static_cast<std::size_t>(tile) >= r.scene().size()) return -1;
  const int shown = r.shown(static_cast<std::size_t>(tile));
  if (shown < 0) return shown == -1 ? 0 : -1;
  return r.scene()[static_cast<std::size_t>(tile)].source.layers[static_cast<std::size_t>(shown)].resolution.height;
}

double SimulatorPort::shownFrameRate(int policy, int tile) const {
  const Receiver& r = receiver(policy);
  if (tile < 0 || static_cast<std::size_t>(tile) >= r.scene().size()) return 0;
  const int shown = r.shown(static_cast<std::size_t>(tile));
  return shown < 0 ? 0 : static_cast<double>(r.scene()[static_cast<std::size_t>(tile)].source.layers[static_cast<std::size_t>(shown)].frame_rate.toMillihertz()) / 1000;
}

double SimulatorPort::solveMany(int sources, int rounds) {
  sources = std::clamp(sources, 1, 4096);
  if (problem_sources_ != sources) {
    Random random(static_cast<std::uint64_t>(sources));
    problems_.clear();
    for (int i = 0; i < 16; ++i) problems_.push_back(problemOf(randomScene(random, sources), UtilityOptions()));
    problem_sources_ = sources;
  }
  std::vector<std::uint8_t> chosen(static_cast<std::size_t>(sources));
  double sum = 0;
  for (int i = 0; i < rounds; ++i) {
    allocator_.solve(problems_[static_cast<std::size_t>(i) % problems_.size()].problem(), std::int64_t{150'000 + (i * 7919) % 900'000} * sources / 12, -1, chosen);
    sum += chosen[static_cast<std::size_t>(i % sources)];
  }
  return sum;
}

}  // namespace tessera::layers
