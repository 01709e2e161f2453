// SPDX-License-Identifier: Apache-2.0
// Many videos in one picture: tiles in a layout, each scaled once, with names and marks, moving to their places.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "wasm/base/result.h"
#include "wasm/base/units.h"
#include "wasm/video/mix/layout.h"
#include "wasm/video/mix/resample.h"
#include "wasm/video/mix/tile.h"

namespace tessera::video {

// Not safe for use from several threads. Compositing allocates when a tile's size or a frame's format has changed, never otherwise.
class VideoMixer {
 public:
  // Of what lies between tiles.
  static constexpr TileColor kBackdrop{16, 18, 20};

  // The picture's size: even sides of 64 to 4096. Also later; every tile moves to its new place at once.
  Result<void> setSize(Resolution size);

  // The tile of that key; one that was not there comes last. nullptr: kMaxTiles are there already.
  Tile* add(int key);
  Tile* find(int key);
  void remove(int key);

  // `featured`: key of the large tile; of none that is there: a grid. `transition`: how long tiles take to their places,
  // from now on; 0 jumps.
  void setLayout(LayoutKind kind, int featured, Duration transition);

  // The mixed picture, packed I420, valid until the next call. `now` must not go back.
  std::span<const std::uint8_t> compose(Timestamp now);
  // Of the picture last composed: it stays as long as one of the frames has it, and is the first frame's otherwise.
  ColorSpace color() const { return color_; }
  Resolution size() const { return size_; }

 private:
  int indexOf(int key) const;
  void arrange(Timestamp now);
  void chooseColor();

  Resolution size_{};
  ColorSpace color_{ColorMatrix::kBt601, ColorRange::kLimited};
  std::vector<std::unique_ptr<Tile>> tiles_;
  LayoutKind kind_ = LayoutKind::kGrid;
  int featured_ = -1;
  Duration transition_;
  bool jump_ = true;
  std::vector<std::uint8_t> picture_;
  Resampler resampler_;
};

}  // namespace tessera::video
