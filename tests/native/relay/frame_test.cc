// SPDX-License-Identifier: Apache-2.0
// Relay frames as bytes: what is written, what is refused, and the vectors that the format's description lists.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "wasm/base/random.h"
#include "wasm/relay/frame.h"

using namespace tessera;
using namespace tessera::relay;

namespace {

std::vector<std::uint8_t> bytesOf(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

ErrorCode refused(std::vector<std::uint8_t> bytes, std::size_t size) {
  const auto parsed = parseFrame(bytes, size);
  REQUIRE_FALSE(parsed.hasValue());
  CHECK_FALSE(parsed.error().message.empty());
  return parsed.error().code;
}

}  // namespace

TEST_CASE("relay frames: the described bytes, both ways") {
  struct Vector {
    const char* hex;
    std::size_t size;
    FrameHeader header;
  };
  const std::vector<Vector> vectors = {
      {"0101002a210300000000000000012345000003e8", 1020, {FrameType::kVideo, 42, 1, 2, true, true, false, 0x12345, 1000}},
      {"0101000110040000000000000000000000000001", 21, {FrameType::kVideo, 1, 0, 1, false, false, true, 0, 1}},
      {"0102fffe00000000001fffffffffffff00000050", 100, {FrameType::kAudio, 0xfffe, 0, 0, false, false, false, kMaxTimestamp, 80}},
      {"0103002a21000000000000000001234500000004", 24, {FrameType::kAcknowledgement, 42, 1, 2, false, false, false, 0x12345, 4}},
      {"0104002a00000000000000000000000000000000", 20, {FrameType::kKeyFrameRequest, 42, 0, 0, false, false, false, 0, 0}},
  };
  for (const auto& [hex, size, header] : vectors) {
    INFO(hex);
    const auto bytes = bytesOf(hex);
    const auto parsed = parseFrame(bytes, size);
    REQUIRE(parsed.hasValue());
    CHECK(parsed.value() == header);
    const HeaderBytes written = writeFrame(header);
    CHECK(std::vector<std::uint8_t>(written.begin(), written.end()) == bytes);
  }
}

TEST_CASE("relay frames: what is refused, and with which code") {
  const auto good = bytesOf("0101002a210300000000000000012345000003e8");
  const auto with = [&](std::size_t at, std::uint8_t value) {
    auto bytes = good;
    bytes[at] = value;
    return bytes;
  };
  CHECK(refused({}, 0) == ErrorCode::kInvalidMessage);
  CHECK(refused(with(0, 2), 1020) == ErrorCode::kUnsupported);
  CHECK(refused(with(0, 0), 1020) == ErrorCode::kUnsupported);
  CHECK(refused(std::vector<std::uint8_t>{1, 1, 0}, 3) == ErrorCode::kInvalidMessage);
  CHECK(refused(good, 19) == ErrorCode::kInvalidMessage);
  CHECK(refused(good, 1019) == ErrorCode::kInvalidMessage);
  CHECK(refused(good, 1021) == ErrorCode::kInvalidMessage);
  CHECK(refused(with(1, 0), 1020) == ErrorCode::kInvalidMessage);
  CHECK(refused(with(1, 5), 1020) == ErrorCode::kInvalidMessage);
  CHECK(refused(with(1, 2), 1020) == ErrorCode::kInvalidMessage);  // audio with a layer
  CHECK(refused(with(4, 0x08), 1020) == ErrorCode::kInvalidMessage);
  CHECK(refused(with(4, 0x04), 1020) == ErrorCode::kInvalidMessage);  // spatial layer 4
  CHECK(refused(with(4, 0x40), 1020) == ErrorCode::kInvalidMessage);
  CHECK(refused(with(5, 8), 1020) == ErrorCode::kInvalidMessage);
  CHECK(refused(with(6, 1), 1020) == ErrorCode::kInvalidMessage);
  CHECK(refused(with(8, 1), 1020) == ErrorCode::kInvalidMessage);    // a timestamp of 2^56
  CHECK(refused(with(16, 1), kHeaderBytes + 0x010003e8) == ErrorCode::kTooLarge);
  CHECK(refused(bytesOf("0102000100000000000000000000000000002001"), 8213) == ErrorCode::kTooLarge);
  CHECK(refused(bytesOf("0101000100000000000000000000000000000000"), 20) == ErrorCode::kInvalidMessage);
  CHECK(refused(bytesOf("0103000100000000000000000000000000000003"), 23) == ErrorCode::kInvalidMessage);
  CHECK(refused(bytesOf("0104000100000000000000000000000000000001"), 21) == ErrorCode::kTooLarge);
}

TEST_CASE("relay frames: whatever parses is written as the same bytes") {
  Random random(7);
  int parsed_count = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::vector<std::uint8_t> bytes(kHeaderBytes);
    for (auto& byte : bytes) byte = random.next() % 4 == 0 ? static_cast<std::uint8_t>(random.next()) : static_cast<std::uint8_t>(random.next() % 3);
    bytes[0] = 1;
    for (const std::size_t zero : {6, 7, 8, 9, 16, 17}) bytes[zero] = 0;
    const std::size_t size = kHeaderBytes + (static_cast<std::size_t>(bytes[18]) << 8) + bytes[19];
    const auto parsed = parseFrame(bytes, size);
    if (!parsed) continue;
    ++parsed_count;
    const HeaderBytes written = writeFrame(parsed.value());
    REQUIRE(std::vector<std::uint8_t>(written.begin(), written.end()) == bytes);
  }
  CHECK(parsed_count > 1000);
}
