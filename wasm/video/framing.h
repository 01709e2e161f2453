// SPDX-License-Identifier: Apache-2.0
// Auto-framing: a crop that follows the people in the picture like a calm camera operator.
#pragma once

#include "wasm/video/people.h"

namespace tessera::video {

// The crop has the picture's aspect, half to all of its size, room above the heads, and never leaves the picture. Small
// movements do not move it; others it follows without a jerk, in about a second at 30 frames a second.
class Framing {
 public:
  // Back to the whole picture at once.
  void reset() { *this = {}; }
  // Where people are now (see findPeople), in shares of the upright picture. With nobody there for a while it widens.
  void aim(const Share& people);
  // One frame on: the crop, in shares of the upright picture.
  Share step();

 private:
  // A value that moves towards its target like a critically damped spring.
  struct Glide {
    float value;
    float target;
    float speed = 0.0f;
    void step();
  };

  Glide centre_x_{0.5f, 0.5f};
  Glide centre_y_{0.5f, 0.5f};
  Glide size_{1.0f, 1.0f};
  int missing_ = 0;
};

}  // namespace tessera::video
