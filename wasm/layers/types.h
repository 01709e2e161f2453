// SPDX-License-Identifier: Apache-2.0
// What layer selection speaks of: tiles, the layers on offer for them, and what is chosen.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wasm/base/units.h"

namespace tessera::layers {

// Frames per second, in thousandths, never negative.
class FrameRate {
 public:
  constexpr FrameRate() = default;
  static constexpr FrameRate millihertz(std::int64_t value) { return FrameRate(value < 0 ? 0 : value); }
  static constexpr FrameRate perSecond(std::int64_t frames) { return millihertz(frames * 1000); }
  constexpr std::int64_t toMillihertz() const { return millihertz_; }
  constexpr auto operator<=>(const FrameRate&) const = default;

 private:
  explicit constexpr FrameRate(std::int64_t value) : millihertz_(value) {}
  std::int64_t millihertz_ = 0;
};

// What the picture shows, which decides what quality means (MediaStreamTrack.contentHint: "", "motion" -> camera,
// "text" -> screen, "detail" -> detail).
enum class Content : std::uint8_t { kCamera, kScreen, kDetail };
enum class Codec : std::uint8_t { kVp8, kVp9, kH264, kAv1, kOther };
// Where one may change the spatial layer: at a keyframe (simulcast), or at any frame (SVC with prediction between layers).
enum class Switching : std::uint8_t { kKeyFrame, kAnyFrame };

constexpr std::string_view toString(Content content) {
  return content == Content::kCamera ? "camera" : content == Content::kScreen ? "screen" : "detail";
}

// How a video is shown.
struct Tile {
  Resolution size;  // in device pixels
  bool visible = true;
  bool pinned = false;
  bool speaking = false;

  bool operator==(const Tile&) const = default;
};

// One layer that a sender offers; `bitrate` is what taking it costs, lower layers that it needs included.
struct Layer {
  int spatial = 0;   // 0..kMaxSpatial
  int temporal = 0;  // 0..kMaxTemporal
  Resolution resolution;
  FrameRate frame_rate;
  DataRate bitrate;
  bool active = true;  // false: not sent at present; a demand for it brings it back

  bool operator==(const Layer&) const = default;
};

inline constexpr int kMaxSpatial = 3;
inline constexpr int kMaxTemporal = 3;
inline constexpr int kMaxLayers = (kMaxSpatial + 1) * (kMaxTemporal + 1);

// A video as its sender describes it.
struct Source {
  Content content = Content::kCamera;
  Codec codec = Codec::kVp8;
  Switching switching = Switching::kKeyFrame;
  std::vector<Layer> layers;  // 1..kMaxLayers, no two with the same indices; any order

  bool operator==(const Source&) const = default;
};

enum class ChoiceKind : std::uint8_t {
  kVideo,
  kStill,   // a frame is kept on screen; the lowest layer is taken only until the next one has been decoded
  kPaused,  // nothing is shown that needs bits
};

// Why a choice is what it is, in the terms that diagnostics show.
enum class Reason : std::uint8_t {
  kBest,       // as sharp and smooth as the tile can show
  kBandwidth,  // the downlink has no room for more
  kProcessor,  // decoding more would be too slow
  kHidden,     // nobody sees the tile
  kAudioOnly,  // there is room for sound alone
  kSettling,   // more would fit, but changing so soon again would be worse
};

constexpr std::string_view toString(ChoiceKind kind) {
  return kind == ChoiceKind::kVideo ? "video" : kind == ChoiceKind::kStill ? "still" : "paused";
}

constexpr std::string_view toString(Reason reason) {
  switch (reason) {
    case Reason::kBest: return "best";
    case Reason::kBandwidth: return "bandwidth";
    case Reason::kProcessor: return "processor";
    case Reason::kHidden: return "hidden";
    case Reason::kAudioOnly: return "audio-only";
    case Reason::kSettling: return "settling";
  }
  return "best";
}

// What to take of one source.
struct Choice {
  std::string id;
  ChoiceKind kind = ChoiceKind::kPaused;
  // The layer to take now; both -1: take nothing. A still has 0 while its frame is being fetched, -1 once it is there.
  int spatial = -1;
  int temporal = -1;
  Reason reason = Reason::kBest;
  DataRate bitrate;  // what this is expected to cost

  bool operator==(const Choice&) const = default;
};

}  // namespace tessera::layers
