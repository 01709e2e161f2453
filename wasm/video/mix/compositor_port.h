// SPDX-License-Identifier: Apache-2.0
// The video mixer as it crosses to JavaScript: keys instead of pointers, addresses instead of spans, values instead of results.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/video/frame_port.h"
#include "wasm/video/mix/video_mixer.h"

namespace tessera::video {

// How a tile looks.
struct TileLook {
  bool contain = false;  // all of the picture is shown, instead of filling the tile
  int red = 0, green = 0, blue = 0;  // 0..255: beside or instead of the picture
};

// Any call may move or grow memory: fetch views of it again after each. Keys that no tile has do nothing, or give no bytes.
class CompositorPort {
 public:
  Outcome setSize(int width, int height);
  // Adds the tile, behind all others, or changes it. kTooLarge: there are kMaxTiles already.
  Outcome setTile(int key, const TileLook& look);
  void removeTile(int key) { mixer_.remove(key); }
  // See VideoMixer::setLayout.
  void setLayout(LayoutKind kind, int featured, double transition_milliseconds);

  // A buffer for the tile's next frame; its tile shows no picture until `takeFrame`, which must come before `compose`.
  Bytes input(int key, std::size_t size);
  Outcome takeFrame(int key, const FrameDescription& frame);
  // The tile shows its mark from now on.
  void clearFrame(int key);

  // A buffer to write RGBA pixels into, valid until the next `scratch`.
  Bytes scratch(std::size_t size);
  // The pixels in scratch, rows packed, become the tile's label or mark. 0 by 0: none.
  Outcome setLabel(int key, int width, int height);
  Outcome setMark(int key, int width, int height);

  // Where the tile lies, or is on its way to, since the last `compose`; empty for one that was never composed.
  Rect place(int key);
  // The mixed picture at a time in milliseconds that never goes back: packed I420, valid until the next call.
  Bytes compose(double now_milliseconds);
  ColorMatrix matrix() const { return mixer_.color().matrix; }
  bool fullRange() const { return mixer_.color().range == ColorRange::kFull; }

 private:
  Outcome setSprite(Sprite Tile::*sprite, int key, int width, int height);

  VideoMixer mixer_;
  std::vector<std::uint8_t> scratch_;
};

}  // namespace tessera::video
