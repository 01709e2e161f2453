// SPDX-License-Identifier: Apache-2.0
// Scalability modes of https://www.w3.org/TR/webrtc-svc/: their names, and which frame refers to which.
#pragma once

#include <array>
#include <string_view>

#include "wasm/base/result.h"

namespace tessera::vpx {

enum class InterLayer {
  kFull,  // "LxTy": a spatial layer may refer to the one below in every frame
  kKey,   // "LxTy_KEY": only at keyframes
  kNone,  // "SxTy": simulcast, each size a stream of its own
};

struct Scalability {
  int spatial_layers = 1;   // 1..3, each twice as wide and high as the one below
  int temporal_layers = 1;  // 1..3
  InterLayer inter_layer = InterLayer::kFull;

  bool operator==(const Scalability&) const = default;
};

// Reads "L1T1" .. "L3T3", "L2T1_KEY" .. "L3T3_KEY", "S2T1" .. "S3T3"; "" is "L1T1". Errors: kUnsupported for every other name.
Result<Scalability> parseScalabilityMode(std::string_view name);

// The place of one frame in the temporal pattern, which repeats every periodOf(temporal_layers) frames after a keyframe.
struct TemporalStep {
  int layer = 0;              // temporal index
  bool refers_middle = false; // to the last frame of temporal layer 1, otherwise to the last of layer 0
  bool kept = true;           // later frames refer to it
};

// Frames in one repetition: 1, 2 or 4. Layers go 0 / 0 1 / 0 2 1 2.
constexpr int periodOf(int temporal_layers) { return temporal_layers == 3 ? 4 : temporal_layers; }

// `index` counts frames since the keyframe.
TemporalStep temporalStep(int temporal_layers, int index);

// The share of a stream's rate for temporal layers 0..t together.
double cumulativeTemporalShare(int temporal_layers, int t);

// The share of the whole rate for spatial layer s, all its temporal layers together.
double spatialShare(int spatial_layers, int s);

}  // namespace tessera::vpx
