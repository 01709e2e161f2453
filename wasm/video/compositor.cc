// SPDX-License-Identifier: Apache-2.0
// The row loop of compositing; everything a row needs stays in a few small buffers.
#include "wasm/video/compositor.h"

#include <algorithm>
#include <cstring>

namespace tessera::video {
namespace {

// How far a mask may be from what the picture says, in standard deviations of what the noise does to it. (The guide has lost
// more than half of that noise already.)
constexpr float kDeviations = 0.5f;

SoftRow rowsAt(const SmallPlane* plane, int factor, int y) {
  if (plane == nullptr) return {};
  const RowPlace place = placeOf(y, factor, plane->height);
  return {plane->row(place.first), plane->row(place.second), place.weight, factor};
}

std::uint32_t fourAt(const std::uint8_t* bytes) {
  std::uint32_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// Blocks of equal certainty become one run. `known` (may be null) is what the mask holds, and becomes what it will hold.
void makeRuns(std::span<const std::uint8_t> certainty, std::uint8_t* known, std::vector<Run>& runs) {
  runs.clear();
  for (std::size_t block = 0; block < certainty.size(); ++block) {
    if (runs.empty() || runs.back().certainty != certainty[block]) {
      runs.push_back({static_cast<std::int16_t>(block), 0, certainty[block], true});
    }
    runs.back().end = static_cast<std::int16_t>(block + 1);
    if (known == nullptr) continue;
    runs.back().settled &= known[block] == certainty[block];
    known[block] = certainty[block];
  }
}

}  // namespace

void Compositor::enterBand(const Scene& scene, int y) {
  const RowPlace place = placeOf(y, scene.factor, scene.mask->slope().height);
  if (place.first == band_.first) return;
  band_.first = place.first;
  const std::uint8_t* first = scene.mask->certaintyRow(place.first) - 1;
  const std::uint8_t* second = scene.mask->certaintyRow(place.second) - 1;
  // The samples that a block of sixteen lies between: one more on either side than it spans, which are 4 or 6.
  const int step = 16 / scene.factor;
  const std::size_t count = band_.certainty.size() - 1;
  for (std::size_t block = 0; block < count; ++block, first += step, second += step) {
    std::uint32_t any = fourAt(first) | fourAt(second) | fourAt(first + step - 2) | fourAt(second + step - 2);
    any |= any >> 16;
    band_.certainty[block] = static_cast<std::uint8_t>((any | any >> 8) & kUnsure);
  }
  makeRuns(std::span(band_.certainty).first(count), known_.data() + count * static_cast<std::size_t>(place.first), band_.runs);
}

void Compositor::drawLuma(const Scene& scene, int y, std::uint8_t* out) {
  const std::uint8_t* const certainty = band_.certainty.data();
  const Plane& frame = scene.frame.y;
  RowJob job;
  job.frame = frame.row(y);
  job.above = frame.row(std::max(y - 1, 0));
  job.below = frame.row(std::min(y + 1, frame.height - 1));
  job.out = out;
  if (job.frame == out) {
    std::memcpy(kept_[y % 2].data(), out, static_cast<std::size_t>(frame.width));
    if (y > 0) job.above = kept_[(y - 1) % 2].data();
  }
  job.count = frame.width;
  job.runs = band_.runs;
  job.slope = slope_.at(scene.mask->slope(), scene.factor, y, certainty);
  job.offset = offset_.at(scene.mask->offset(), scene.factor, y, certainty);
  // The noise moves the mask by slope (Q11, so times 16) * noise * (1 + kSharpen / 32768).
  job.slack = fresh_ ? std::int16_t{0} : static_cast<std::int16_t>(std::min(kDeviations * scene.noise * 1.6f * 16.0f, 4096.0f));
  job.mask = maskRow(y);
  const bool full = scene.frame.color.range == ColorRange::kFull;
  job.black = full ? 0 : 16;
  job.white = full ? 255 : 235;
  if (scene.contrast != nullptr) job.contrast = contrast_y_.at(scene.contrast->y, scene.factor, y, certainty);
  job.lift = rowsAt(scene.lift, scene.factor, y);
  if (scene.wrap > 0) {
    job.wrap = scene.wrap;
    job.share = rowsAt(scene.share, scene.factor, y);
    job.light = rowsAt(&scene.light->y, scene.light->factor, y);
  }
  job.under = scene.under;
  if (scene.under == Under::kSoft) job.soft = soft_y_.at(scene.soft->y, scene.soft->factor, y);
  if (scene.under == Under::kRow) job.picture = scene.picture.y.row(y);
  job.color = scene.color.y;
  job.transparent = scene.transparent;
  drawRow(job);
}

void Compositor::drawChroma(const Scene& scene, const Chroma& which, int y, std::uint8_t* out) {
  const Plane& frame = scene.frame.*which.plane;
  const auto rows = [&](const SoftPicture* picture) {
    return picture == nullptr ? SoftRow{} : rowsAt(&(picture->*which.part), picture->factor / 2, y);
  };
  RowJob job;
  job.luma = false;
  job.frame = frame.row(y);
  job.out = out;
  job.count = frame.width;
  job.runs = chroma_band_.runs;
  job.mask_top = maskRow(2 * y);
  job.mask_bottom = maskRow(std::min(2 * y + 1, size_.height - 1));
  if (scene.contrast != nullptr) job.contrast = which.contrast_lines->at(scene.contrast->*which.part, scene.factor / 2, y, chroma_band_.certainty.data());
  job.lift = rowsAt(scene.lift, scene.factor / 2, y);
  if (scene.wrap > 0) {
    job.wrap = scene.wrap;
    job.share = rowsAt(scene.share, scene.factor / 2, y);
    job.light = rows(scene.light);
  }
  job.under = scene.under;
  if (scene.under == Under::kSoft) job.soft = which.soft_lines->at(scene.soft->*which.part, scene.soft->factor / 2, y);
  if (scene.under == Under::kRow) job.picture = (scene.picture.*which.plane).row(y);
  job.color = scene.color.*which.color;
  job.transparent = scene.transparent;
  drawRow(job);
}

void Compositor::draw(const Scene& scene, const MutableI420View& out, MutablePlane alpha) {
  const int width = scene.frame.y.width;
  const int height = scene.frame.y.height;
  const auto blocks = static_cast<std::size_t>((width + 15) / 16);
  const auto chroma_blocks = static_cast<std::size_t>((out.u.width + 15) / 16);
  if (size_ != Resolution{width, height}) {
    size_ = {width, height};
    fresh_ = true;
    stride_ = chroma_blocks * 32;
    mask_.assign(stride_ * static_cast<std::size_t>(height), 0);
    for (auto& row : kept_) row.assign(stride_, 0);
    band_.certainty.assign(blocks + 1, 0);
    chroma_band_.certainty.assign(chroma_blocks, 0);
    band_.runs.reserve(blocks);
    chroma_band_.runs.reserve(chroma_blocks);
    known_.assign(blocks * static_cast<std::size_t>(scene.mask->slope().height), kUnsure);
  }
  for (ValueLines* lines : {&slope_, &offset_, &contrast_y_}) lines->start(width);
  for (ValueLines* lines : {&contrast_u_, &contrast_v_}) lines->start(out.u.width);
  soft_y_.start(width);
  for (PixelLines* lines : {&soft_u_, &soft_v_}) lines->start(out.u.width);
  const Chroma u{&I420View::u, &SoftPicture::u, &YuvColor::u, &soft_u_, &contrast_u_};
  const Chroma v{&I420View::v, &SoftPicture::v, &YuvColor::v, &soft_v_, &contrast_v_};
  band_.first = chroma_band_.first = -1;
  for (int y = 0; y < height; y += 2) {
    // Grids are even, and so are the places where bands begin: two rows from an even one on are in the same band.
    enterBand(scene, y);
    for (int row = y; row < std::min(y + 2, height); ++row) {
      drawLuma(scene, row, out.y.row(row));
      if (scene.transparent) std::memcpy(alpha.row(row), maskRow(row), static_cast<std::size_t>(width));
    }
    if (chroma_band_.first != band_.first) {
      chroma_band_.first = band_.first;
      for (std::size_t block = 0; block < chroma_blocks; ++block) {
        chroma_band_.certainty[block] = static_cast<std::uint8_t>(band_.certainty[2 * block] | band_.certainty[2 * block + 1]);
      }
      makeRuns(chroma_band_.certainty, nullptr, chroma_band_.runs);
    }
    drawChroma(scene, u, y / 2, out.u.row(y / 2));
    drawChroma(scene, v, y / 2, out.v.row(y / 2));
  }
  fresh_ = false;
}

}  // namespace tessera::video
