// SPDX-License-Identifier: Apache-2.0
// The topologies this build knows.
#include "wasm/session/topology.h"

#include <algorithm>

namespace tessera::session {

std::string_view MeshTopology::name() const { return "mesh"; }

std::vector<std::string> MeshTopology::connections(const RoomView& view) const {
  const auto speaks = [this](const Capabilities& capabilities) {
    return std::find(capabilities.topologies.begin(), capabilities.topologies.end(), name()) != capabilities.topologies.end();
  };
  std::vector<std::string> others;
  if (!speaks(*view.self_capabilities)) return others;
  std::size_t smaller = 0;  // how many of those that speak mesh sort before this participant
  for (const Participant* participant : *view.participants) {
    if (!speaks(participant->capabilities)) continue;
    others.push_back(participant->id);
    if (participant->id < view.self_id) ++smaller;
  }
  if (smaller >= kMaxParticipants) return {};
  if (others.size() > kMaxParticipants - 1) others.resize(kMaxParticipants - 1);
  return others;
}

bool MeshTopology::sends(const RoomView&, const std::string&, const Source&) const { return true; }

std::unique_ptr<Topology> makeTopology(std::string_view name) {
  if (name == "mesh") return std::make_unique<MeshTopology>();
  return nullptr;
}

}  // namespace tessera::session
