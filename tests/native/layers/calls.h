// SPDX-License-Identifier: Apache-2.0
// A selector in a call whose link the test holds in its hand: what is taken arrives as the link lets it.
#pragma once

#include <map>
#include <string>

#include "wasm/layers/selector_log.h"
#include "wasm/layers/simulator/scene.h"

namespace tessera::layers::test {

class Calls {
 public:
  explicit Calls(SelectorOptions options = {}) : selector(options) { selector.setLog(&log); }

  void add(const std::string& id, Source source, Tile tile) {
    sources[id] = source;
    (void)selector.setSource(now, id, std::move(source)).hasValue();
    selector.setTile(now, id, tile);
    flows[id];
  }
  // 100 ms pass on a link of `kilobits`; below 0: without limit.
  void pass(double kilobits = -1, int ticks = 1) {
    for (int tick = 0; tick < ticks; ++tick) {
      // What is sent waits; of all that waits, as much arrives as the link carries.
      sound_waiting += 5 * voices;
      double waiting = sound_waiting * 800;
      for (auto& [id, flow] : flows) {
        const auto choice = taken.find(id);
        if (choice != taken.end() && choice->second.spatial >= 0) {
          flow.frames += frameRate(choice->second) / 10;
          flow.bits += bitrate(choice->second) / 10;
        }
        waiting += flow.bits;
      }
      const double share = kilobits < 0 || waiting <= kilobits * 100 ? 1 : kilobits * 100 / waiting;
      std::vector<StreamSample> all;
      StreamSample sound;
      sound_arrived += sound_waiting * share;
      sound_waiting *= 1 - share;
      sound.audio = true;
      sound.packets_received = static_cast<std::int64_t>(sound_arrived + 1e-6);
      sound.bytes_received = sound.packets_received * 100;
      all.push_back(sound);
      for (auto& [id, flow] : flows) {
        flow.frames_arrived += flow.frames * share;
        flow.bits_arrived += flow.bits * share;
        flow.frames *= 1 - share;
        flow.bits *= 1 - share;
        StreamSample sample;
        sample.id = id;
        sample.frames_received = sample.frames_decoded = static_cast<std::int64_t>(flow.frames_arrived + 1e-6);
        sample.bytes_received = static_cast<std::int64_t>(flow.bits_arrived / 8);
        sample.packets_received = sample.bytes_received / 1100;
        all.push_back(sample);
      }
      now = now + Duration::millis(100);
      selector.statistics(now, all);
      update();
    }
  }
  void update() {
    for (const Choice& choice : selector.update(now)) {
      taken[choice.id] = choice;
      ++changes;
    }
  }
  double bitrate(const Choice& choice) const {
    for (const Layer& layer : sources.at(choice.id).layers) {
      if (layer.spatial == choice.spatial && layer.temporal == choice.temporal) return static_cast<double>(layer.bitrate.toBitsPerSecond());
    }
    return 0;
  }
  double frameRate(const Choice& choice) const {
    for (const Layer& layer : sources.at(choice.id).layers) {
      if (layer.spatial == choice.spatial && layer.temporal == choice.temporal) return static_cast<double>(layer.frame_rate.toMillihertz()) / 1000;
    }
    return 0;
  }
  double total() const {
    double sum = 0;
    for (const auto& [id, choice] : taken) sum += bitrate(choice);
    return sum;
  }

  SelectorLog log;
  Selector selector;
  Timestamp now = Timestamp::millis(1000);
  std::map<std::string, Source> sources;
  std::map<std::string, Choice> taken;
  int changes = 0;
  int voices = 1;  // each 40 kbit/s

 private:
  struct Flow {
    double frames = 0, bits = 0;  // waiting
    double frames_arrived = 0, bits_arrived = 0;
  };
  std::map<std::string, Flow> flows;
  double sound_waiting = 0, sound_arrived = 0;
};

inline Tile tileOf(int width, int height, bool pinned = false) { return {{width, height}, true, pinned, false}; }

}  // namespace tessera::layers::test
