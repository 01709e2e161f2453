// SPDX-License-Identifier: Apache-2.0
// Fuzzes the relay: the input is a sequence of frames as they would come from sockets, which are parsed, offered to a receiver,
// acknowledged, and played out. The clock goes on with each.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "wasm/relay/forwarder.h"
#include "wasm/relay/playout.h"

using namespace tessera;
using namespace tessera::relay;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> rest(data, size);
  Forwarder forwarder;
  Playout playout;
  Timestamp now;
  std::uint32_t number = 0;
  while (rest.size() >= 2) {
    // A byte of time, a byte of what to do, then a header; the payload itself is looked at by nobody here.
    now = now + Duration::millis(rest[0]);
    const std::uint8_t what = rest[1];
    rest = rest.subspan(2);
    const auto bytes = rest.first(std::min(rest.size(), kHeaderBytes));
    rest = rest.subspan(bytes.size());
    std::size_t length = bytes.size();
    if ((what & 1) == 0 && bytes.size() == kHeaderBytes) length += static_cast<std::size_t>(bytes[17]) << 16 | static_cast<std::size_t>(bytes[18]) << 8 | bytes[19];
    const auto parsed = parseFrame(bytes, length);
    if (!parsed.hasValue()) continue;
    const FrameHeader& header = parsed.value();
    const HeaderBytes written = writeFrame(header);
    if (!std::equal(written.begin(), written.end(), bytes.begin())) std::abort();
    if (header.media()) {
      (void)forwarder.offer(now, header, length);
      (void)playout.push(now, header, number++);
    } else if (header.type == FrameType::kAcknowledgement) {
      (void)forwarder.acknowledged(now, header, Duration::micros(static_cast<std::int64_t>(what) * 1000));
    } else if ((what & 2) != 0) {
      forwarder.setTarget(header.stream, (what >> 2 & 7) - 1, what >> 5);
    } else {
      std::vector<std::uint32_t> dropped;
      playout.removeStream(header.stream, dropped);
    }
    forwarder.advance(now);
    (void)forwarder.keyFrameNeeded(now);
    (void)playout.next(now);
    (void)playout.deadline();
    (void)playout.keyFrameNeeded(now);
    if (playout.waiting() > Playout::kMaxFrames || forwarder.window().framesUnderWay() > SendWindow::kMaxUnderWay) std::abort();
  }
  return 0;
}
