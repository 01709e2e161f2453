// SPDX-License-Identifier: Apache-2.0
// Steadies the model's masks over time without letting them lag.
#pragma once

#include <span>
#include <vector>

#include "wasm/base/units.h"

namespace tessera::video {

// On the model's grid. Three things decide what becomes of a pixel of a fresh mask:
// - Hysteresis: the old value moves only as far as the last two masks agree that it should, and the less, the smaller that
//   is. So noise, which changes sides, moves next to nothing, and a real change arrives one frame late at most.
// - Motion: where the picture itself moved (a local maximum of the luma's change, well above the sensor's noise, which is
//   measured), the fresh value is taken at once. So moving people have no lag and leave no ghost.
// - Certainty: where the model has surely changed its mind, the fresh value is taken at once, too.
class TemporalMask {
 public:
  // Forgets the past; the next mask is taken as it is. Allocates.
  void reset(Resolution size);
  // `rgb` is the model's input (3 floats a pixel), `mask` its fresh output in 0..1, both of the size given to reset.
  // Never allocates.
  void update(std::span<const float> rgb, std::span<const float> mask);
  // The steadied mask; all zero until the first update.
  std::span<const float> values() const { return values_; }
  // The sensor's noise: the median change of the luma (0..1) of the model's input from frame to frame.
  float noise() const { return noise_; }

 private:
  void measureChange(std::span<const float> rgb);

  Resolution size_{};
  bool fresh_ = true;
  float noise_ = 0.0f;
  std::vector<float> values_;
  std::vector<float> last_;    // the model's mask before this one
  std::vector<float> luma_;
  std::vector<float> change_;
  std::vector<float> motion_;  // one row, a sample of padding on either side
};

}  // namespace tessera::video
