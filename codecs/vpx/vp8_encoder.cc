// SPDX-License-Identifier: Apache-2.0
// VP8 with up to three temporal layers.
#include <algorithm>

#include "codecs/vpx/encoder_context.h"

namespace tessera::vpx {
namespace {

// How fast libvpx searches: negative speeds let it slow down, never below the deadline. Small pictures afford better.
int speedFor(const VideoEncoderConfig& config) {
  if (config.speed >= 0) return -config.speed;
  return config.resolution.pixels() <= 352 * 288 ? -4 : -6;
}

class Vp8Encoder final : public VideoEncoder {
 public:
  explicit Vp8Encoder(const VideoEncoderConfig& config) : config_(config) {}

  Result<void> open() {
    vpx_codec_iface_t* interface = vpx_codec_vp8_cx();
    if (auto ok = context_.prepare(interface, config_); !ok) return ok;
    vpx_codec_enc_cfg_t& settings = context_.settings();
    const int layers = config_.scalability.temporal_layers;
    if (layers > 1) {
      settings.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
      settings.ts_number_layers = static_cast<unsigned>(layers);
      settings.ts_periodicity = static_cast<unsigned>(periodOf(layers));
      for (int t = 0; t < layers; ++t) settings.ts_rate_decimator[t] = 1U << (layers - 1 - t);
      for (int i = 0; i < periodOf(layers); ++i) settings.ts_layer_id[i] = static_cast<unsigned>(temporalStep(layers, i).layer);
    }
    distribute(config_.bitrate);
    if (auto ok = context_.open(interface); !ok) return ok;
    vpx_codec_control(context_.codec(), VP8E_SET_CPUUSED, speedFor(config_));
    vpx_codec_control(context_.codec(), VP8E_SET_NOISE_SENSITIVITY, 0);
    vpx_codec_control(context_.codec(), VP8E_SET_STATIC_THRESHOLD, config_.content == VideoContent::kScreen ? 100 : 1);
    vpx_codec_control(context_.codec(), VP8E_SET_TOKEN_PARTITIONS, 0);
    vpx_codec_control(context_.codec(), VP8E_SET_MAX_INTRA_BITRATE_PCT, 300);
    vpx_codec_control(context_.codec(), VP8E_SET_SCREEN_CONTENT_MODE, config_.content == VideoContent::kScreen ? 1 : 0);
    return {};
  }

  Result<std::span<const EncodedFrame>> encode(const I420View& picture, Timestamp timestamp, bool force_key) override {
    const int layers = config_.scalability.temporal_layers;
    const bool key = force_key || next_id_ == 0;
    if (key) step_ = 0;
    const TemporalStep step = temporalStep(layers, step_);
    vpx_enc_frame_flags_t flags = 0;
    if (key) {
      flags = VPX_EFLAG_FORCE_KF;
    } else if (layers > 1) {
      // Buffers: last holds layer 0, golden the middle layer; the alternate is not used.
      flags = VP8_EFLAG_NO_REF_ARF | VP8_EFLAG_NO_UPD_ARF;
      if (!step.refers_middle) flags |= VP8_EFLAG_NO_REF_GF;
      if (step.layer != 0) flags |= VP8_EFLAG_NO_UPD_LAST | VP8_EFLAG_NO_UPD_ENTROPY;
      if (step.layer == 0 || !step.kept) flags |= VP8_EFLAG_NO_UPD_GF;
    }
    if (layers > 1) vpx_codec_control(context_.codec(), VP8E_SET_TEMPORAL_LAYER_ID, step.layer);
    if (auto ok = context_.encode(picture, timestamp, flags); !ok) return ok.error();
    ++stats_.pictures;
    vpx_codec_iter_t iterator = nullptr;
    while (const vpx_codec_cx_pkt_t* packet = vpx_codec_get_cx_data(context_.codec(), &iterator)) {
      if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
      take(*packet, timestamp, step);
      return std::span<const EncodedFrame>(&frame_, 1);
    }
    ++stats_.dropped;
    return std::span<const EncodedFrame>();
  }

  Result<void> setRates(DataRate bitrate, double framerate) override {
    if (auto ok = checkRates(bitrate, framerate); !ok) return ok;
    context_.setFramerate(framerate);
    distribute(bitrate);
    return context_.apply();
  }

  VideoEncoderStats stats() const override { return stats_; }

 private:
  void distribute(DataRate bitrate) {
    vpx_codec_enc_cfg_t& settings = context_.settings();
    const auto bps = static_cast<double>(bitrate.toBitsPerSecond());
    settings.rc_target_bitrate = toKilobits(bps);
    const int layers = config_.scalability.temporal_layers;
    if (layers == 1) return;
    for (int t = 0; t < layers; ++t) settings.ts_target_bitrate[t] = toKilobits(bps * cumulativeTemporalShare(layers, t));
  }

  void take(const vpx_codec_cx_pkt_t& packet, Timestamp timestamp, const TemporalStep& step) {
    const auto* bytes = static_cast<const std::uint8_t*>(packet.data.frame.buf);
    frame_ = EncodedFrame{};
    frame_.bytes = {bytes, packet.data.frame.sz};
    frame_.timestamp = timestamp;
    frame_.id = next_id_++;
    frame_.ends_picture = true;
    frame_.resolution = config_.resolution;
    frame_.is_key = (packet.data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    frame_.temporal_index = frame_.is_key ? 0 : step.layer;
    frame_.is_reference = frame_.is_key || config_.scalability.temporal_layers == 1 || step.kept;
    if (frame_.is_key) {
      last_ = middle_ = frame_.id;
      step_ = 1;
      return;
    }
    frame_.dependencies[0] = last_;
    frame_.dependency_count = 1;
    if (config_.scalability.temporal_layers == 1) {
      last_ = frame_.id;
    } else {
      if (step.refers_middle && middle_ != last_) frame_.dependencies[static_cast<std::size_t>(frame_.dependency_count++)] = middle_;
      if (step.layer == 0) last_ = frame_.id;
      if (step.layer != 0 && step.kept) middle_ = frame_.id;
    }
    ++step_;
  }

  VideoEncoderConfig config_;
  EncoderContext context_;
  EncodedFrame frame_;
  VideoEncoderStats stats_;
  std::int64_t next_id_ = 0;
  std::int64_t last_ = 0;    // id of the frame in each buffer
  std::int64_t middle_ = 0;
  int step_ = 0;             // since the last keyframe
};

}  // namespace

std::unique_ptr<VideoEncoder> makeVp8Encoder(const VideoEncoderConfig& config, Result<void>& outcome) {
  auto encoder = std::make_unique<Vp8Encoder>(config);
  outcome = encoder->open();
  return encoder;
}

}  // namespace tessera::vpx
