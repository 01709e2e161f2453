// SPDX-License-Identifier: Apache-2.0
// Writes the log of a selection.
#include "wasm/layers/selector_log.h"

#include <array>
#include <charconv>

namespace tessera::layers {
namespace {

class Line {
 public:
  explicit Line(Timestamp now) { number(now.toMicros()); }
  explicit Line(std::string_view word) { text_ = word; }

  Line& word(std::string_view word) {
    space();
    text_ += word;
    return *this;
  }
  Line& number(std::int64_t value) {
    space();
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_.append(digits.data(), end);
    return *this;
  }
  Line& millionths(double value) { return number(static_cast<std::int64_t>(value * 1e6 + 0.5)); }
  Line& id(std::string_view id) {
    constexpr std::string_view kHex = "0123456789abcdef";
    space();
    for (const char c : id) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("_./:@-").find(c) != std::string_view::npos;
      if (plain) {
        text_ += c;
      } else {
        const auto byte = static_cast<unsigned char>(c);
        text_ += '%';
        text_ += kHex[byte >> 4];
        text_ += kHex[byte & 15];
      }
    }
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  void space() {
    if (!text_.empty()) text_ += ' ';
  }
  std::string text_;
};

}  // namespace

void SelectorLog::append(std::string line) {
  if (truncated_) return;
  if (text_.size() + line.size() + 1 > max_bytes_) {
    truncated_ = true;
    text_ += "truncated\n";
    return;
  }
  text_ += line;
  text_ += '\n';
}

void SelectorLog::begin(const SelectorOptions& options) {
  const UtilityOptions& u = options.utility;
  Line line("tessera-layers 1");
  for (const double value : {u.speaker_weight, u.pinned_weight, u.screen_weight, u.camera_frame_rate, u.screen_frame_rate,
                             u.camera_motion_floor, u.speaker_motion_floor, u.screen_motion_floor, u.still_value}) {
    line.millionths(value);
  }
  line.number(options.estimator.initial.toBitsPerSecond()).number(options.estimator.minimum.toBitsPerSecond());
  line.number(options.audio.toBitsPerSecond()).number(options.spatial_price).number(options.temporal_price).number(options.still_price);
  line.number(options.settling_factor).number(options.settling.toMicros()).number(options.still_interval.toMicros()).number(options.patience.toMicros());
  append(line.take());
}

void SelectorLog::source(Timestamp now, std::string_view id, const Source& source) {
  Line line(now);
  line.word("source").id(id).number(static_cast<int>(source.content)).number(static_cast<int>(source.codec)).number(static_cast<int>(source.switching));
  line.number(static_cast<std::int64_t>(source.layers.size()));
  for (const Layer& layer : source.layers) {
    line.number(layer.spatial).number(layer.temporal).number(layer.resolution.width).number(layer.resolution.height);
    line.number(layer.frame_rate.toMillihertz()).number(layer.bitrate.toBitsPerSecond()).number(layer.active);
  }
  append(line.take());
}

void SelectorLog::remove(Timestamp now, std::string_view id) { append(Line(now).word("remove").id(id).take()); }

void SelectorLog::tile(Timestamp now, std::string_view id, const Tile& tile) {
  append(Line(now).word("tile").id(id).number(tile.size.width).number(tile.size.height).number(tile.visible).number(tile.pinned).number(tile.speaking).take());
}

void SelectorLog::downlink(Timestamp now, DataRate rate, int confidence) {
  append(Line(now).word("downlink").number(rate.toBitsPerSecond()).number(confidence).take());
}

void SelectorLog::quality(Timestamp now, ServerQuality quality) { append(Line(now).word("quality").number(static_cast<int>(quality)).take()); }

void SelectorLog::decodeBudget(Timestamp now, std::int64_t micros) { append(Line(now).word("decode").number(micros).take()); }

void SelectorLog::audio(Timestamp now, DataRate rate) { append(Line(now).word("audio").number(rate.toBitsPerSecond()).take()); }

void SelectorLog::restart(Timestamp now) { append(Line(now).word("restart").take()); }

void SelectorLog::frame(Timestamp now, std::string_view id) { append(Line(now).word("frame").id(id).take()); }

void SelectorLog::statistics(Timestamp now, std::span<const StreamSample> samples) {
  Line line(now);
  line.word("stats").number(static_cast<std::int64_t>(samples.size()));
  for (const StreamSample& s : samples) {
    // An id is never empty where it is written alone; audio has none.
    line.word(s.audio ? "a" : "v").id(s.id.empty() ? std::string_view("-") : std::string_view(s.id));
    for (const std::int64_t value : {s.packets_received, s.packets_lost, s.bytes_received, s.frames_received, s.frames_decoded, s.freezes,
                                     s.jitter.toMicros(), s.jitter_buffer_delay.toMicros(), s.jitter_buffer_emitted, s.decode_time.toMicros(),
                                     static_cast<std::int64_t>(s.resolution.width), static_cast<std::int64_t>(s.resolution.height)}) {
      line.number(value);
    }
  }
  append(line.take());
}

void SelectorLog::decided(Timestamp now, std::span<const Choice> choices) {
  append(Line(now).word("update").take());
  for (const Choice& choice : choices) {
    append(Line(">").id(choice.id).word(toString(choice.kind)).number(choice.spatial).number(choice.temporal).word(toString(choice.reason)).take());
  }
}

}  // namespace tessera::layers
