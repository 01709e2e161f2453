// SPDX-License-Identifier: Apache-2.0
// The whole virtual background: a camera frame in, a frame with the background replaced out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "wasm/video/compositor.h"
#include "wasm/video/frame.h"
#include "wasm/video/model_input.h"
#include "wasm/video/picture_background.h"

namespace tessera::video {

// What finds people. Segmenter is the one that ships; tests bring their own.
class PersonModel {
 public:
  virtual ~PersonModel() = default;
  virtual Resolution inputResolution() const = 0;
  // rgb: at least height * width * 3 values in 0..1; mask: height * width person probabilities to write.
  // false: no mask could be made.
  virtual bool run(std::span<const float> rgb, std::span<float> mask) = 0;
  // Takes pictures of another size from now on. false, with nothing changed: it cannot, as is so with models of a fixed size.
  virtual bool resize(Resolution) { return false; }
};

struct BlurBackground {
  float strength = 0.6f;  // 0..1, see SoftBackground
};
struct ColorBackground {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
};

// One camera's background. Not thread-safe. A frame takes three steps, in this order: write its bytes to inputBuffer and
// call prepare; segment (may be left out on some frames to save time: the last mask is fitted to the new picture); render.
// Frames may change size, turn, format and colours at any time. After a first frame of each kind nothing is allocated.
// Fails closed: until a mask has been found for frames of this size and turn, everybody counts as background.
class Pipeline {
 public:
  // kInvalidModel when the bytes are not a usable model (see Segmenter::create).
  static Result<Pipeline> create(std::span<const std::byte> model);
  explicit Pipeline(std::unique_ptr<PersonModel> model);

  void setBlur(BlurBackground blur);
  void setColor(ColorBackground color);
  // Copies `rgba` (size.width * size.height * 4 bytes). light_wrap 0..1: how much of the picture's light falls on the
  // person's outline. Keeps the old background on error.
  Result<void> setPicture(std::span<const std::uint8_t> rgba, Resolution size, Fit fit, float light_wrap);

  // How large a picture people are searched for in, from the next call of segment on: 0 the model's own size, 1 three quarters
  // of each side, 2 five eighths; each costs in proportion to its pixels. Others are taken for the nearest of these. A model
  // that cannot take the size keeps the one it has.
  void setDetail(int detail);

  // At least `size` bytes to write the next frame into; valid until the next call of this.
  std::span<std::uint8_t> inputBuffer(std::size_t size);

  // Takes the frame in inputBuffer. kInvalidArgument when it is no frame or does not fit the buffer; the frame before it
  // is then forgotten too.
  Result<void> prepare(const FrameLayout& layout);
  // Finds the person in the prepared frame. kInternal when the model fails: everybody counts as background then.
  Result<void> segment();
  // Draws the prepared frame over the background: tightly packed I420 of the frame's size, valid until the next call.
  // Empty when no frame is prepared.
  std::span<const std::uint8_t> render();

  // Of the prepared frame.
  Resolution size() const { return frame_size_; }
  // The mask on the model's grid, upright, as last found.
  std::span<const float> mask() const { return temporal_.values(); }

 private:
  void adapt(const FrameLayout& layout);
  void resizeModel();
  void readFrame(const FrameLayout& layout);

  std::unique_ptr<PersonModel> model_;
  Resolution full_input_{};
  int detail_ = 0;
  int detail_in_force_ = 0;
  std::variant<BlurBackground, ColorBackground, PictureBackground> background_;
  float light_wrap_ = 0.0f;

  std::vector<std::uint8_t> input_;
  std::size_t input_size_ = 0;
  std::vector<std::uint8_t> converted_;
  std::vector<std::uint8_t> output_;
  I420View frame_{};
  Resolution frame_size_{};
  Rotation rotation_ = Rotation::k0;
  bool prepared_ = false;

  int factor_ = 2;  // luma pixels a sample of the small picture spans
  std::vector<std::uint8_t> small_planes_;
  QuadImage small_;
  QuadImage upright_;
  ModelInput model_input_;
  std::vector<float> rgb_;
  std::vector<float> raw_mask_;
  std::vector<float> upright_mask_;
  std::vector<float> frame_mask_;
  TemporalMask temporal_;
  GuidedMask guided_;
  SoftBackground soft_;
  QuadImage share_in_;
  QuadImage share_out_;
  BoxFilter share_filter_;
  SmallPlane share_;
  Compositor compositor_;
};

}  // namespace tessera::video
