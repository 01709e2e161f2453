// SPDX-License-Identifier: Apache-2.0
// Small fixed-point pictures that are stretched over the whole frame row by row, when and where they are needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tessera::video {

// Samples spread over the frame: one sample of padding on the left and sixteen on the right of each row, holding copies of
// the edge samples once finishEdges has run.
struct SmallPlane {
  std::vector<std::int16_t> data;
  int width = 0;
  int height = 0;
  int stride = 0;

  // Allocates when the size changed.
  void resize(int new_width, int new_height);
  void finishEdges();
  std::int16_t* row(int y) { return data.data() + static_cast<std::ptrdiff_t>(y) * stride + 1; }
  const std::int16_t* row(int y) const { return data.data() + static_cast<std::ptrdiff_t>(y) * stride + 1; }
};

// Three planes in Q6 (values times 64) and how many luma pixels of the full picture each sample spans: 2, 4 or 8.
struct SoftPicture {
  SmallPlane y;
  SmallPlane u;
  SmallPlane v;
  int factor = 2;

  void resize(int width, int height);
  void finishEdges();
};

// Where a row of the full picture lies among a small plane's rows.
struct RowPlace {
  int first;
  int second;
  std::int16_t weight;  // of the second, Q15
};
// `factor`: rows of the full picture that a small row spans: 1, 2, 4 or 8.
RowPlace placeOf(int y, int factor, int small_height);

}  // namespace tessera::video
