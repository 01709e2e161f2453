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

}  // namespace

void Compositor::certaintyAt(const Scene& scene, int y, std::uint8_t* blocks) {
  const RowPlace place = placeOf(y, scene.factor, scene.mask->slope().height);
  const std::uint8_t* first = scene.mask->certaintyRow(place.first) - 1;
  const std::uint8_t* second = scene.mask->certaintyRow(place.second) - 1;
  // The samples that a block of sixteen lies between: one more on either side than it spans, which are 4, 6 or 10.
  const int step = 16 / scene.factor;
  const int count = (scene.frame.y.width + 15) / 16;
  for (int block = 0; block < count; ++block, first += step, second += step) {
    std::uint32_t any = fourAt(first) | fourAt(second) | fourAt(first + step - 2) | fourAt(second + step - 2);
    if (step > 4) any |= fourAt(first + 4) | fourAt(second + 4);
    any |= any >> 16;
    blocks[block] = static_cast<std::uint8_t>((any | any >> 8) & kUnsure);
  }
  // Neutral for the chroma block that reaches behind the end.
  blocks[count] = 0;
}

void Compositor::drawLuma(const Scene& scene, int y, const std::uint8_t* certainty, std::uint8_t* out) {
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
  job.certainty = certainty;
  job.slope = slope_.at(scene.mask->slope(), scene.factor, y, certainty);
  job.offset = offset_.at(scene.mask->offset(), scene.factor, y, certainty);
  // The noise moves the mask by slope (Q11, so times 16) * noise * (1 + kSharpen / 32768).
  job.slack = fresh_ ? std::int16_t{0} : static_cast<std::int16_t>(std::min(kDeviations * scene.noise * 1.6f * 16.0f, 4096.0f));
  job.mask = maskRow(y);
  job.known = knownRow(y);
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
  job.certainty = chroma_certainty_.data();
  job.mask_top = maskRow(2 * y);
  job.mask_bottom = maskRow(std::min(2 * y + 1, size_.height - 1));
  if (scene.contrast != nullptr) job.contrast = which.contrast_lines->at(scene.contrast->*which.part, scene.factor / 2, y, job.certainty);
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
  if (size_ != Resolution{width, height}) {
    size_ = {width, height};
    fresh_ = true;
    stride_ = static_cast<std::size_t>((width + 31) / 32 * 32);
    mask_.assign(stride_ * static_cast<std::size_t>(height), 0);
    known_.assign(stride_ / 16 * static_cast<std::size_t>(height), kUnsure);
    for (auto& blocks : certainties_) blocks.assign(stride_ / 16 + 1, 0);
    for (auto& row : kept_) row.assign(stride_, 0);
    chroma_certainty_.assign(stride_ / 32, 0);
  }
  for (ValueLines* lines : {&slope_, &offset_, &contrast_y_}) lines->start(width);
  for (ValueLines* lines : {&contrast_u_, &contrast_v_}) lines->start(out.u.width);
  soft_y_.start(width);
  for (PixelLines* lines : {&soft_u_, &soft_v_}) lines->start(out.u.width);
  const Chroma u{&I420View::u, &SoftPicture::u, &YuvColor::u, &soft_u_, &contrast_u_};
  const Chroma v{&I420View::v, &SoftPicture::v, &YuvColor::v, &soft_v_, &contrast_v_};
  const int blocks = (out.u.width + 15) / 16;
  int last = -1;
  const std::uint8_t* latest = nullptr;
  for (int y = 0; y < height; y += 2) {
    const int rows = std::min(2, height - y);
    for (int i = 0; i < rows; ++i) {
      // Rows between the same two small rows share it.
      const int between = placeOf(y + i, scene.factor, scene.mask->slope().height).first;
      if (between != last) certaintyAt(scene, y + i, certainties_[i].data());
      else if (certainties_[i].data() != latest) std::memcpy(certainties_[i].data(), latest, certainties_[i].size());
      last = between;
      latest = certainties_[i].data();
      drawLuma(scene, y + i, certainties_[i].data(), out.y.row(y + i));
      if (scene.transparent) std::memcpy(alpha.row(y + i), maskRow(y + i), static_cast<std::size_t>(width));
    }
    for (int block = 0; block < blocks; ++block) {
      std::uint8_t both = 0;
      for (int i = 0; i < rows; ++i) both |= static_cast<std::uint8_t>(certainties_[i][static_cast<std::size_t>(2 * block)] | certainties_[i][static_cast<std::size_t>(2 * block + 1)]);
      chroma_certainty_[static_cast<std::size_t>(block)] = both;
    }
    drawChroma(scene, u, y / 2, out.u.row(y / 2));
    drawChroma(scene, v, y / 2, out.v.row(y / 2));
  }
  fresh_ = false;
}

}  // namespace tessera::video
