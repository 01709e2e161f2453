// SPDX-License-Identifier: Apache-2.0
// Two or three sizes of one picture, each a stream of its own with an encoder of its own.
#include <vector>

#include "codecs/vpx/encoder_context.h"
#include "codecs/vpx/scale.h"

namespace tessera::vpx {
namespace {

class SimulcastEncoder final : public VideoEncoder {
 public:
  explicit SimulcastEncoder(const VideoEncoderConfig& config) : config_(config) {}

  Result<void> open() {
    const int count = config_.scalability.spatial_layers;
    std::vector<Resolution> sizes(static_cast<std::size_t>(count), config_.resolution);
    for (int s = count - 2; s >= 0; --s) sizes[static_cast<std::size_t>(s)] = halved(sizes[static_cast<std::size_t>(s) + 1]);
    for (int s = 0; s < count; ++s) {
      VideoEncoderConfig config = config_;
      config.scalability = {1, config_.scalability.temporal_layers, InterLayer::kFull};
      config.resolution = sizes[static_cast<std::size_t>(s)];
      config.bitrate = share(config_.bitrate, s);
      auto encoder = VideoEncoder::create(config);
      if (!encoder) return encoder.error();
      streams_.push_back({std::move(encoder).value(), config.resolution, std::vector<std::uint8_t>(s + 1 < count ? i420Size(config.resolution) : 0), {}});
    }
    return {};
  }

  Result<std::span<const EncodedFrame>> encode(const I420View& picture, Timestamp timestamp, bool force_key) override {
    frames_.clear();
    I420View view = picture;
    std::vector<I420View> views(streams_.size());
    views.back() = picture;
    for (std::size_t s = streams_.size() - 1; s-- > 0;) {
      halve(view, streams_[s].pixels);
      view = packedI420(streams_[s].pixels, streams_[s].resolution);
      views[s] = view;
    }
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      Stream& stream = streams_[s];
      auto made = stream.encoder->encode(views[s], timestamp, force_key);
      if (!made) return made.error();
      for (EncodedFrame frame : made.value()) {
        const std::int64_t own = frame.id;
        frame.id = next_id_++;
        frame.spatial_index = static_cast<int>(s);
        frame.ends_picture = s + 1 == streams_.size();
        for (int d = 0; d < frame.dependency_count; ++d) frame.dependencies[static_cast<std::size_t>(d)] = stream.translate(frame.dependencies[static_cast<std::size_t>(d)]);
        stream.remember(own, frame.id);
        frames_.push_back(frame);
      }
    }
    ++stats_.pictures;
    if (frames_.empty()) ++stats_.dropped;
    return std::span<const EncodedFrame>(frames_);
  }

  Result<void> setRates(DataRate bitrate, double framerate) override {
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      if (auto ok = streams_[s].encoder->setRates(share(bitrate, static_cast<int>(s)), framerate); !ok) return ok;
    }
    return {};
  }

  VideoEncoderStats stats() const override { return stats_; }

 private:
  struct Stream {
    std::unique_ptr<VideoEncoder> encoder;
    Resolution resolution;
    std::vector<std::uint8_t> pixels;  // the scaled picture; empty for the largest size
    std::array<std::int64_t, 16> ids;  // own id modulo 16 -> id over all sizes; dependencies reach at most 4 back

    void remember(std::int64_t own, std::int64_t id) { ids[static_cast<std::size_t>(own % 16)] = id; }
    std::int64_t translate(std::int64_t own) const { return ids[static_cast<std::size_t>(own % 16)]; }
  };

  DataRate share(DataRate whole, int s) const {
    const double part = spatialShare(config_.scalability.spatial_layers, s);
    return DataRate::bitsPerSecond(static_cast<std::int64_t>(static_cast<double>(whole.toBitsPerSecond()) * part));
  }

  VideoEncoderConfig config_;
  std::vector<Stream> streams_;
  std::vector<EncodedFrame> frames_;
  VideoEncoderStats stats_;
  std::int64_t next_id_ = 0;
};

}  // namespace

std::unique_ptr<VideoEncoder> makeSimulcastEncoder(const VideoEncoderConfig& config, Result<void>& outcome) {
  auto encoder = std::make_unique<SimulcastEncoder>(config);
  outcome = encoder->open();
  return encoder;
}

}  // namespace tessera::vpx
