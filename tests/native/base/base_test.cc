// SPDX-License-Identifier: Apache-2.0
// The base types: results, quantities, the reproducible random generator, the fake clock, the log sink.
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <string>

#include "wasm/base/clock.h"
#include "wasm/base/log.h"
#include "wasm/base/random.h"
#include "wasm/base/result.h"
#include "wasm/base/units.h"

using namespace tessera;

namespace {

Result<std::unique_ptr<int>> half(int x) {
  if (x % 2 != 0) return Error{ErrorCode::kInvalidArgument, "odd"};
  return std::make_unique<int>(x / 2);
}

std::string logged;

}  // namespace

TEST_CASE("a result holds a value or an error", "[base]") {
  auto good = half(6);
  REQUIRE(good.hasValue());
  CHECK(*good.value() == 3);
  const std::unique_ptr<int> moved = std::move(good).value();
  CHECK(*moved == 3);

  const auto bad = half(7);
  REQUIRE_FALSE(bad.hasValue());
  CHECK(bad.error() == Error{ErrorCode::kInvalidArgument, "odd"});
  CHECK(toString(bad.error().code) == "invalid-argument");

  CHECK(Result<void>().hasValue());
  CHECK(Result<void>(Error{ErrorCode::kTooLarge, ""}).error().code == ErrorCode::kTooLarge);
}

TEST_CASE("quantities keep their unit", "[base]") {
  CHECK(Duration::seconds(2) + Duration::millis(5) == Duration::micros(2'005'000));
  CHECK(Duration::millis(3) * 2 > Duration::millis(5));
  CHECK(Timestamp::millis(10) - Timestamp::millis(4) == Duration::millis(6));
  CHECK(Timestamp::millis(10) + Duration::seconds(1) == Timestamp::millis(1010));
  CHECK(DataRate::kilobitsPerSecond(2) - DataRate::bitsPerSecond(3000) == DataRate::zero());
  CHECK(Resolution{1280, 720}.pixels() == 921600);
  CHECK(Resolution{0, 720}.empty());
}

TEST_CASE("random numbers are the same everywhere for the same seed", "[base]") {
  Random random(1);
  CHECK(random.next() == 0x910a2dec89025cc1ULL);  // SplitMix64's published first output for seed 1
  Random a(42), b(42);
  for (int i = 0; i < 1000; ++i) {
    const auto x = a.below(7);
    CHECK(x < 7);
    CHECK(x == b.below(7));
    const double unit = a.unit();
    CHECK((unit >= 0 && unit < 1));
    (void)b.unit();
  }
  CHECK(Random(5).below(0) == 0);
}

TEST_CASE("the fake clock moves only when told", "[base]") {
  FakeClock clock(Timestamp::millis(5));
  const Clock& seen = clock;
  CHECK(seen.now() == Timestamp::millis(5));
  clock.advance(Duration::millis(7));
  CHECK(seen.now() == Timestamp::millis(12));
}

TEST_CASE("remarks go to the sink, and nowhere without one", "[base]") {
  log(LogLevel::kError, "unheard");
  setLogSink([](LogLevel level, std::string_view message) { logged = std::string(toString(level)) + ":" + std::string(message); });
  log(LogLevel::kWarning, "heard");
  setLogSink(nullptr);
  log(LogLevel::kError, "unheard again");
  CHECK(logged == "warning:heard");
}
