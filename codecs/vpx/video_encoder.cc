// SPDX-License-Identifier: Apache-2.0
// Checks a configuration, picks the encoder for it, and does what both codecs do alike.
#include "codecs/vpx/video_encoder.h"

#include <algorithm>
#include <cmath>

#include "codecs/vpx/encoder_context.h"

namespace tessera::vpx {
namespace {

Result<void> check(const VideoEncoderConfig& config) {
  const Scalability& layers = config.scalability;
  const auto isLayerCount = [](int count) { return count >= 1 && count <= 3; };
  if (!isLayerCount(layers.spatial_layers) || !isLayerCount(layers.temporal_layers)) {
    return Error{ErrorCode::kInvalidArgument, "there are 1 to 3 spatial and 1 to 3 temporal layers"};
  }
  if (config.codec == VideoCodec::kVp8 && layers.spatial_layers > 1 && layers.inter_layer != InterLayer::kNone) {
    return Error{ErrorCode::kUnsupported, "VP8 has no spatial layers; simulcast (SxTy) gives several sizes"};
  }
  const int smallest = 16 << (layers.spatial_layers - 1);
  const auto fits = [&](int size) { return size >= smallest && size <= kMaxDimension; };
  if (!fits(config.resolution.width) || !fits(config.resolution.height)) {
    return Error{ErrorCode::kInvalidArgument, "width and height must be 16 at least in the smallest layer and 4096 at most"};
  }
  return checkRates(config.bitrate, config.framerate);
}

}  // namespace

Result<void> checkRates(DataRate bitrate, double framerate) {
  if (bitrate < DataRate::kilobitsPerSecond(1) || bitrate > DataRate::kilobitsPerSecond(100'000)) {
    return Error{ErrorCode::kInvalidArgument, "bitrate must be 1 kbit/s to 100 Mbit/s"};
  }
  if (!(framerate >= 1 && framerate <= 120)) return Error{ErrorCode::kInvalidArgument, "framerate must be 1 to 120"};
  return {};
}

unsigned toKilobits(double bits_per_second) { return static_cast<unsigned>(std::max(1.0, std::round(bits_per_second / 1000))); }

Result<std::unique_ptr<VideoEncoder>> VideoEncoder::create(const VideoEncoderConfig& config) {
  if (auto ok = check(config); !ok) return ok.error();
  Result<void> outcome;
  std::unique_ptr<VideoEncoder> encoder;
  if (config.scalability.spatial_layers > 1 && config.scalability.inter_layer == InterLayer::kNone) {
    encoder = makeSimulcastEncoder(config, outcome);
  } else if (config.codec == VideoCodec::kVp8) {
#ifdef TESSERA_WITHOUT_VP8
    return Error{ErrorCode::kUnsupported, "this module encodes VP9 only"};
#else
    encoder = makeVp8Encoder(config, outcome);
#endif
  } else {
#ifdef TESSERA_WITHOUT_VP9
    return Error{ErrorCode::kUnsupported, "this module encodes VP8 only"};
#else
    encoder = makeVp9Encoder(config, outcome);
#endif
  }
  if (!outcome) return outcome.error();
  return encoder;
}

Result<void> EncoderContext::prepare(vpx_codec_iface_t* interface, const VideoEncoderConfig& config) {
  if (vpx_codec_enc_config_default(interface, &settings_, 0) != VPX_CODEC_OK) return Error{ErrorCode::kInternal, "libvpx has no default settings"};
  framerate_ = config.framerate;
  settings_.g_w = static_cast<unsigned>(config.resolution.width);
  settings_.g_h = static_cast<unsigned>(config.resolution.height);
  settings_.g_timebase = {1, kTicksPerSecond};
  settings_.g_threads = 1;
  settings_.g_pass = VPX_RC_ONE_PASS;
  settings_.g_lag_in_frames = 0;
  settings_.rc_end_usage = VPX_CBR;
  settings_.rc_target_bitrate = toKilobits(static_cast<double>(config.bitrate.toBitsPerSecond()));
  settings_.rc_min_quantizer = 2;
  settings_.rc_max_quantizer = 56;
  settings_.rc_undershoot_pct = 50;
  settings_.rc_overshoot_pct = 50;
  settings_.rc_buf_initial_sz = 500;
  settings_.rc_buf_optimal_sz = 600;
  settings_.rc_buf_sz = 1000;
  settings_.rc_dropframe_thresh = config.may_drop ? 30 : 0;
  settings_.rc_resize_allowed = 0;
  // Keyframes come when asked for; a sequence needs no others.
  settings_.kf_mode = VPX_KF_DISABLED;
  return {};
}

Result<void> EncoderContext::open(vpx_codec_iface_t* interface) {
  const vpx_codec_err_t code = vpx_codec_enc_init(&codec_, interface, &settings_, 0);
  if (code == VPX_CODEC_MEM_ERROR) return Error{ErrorCode::kOutOfMemory, "there is no memory for an encoder of this size"};
  if (code != VPX_CODEC_OK) return failure("open");
  open_ = true;
  return {};
}

Result<void> EncoderContext::apply() {
  if (vpx_codec_enc_config_set(&codec_, &settings_) != VPX_CODEC_OK) return failure("configure");
  return {};
}

Result<void> EncoderContext::encode(const I420View& picture, Timestamp timestamp, vpx_enc_frame_flags_t flags) {
  if (picture.resolution.width != static_cast<int>(settings_.g_w) || picture.resolution.height != static_cast<int>(settings_.g_h)) {
    return Error{ErrorCode::kInvalidArgument, "the picture does not have the configured resolution"};
  }
  const std::int64_t ticks = std::max(timestamp.toMicros() * 9 / 100, last_ticks_ + 1);
  last_ticks_ = ticks;
  vpx_image_t image;
  // libvpx only reads the picture, though its type does not say so.
  vpx_img_wrap(&image, VPX_IMG_FMT_I420, settings_.g_w, settings_.g_h, 1, const_cast<unsigned char*>(picture.planes[0]));
  for (std::size_t plane = 0; plane < 3; ++plane) {
    image.planes[plane] = const_cast<unsigned char*>(picture.planes[plane]);
    image.stride[plane] = picture.strides[plane];
  }
  const auto duration = static_cast<unsigned long>(kTicksPerSecond / framerate_);
  const vpx_codec_err_t code = vpx_codec_encode(&codec_, &image, ticks, duration, flags, VPX_DL_REALTIME);
  if (code != VPX_CODEC_OK) return failure("encode");
  return {};
}

Error EncoderContext::failure(const char* doing) {
  const char* detail = vpx_codec_error_detail(&codec_);
  const char* name = vpx_codec_error(&codec_);
  return {ErrorCode::kInternal, std::string("libvpx could not ") + doing + ": " + (detail ? detail : name ? name : "unknown")};
}

}  // namespace tessera::vpx
