// SPDX-License-Identifier: Apache-2.0
// Bilinear sampling with the colour conversion of the model's input folded in.
#include "wasm/video/model_input.h"

#include <algorithm>
#include <cmath>

#include "wasm/base/simd.h"
#include "wasm/video/convert.h"

namespace tessera::video {

void ModelInput::tabulate(std::vector<Tap>& taps, int output, int limit, float start, float step) {
  taps.resize(static_cast<std::size_t>(output));
  for (int i = 0; i < output; ++i) {
    const float at =
        std::clamp(start + (static_cast<float>(i) + 0.5f) * step - 0.5f, 0.0f, static_cast<float>(limit - 1));
    const int first = static_cast<int>(at);
    taps[static_cast<std::size_t>(i)] = {first, std::min(first + 1, limit - 1), at - static_cast<float>(first)};
  }
}

void ModelInput::prepare(Resolution picture, Resolution input) {
  if (picture == picture_ && input == input_) return;
  picture_ = picture;
  input_ = input;
  const auto width = static_cast<float>(picture.width);
  const auto height = static_cast<float>(picture.height);
  scale_x_ = static_cast<float>(input.width) / width;
  scale_y_ = static_cast<float>(input.height) / height;
  scale_x_ = std::min(scale_x_, scale_y_ * kMaxStretch);
  scale_y_ = std::min(scale_y_, scale_x_ * kMaxStretch);
  margin_x_ = 0.5f * (static_cast<float>(input.width) - scale_x_ * width);
  margin_y_ = 0.5f * (static_cast<float>(input.height) - scale_y_ * height);
  tabulate(input_x_, input.width, picture.width, -margin_x_ / scale_x_, 1.0f / scale_x_);
  tabulate(input_y_, input.height, picture.height, -margin_y_ / scale_y_, 1.0f / scale_y_);
  crop_ = {0, 0, 0, 0};
  row_.assign(static_cast<std::size_t>(std::max(input.width, picture.width * 4)), 0.0f);
}

void ModelInput::fill(const QuadImage& picture, ColorSpace color, std::span<float> rgb) {
  const YuvToRgb m = yuvToRgb(color);
  const v128_t from_y = wasm_f32x4_make(m.y_gain, m.y_gain, m.y_gain, 0.0f);
  const v128_t from_u = wasm_f32x4_make(m.u_gain[0], m.u_gain[1], m.u_gain[2], 0.0f);
  const v128_t from_v = wasm_f32x4_make(m.v_gain[0], m.v_gain[1], m.v_gain[2], 0.0f);
  const v128_t bias = wasm_f32x4_make(m.bias[0], m.bias[1], m.bias[2], 0.0f);
  const v128_t zero = wasm_f32x4_splat(0.0f);
  const v128_t one = wasm_f32x4_splat(1.0f);
  float* target = rgb.data();
  float* const row = row_.data();
  for (const Tap& down : input_y_) {
    // Down and to RGB first, once for each pixel of the picture: both are linear, so across may follow.
    const float* top = picture.row(down.first);
    const float* bottom = picture.row(down.second);
    const v128_t weight_y = wasm_f32x4_splat(down.weight);
    for (int x = 0; x < picture.width * 4; x += 4) {
      const v128_t upper = wasm_v128_load(top + x);
      const v128_t yuv = multiplyAdd(wasm_f32x4_sub(wasm_v128_load(bottom + x), upper), weight_y, upper);
      v128_t sum = multiplyAdd(from_y, wasm_i32x4_shuffle(yuv, yuv, 0, 0, 0, 0), bias);
      sum = multiplyAdd(from_u, wasm_i32x4_shuffle(yuv, yuv, 1, 1, 1, 1), sum);
      sum = multiplyAdd(from_v, wasm_i32x4_shuffle(yuv, yuv, 2, 2, 2, 2), sum);
      wasm_v128_store(row + x, sum);
    }
    for (const Tap& across : input_x_) {
      const v128_t left = wasm_v128_load(row + across.first * 4);
      const v128_t difference = wasm_f32x4_sub(wasm_v128_load(row + across.second * 4), left);
      const v128_t sum = multiplyAdd(difference, wasm_v128_load32_splat(&across.weight), left);
      // The fourth lane lands on the next pixel, or on the spare float at the end.
      wasm_v128_store(target, wasm_f32x4_pmin(wasm_f32x4_pmax(sum, zero), one));
      target += 3;
    }
  }
}

void ModelInput::readMask(std::span<const float> mask, const Share& crop, std::span<float> out) {
  if (crop != crop_) {
    crop_ = crop;
    const float left = crop.x * static_cast<float>(picture_.width);
    const float top = crop.y * static_cast<float>(picture_.height);
    tabulate(picture_x_, picture_.width, input_.width, margin_x_ + left * scale_x_, scale_x_ * crop.width);
    tabulate(picture_y_, picture_.height, input_.height, margin_y_ + top * scale_y_, scale_y_ * crop.height);
  }
  float* target = out.data();
  const int width = input_.width;
  for (const Tap& down : picture_y_) {
    const float* top = mask.data() + static_cast<std::ptrdiff_t>(down.first) * width;
    const float* bottom = mask.data() + static_cast<std::ptrdiff_t>(down.second) * width;
    for (int x = 0; x < width; ++x) row_[static_cast<std::size_t>(x)] = top[x] + (bottom[x] - top[x]) * down.weight;
    for (const Tap& across : picture_x_) {
      const float left = row_[static_cast<std::size_t>(across.first)];
      *target++ = left + (row_[static_cast<std::size_t>(across.second)] - left) * across.weight;
    }
  }
}

Share ModelInput::inPicture(const Share& in_input) const {
  const auto place = [](float share, int input, float margin, float scale, int picture) {
    return std::clamp((share * static_cast<float>(input) - margin) / (scale * static_cast<float>(picture)), 0.0f, 1.0f);
  };
  const float left = place(in_input.x, input_.width, margin_x_, scale_x_, picture_.width);
  const float right = place(in_input.x + in_input.width, input_.width, margin_x_, scale_x_, picture_.width);
  const float top = place(in_input.y, input_.height, margin_y_, scale_y_, picture_.height);
  const float bottom = place(in_input.y + in_input.height, input_.height, margin_y_, scale_y_, picture_.height);
  return {left, top, right - left, bottom - top};
}

}  // namespace tessera::video
