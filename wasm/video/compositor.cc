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

}  // namespace

SoftRow Compositor::Stretcher::at(const SmallPlane* plane, int factor, int y) {
  if (plane == nullptr) return {};
  const RowPlace place = placeOf(y, factor, plane->height);
  mixed_.resize(std::max(mixed_.size(), static_cast<std::size_t>(plane->stride)));
  // Padding included, so that stretching across finds its neighbours.
  mixRows(plane->row(place.first) - 1, plane->row(place.second) - 1, place.weight, mixed_.data(), plane->stride);
  return {mixed_.data() + 1, factor};
}

void Compositor::certaintyAt(const Scene& scene, int y, std::uint8_t* blocks) {
  const RowPlace place = placeOf(y, scene.factor, scene.mask->slope().height);
  const std::uint8_t* first = scene.mask->certaintyRow(place.first) - 1;
  const std::uint8_t* second = scene.mask->certaintyRow(place.second) - 1;
  // The samples that a block of sixteen lies between: one more on either side than it spans.
  const int step = 16 / scene.factor;
  const int count = (scene.frame.y.width + 15) / 16;
  for (int block = 0; block < count; ++block, first += step, second += step) {
    std::uint8_t both = 0;
    for (int i = 0; i < step + 2; ++i) both |= static_cast<std::uint8_t>(first[i] | second[i]);
    blocks[block] = both;
  }
  // Neutral for the chroma block that reaches behind the end.
  blocks[count] = 0;
}

void Compositor::drawLuma(const Scene& scene, int y, const std::uint8_t* certainty, std::uint8_t* mask, std::uint8_t* out) {
  RowJob job;
  job.frame = scene.frame.y.row(y);
  job.above = scene.frame.y.row(std::max(y - 1, 0));
  job.below = scene.frame.y.row(std::min(y + 1, scene.frame.y.height - 1));
  job.out = out;
  job.count = scene.frame.y.width;
  job.certainty = certainty;
  job.slope = slope_.at(&scene.mask->slope(), scene.factor, y);
  job.offset = offset_.at(&scene.mask->offset(), scene.factor, y);
  // The noise moves the mask by slope (Q11, so times 16) * noise * (1 + kSharpen / 32768).
  job.slack = fresh_ ? std::int16_t{0} : static_cast<std::int16_t>(std::min(kDeviations * scene.noise * 1.6f * 16.0f, 4096.0f));
  job.mask = mask;
  const bool full = scene.frame.color.range == ColorRange::kFull;
  job.black = full ? 0 : 16;
  job.white = full ? 255 : 235;
  if (scene.contrast != nullptr) job.contrast = contrast_.at(&scene.contrast->y, scene.contrast->factor, y);
  job.lift = lift_.at(scene.lift, scene.factor, y);
  if (scene.wrap > 0) {
    job.wrap = scene.wrap;
    job.share = share_.at(scene.share, scene.factor, y);
    job.light = light_.at(&scene.light->y, scene.light->factor, y);
  }
  job.under = scene.under;
  if (scene.under == Under::kSoft) job.soft = soft_.at(&scene.soft->y, scene.soft->factor, y);
  if (scene.under == Under::kRow) job.picture = scene.picture.y.row(y);
  job.color = scene.color.y;
  job.transparent = scene.transparent;
  drawRow(job);
}

void Compositor::draw(const Scene& scene, const MutableI420View& out, MutablePlane alpha) {
  const int width = scene.frame.y.width;
  const int height = scene.frame.y.height;
  const auto stride = static_cast<std::size_t>((width + 31) / 32 * 32);
  const auto mask = [&](int y) { return mask_.data() + stride * static_cast<std::size_t>(y); };
  if (size_ != Resolution{width, height}) {
    size_ = {width, height};
    fresh_ = true;
    mask_.assign(stride * static_cast<std::size_t>(height), 0);
    for (auto& blocks : certainties_) blocks.assign(stride / 16 + 1, 0);
    chroma_certainty_.assign(stride / 32, 0);
  }
  const auto chroma = [&](int y, Plane frame, const SmallPlane SoftPicture::*plane, Plane picture, std::uint8_t color, std::uint8_t* target) {
    RowJob job;
    job.luma = false;
    job.frame = frame.row(y);
    job.out = target;
    job.count = frame.width;
    job.certainty = chroma_certainty_.data();
    job.mask_top = mask(2 * y);
    job.mask_bottom = mask(std::min(2 * y + 1, height - 1));
    const auto row = [&](Stretcher& stretcher, const SoftPicture* from) {
      return from == nullptr ? SoftRow{} : stretcher.at(&(from->*plane), from->factor / 2, y);
    };
    job.contrast = row(contrast_, scene.contrast);
    job.lift = lift_.at(scene.lift, scene.factor / 2, y);
    if (scene.wrap > 0) {
      job.wrap = scene.wrap;
      job.share = share_.at(scene.share, scene.factor / 2, y);
      job.light = row(light_, scene.light);
    }
    job.under = scene.under;
    if (scene.under == Under::kSoft) job.soft = row(soft_, scene.soft);
    if (scene.under == Under::kRow) job.picture = picture.row(y);
    job.color = color;
    job.transparent = scene.transparent;
    drawRow(job);
  };
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
      drawLuma(scene, y + i, certainties_[i].data(), mask(y + i), out.y.row(y + i));
      if (scene.transparent) std::memcpy(alpha.row(y + i), mask(y + i), static_cast<std::size_t>(width));
    }
    for (int block = 0; block < blocks; ++block) {
      std::uint8_t both = 0;
      for (int i = 0; i < rows; ++i) both |= static_cast<std::uint8_t>(certainties_[i][static_cast<std::size_t>(2 * block)] | certainties_[i][static_cast<std::size_t>(2 * block + 1)]);
      chroma_certainty_[static_cast<std::size_t>(block)] = both;
    }
    chroma(y / 2, scene.frame.u, &SoftPicture::u, scene.picture.u, scene.color.u, out.u.row(y / 2));
    chroma(y / 2, scene.frame.v, &SoftPicture::v, scene.picture.v, scene.color.v, out.v.row(y / 2));
  }
  fresh_ = false;
}

}  // namespace tessera::video
