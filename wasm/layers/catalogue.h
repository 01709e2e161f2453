// SPDX-License-Identifier: Apache-2.0
// What each source offers: its layers in the order of their bitrate, with bitrates as measured, and what decoding costs.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "wasm/base/result.h"
#include "wasm/layers/types.h"

namespace tessera::layers {

// Nothing beyond these is accepted.
inline constexpr int kMaxDimension = 16384;
inline constexpr std::int64_t kMaxFrameRate = 1000;
inline constexpr DataRate kMaxLayerRate = DataRate::kilobitsPerSecond(1'000'000);

// A source's layers, checked and kept in rising order of bitrate.
class Catalogue {
 public:
  // Error: no layers, too many, two with the same indices, or a size, rate or index outside its range.
  static Result<Catalogue> create(Source source);

  const Source& source() const { return source_; }
  std::span<const Layer> layers() const { return source_.layers; }
  // The layer of least bitrate: what a still is taken from.
  const Layer& lowest() const { return source_.layers.front(); }
  // Its place in layers(), or nothing.
  std::optional<std::size_t> find(int spatial, int temporal) const;
  // Takes over a bitrate that was measured: upwards half of the way at a time, downwards a sixteenth and never below a third
  // of what the sender states, since a picture that stands still will move again. False: there is no such layer.
  bool measured(int spatial, int temporal, DataRate bitrate);

 private:
  void sort();
  Source source_;
  std::array<DataRate, kMaxLayers> stated_;  // by spatial * (kMaxTemporal + 1) + temporal
};

// Processor time of decoding, learnt from totalDecodeTime: nanoseconds per pixel of each codec.
class DecodeCost {
 public:
  // `frames` of `resolution` took `time` to decode. Ignored below 5 frames: single ones vary.
  void observe(Codec codec, Resolution resolution, std::int64_t frames, Duration time);
  // Microseconds of processor time for a second of this layer.
  std::int64_t of(Codec codec, const Layer& layer) const;

 private:
  // Before anything is measured: software decoding on a slow core, so that nobody starts out overloaded.
  std::array<double, 5> nanos_per_pixel_ = {6, 7, 6, 9, 8};
};

}  // namespace tessera::layers
