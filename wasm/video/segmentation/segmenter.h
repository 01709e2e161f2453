// SPDX-License-Identifier: Apache-2.0
// Finds the person in a picture: runs a selfie-segmentation network on one thread with WASM SIMD.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "wasm/base/result.h"
#include "wasm/base/units.h"

namespace tessera::video {

/**
 * A loaded segmentation network. Everything is allocated by create() and resize(); run() allocates nothing and always takes the same steps,
 * whatever is in the picture. Not thread-safe; different segmenters are independent. Movable, not copyable; a moved-from one
 * may only be assigned to or destroyed.
 *
 * Memory (landscape model, 256 x 144): about 1.7 MB in all.
 */
class Segmenter {
 public:
  /**
   * @param model the bytes of a .tsm file (made by scripts/model/convert.mjs); read only during the call.
   * @return ErrorCode::kInvalidModel when the bytes are no good model: damaged, cut short, or of another version.
   */
  static Result<Segmenter> create(std::span<const std::byte> model);

  Segmenter(Segmenter&&) noexcept;
  Segmenter& operator=(Segmenter&&) noexcept;
  ~Segmenter();

  /** The size of both the picture and the mask; 256 x 144 for the landscape model, unless resized. */
  [[nodiscard]] Resolution inputResolution() const;

  /**
   * Takes pictures of another size from now on. A smaller one costs less, in proportion to its pixels, and finds less detail.
   * Allocates.
   * @param input for the landscape model both sides in multiples of 16.
   * @return false, with nothing changed, when the network cannot take that size.
   */
  bool resize(Resolution input);

  /**
   * Writes one row of the picture, whenever the network gets to it: every row once per run, from the top down.
   * @param context what was given to run()
   * @param y the row, 0 at the top
   * @param rgb the row to fill: width x (red, green, blue), each in [0, 1], full-range sRGB values as they come (no
   *   linearisation, no mean subtracted). Valid during the call only.
   */
  using RowSource = void (*)(void* context, int y, float* rgb);

  /**
   * Runs the network on a picture that is made row by row: no copy of the whole picture is ever needed, and a row is still in
   * cache when it is read. The picture is the whole camera frame, squeezed to inputResolution() without keeping its aspect.
   * @param source must not call this segmenter
   * @param mask width * height floats, row by row: the probability in [0, 1] that a pixel belongs to a person. Larger is fine.
   * @return false, with nothing done, when `mask` is too small.
   */
  bool run(RowSource source, void* context, std::span<float> mask);

  /**
   * The same for a picture at hand.
   * @param rgb height * width * 3 floats, rows from the top, values as RowSource describes. Larger is fine.
   * @return false, with nothing done, when `rgb` or `mask` is too small.
   */
  bool run(std::span<const float> rgb, std::span<float> mask);

 private:
  class Network;
  explicit Segmenter(std::unique_ptr<Network> network);
  std::unique_ptr<Network> network_;
};

}  // namespace tessera::video
