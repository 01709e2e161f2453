// SPDX-License-Identifier: Apache-2.0
// Turns numbers and strings into the selector's types.
#include "wasm/layers/port.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace tessera::layers {
namespace {

// Of a number from JavaScript; not a number counts as the least.
std::int64_t whole(double value, double least = 0, double most = 1e15) {
  return static_cast<std::int64_t>(value >= least ? std::min(value, most) : least);
}

Timestamp timeOf(double now) { return Timestamp::micros(whole(now * 1000)); }

}  // namespace

// The page's clock does not go back, but two of its roundings might.
Timestamp SelectionPort::at(double now) {
  last_ = std::max(last_, timeOf(now));
  return last_;
}

const Choice& SelectionPort::chosen(int index) const {
  static const Choice kNone;
  return index >= 0 && static_cast<std::size_t>(index) < read_.size() ? read_[static_cast<std::size_t>(index)] : kNone;
}

std::string SelectionPort::option(const std::string& name, double value) {
  UtilityOptions& u = options_.utility;
  const std::array<std::pair<std::string_view, double*>, 9> numbers = {{{"speakerWeight", &u.speaker_weight},
                                                                      {"pinnedWeight", &u.pinned_weight},
                                                                      {"screenWeight", &u.screen_weight},
                                                                      {"cameraFrameRate", &u.camera_frame_rate},
                                                                      {"screenFrameRate", &u.screen_frame_rate},
                                                                      {"cameraMotionFloor", &u.camera_motion_floor},
                                                                      {"speakerMotionFloor", &u.speaker_motion_floor},
                                                                      {"screenMotionFloor", &u.screen_motion_floor},
                                                                      {"stillValue", &u.still_value}}};
  for (const auto& [known, target] : numbers) {
    if (known != name) continue;
    *target = value;
    return {};
  }
  if (name == "audio") options_.audio = DataRate::bitsPerSecond(whole(value));
  else if (name == "initialDownlink") options_.estimator.initial = DataRate::bitsPerSecond(whole(value));
  else if (name == "stillInterval") options_.still_interval = Duration::millis(whole(value, 100, 3'600'000));
  else if (name == "spatialPrice") options_.spatial_price = static_cast<int>(whole(value * 1000, 0, 1000));
  else if (name == "temporalPrice") options_.temporal_price = static_cast<int>(whole(value * 1000, 0, 1000));
  else if (name == "stillPrice") options_.still_price = static_cast<int>(whole(value * 1000, 0, 1000));
  else return "there is no option " + name;
  return {};
}

void SelectionPort::begin(bool recorded) {
  selector_ = std::make_unique<Selector>(options_);
  if (!recorded) return;
  log_ = std::make_unique<SelectorLog>();
  selector_->setLog(log_.get());
}

std::string SelectionPort::beginSource(const std::string& content, const std::string& codec, const std::string& switching) {
  source_ = Source();
  if (content == "screen") source_.content = Content::kScreen;
  else if (content == "detail") source_.content = Content::kDetail;
  else if (content != "camera") return "content has to be camera, screen or detail";
  const std::array<std::pair<std::string_view, Codec>, 4> codecs = {{{"vp8", Codec::kVp8}, {"vp9", Codec::kVp9}, {"h264", Codec::kH264}, {"av1", Codec::kAv1}}};
  source_.codec = Codec::kOther;
  for (const auto& [name, value] : codecs) {
    if (name == codec) source_.codec = value;
  }
  source_.switching = switching == "any-frame" ? Switching::kAnyFrame : Switching::kKeyFrame;
  return {};
}

void SelectionPort::addLayer(int spatial, int temporal, int width, int height, double frame_rate, double bitrate, bool active) {
  source_.layers.push_back({spatial, temporal, {width, height}, FrameRate::millihertz(whole(frame_rate * 1000)), DataRate::bitsPerSecond(whole(bitrate)), active});
}

std::string SelectionPort::endSource(double now, const std::string& id) {
  const auto result = selector_->setSource(at(now), id, std::move(source_));
  source_ = Source();
  return result ? std::string() : result.error().message;
}

void SelectionPort::removeSource(double now, const std::string& id) { selector_->removeSource(at(now), id); }

