// SPDX-License-Identifier: Apache-2.0
// How steady, how prompt and how exact the background effect is, measured on films of which the truth is known.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "person_film.h"
#include "wasm/video/pipeline.h"
#include "wasm/video/segmentation/segmenter.h"

namespace tessera::video::test {

// The model that ships; keeps what it said last.
class WatchedModel final : public PersonModel {
 public:
  explicit WatchedModel(Segmenter segmenter) : segmenter_(std::move(segmenter)) {}
  Resolution inputResolution() const override { return segmenter_.inputResolution(); }
  bool run(std::span<const float> rgb, std::span<float> mask) override {
    const bool good = segmenter_.run(rgb, mask);
    last.assign(mask.begin(), mask.end());
    return good;
  }
  std::vector<float> last;

 private:
  Segmenter segmenter_;
};

struct Effect {
  Effect() {
    const auto file = fixture("selfie_landscape.tsm");
    auto segmenter = Segmenter::create(std::as_bytes(std::span(file)));
    if (!segmenter.hasValue()) return;
    auto owned = std::make_unique<WatchedModel>(std::move(segmenter).value());
    model = owned.get();
    pipeline = std::make_unique<Pipeline>(std::move(owned));
  }
  std::vector<std::uint8_t> process(const std::vector<std::uint8_t>& frame, Resolution size, Rotation rotation = Rotation::k0) {
    const auto input = pipeline->inputBuffer(frame.size());
    std::copy(frame.begin(), frame.end(), input.begin());
    FrameLayout layout = packedLayout(PixelFormat::kI420, size);
    layout.color = {ColorMatrix::kBt601, ColorRange::kLimited};
    layout.rotation = rotation;
    if (!pipeline->prepare(layout).hasValue() || !pipeline->segment().hasValue()) return {};
    const auto out = pipeline->render();
    return {out.begin(), out.end()};
  }
  // The mask at full size: the alpha of a transparent background.
  std::vector<float> mask(const std::vector<std::uint8_t>& frame, Resolution size, Rotation rotation = Rotation::k0) {
    Look look;
    look.behind = Behind::kTransparent;
    pipeline->setLook(look);
    const auto out = process(frame, size, rotation);
    return {out.end() - size.pixels(), out.end()};
  }

  WatchedModel* model = nullptr;
  std::unique_ptr<Pipeline> pipeline;
};

// Which pixels lie within `reach` of the outline of `matte` (0..255).
inline std::vector<bool> bandOf(const std::vector<float>& matte, Resolution size, int reach) {
  std::vector<bool> across(matte.size());
  std::vector<bool> band(matte.size());
  const auto differs = [&](int x, int y, int nx, int ny) {
    if (nx >= size.width || ny >= size.height) return false;
    return (matte[static_cast<std::size_t>(y * size.width + x)] > 127.5f) != (matte[static_cast<std::size_t>(ny * size.width + nx)] > 127.5f);
  };
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      if (!differs(x, y, x + 1, y) && !differs(x, y, x, y + 1)) continue;
      for (int i = std::max(0, x - reach); i <= std::min(size.width - 1, x + reach); ++i) across[static_cast<std::size_t>(y * size.width + i)] = true;
    }
  }
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      if (!across[static_cast<std::size_t>(y * size.width + x)]) continue;
      for (int j = std::max(0, y - reach); j <= std::min(size.height - 1, y + reach); ++j) band[static_cast<std::size_t>(j * size.width + x)] = true;
    }
  }
  return band;
}

template <typename A, typename B>
double meanDifference(const A& a, const B& b, const std::vector<bool>& band) {
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < band.size(); ++i) {
    if (!band[i]) continue;
    sum += std::fabs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    count += 1;
  }
  return count > 0 ? sum / count : 0;
}

struct Flicker {
  double raw = 0;       // mean absolute change from frame to frame near the outline, of the model's mask, 0..255
  double steadied = 0;  // of the mask on the model's grid, steadied
  double shown = 0;     // of the full-size mask that is drawn with
};

