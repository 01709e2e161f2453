// SPDX-License-Identifier: Apache-2.0
// Reads, makes and walks along traces.
#include "wasm/layers/simulator/trace.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "wasm/base/random.h"

namespace tessera::layers {
namespace {

DataRate megabits(double value) { return DataRate::bitsPerSecond(static_cast<std::int64_t>(value * 1e6 + 0.5)); }

// A decimal number off the front of `text`; no exponents, no signs.
std::optional<double> takeNumber(std::string_view& text) {
  double value = 0;
  double scale = 0;
  std::size_t i = 0;
  bool digits = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && scale == 0) {
      scale = 1;
    } else if (c >= '0' && c <= '9') {
      digits = true;
      if (scale == 0) {
        value = value * 10 + (c - '0');
      } else if (scale < 1e15) {
        scale *= 10;
        value += (c - '0') / scale;
      }
      if (value > 1e9) return std::nullopt;
    } else {
      break;
    }
  }
  if (!digits) return std::nullopt;
  text.remove_prefix(i);
  return value;
}

void skipBlanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r')) text.remove_prefix(1);
}

}  // namespace

Trace::Trace(std::vector<Step> steps, Duration duration) : steps_(std::move(steps)), duration_(duration) {}

Result<Trace> Trace::parse(std::string_view text) {
  std::vector<Step> steps;
  double origin = 0;
  bool any = false;
  std::size_t number = 0;
  const auto wrong = [&](std::string_view what) {
    return Error{ErrorCode::kInvalidMessage, "line " + std::to_string(number) + " of the trace: " + std::string(what)};
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    ++number;
    line = line.substr(0, line.find('#'));
    skipBlanks(line);
    if (line.empty()) continue;
    const auto seconds = takeNumber(line);
    const bool apart = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    skipBlanks(line);
    const auto rate = takeNumber(line);
    skipBlanks(line);
    if (!seconds || !apart || !rate || !line.empty()) return wrong("expected seconds and Mbit/s");
    if (*rate > 100'000) return wrong("more than 100000 Mbit/s");
    if (steps.empty()) origin = *seconds;
    const Timestamp at = Timestamp::micros(static_cast<std::int64_t>((*seconds - origin) * 1e6 + 0.5));
    if (*seconds < origin || (!steps.empty() && at <= steps.back().at)) return wrong("times have to rise");
    if (steps.size() >= kMaxSteps) return wrong("more than 100000 samples");
    steps.push_back({at, megabits(*rate)});
    any |= steps.back().rate > DataRate::zero();
  }
  if (!any) return Error{ErrorCode::kInvalidMessage, "the trace holds no sample above 0 Mbit/s"};
  const Duration last = steps.size() > 1 ? steps.back().at - steps[steps.size() - 2].at : Duration::seconds(1);
  const Duration duration = steps.back().at - Timestamp() + last;
  return Trace(std::move(steps), duration);
}

Trace Trace::constant(DataRate rate) { return Trace({{Timestamp(), rate}}, Duration::seconds(60)); }

Trace Trace::step() {
  return Trace({{Timestamp(), megabits(3)}, {Timestamp::millis(20'000), megabits(0.4)}, {Timestamp::millis(40'000), megabits(3)}}, Duration::seconds(60));
}

Trace Trace::ramp() {
  std::vector<Step> steps;
  for (int i = 0; i < 60; ++i) {
    const double way = i < 30 ? i / 30.0 : (60 - i) / 30.0;
    steps.push_back({Timestamp::millis(i * 1000), megabits(4 - 3.7 * way)});
  }
  return Trace(std::move(steps), Duration::seconds(60));
}

Trace Trace::outage() {
  const DataRate good = megabits(2.5);
  return Trace({{Timestamp(), good},
                {Timestamp::millis(20'000), DataRate::zero()},
                {Timestamp::millis(23'000), good},
                {Timestamp::millis(45'000), DataRate::zero()},
                {Timestamp::millis(46'000), good}},
               Duration::seconds(60));
}

Trace Trace::walk(std::uint64_t seed) {
  Random random(seed);
  std::vector<Step> steps;
  double rate = 1.5;
  for (int i = 0; i < 240; ++i) {
    // A step of up to 25 % either way, now and then one of up to 70 %; pulled back at both ends.
    const double most = random.chance(1, 16) ? 0.7 : 0.25;
    const double factor = 1 + most * (2 * random.unit() - 1);
    rate = std::clamp(rate * (factor >= 1 ? factor : 1 / (2 - factor)), 0.2, 6.0);
    steps.push_back({Timestamp::millis(i * 500), megabits(rate)});
  }
  return Trace(std::move(steps), Duration::seconds(120));
}

std::size_t Trace::stepAt(Timestamp within) const {
  const auto after = std::upper_bound(steps_.begin(), steps_.end(), within, [](Timestamp t, const Step& step) { return t < step.at; });
  return static_cast<std::size_t>(after - steps_.begin()) - 1;
}

DataRate Trace::rateAt(Timestamp t) const {
  return steps_[stepAt(Timestamp::micros(t.toMicros() % duration_.toMicros()))].rate;
}

DataRate Trace::leastWithin(Timestamp t, Duration d) const {
  DataRate least = rateAt(t);
  Timestamp at = t;
  while (at < t + d) {
    const Timestamp within = Timestamp::micros(at.toMicros() % duration_.toMicros());
    const std::size_t step = stepAt(within);
    least = std::min(least, steps_[step].rate);
    const Timestamp end = step + 1 < steps_.size() ? steps_[step + 1].at : Timestamp() + duration_;
    at = at + (end - within);
  }
  return least;
}

Timestamp Trace::finish(Timestamp start, std::int64_t bits) const {
  Timestamp at = start;
  double left = static_cast<double>(bits);
  std::size_t step = stepAt(Timestamp::micros(at.toMicros() % duration_.toMicros()));
  for (;;) {
    const Timestamp within = Timestamp::micros(at.toMicros() % duration_.toMicros());
    const Timestamp end = step + 1 < steps_.size() ? steps_[step + 1].at : Timestamp() + duration_;
    const double rate = static_cast<double>(steps_[step].rate.toBitsPerSecond());
    const double room = rate * (end - within).toSeconds();
    if (rate > 0 && left <= room) return at + Duration::micros(static_cast<std::int64_t>(left / rate * 1e6));
    left -= room;
    at = at + (end - within);
    step = step + 1 < steps_.size() ? step + 1 : 0;
  }
}

}  // namespace tessera::layers
