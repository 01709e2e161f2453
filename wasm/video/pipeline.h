// SPDX-License-Identifier: Apache-2.0
// The whole virtual background: a camera frame in, a frame with the background replaced out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "wasm/video/compositor.h"
#include "wasm/video/frame.h"
#include "wasm/video/framing.h"
#include "wasm/video/guided_mask.h"
#include "wasm/video/model_input.h"
#include "wasm/video/person_contrast.h"
#include "wasm/video/picture_background.h"
#include "wasm/video/portrait_light.h"
#include "wasm/video/soft_background.h"
#include "wasm/video/temporal_mask.h"

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

// What is behind the person: the room as it is, the room blurred, a colour, a picture, or nothing.
enum class Behind : std::uint8_t { kRoom, kBlur, kColor, kPicture, kTransparent };

// How a frame is to look. All of it may change from frame to frame.
struct Look {
  Behind behind = Behind::kBlur;
  float strength = 0.6f;  // of the blur, 0..1, see SoftBackground
  std::uint8_t red = 0;   // the colour
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  Fit fit = Fit::kCover;      // of the picture
  float light_wrap = 0.0f;    // 0..1: how much of a picture's or colour's light falls on the person's outline
  float portrait_light = 0.0f;  // 0..1, see PortraitLight
  bool auto_framing = false;    // see Framing
};

// One camera's background. Not thread-safe. A frame takes three steps, in this order: write its bytes to inputBuffer and
// call prepare; segment (may be left out on some frames to save time: the last mask is fitted to the new picture); render.
// Frames may change size, turn, format and colours at any time. After a first frame of each kind nothing is allocated.
// Fails closed: until a mask has been found for frames of this size and turn, everybody counts as background.
class Pipeline {
 public:
  // kInvalidModel when the bytes are not a usable model (see Segmenter::create).
  static Result<std::unique_ptr<Pipeline>> create(std::span<const std::byte> model);
  explicit Pipeline(std::unique_ptr<PersonModel> model);
  Pipeline(const Pipeline&) = delete;

  // Frees the picture unless there is to be one.
  void setLook(const Look& look);
  // The picture, or a film's next frame, as PictureBackground takes it. kInvalidArgument when it is none or does not fit
  // `bytes`; the old one stays then. Until there is one the background is black.
  Result<void> setPicture(std::vector<std::uint8_t>& bytes, const FrameLayout& layout);

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
  // Draws the prepared frame in its look: tightly packed I420 of the frame's size, behind it, where the background is
  // transparent, a plane of alpha of the frame's size; valid until the next call. Empty when no frame is prepared.
  std::span<const std::uint8_t> render();

  // Of the prepared frame.
  Resolution size() const { return frame_size_; }
  // The mask on the model's grid, upright, as last found.
  std::span<const float> mask() const { return temporal_.values(); }

 private:
  void adapt(const FrameLayout& layout);
  void resizeModel();
  void frameView();
  void zoomTo(const Share& crop);
  void fitMask();
  void addLight(Scene& scene);

  std::unique_ptr<PersonModel> model_;
  Resolution full_input_{};
  int detail_ = 0;
  int detail_in_force_ = 0;
  Look look_;
  std::unique_ptr<PictureBackground> picture_;  // null: there is none

  std::vector<std::uint8_t> input_;
  std::size_t input_size_ = 0;
  std::vector<std::uint8_t> converted_;
  std::vector<std::uint8_t> output_;
  I420View frame_{};
  Resolution frame_size_{};
  Rotation rotation_ = Rotation::k0;
  bool prepared_ = false;

  // What is shown of the frame: all of it, or a crop scaled to its size.
  Share crop_;
  I420View view_{};
  Zoom zoom_;
  std::vector<std::uint8_t> zoomed_;
  QuadImage cropped_;
  // A picture of that on the grid of everything that is drawn with: the mask's fit, blur, contrast and light.
  QuadImage halved_;
  const QuadImage* grid_ = nullptr;
  int grid_factor_ = 2;  // luma pixels a sample of it spans

  int factor_ = 2;  // luma pixels a sample of the small picture spans
  std::vector<std::uint8_t> work_;
  QuadImage small_;
  QuadImage upright_;
  ModelInput model_input_;
  ModelInput mask_reader_;
  std::vector<float> rgb_;
  std::vector<float> raw_mask_;
  std::vector<float> upright_mask_;
  std::vector<float> frame_mask_;
  TemporalMask temporal_;
  Framing framing_;
  GuidedMask guided_;
  PersonContrast contrast_;
  SoftBackground soft_;
  PortraitLight portrait_;
  SoftPicture flat_;  // the colour as light
  QuadImage share_in_;
  BoxRows share_filter_;
  SmallPlane share_;
  Compositor compositor_;
};

}  // namespace tessera::video
