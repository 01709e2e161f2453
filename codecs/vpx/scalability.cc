// SPDX-License-Identifier: Apache-2.0
// Scalability modes: reading names, temporal patterns, shares of the rate.
#include "codecs/vpx/scalability.h"

#include <string>

namespace tessera::vpx {

Result<Scalability> parseScalabilityMode(std::string_view name) {
  if (name.empty()) return Scalability{};
  Scalability mode;
  std::string_view rest = name;
  const bool key = rest.ends_with("_KEY");
  if (key) rest.remove_suffix(4);
  const auto digit = [](char c) { return c >= '1' && c <= '3' ? c - '0' : 0; };
  if (rest.size() == 4 && (rest[0] == 'L' || rest[0] == 'S') && rest[2] == 'T') {
    mode.spatial_layers = digit(rest[1]);
    mode.temporal_layers = digit(rest[3]);
    mode.inter_layer = rest[0] == 'S' ? InterLayer::kNone : key ? InterLayer::kKey : InterLayer::kFull;
    const bool one = mode.spatial_layers == 1;
    if (mode.spatial_layers && mode.temporal_layers && !(key && (one || rest[0] == 'S')) && !(rest[0] == 'S' && one)) return mode;
  }
  return Error{ErrorCode::kUnsupported, "scalabilityMode " + std::string(name) + " is none of L1T1..L3T3, L2T1_KEY..L3T3_KEY, S2T1..S3T3"};
}

TemporalStep temporalStep(int temporal_layers, int index) {
  if (temporal_layers == 2) return index % 2 == 0 ? TemporalStep{0, false, true} : TemporalStep{1, false, false};
  if (temporal_layers == 3) {
    switch (index % 4) {
      case 1: return {2, false, false};
      case 2: return {1, false, true};
      case 3: return {2, true, false};
      default: return {0, false, true};
    }
  }
  return {};
}

double cumulativeTemporalShare(int temporal_layers, int t) {
  constexpr std::array<std::array<double, 3>, 3> kShares{{{1.0, 1.0, 1.0}, {0.6, 1.0, 1.0}, {0.4, 0.6, 1.0}}};
  return kShares[static_cast<std::size_t>(temporal_layers - 1)][static_cast<std::size_t>(t)];
}

double spatialShare(int spatial_layers, int s) {
  // Roughly pixels to the power 0.7: a quarter of the pixels needs a good third of the bits.
  constexpr std::array<std::array<double, 3>, 3> kShares{{{1.0, 0.0, 0.0}, {0.27, 0.73, 0.0}, {0.09, 0.25, 0.66}}};
  return kShares[static_cast<std::size_t>(spatial_layers - 1)][static_cast<std::size_t>(s)];
}

}  // namespace tessera::vpx
