// SPDX-License-Identifier: Apache-2.0
// VP9 with up to three spatial and three temporal layers, each frame's references chosen here and told to libvpx.
#include <algorithm>
#include <vector>

#include "codecs/vpx/encoder_context.h"

namespace tessera::vpx {
namespace {

// VP9 has eight buffers. Spatial layer s keeps the last frame of temporal layer 0 in slot s and of the middle layer in slot 3 + s.
// A frame that only the layer above refers to goes to slot 6 + s.
constexpr int kSlots = 8;
constexpr int baseSlot(int s) { return s; }
constexpr int middleSlot(int s) { return 3 + s; }
constexpr int scratchSlot(int s) { return 6 + s; }

int speedFor(const VideoEncoderConfig& config, Resolution resolution) {
  if (config.speed >= 0) return config.speed;
  return resolution.pixels() <= 352 * 288 ? 6 : 7;
}

class Vp9Encoder final : public VideoEncoder {
 public:
  explicit Vp9Encoder(const VideoEncoderConfig& config)
      : config_(config), spatial_(config.scalability.spatial_layers), temporal_(config.scalability.temporal_layers) {}

  Result<void> open() {
    vpx_codec_iface_t* interface = vpx_codec_vp9_cx();
    if (auto ok = context_.prepare(interface, config_); !ok) return ok;
    vpx_codec_enc_cfg_t& settings = context_.settings();
    if (layered()) {
      settings.g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
      settings.ss_number_layers = static_cast<unsigned>(spatial_);
      settings.ts_number_layers = static_cast<unsigned>(temporal_);
      settings.ts_periodicity = static_cast<unsigned>(periodOf(temporal_));
      settings.temporal_layering_mode = VP9E_TEMPORAL_LAYERING_MODE_BYPASS;
      for (int t = 0; t < temporal_; ++t) settings.ts_rate_decimator[t] = 1U << (temporal_ - 1 - t);
      for (int i = 0; i < periodOf(temporal_); ++i) settings.ts_layer_id[i] = static_cast<unsigned>(temporalStep(temporal_, i).layer);
    }
    distribute(config_.bitrate);
    if (auto ok = context_.open(interface); !ok) return ok;
    vpx_codec_ctx_t* codec = context_.codec();
    vpx_codec_control(codec, VP8E_SET_CPUUSED, speedFor(config_, config_.resolution));
    vpx_codec_control(codec, VP9E_SET_AQ_MODE, 3);
    vpx_codec_control(codec, VP9E_SET_FRAME_PARALLEL_DECODING, 0);
    vpx_codec_control(codec, VP9E_SET_TILE_COLUMNS, 0);
    vpx_codec_control(codec, VP9E_SET_NOISE_SENSITIVITY, 0);
    vpx_codec_control(codec, VP8E_SET_STATIC_THRESHOLD, 1);
    vpx_codec_control(codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, 300);
    vpx_codec_control(codec, VP9E_SET_TUNE_CONTENT, config_.content == VideoContent::kScreen ? VP9E_CONTENT_SCREEN : VP9E_CONTENT_DEFAULT);
    if (layered()) openLayers(codec);
    return {};
  }

  Result<std::span<const EncodedFrame>> encode(const I420View& picture, Timestamp timestamp, bool force_key) override {
    key_ = force_key || stats_.pictures == 0 || key_pending_;
    if (key_) step_index_ = 0;
    step_ = temporalStep(temporal_, step_index_);
    timestamp_ = timestamp;
    frames_.clear();
    bytes_.clear();
    if (layered()) describeReferences();
    if (auto ok = context_.encode(picture, timestamp, key_ ? VPX_EFLAG_FORCE_KF : 0); !ok) return ok.error();
    ++stats_.pictures;
    if (!layered()) {
      vpx_codec_iter_t iterator = nullptr;
      while (const vpx_codec_cx_pkt_t* packet = vpx_codec_get_cx_data(context_.codec(), &iterator)) {
        if (packet->kind == VPX_CODEC_CX_FRAME_PKT) take(*packet, 0);
      }
    } else {
      vpx_codec_iter_t iterator = nullptr;
      while (vpx_codec_get_cx_data(context_.codec(), &iterator)) {
      }
    }
    // A keyframe that the rate control dropped is still owed.
    key_pending_ = key_ && frames_.empty();
    if (frames_.empty()) {
      ++stats_.dropped;
      return std::span<const EncodedFrame>();
    }
    ++step_index_;
    frames_.back().ends_picture = true;
    // Now that no more bytes are added, they stay where they are.
    std::size_t at = 0;
    for (EncodedFrame& frame : frames_) {
      frame.bytes = {bytes_.data() + at, frame.bytes.size()};
      at += frame.bytes.size();
    }
    return std::span<const EncodedFrame>(frames_);
  }

