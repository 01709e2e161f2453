// SPDX-License-Identifier: Apache-2.0
// A VP8 or VP9 decoder over libvpx.
#include "codecs/vpx/video_decoder.h"

#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>

#include <string>

#include "codecs/vpx/bitstream.h"

namespace tessera::vpx {
namespace {

class Decoder final : public VideoDecoder {
 public:
  explicit Decoder(const VideoDecoderConfig& config) : config_(config), interface_(config.codec == VideoCodec::kVp8 ? vpx_codec_vp8_dx() : vpx_codec_vp9_dx()) {}
  ~Decoder() override { close(); }

  Result<void> open() {
    vpx_codec_dec_cfg_t settings{};
    settings.threads = 1;
    const vpx_codec_err_t code = vpx_codec_dec_init(&codec_, interface_, &settings, 0);
    if (code == VPX_CODEC_MEM_ERROR) return Error{ErrorCode::kOutOfMemory, "there is no memory for a decoder"};
    if (code != VPX_CODEC_OK) return Error{ErrorCode::kInternal, "libvpx could not open a decoder"};
    open_ = true;
    if (config_.codec == VideoCodec::kVp9 && config_.max_spatial_index < 7) vpx_codec_control(&codec_, VP9_DECODE_SVC_SPATIAL_LAYER, config_.max_spatial_index);
    return {};
  }

  Result<std::optional<I420View>> decode(std::span<const std::uint8_t> bytes) override {
    auto header = inspectFrame(config_.codec, bytes);
    if (!header) return fail(header.error());
    if (!header.value().is_key && (waiting_ || config_.key_frames_only)) {
      ++stats_.skipped;
      // What comes after a frame that was passed over refers to it.
      waiting_ = true;
      return std::optional<I420View>();
    }
    if (!open_) {
      if (auto ok = open(); !ok) return ok.error();
    }
    const vpx_codec_err_t code = vpx_codec_decode(&codec_, bytes.data(), static_cast<unsigned>(bytes.size()), nullptr, 0);
    if (code != VPX_CODEC_OK) return fail(describe(code));
    waiting_ = false;
    vpx_codec_iter_t iterator = nullptr;
    const vpx_image_t* shown = nullptr;
    while (const vpx_image_t* image = vpx_codec_get_frame(&codec_, &iterator)) shown = image;
    int corrupted = 0;
    if (vpx_codec_control(&codec_, VP8D_GET_FRAME_CORRUPTED, &corrupted) == VPX_CODEC_OK && corrupted) {
      return fail({ErrorCode::kInvalidMessage, "the frame or one that it refers to is damaged"});
    }
    if (!shown) return std::optional<I420View>();
    if (shown->fmt != VPX_IMG_FMT_I420) return fail({ErrorCode::kUnsupported, "only 8-bit 4:2:0 is supported"});
    I420View view;
    view.resolution = {static_cast<int>(shown->d_w), static_cast<int>(shown->d_h)};
    for (std::size_t plane = 0; plane < 3; ++plane) {
      view.planes[plane] = shown->planes[plane];
      view.strides[plane] = shown->stride[plane];
    }
    ++stats_.decoded;
    return std::optional<I420View>(view);
  }

  void setKeyFramesOnly(bool on) override { config_.key_frames_only = on; }
  VideoDecoderStats stats() const override { return stats_; }

 private:
  void close() {
    if (open_) vpx_codec_destroy(&codec_);
    open_ = false;
  }

  // The decoder starts anew: what it holds may be half of a damaged frame.
  Error fail(Error error) {
    ++stats_.failed;
    waiting_ = true;
    close();
    return error;
  }

  Error describe(vpx_codec_err_t code) {
    const char* detail = vpx_codec_error_detail(&codec_);
    const std::string text = std::string("the frame cannot be decoded: ") + (detail ? detail : vpx_codec_err_to_string(code));
    if (code == VPX_CODEC_MEM_ERROR) return {ErrorCode::kOutOfMemory, text};
    if (code == VPX_CODEC_UNSUP_BITSTREAM || code == VPX_CODEC_UNSUP_FEATURE) return {ErrorCode::kUnsupported, text};
    return {ErrorCode::kInvalidMessage, text};
  }

  VideoDecoderConfig config_;
  vpx_codec_iface_t* interface_;
  vpx_codec_ctx_t codec_{};
  bool open_ = false;
  bool waiting_ = true;  // for a keyframe
  VideoDecoderStats stats_;
};

}  // namespace

Result<std::unique_ptr<VideoDecoder>> VideoDecoder::create(const VideoDecoderConfig& config) {
  if (config.max_spatial_index < 0) return Error{ErrorCode::kInvalidArgument, "max_spatial_index is 0 at least"};
  auto decoder = std::make_unique<Decoder>(config);
  if (auto ok = decoder->open(); !ok) return ok.error();
  return std::unique_ptr<VideoDecoder>(std::move(decoder));
}

}  // namespace tessera::vpx
