// SPDX-License-Identifier: Apache-2.0
// Trickled ICE candidates of one connection: the remote ones wait for their description, the local ones can be told again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wasm/session/types.h"

namespace tessera::session {

// The distinct values of a=ice-ufrag in a session description (RFC 8839, 5.4), in order.
std::vector<std::string> ufragsOf(std::string_view sdp);

// Sorts arriving candidates by generation: of the applied description, of one to come, or of a past one. A candidate that
// names no generation counts to the present one.
class RemoteCandidates {
 public:
  static constexpr std::size_t kMax = 256;

  // Keeps the candidate, unless it is known, of a past generation, or one too many.
  void add(IceCandidate candidate);
  // setRemoteDescription() was fulfilled: its generation is the present one, what came before is past.
  void onDescription(std::string_view sdp);
  // What can be added now; each comes out once. Nothing before the first description.
  std::vector<IceCandidate> takeReady();

 private:
  std::vector<std::string> current_;
  std::vector<std::string> past_;
  std::vector<IceCandidate> waiting_;
  std::vector<IceCandidate> added_;  // of the present generation
  bool described_ = false;
};

// The present generation's local candidates.
class LocalCandidates {
 public:
  static constexpr std::size_t kMax = 128;

  void add(IceCandidate candidate);
  // setLocalDescription() was fulfilled: forgets candidates of generations that it does not mention.
  void onDescription(std::string_view sdp);
  const std::vector<IceCandidate>& all() const { return all_; }

 private:
  std::vector<IceCandidate> all_;
};

}  // namespace tessera::session
