// SPDX-License-Identifier: Apache-2.0
// Keeps receivers and senders in step.
#include "wasm/layers/simulator/simulation.h"

#include <algorithm>

namespace tessera::layers {
namespace {

// An encoder that was off gives its first frame, and the SFU has it.
constexpr Duration kEncoderStart = Duration::millis(150);

int spatialLayers(const Source& source) {
  int most = 0;
  for (const Layer& layer : source.layers) most = std::max(most, layer.spatial);
  return most + 1;
}

}  // namespace

std::size_t Simulation::addReceiver(PolicyKind kind, Trace trace, Scene scene, std::uint64_t seed) {
  receivers_.push_back(std::make_unique<Receiver>(kind, options_, Link(std::move(trace), link_, seed), std::move(scene), seed));
  sources_.emplace_back();
  const std::size_t index = receivers_.size() - 1;
  arrange(index, receivers_.back()->scene());
  return index;
}

void Simulation::arrange(std::size_t receiver, Scene scene) {
  const std::string name = std::to_string(receiver);
  for (Sender* sender : sources_[receiver]) sender->demand.remove(now_, name);
  receivers_[receiver]->arrange(now_, std::move(scene));
  sources_[receiver].clear();
  for (const SceneSource& source : receivers_[receiver]->scene()) {
    std::unique_ptr<Sender>& sender = senders_[source.id];
    if (!sender) {
      const int layers = spatialLayers(source.source);
      sender = std::make_unique<Sender>(Sender{SenderDemand(layers), 0, std::vector<Timestamp>(static_cast<std::size_t>(layers)), layers});
    }
    sources_[receiver].push_back(sender.get());
  }
  ask(receiver);
}

void Simulation::ask(std::size_t receiver) {
  const Receiver& r = *receivers_[receiver];
  const std::string name = std::to_string(receiver);
  for (std::size_t i = 0; i < sources_[receiver].size(); ++i) {
    const Pick pick = r.taken()[i].layer;
    const Layer* layer = pick < 0 ? nullptr : &r.scene()[i].source.layers[static_cast<std::size_t>(pick)];
    sources_[receiver][i]->demand.set(now_, name, layer ? layer->spatial : -1, layer ? layer->temporal : -1);
  }
}

void Simulation::senders() {
  for (const auto& [id, sender] : senders_) {
    const auto before = sender->demand.encodings();
    if (sender->demand.update(now_)) {
      const auto& after = sender->demand.encodings();
      for (std::size_t s = 0; s < after.size(); ++s) {
        if (after[s].active && !before[s].active) sender->comes_at[s] = now_ + kEncoderStart;
        if (!after[s].active) sender->sent &= ~(1u << s);
      }
    }
    const auto& encodings = sender->demand.encodings();
    for (std::size_t s = 0; s < encodings.size(); ++s) {
      if (encodings[s].active && now_ >= sender->comes_at[s]) sender->sent |= 1u << s;
    }
  }
}

void Simulation::step() {
  now_ = now_ + kTick;
  for (std::size_t r = 0; r < receivers_.size(); ++r) {
    for (std::size_t i = 0; i < sources_[r].size(); ++i) receivers_[r]->setSent(i, sources_[r][i]->sent);
    receivers_[r]->step(now_);
    if (receivers_[r]->changed()) ask(r);
  }
  senders();
}

void Simulation::run(Duration d) {
  for (const Timestamp end = now_ + d; now_ < end;) step();
}

double Simulation::encodedShare() const {
  int offered = 0;
  int sent = 0;
  for (const auto& [id, sender] : senders_) {
    offered += sender->layers;
    for (const EncodingDemand& encoding : sender->demand.encodings()) sent += encoding.active;
  }
  return offered > 0 ? static_cast<double>(sent) / offered : 0;
}

Script::Script(Scene scene, std::uint64_t seed, Resolution window) : scene_(std::move(scene)), random_(seed), window_(window) {
  next_ = Timestamp::millis(4000);
}

bool Script::advance(Timestamp now) {
  bool happened = false;
  for (; now >= next_; next_ = next_ + Duration::millis(3000 + random_.below(7000))) {
    happened = true;
    const auto someone = random_.below(static_cast<std::uint32_t>(scene_.size()));
    switch (random_.below(8)) {
      case 0: {
        std::size_t speaker = scene_.size();
        for (std::size_t i = 0; i < scene_.size(); ++i) {
          if (scene_[i].tile.speaking) speaker = i;
        }
        arrange(scene_, static_cast<Layout>(random_.below(kLayouts)), window_);
        if (speaker < scene_.size()) scene_[speaker].tile.speaking = true;
        break;
      }
      case 1: scene_[someone].tile.pinned = !scene_[someone].tile.pinned; break;
      case 2: scene_[someone].tile.visible = !scene_[someone].tile.visible; break;
      default:
        for (SceneSource& source : scene_) source.tile.speaking = false;
        scene_[someone].tile.speaking = true;
    }
  }
  return happened;
}

}  // namespace tessera::layers