// A still scene seen by a noisy sensor.
inline Flicker measureFlicker(Effect& effect, const PersonFilm& film, double noise, int frames) {
  Shot shot;
  shot.noise = noise;
  const Resolution size = film.size();
  const int reach = size.height / 40;
  const auto band = bandOf(film.matte(shot), size, reach);
  const Resolution grid = effect.model->inputResolution();
  // The model's grid is the whole frame squeezed; so is this band.
  std::vector<bool> grid_band;
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      grid_band.push_back(band[static_cast<std::size_t>((2 * y + 1) * size.height / (2 * grid.height) * size.width + (2 * x + 1) * size.width / (2 * grid.width))]);
    }
  }
  Flicker sum;
  std::vector<float> raw;
  std::vector<float> steadied;
  std::vector<float> shown;
  constexpr int kSettling = 6;
  for (int i = 0; i < frames + kSettling; ++i) {
    const auto mask = effect.mask(film.draw(shot, static_cast<std::uint32_t>(100 + i)), size);
    const auto values = effect.pipeline->mask();
    if (i >= kSettling) {
      sum.raw += 255 * meanDifference(effect.model->last, raw, grid_band) / frames;
      sum.steadied += 255 * meanDifference(values, steadied, grid_band) / frames;
      sum.shown += meanDifference(mask, shown, band) / frames;
    }
    raw = effect.model->last;
    steadied.assign(values.begin(), values.end());
    shown = mask;
  }
  return sum;
}

// How many frames the mask is behind a person who moves `speed` pixels a frame: the delay of the truth that it fits best.
inline double measureLag(Effect& effect, const PersonFilm& film, double speed, int frames) {
  Shot shot;
  shot.noise = 2;
  const Resolution size = film.size();
  const auto at = [&](double frame) {
    Shot moved = shot;
    moved.x = 0.4 + speed * frame / size.width;
    return moved;
  };
  constexpr int kSteps = 13;
  std::vector<double> errors(kSteps);
  for (int i = 0; i < frames; ++i) {
    const auto mask = effect.mask(film.draw(at(i), static_cast<std::uint32_t>(500 + i)), size);
    if (i < 4) continue;
    const auto band = bandOf(film.matte(at(i - 0.75)), size, size.height / 30);
    for (int step = 0; step < kSteps; ++step) errors[static_cast<std::size_t>(step)] += meanDifference(mask, film.matte(at(i - 0.25 * step)), band);
  }
  return 0.25 * static_cast<double>(std::min_element(errors.begin(), errors.end()) - errors.begin());
}

// Mean error of luma (0..255) near the outline against a perfect composite over another background.
inline double measureEdge(Effect& effect, const PersonFilm& film, const Shot& shot, float behind, int frames) {
  const Resolution size = film.size();
  // A flat picture, given as what it is.
  FrameLayout layout = packedLayout(PixelFormat::kI420, size);
  layout.color = {ColorMatrix::kBt601, ColorRange::kLimited};
  std::vector<std::uint8_t> picture(packedFrameSize(PixelFormat::kI420, size), 128);
  std::fill_n(picture.begin(), size.pixels(), static_cast<std::uint8_t>(behind));
  Look look;
  look.behind = Behind::kPicture;
  effect.pipeline->setLook(look);
  if (!effect.pipeline->setPicture(picture, layout).hasValue()) return 255;
  std::vector<std::uint8_t> out;
  for (int i = 0; i < frames; ++i) out = effect.process(film.draw(shot, static_cast<std::uint32_t>(900 + i)), size);
  const auto ideal = film.ideal(shot, [&](double, double) { return Ycc{behind, 128, 128}; });
  return meanDifference(out, ideal, bandOf(film.matte(shot), size, size.height / 60));
}

}  // namespace tessera::video::test
