// SPDX-License-Identifier: Apache-2.0
// Who holds a connection with whom, and what is sent on it: the part of a call that differs between mesh, SFU and the rest.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/session/types.h"

namespace tessera::session {

// What a topology may decide from. The views live only for the call.
struct RoomView {
  std::string_view self_id;
  const Capabilities* self_capabilities = nullptr;
  const RoomInfo* room = nullptr;
  const std::vector<const Participant*>* participants = nullptr;  // the others, ordered by id
};

class Topology {
 public:
  virtual ~Topology() = default;

  // As it stands in capabilities.topologies and in RoomInfo.topology.
  virtual std::string_view name() const = 0;
  // The ids of the participants to hold a connection with. Must be symmetric: with equal views, A names B exactly if B names A.
  virtual std::vector<std::string> connections(const RoomView& view) const = 0;
  // Whether a local source is sent on the connection with that participant.
  virtual bool sends(const RoomView& view, const std::string& participant_id, const Source& source) const = 0;
};

// Everybody with everybody, up to six: beyond, the six smallest ids are connected and the rest are not.
class MeshTopology final : public Topology {
 public:
  static constexpr int kMaxParticipants = 6;

  std::string_view name() const override;
  std::vector<std::string> connections(const RoomView& view) const override;
  bool sends(const RoomView& view, const std::string& participant_id, const Source& source) const override;
};

// In a room of one of these media goes a way that whoever embeds the session takes care of: there are no connections to decide
// about here, and so no Topology.
constexpr bool isCarriedElsewhere(std::string_view name) { return name == "sfu" || name == "mcu" || name == "relay"; }

// nullptr for a name that this build does not know, and where isCarriedElsewhere().
std::unique_ptr<Topology> makeTopology(std::string_view name);

}  // namespace tessera::session
