// SPDX-License-Identifier: Apache-2.0
// Decides, once per model and size of its input, where everything lives and in what order it is computed.
//
// A group is a stretch of row operations between dense ones. Inside a group, rows are made on demand: the last operation asks
// for the rows it needs, those ask for theirs, and so on. So an output that only one operation of its own group reads needs no
// more rows than that operation's window: it is a ring of a few rows and never leaves the cache. Other outputs are whole
// pictures; those whose lives do not overlap share memory.
#pragma once

#include <cstddef>
#include <vector>

#include "wasm/video/segmentation/model.h"

namespace tessera::video::segmentation {

/** One operation with its storage. Places are counted in floats from the start of the arena or of the parameters. */
struct Node {
  Op op;
  int group = 0;

  /** Pixels of zeroes kept left and right of every row, for the padding of convolutions that read it. */
  int margin_left = 0;
  int margin_right = 0;
  /** Rows kept: row y is at y % rows. Zero for dense and output, which have no rows. */
  int rows = 0;
  /** Floats from one vector of channels to the next one's, and from one row to the next one: see kernels.h. */
  std::size_t pitch = 0;
  std::size_t row_pitch = 0;
  std::size_t place = 0;
  std::size_t size = 0;

  /** A dense output, or the mean of a row operation that some dense one reads: arena place of `op.channels` floats. */
  bool has_vector = false;
  std::size_t vector = 0;
  /**
   * Arena place of what only this operation needs: the source's row of pixels (input), the weights multiplied by the gate
   * (convolution), the input vector (dense), the logits of two rows (output).
   */
  std::size_t scratch = 0;

  /** Parameter places of the packed weights and of the bias. */
  std::size_t weights = 0;
  std::size_t bias = 0;

  /** Zero rows above the picture in the first output row's window. */
  int pad_top = 0;
  /** While running: rows made so far. */
  int next_row = 0;

  [[nodiscard]] bool isRing() const { return rows > 0 && rows < op.height; }
};

struct Plan {
  std::vector<Node> nodes;
  int groups = 0;
  std::size_t arena_size = 0;
  std::size_t parameter_count = 0;
};

/** @param ops as parseModel() or resize() gave them */
Plan makePlan(const std::vector<Op>& ops);

}  // namespace tessera::video::segmentation
