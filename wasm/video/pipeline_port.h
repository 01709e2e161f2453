// SPDX-License-Identifier: Apache-2.0
// The pipeline as it crosses to JavaScript: addresses instead of spans, values instead of results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "wasm/video/frame_port.h"
#include "wasm/video/pipeline.h"

namespace tessera::video {

// Until `load` went well calls give the error kInvalidArgument, or no bytes; scratch works.
// Any call may move or grow memory: fetch views of it again after each.
class PipelinePort {
 public:
  // A buffer to write a model or a picture into, valid until the next `scratch` or `releaseScratch`.
  Bytes scratch(std::size_t size);
  void releaseScratch();
  // Loads the model in the first `size` bytes of scratch.
  Outcome load(std::size_t size);

  // Red, green and blue 0..255, the rest as in Look.
  Outcome setLook(const Look& look);
  // The picture, or a film's next frame, lies in scratch, which is used up.
  Outcome setPicture(const FrameDescription& frame);

  // See Pipeline::setDetail.
  Outcome setDetail(int detail);

  // A buffer for the next frame, valid until the next call of this.
  Bytes input(std::size_t size);
  Outcome prepare(const FrameDescription& frame);
  Outcome segment();
  // The finished frame: packed I420, valid until the next `prepare`. None when no frame is prepared.
  Bytes render();

 private:
  std::unique_ptr<Pipeline> pipeline_;
  std::vector<std::uint8_t> scratch_;
};

}  // namespace tessera::video