  Result<void> setRates(DataRate bitrate, double framerate) override {
    if (auto ok = checkRates(bitrate, framerate); !ok) return ok;
    context_.setFramerate(framerate);
    distribute(bitrate);
    return context_.apply();
  }

  VideoEncoderStats stats() const override { return stats_; }

 private:
  bool layered() const { return spatial_ > 1 || temporal_ > 1; }

  Resolution resolutionOf(int s) const {
    const int shift = spatial_ - 1 - s;
    return {config_.resolution.width >> shift, config_.resolution.height >> shift};
  }

  void openLayers(vpx_codec_ctx_t* codec) {
    vpx_svc_extra_cfg_t parameters{};
    for (int s = 0; s < spatial_; ++s) {
      for (int t = 0; t < temporal_; ++t) {
        const int layer = s * temporal_ + t;
        parameters.max_quantizers[layer] = 56;
        parameters.min_quantizers[layer] = 2;
      }
      parameters.scaling_factor_num[s] = 1;
      parameters.scaling_factor_den[s] = 1 << (spatial_ - 1 - s);
      parameters.speed_per_layer[s] = speedFor(config_, resolutionOf(s));
    }
    vpx_codec_control(codec, VP9E_SET_SVC, 1);
    vpx_codec_control(codec, VP9E_SET_SVC_PARAMETERS, &parameters);
    vpx_svc_frame_drop_t drop{};
    drop.framedrop_mode = FULL_SUPERFRAME_DROP;
    for (int s = 0; s < spatial_; ++s) drop.framedrop_thresh[s] = config_.may_drop ? 30 : 0;
    drop.max_consec_drop = 60;
    vpx_codec_control(codec, VP9E_SET_SVC_FRAME_DROP_LAYER, &drop);
    vpx_codec_priv_output_cx_pkt_cb_pair_t callback{};
    callback.output_cx_pkt = [](vpx_codec_cx_pkt_t* packet, void* self) {
      if (packet->kind == VPX_CODEC_CX_FRAME_PKT) static_cast<Vp9Encoder*>(self)->takeLayer(*packet);
    };
    callback.user_priv = this;
    vpx_codec_control(codec, VP9E_REGISTER_CX_CALLBACK, &callback);
  }

  bool refersBelow(int s) const { return s > 0 && (config_.scalability.inter_layer == InterLayer::kFull || key_); }
  int temporalSlot(int s) const { return step_.refers_middle ? middleSlot(s) : baseSlot(s); }

  // Where this picture's frame of layer s goes, or -1.
  int targetSlot(int s) const {
    if (step_.layer == 0) return baseSlot(s);
    if (step_.kept) return middleSlot(s);
    const bool needed_above = s + 1 < spatial_ && config_.scalability.inter_layer == InterLayer::kFull;
    return needed_above ? scratchSlot(s) : -1;
  }

  void describeReferences() {
    vpx_svc_layer_id_t id{};
    id.spatial_layer_id = 0;
    id.temporal_layer_id = step_.layer;
    for (int s = 0; s < spatial_; ++s) id.temporal_layer_id_per_spatial[s] = step_.layer;
    vpx_codec_control(context_.codec(), VP9E_SET_SVC_LAYER_ID, &id);
    vpx_svc_ref_frame_config_t references{};
    for (int s = 0; s < spatial_; ++s) {
      const int target = targetSlot(s);
      references.lst_fb_idx[s] = temporalSlot(s);
      references.gld_fb_idx[s] = refersBelow(s) ? targetSlot(s - 1) : temporalSlot(s);
      references.alt_fb_idx[s] = temporalSlot(s);
      references.reference_last[s] = key_ ? 0 : 1;
      references.reference_golden[s] = refersBelow(s) ? 1 : 0;
      references.reference_alt_ref[s] = 0;
      references.update_buffer_slot[s] = target < 0 ? 0 : 1 << target;
      references.duration[s] = static_cast<std::int64_t>(kTicksPerSecond / context_.framerate());
    }
    vpx_codec_control(context_.codec(), VP9E_SET_SVC_REF_FRAME_CONFIG, &references);
  }

