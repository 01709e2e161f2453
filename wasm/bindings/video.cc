// SPDX-License-Identifier: Apache-2.0
// The module `video`: one pipeline as plain exports. Addresses and sizes are bytes in the exported memory, which may grow in any
// call. Enums are numbers in the order of names(). A call that can fail gives whether it went well; problem() says what did not.
#include <string>
#include <utility>

#include "wasm/video/pipeline_port.h"

namespace {

using namespace tessera::video;

// Lives as long as the module: nothing is to be run at an exit that never comes.
[[clang::no_destroy]] constinit PipelinePort port;
[[clang::no_destroy]] constinit std::string last_problem;

bool wentWell(const Outcome& outcome) {
  last_problem = outcome.code;
  if (outcome.code.empty()) return true;
  last_problem += ' ';
  last_problem += outcome.message;
  return false;
}

FrameDescription described(PixelFormat format, int width, int height, ColorMatrix matrix, bool full_range, int rotation,
                           std::uint32_t offset0, std::uint32_t stride0, std::uint32_t offset1, std::uint32_t stride1,
                           std::uint32_t offset2, std::uint32_t stride2) {
  return {format, width, height, matrix, full_range, rotation, offset0, stride0, offset1, stride1, offset2, stride2};
}

std::size_t rendered_size = 0;

}  // namespace

#define TESSERA_EXPORT(name) extern "C" __attribute__((export_name(name)))
#define TESSERA_FRAME_PARAMETERS                                                                                         \
  PixelFormat format, int width, int height, ColorMatrix matrix, bool full_range, int rotation, std::uint32_t offset0,  \
      std::uint32_t stride0, std::uint32_t offset1, std::uint32_t stride1, std::uint32_t offset2, std::uint32_t stride2
#define TESSERA_FRAME \
  described(format, width, height, matrix, full_range, rotation, offset0, stride0, offset1, stride1, offset2, stride2)

// The spellings of each enum's values, in their order: PixelFormat, ColorMatrix, Behind, Fit.
TESSERA_EXPORT("names") const char* video_names() {
  return "I420 NV12 RGBA RGBX BGRA BGRX,bt601 bt709,room blur color picture transparent,cover contain";
}
// Of the last call that failed: its ErrorCode's spelling, a space, and a sentence; ends with a zero.
TESSERA_EXPORT("problem") const char* video_problem() { return last_problem.c_str(); }

TESSERA_EXPORT("scratch") std::uintptr_t video_scratch(std::size_t size) { return port.scratch(size).address; }
TESSERA_EXPORT("releaseScratch") void video_release_scratch() { port.releaseScratch(); }
TESSERA_EXPORT("load") bool video_load(std::size_t size) { return wentWell(port.load(size)); }
TESSERA_EXPORT("setLook")
bool video_set_look(Behind behind, float strength, std::uint8_t red, std::uint8_t green, std::uint8_t blue, Fit fit, float light_wrap,
                    float portrait_light, bool auto_framing) {
  return wentWell(port.setLook({behind, strength, red, green, blue, fit, light_wrap, portrait_light, auto_framing}));
}
TESSERA_EXPORT("setPicture") bool video_set_picture(TESSERA_FRAME_PARAMETERS) { return wentWell(port.setPicture(TESSERA_FRAME)); }
TESSERA_EXPORT("setDetail") bool video_set_detail(int detail) { return wentWell(port.setDetail(detail)); }
TESSERA_EXPORT("input") std::uintptr_t video_input(std::size_t size) { return port.input(size).address; }
TESSERA_EXPORT("prepare") bool video_prepare(TESSERA_FRAME_PARAMETERS) { return wentWell(port.prepare(TESSERA_FRAME)); }
TESSERA_EXPORT("segment") bool video_segment() { return wentWell(port.segment()); }
TESSERA_EXPORT("render") std::uintptr_t video_render() {
  const Bytes bytes = port.render();
  rendered_size = bytes.size;
  return bytes.address;
}
// Of the last render().
TESSERA_EXPORT("renderedSize") std::size_t video_rendered_size() { return rendered_size; }
