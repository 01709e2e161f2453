// SPDX-License-Identifier: Apache-2.0
// Quantities with their unit in the type, so that a rate is never mistaken for a time.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace tessera {

// A length of time, microseconds inside, may be negative.
class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration micros(std::int64_t us) { return Duration(us); }
  static constexpr Duration millis(std::int64_t ms) { return Duration(ms * 1000); }
  static constexpr Duration seconds(std::int64_t s) { return Duration(s * 1'000'000); }
  static constexpr Duration zero() { return Duration(0); }
  static constexpr Duration max() { return Duration(std::numeric_limits<std::int64_t>::max()); }

  constexpr std::int64_t toMicros() const { return us_; }
  constexpr std::int64_t toMillis() const { return us_ / 1000; }
  constexpr double toSeconds() const { return static_cast<double>(us_) / 1e6; }

  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration o) const { return Duration(us_ + o.us_); }
  constexpr Duration operator-(Duration o) const { return Duration(us_ - o.us_); }
  constexpr Duration operator*(std::int64_t k) const { return Duration(us_ * k); }
  constexpr Duration operator/(std::int64_t k) const { return Duration(us_ / k); }

 private:
  explicit constexpr Duration(std::int64_t us) : us_(us) {}
  std::int64_t us_ = 0;
};

// A point on a monotonic clock, microseconds since an origin that only its Clock knows.
class Timestamp {
 public:
  constexpr Timestamp() = default;
  static constexpr Timestamp micros(std::int64_t us) { return Timestamp(us); }
  static constexpr Timestamp millis(std::int64_t ms) { return Timestamp(ms * 1000); }

  constexpr std::int64_t toMicros() const { return us_; }
  constexpr std::int64_t toMillis() const { return us_ / 1000; }

  constexpr auto operator<=>(const Timestamp&) const = default;
  constexpr Timestamp operator+(Duration d) const { return Timestamp(us_ + d.toMicros()); }
  constexpr Timestamp operator-(Duration d) const { return Timestamp(us_ - d.toMicros()); }
  constexpr Duration operator-(Timestamp o) const { return Duration::micros(us_ - o.us_); }

 private:
  explicit constexpr Timestamp(std::int64_t us) : us_(us) {}
  std::int64_t us_ = 0;
};

// Bits per second, never negative.
class DataRate {
 public:
  constexpr DataRate() = default;
  static constexpr DataRate bitsPerSecond(std::int64_t bps) { return DataRate(bps < 0 ? 0 : bps); }
  static constexpr DataRate kilobitsPerSecond(std::int64_t kbps) { return bitsPerSecond(kbps * 1000); }
  static constexpr DataRate zero() { return DataRate(0); }

  constexpr std::int64_t toBitsPerSecond() const { return bps_; }

  constexpr auto operator<=>(const DataRate&) const = default;
  constexpr DataRate operator+(DataRate o) const { return DataRate(bps_ + o.bps_); }
  constexpr DataRate operator-(DataRate o) const { return bitsPerSecond(bps_ - o.bps_); }

 private:
  explicit constexpr DataRate(std::int64_t bps) : bps_(bps) {}
  std::int64_t bps_ = 0;
};

// A picture's size in pixels.
struct Resolution {
  int width = 0;
  int height = 0;

  constexpr std::int64_t pixels() const { return std::int64_t{width} * height; }
  constexpr bool empty() const { return width <= 0 || height <= 0; }
  constexpr bool operator==(const Resolution&) const = default;
};

}  // namespace tessera