bool SelectionPort::setTile(double now, const std::string& id, int width, int height, bool visible, bool pinned, bool speaking) {
  return selector_->setTile(at(now), id, Tile{{width, height}, visible, pinned, speaking});
}

void SelectionPort::setDownlink(double now, double bits_per_second, double confidence) {
  selector_->setDownlink(at(now), bits_per_second < 0 ? kUnlimited : DataRate::bitsPerSecond(whole(bits_per_second)), static_cast<int>(whole(confidence * 1000, 0, 1000)));
}

void SelectionPort::setServerQuality(double now, const std::string& quality) {
  selector_->setServerQuality(at(now), quality == "lost" ? ServerQuality::kLost : quality == "poor" ? ServerQuality::kPoor : ServerQuality::kGood);
}

void SelectionPort::setDecodeBudget(double now, double share) { selector_->setDecodeBudget(at(now), share < 0 ? -1 : whole(share * 1e6)); }

void SelectionPort::setAudio(double now, double bits_per_second) { selector_->setAudio(at(now), DataRate::bitsPerSecond(whole(bits_per_second, 0, 1e9))); }

void SelectionPort::addStream(const std::string& id, double packets_received, double packets_lost, double bytes_received, double frames_received, double frames_decoded, double freezes) {
  StreamSample sample;
  sample.id = id;
  sample.audio = id.empty();
  sample.packets_received = whole(packets_received);
  sample.packets_lost = whole(packets_lost, -1e15);
  sample.bytes_received = whole(bytes_received);
  sample.frames_received = whole(frames_received);
  sample.frames_decoded = whole(frames_decoded);
  sample.freezes = whole(freezes);
  samples_.push_back(std::move(sample));
}

void SelectionPort::addTimes(double jitter, double jitter_buffer_delay, double jitter_buffer_emitted, double decode_time, int width, int height) {
  if (samples_.empty()) return;
  StreamSample& sample = samples_.back();
  sample.jitter = Duration::micros(whole(jitter * 1e6));
  sample.jitter_buffer_delay = Duration::micros(whole(jitter_buffer_delay * 1e6));
  sample.jitter_buffer_emitted = whole(jitter_buffer_emitted);
  sample.decode_time = Duration::micros(whole(decode_time * 1e6));
  sample.resolution = {std::clamp(width, 0, kMaxDimension), std::clamp(height, 0, kMaxDimension)};
}

void SelectionPort::endStatistics(double now) {
  selector_->statistics(at(now), samples_);
  samples_.clear();
}

void SelectionPort::frameDecoded(double now, const std::string& id) { selector_->frameDecoded(at(now), id); }

void SelectionPort::restart(double now) { selector_->restart(at(now)); }

int SelectionPort::update(double now) {
  const std::span<const Choice> news = selector_->update(at(now));
  read_.assign(news.begin(), news.end());
  return static_cast<int>(read_.size());
}

int SelectionPort::choices() {
  read_ = selector_->choices();
  return static_cast<int>(read_.size());
}

double SelectionPort::downlinkBits() const {
  const DataRate rate = selector_->downlink().rate;
  return rate >= kUnlimited ? -1 : static_cast<double>(rate.toBitsPerSecond());
}

void DemandPort::set(double now, const std::string& receiver, int spatial, int temporal) { demand_.set(timeOf(now), receiver, spatial, temporal); }
void DemandPort::remove(double now, const std::string& receiver) { demand_.remove(timeOf(now), receiver); }
bool DemandPort::update(double now) { return demand_.update(timeOf(now)); }

int DemandPort::maxTemporal(int spatial) const {
  const auto& encodings = demand_.encodings();
  return spatial >= 0 && static_cast<std::size_t>(spatial) < encodings.size() ? encodings[static_cast<std::size_t>(spatial)].max_temporal : -1;
}

double DemandPort::deadline() const {
  const std::int64_t micros = demand_.deadline().toMicros();
  return micros == std::numeric_limits<std::int64_t>::max() ? -1 : static_cast<double>(micros) / 1000;
}

std::string replayPort(const std::string& log) {
  const auto result = replay(log);
  if (!result) return result.error().message;
  if (!result.value()) return {};
  return "line " + std::to_string(result.value()->line) + " differs: the log says " + result.value()->expected + ", this build " + result.value()->actual;
}

}  // namespace tessera::layers