  void takeLayer(const vpx_codec_cx_pkt_t& packet) {
    vpx_svc_layer_id_t id{};
    vpx_codec_control(context_.codec(), VP9E_GET_SVC_LAYER_ID, &id);
    take(packet, id.spatial_layer_id);
  }

  void take(const vpx_codec_cx_pkt_t& packet, int s) {
    const auto* bytes = static_cast<const std::uint8_t*>(packet.data.frame.buf);
    if (packet.data.frame.sz == 0) return;
    bytes_.insert(bytes_.end(), bytes, bytes + packet.data.frame.sz);
    EncodedFrame frame;
    frame.bytes = {bytes_.data(), packet.data.frame.sz};
    frame.timestamp = timestamp_;
    frame.id = next_id_++;
    frame.spatial_index = s;
    frame.is_key = s == 0 && (packet.data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    frame.temporal_index = key_ ? 0 : step_.layer;
    frame.resolution = resolutionOf(s);
    if (!layered()) {
      if (!frame.is_key) addDependency(frame, slots_[0]);
      slots_[0] = frame.id;
    } else {
      const int target = targetSlot(s);
      frame.is_reference = target >= 0;
      if (!key_) addDependency(frame, slots_[static_cast<std::size_t>(temporalSlot(s))]);
      if (refersBelow(s)) addDependency(frame, slots_[static_cast<std::size_t>(targetSlot(s - 1))]);
      if (frame.is_key) slots_.fill(frame.id);
      if (target >= 0) slots_[static_cast<std::size_t>(target)] = frame.id;
    }
    frames_.push_back(frame);
  }

  static void addDependency(EncodedFrame& frame, std::int64_t id) {
    if (frame.dependency_count == 1 && frame.dependencies[0] == id) return;
    frame.dependencies[static_cast<std::size_t>(frame.dependency_count++)] = id;
  }

  void distribute(DataRate bitrate) {
    vpx_codec_enc_cfg_t& settings = context_.settings();
    const auto bps = static_cast<double>(bitrate.toBitsPerSecond());
    settings.rc_target_bitrate = toKilobits(bps);
    if (!layered()) return;
    for (int s = 0; s < spatial_; ++s) {
      const double share = bps * spatialShare(spatial_, s);
      settings.ss_target_bitrate[s] = toKilobits(share);
      for (int t = 0; t < temporal_; ++t) settings.layer_target_bitrate[s * temporal_ + t] = toKilobits(share * cumulativeTemporalShare(temporal_, t));
    }
    for (int t = 0; t < temporal_; ++t) settings.ts_target_bitrate[t] = toKilobits(bps * cumulativeTemporalShare(temporal_, t));
  }

  VideoEncoderConfig config_;
  int spatial_;
  int temporal_;
  EncoderContext context_;
  VideoEncoderStats stats_;
  std::vector<EncodedFrame> frames_;
  std::vector<std::uint8_t> bytes_;
  std::array<std::int64_t, kSlots> slots_{};  // id of the frame in each buffer
  std::int64_t next_id_ = 0;
  int step_index_ = 0;  // pictures since the last keyframe
  bool key_pending_ = false;
  // Of the picture that is being encoded:
  bool key_ = false;
  TemporalStep step_;
  Timestamp timestamp_;
};

}  // namespace

std::unique_ptr<VideoEncoder> makeVp9Encoder(const VideoEncoderConfig& config, Result<void>& outcome) {
  auto encoder = std::make_unique<Vp9Encoder>(config);
  outcome = encoder->open();
  return encoder;
}

}  // namespace tessera::vpx
