// SPDX-License-Identifier: Apache-2.0
// A film of a real person of whom every pixel is known: a photograph, cut out along an outline drawn by hand, moved about
// before a drawn room.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "wasm/video/frame.h"

namespace tessera::video::test {

inline std::vector<std::uint8_t> fixture(const std::string& name) {
  const char* folder = std::getenv("TESSERA_FIXTURES");
  std::ifstream file(folder == nullptr ? name : std::string(folder) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One place: luma and colour differences (BT.601, limited range), not rounded.
struct Ycc {
  float y = 16;
  float u = 128;
  float v = 128;
};
inline Ycc mix(const Ycc& a, const Ycc& b, float share) { return {a.y + (b.y - a.y) * share, a.u + (b.u - a.u) * share, a.v + (b.v - a.v) * share}; }

// What a frame shows. Lengths in pixels of the frame.
struct Shot {
  double x = 0.5;        // where the photograph's middle is, in shares of the frame
  double scale = 1.35;   // the photograph's width in heights of the frame
  double top = 0.05;     // where its upper edge is, in heights of the frame
  bool present = true;
  bool second = false;   // the person once more, mirrored, at the other side
  double hand = -1;      // where a hand crosses the person, in shares of the frame; below 0: nowhere
  float person_gain = 1; // of the person's luma
  float person_lift = 0;
  float room = 60;       // the room's mean luma
  double noise = 0;      // the sensor's, standard deviation
};

class PersonFilm {
 public:
  // The photograph is astronaut.rgb of the fixtures: kPhoto x kPhoto, 3 bytes a pixel.
  explicit PersonFilm(Resolution size) : size_(size), photo_(fixture("astronaut.rgb")) {
    if (photo_.size() != std::size_t{kPhoto} * kPhoto * 3) photo_.clear();
    drawMatte();
  }
  bool ready() const { return !photo_.empty(); }
  Resolution size() const { return size_; }

  // How much of a pixel is person, 0..1.
  float coverage(const Shot& shot, double x, double y) const {
    const float person = shot.present ? std::max(matteAt(shot, x, y, false), shot.second ? matteAt(shot, x, y, true) : 0.0f) : 0.0f;
    return std::max(person, hand(shot, x, y));
  }
  Ycc person(const Shot& shot, double x, double y) const {
    if (hand(shot, x, y) > 0) return lit(shot, {150, 112, 152});
    const bool mirrored = shot.second && matteAt(shot, x, y, true) > matteAt(shot, x, y, false);
    return lit(shot, photoAt(shot, x, y, mirrored));
  }
  // Shelves and a soft gradient.
  Ycc room(const Shot& shot, double x, double y) const {
    const double u = x / size_.height;
    const double v = y / size_.height;
    const double stripes = std::sin(u * 21) * std::sin(v * 13) + 0.6 * std::sin(u * 55 + v * 9);
    return {shot.room + static_cast<float>(stripes * 10 + (v - 0.5) * 16), 128 + static_cast<float>(6 * std::sin(u * 5)), 128 - static_cast<float>(7 * std::sin(v * 4 + u))};
  }

  // The frame as tightly packed I420.
  std::vector<std::uint8_t> draw(const Shot& shot, std::uint32_t seed) const {
    return render(shot, seed, [&](double x, double y, float share) { return mix(room(shot, x, y), person(shot, x, y), share); });
  }
  // The same with another background: what a perfect effect would give.
  template <typename Background>
  std::vector<std::uint8_t> ideal(const Shot& shot, Background background) const {
    Shot clean = shot;
    clean.noise = 0;
    return render(clean, 1, [&](double x, double y, float share) { return mix(background(x, y), person(shot, x, y), share); });
  }
  // How much of each pixel is person, 0..255.
  std::vector<float> matte(const Shot& shot) const {
    std::vector<float> out;
    for (int y = 0; y < size_.height; ++y) {
      for (int x = 0; x < size_.width; ++x) out.push_back(255.0f * coverage(shot, x + 0.5, y + 0.5));
    }
    return out;
  }

 private:
  static constexpr int kPhoto = 512;
  static constexpr int kFine = 4;

  double side(const Shot& shot) const { return shot.scale * size_.height; }
  // The place in the photograph, 0..kPhoto.
  std::array<double, 2> inPhoto(const Shot& shot, double x, double y, bool mirrored) const {
    const double scale = kPhoto / side(shot);
    const double middle = (mirrored ? 1.0 - shot.x : shot.x) * size_.width;
    const double px = (x - middle) * scale;
    return {(mirrored ? -px : px) + 180.0, (y - shot.top * size_.height) * scale};
  }
  float matteAt(const Shot& shot, double x, double y, bool mirrored) const {
    const auto [px, py] = inPhoto(shot, x, y, mirrored);
    return sample(px, py, [&](int i, int j) { return matte_[static_cast<std::size_t>(j * kPhoto + i)]; });
  }
  Ycc photoAt(const Shot& shot, double x, double y, bool mirrored) const {
    const auto [px, py] = inPhoto(shot, x, y, mirrored);
    const auto channel = [&, px = px, py = py](int c) {
      return sample(px, py, [&](int i, int j) { return static_cast<float>(photo_[static_cast<std::size_t>((j * kPhoto + i) * 3 + c)]); });
    };
    const float r = channel(0);
    const float g = channel(1);
    const float b = channel(2);
    const float luma = 0.299f * r + 0.587f * g + 0.114f * b;
    return {16 + luma * 219 / 255, 128 + (b - luma) * 0.564f * 224 / 255, 128 + (r - luma) * 0.713f * 224 / 255};
  }
  template <typename At>
  static float sample(double x, double y, At at) {
    x -= 0.5;
    y -= 0.5;
    if (x < -1 || y < -1 || x > kPhoto || y > kPhoto) return 0;
    const int i = std::clamp(static_cast<int>(std::floor(x)), 0, kPhoto - 2);
    const int j = std::clamp(static_cast<int>(std::floor(y)), 0, kPhoto - 2);
    const auto fx = static_cast<float>(std::clamp(x - i, 0.0, 1.0));
    const auto fy = static_cast<float>(std::clamp(y - j, 0.0, 1.0));
    const float top = at(i, j) + (at(i + 1, j) - at(i, j)) * fx;
    const float bottom = at(i, j + 1) + (at(i + 1, j + 1) - at(i, j + 1)) * fx;
    return top + (bottom - top) * fy;
  }
  static Ycc lit(const Shot& shot, Ycc color) {
    color.y = std::clamp(16 + (color.y - 16) * shot.person_gain + shot.person_lift, 16.0f, 235.0f);
    return color;
  }
  // A forearm from below and four fingers, as capsules.
  float hand(const Shot& shot, double x, double y) const {
    if (shot.hand < 0) return 0;
    const double h = size_.height;
    const auto capsule = [&](double ax, double ay, double bx, double by, double radius) {
      const double px = x / h - (shot.hand * size_.width / h + ax);
      const double py = y / h - ay;
      const double dx = bx - ax;
      const double dy = by - ay;
      const double t = std::clamp((px * dx + py * dy) / (dx * dx + dy * dy), 0.0, 1.0);
      return (radius - std::hypot(px - t * dx, py - t * dy)) * h;
    };
    double inside = capsule(0, 1.1, 0, 0.62, 0.06);
    for (int finger = 0; finger < 4; ++finger) {
      const double at = -0.055 + 0.036 * finger;
      inside = std::max(inside, capsule(at, 0.6, at * 1.5, 0.44 + 0.02 * std::abs(finger - 1.5), 0.017));
    }
    return static_cast<float>(std::clamp(inside + 0.5, 0.0, 1.0));
  }

  template <typename At>
  std::vector<std::uint8_t> render(const Shot& shot, std::uint32_t seed, At at) const {
    const int width = size_.width;
    const int height = size_.height;
    std::vector<std::uint8_t> out(packedFrameSize(PixelFormat::kI420, size_));
    const MutableI420View view = mutableI420View(out, packedLayout(PixelFormat::kI420, size_));
    std::vector<Ycc> row(static_cast<std::size_t>(width) * 2);
    std::minstd_rand random(seed);
    // Four uniform values make a good enough bell.
    const auto noise = [&] {
      if (shot.noise <= 0) return 0.0f;
      double sum = -2;
      for (int i = 0; i < 4; ++i) sum += static_cast<double>(random()) / 2147483647.0;
      return static_cast<float>(sum * shot.noise * 1.7320508);
    };
    const auto byte = [](float value) { return static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.0f, 255.0f)); };
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        Ycc& pixel = row[static_cast<std::size_t>((y % 2) * width + x)];
        pixel = at(x + 0.5, y + 0.5, coverage(shot, x + 0.5, y + 0.5));
        view.y.row(y)[x] = byte(pixel.y + noise());
      }
      if (y % 2 == 0 && y + 1 < height) continue;
      for (int x = 0; x < view.u.width; ++x) {
        const Ycc* rows[2] = {row.data(), row.data() + (y % 2 == 1 ? width : 0)};
        float u = 0;
        float v = 0;
        for (const Ycc* from : rows) {
          for (const int i : {2 * x, std::min(2 * x + 1, width - 1)}) {
            u += from[i].u / 4;
            v += from[i].v / 4;
          }
        }
        view.u.row(y / 2)[x] = byte(u + noise() * 0.5f);
        view.v.row(y / 2)[x] = byte(v + noise() * 0.5f);
      }
    }
    return out;
  }

  // The outline in the photograph, a little inside the person, so that nothing of the studio's wall is on her.
  void drawMatte() {
    static constexpr int kOutline[][2] = {
        {226, 20},  {250, 22},  {272, 34},  {287, 51},  {295, 73},  {295, 95},  {288, 111}, {279, 121}, {270, 128}, {266, 140}, {260, 156},
        {255, 170}, {255, 177}, {266, 182}, {281, 198}, {293, 218}, {300, 240}, {318, 247}, {333, 261}, {344, 282}, {352, 311}, {356, 340},
        {352, 345}, {333, 357}, {308, 384}, {291, 409}, {280, 440}, {275, 470}, {275, 512}, {46, 512},  {32, 470},  {28, 430},  {28, 395},
        {29, 370},  {32, 340},  {42, 300},  {64, 263},  {92, 238},  {114, 217}, {121, 193}, {133, 171}, {152, 158}, {181, 153}, {185, 141},
        {180, 121}, {172, 115}, {162, 103}, {158, 85},  {160, 66},  {170, 49},  {187, 38},  {202, 27}};
    matte_.assign(std::size_t{kPhoto} * kPhoto, 0.0f);
    const auto corners = std::size(kOutline);
    std::vector<double> crossings;
    for (int line = 0; line < kPhoto * kFine; ++line) {
      const double y = (line + 0.5) / kFine;
      crossings.clear();
      for (std::size_t i = 0; i < corners; ++i) {
        const int* a = kOutline[i];
        const int* b = kOutline[(i + 1) % corners];
        if ((a[1] <= y) != (b[1] <= y)) crossings.push_back(a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]));
      }
      std::sort(crossings.begin(), crossings.end());
      for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
        for (int x = static_cast<int>(std::ceil(crossings[i] * kFine - 0.5)); x + 0.5 < crossings[i + 1] * kFine; ++x) {
          matte_[static_cast<std::size_t>(line / kFine * kPhoto + std::clamp(x / kFine, 0, kPhoto - 1))] += 1.0f / (kFine * kFine);
        }
      }
    }
  }

  Resolution size_;
  std::vector<std::uint8_t> photo_;
  std::vector<float> matte_;
};

}  // namespace tessera::video::test
