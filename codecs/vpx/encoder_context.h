// SPDX-License-Identifier: Apache-2.0
// What the VP8 and the VP9 encoder share around libvpx. Not for users of the wrapper: it shows libvpx's types.
#pragma once

#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

#include <string>

#include "codecs/vpx/video_encoder.h"

namespace tessera::vpx {

inline constexpr int kTicksPerSecond = 90'000;

// Owns libvpx's encoder and counts its time.
class EncoderContext {
 public:
  EncoderContext() = default;
  EncoderContext(const EncoderContext&) = delete;
  EncoderContext& operator=(const EncoderContext&) = delete;
  ~EncoderContext() {
    if (open_) vpx_codec_destroy(&codec_);
  }

  // Fills the fields that both codecs treat alike.
  Result<void> prepare(vpx_codec_iface_t* interface, const VideoEncoderConfig& config);
  Result<void> open(vpx_codec_iface_t* interface);
  Result<void> apply();  // after changes to settings()

  // `flags` are libvpx's. For the rate control, a timestamp that does not increase is one tick after the last.
  Result<void> encode(const I420View& picture, Timestamp timestamp, vpx_enc_frame_flags_t flags);

  void setFramerate(double framerate) { framerate_ = framerate; }
  double framerate() const { return framerate_; }
  vpx_codec_enc_cfg_t& settings() { return settings_; }
  vpx_codec_ctx_t* codec() { return &codec_; }
  Error failure(const char* doing);

 private:
  vpx_codec_ctx_t codec_{};
  vpx_codec_enc_cfg_t settings_{};
  bool open_ = false;
  double framerate_ = 30;
  std::int64_t last_ticks_ = -1;
};

std::unique_ptr<VideoEncoder> makeVp8Encoder(const VideoEncoderConfig& config, Result<void>& outcome);
std::unique_ptr<VideoEncoder> makeVp9Encoder(const VideoEncoderConfig& config, Result<void>& outcome);
std::unique_ptr<VideoEncoder> makeSimulcastEncoder(const VideoEncoderConfig& config, Result<void>& outcome);

// Errors: kInvalidArgument.
Result<void> checkRates(DataRate bitrate, double framerate);

// Kilobits per second, never 0, as libvpx wants them.
unsigned toKilobits(double bits_per_second);

}  // namespace tessera::vpx
