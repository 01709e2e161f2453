// SPDX-License-Identifier: Apache-2.0
// Reads the log of a selection and does it all again.
#include <charconv>
#include <vector>

#include "wasm/layers/selector_log.h"

namespace tessera::layers {
namespace {

constexpr std::size_t kMaxStreams = 8192;
// Any value of a log lies within this, so that sums of a few stay far from overflow.
constexpr std::int64_t kMost = std::int64_t{1} << 61;

// Takes words off a line; once one is missing or wrong, all that follow are and ok() says so.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  std::string_view word() {
    const std::size_t end = rest_.find(' ');
    const std::string_view result = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    if (result.empty()) ok_ = false;
    return result;
  }
  std::int64_t number(std::int64_t least, std::int64_t most) {
    const std::string_view text = word();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) ok_ = false;
    return ok_ ? value : least;
  }
  double millionths() { return static_cast<double>(number(0, 1'000'000'000'000)) / 1e6; }
  bool flag() { return number(0, 1) == 1; }
  std::string id() {
    const std::string_view text = word();
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '%') {
        result += text[i];
        continue;
      }
      unsigned value = 0;
      const char* begin = text.data() + i + 1;
      if (i + 2 >= text.size() || std::from_chars(begin, begin + 2, value, 16).ptr != begin + 2) {
        ok_ = false;
        return {};
      }
      result += static_cast<char>(value);
      i += 2;
    }
    return result;
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<SelectorOptions> readOptions(std::string_view line) {
  Words words(line);
  if (words.word() != "tessera-layers" || words.number(1, 1) != 1) return std::nullopt;
  SelectorOptions options;
  UtilityOptions& u = options.utility;
  for (double* value : {&u.speaker_weight, &u.pinned_weight, &u.screen_weight, &u.camera_frame_rate, &u.screen_frame_rate,
                        &u.camera_motion_floor, &u.speaker_motion_floor, &u.screen_motion_floor, &u.still_value}) {
    *value = words.millionths();
  }
  options.estimator.initial = DataRate::bitsPerSecond(words.number(0, kMost));
  options.estimator.minimum = DataRate::bitsPerSecond(words.number(0, kMost));
  options.audio = DataRate::bitsPerSecond(words.number(0, 1'000'000'000));
  options.spatial_price = static_cast<int>(words.number(0, 1000));
  options.temporal_price = static_cast<int>(words.number(0, 1000));
  options.still_price = static_cast<int>(words.number(0, 1000));
  options.settling_factor = static_cast<int>(words.number(0, 1000));
  options.settling = Duration::micros(words.number(0, 3'600'000'000));
  options.still_interval = Duration::micros(words.number(0, 3'600'000'000));
  options.patience = Duration::micros(words.number(0, 3'600'000'000));
  if (!words.done()) return std::nullopt;
  return options;
}

std::optional<Source> readSource(Words& words) {
  Source source;
  source.content = static_cast<Content>(words.number(0, 2));
  source.codec = static_cast<Codec>(words.number(0, 4));
  source.switching = static_cast<Switching>(words.number(0, 1));
  const std::int64_t count = words.number(0, 64);
  for (std::int64_t i = 0; i < count && words.ok(); ++i) {
    Layer layer;
    layer.spatial = static_cast<int>(words.number(-1000, 1000));
    layer.temporal = static_cast<int>(words.number(-1000, 1000));
    layer.resolution.width = static_cast<int>(words.number(-1'000'000, 1'000'000));
    layer.resolution.height = static_cast<int>(words.number(-1'000'000, 1'000'000));
    layer.frame_rate = FrameRate::millihertz(words.number(0, kMost));
    layer.bitrate = DataRate::bitsPerSecond(words.number(0, kMost));
    layer.active = words.flag();
    source.layers.push_back(layer);
  }
  if (!words.done()) return std::nullopt;
  return source;
}

std::optional<std::vector<StreamSample>> readSamples(Words& words) {
  const std::int64_t count = words.number(0, kMaxStreams);
  std::vector<StreamSample> samples;
  for (std::int64_t i = 0; i < count && words.ok(); ++i) {
    StreamSample s;
    const std::string_view kind = words.word();
    if (kind != "a" && kind != "v") return std::nullopt;
    s.audio = kind == "a";
    s.id = words.id();
    if (s.audio && s.id == "-") s.id.clear();
    for (std::int64_t* value : {&s.packets_received, &s.packets_lost, &s.bytes_received, &s.frames_received, &s.frames_decoded, &s.freezes}) {
      *value = words.number(-kMost, kMost);
    }
    s.jitter = Duration::micros(words.number(0, kMost));
    s.jitter_buffer_delay = Duration::micros(words.number(0, kMost));
    s.jitter_buffer_emitted = words.number(0, kMost);
    s.decode_time = Duration::micros(words.number(0, kMost));
    s.resolution.width = static_cast<int>(words.number(0, 1'000'000));
    s.resolution.height = static_cast<int>(words.number(0, 1'000'000));
    samples.push_back(std::move(s));
  }
  if (!words.done()) return std::nullopt;
  return samples;
}

// One line of input; false: it does not parse.
bool apply(Selector& selector, std::string_view line, Timestamp& last) {
  Words words(line);
  const Timestamp now = Timestamp::micros(words.number(0, kMost));
  if (!words.ok() || now < last) return false;
  last = now;
  const std::string_view what = words.word();
  if (what == "update") {
    if (!words.done()) return false;
    (void)selector.update(now);
  } else if (what == "source") {
    const std::string id = words.id();
    auto source = readSource(words);
    if (!source) return false;
    (void)selector.setSource(now, id, std::move(*source)).hasValue();
  } else if (what == "remove") {
    const std::string id = words.id();
    if (!words.done()) return false;
    selector.removeSource(now, id);
  } else if (what == "tile") {
    const std::string id = words.id();
    Tile tile;
    tile.size.width = static_cast<int>(words.number(-1'000'000'000, 1'000'000'000));
    tile.size.height = static_cast<int>(words.number(-1'000'000'000, 1'000'000'000));
    tile.visible = words.flag();
    tile.pinned = words.flag();
    tile.speaking = words.flag();
    if (!words.done()) return false;
    selector.setTile(now, id, tile);
  } else if (what == "downlink") {
    const DataRate rate = DataRate::bitsPerSecond(words.number(0, std::numeric_limits<std::int64_t>::max()));
    const int confidence = static_cast<int>(words.number(-1'000'000, 1'000'000));
    if (!words.done()) return false;
    selector.setDownlink(now, rate, confidence);
  } else if (what == "quality") {
    const auto quality = static_cast<ServerQuality>(words.number(0, 2));
    if (!words.done()) return false;
    selector.setServerQuality(now, quality);
  } else if (what == "decode") {
    const std::int64_t micros = words.number(-kMost, kMost);
    if (!words.done()) return false;
    selector.setDecodeBudget(now, micros);
  } else if (what == "audio") {
    const DataRate rate = DataRate::bitsPerSecond(words.number(0, kMost));
    if (!words.done()) return false;
    selector.setAudio(now, rate);
  } else if (what == "restart") {
    if (!words.done()) return false;
    selector.restart(now);
  } else if (what == "frame") {
    const std::string id = words.id();
    if (!words.done()) return false;
    selector.frameDecoded(now, id);
  } else if (what == "stats") {
    const auto samples = readSamples(words);
    if (!samples) return false;
    selector.statistics(now, *samples);
  } else {
    return false;
  }
  return true;
}

std::string_view lineAt(std::string_view text, std::size_t at) { return text.substr(at, text.find('\n', at) - at); }

}  // namespace

Result<std::string> rerun(std::string_view log) {
  const auto wrong = [](std::size_t line) { return Error{ErrorCode::kInvalidMessage, "line " + std::to_string(line) + " of the log does not parse"}; };
  const auto options = readOptions(lineAt(log, 0));
  if (!options) return wrong(1);
  SelectorLog again(log.size() + log.size() / 4 + 65536);
  Selector selector(*options);
  selector.setLog(&again);
  Timestamp last;
  std::size_t number = 0;
  for (std::size_t at = 0; at < log.size();) {
    const std::string_view line = lineAt(log, at);
    at += line.size() + 1;
    ++number;
    if (line == "truncated") break;
    // The first line is there already, and decisions come of themselves.
    if (number > 1 && !line.starts_with('>') && !apply(selector, line, last)) return wrong(number);
  }
  return again.text();
}

Result<std::optional<ReplayDifference>> replay(std::string_view log) {
  const auto again = rerun(log);
  if (!again) return again.error();
  const std::string_view done = again.value();
  std::size_t number = 0;
  std::size_t compared = 0;  // bytes of both logs that are known to be the same
  for (; compared < log.size(); ++number) {
    const std::string_view line = lineAt(log, compared);
    if (line == "truncated") return std::optional<ReplayDifference>();
    const std::string_view actual = compared < done.size() ? lineAt(done, compared) : std::string_view();
    if (actual != line) return std::optional(ReplayDifference{number + 1, std::string(line), std::string(actual)});
    compared += line.size() + 1;
  }
  if (compared < done.size()) return std::optional(ReplayDifference{number + 1, "", std::string(lineAt(done, compared))});
  return std::optional<ReplayDifference>();
}

}  // namespace tessera::layers
