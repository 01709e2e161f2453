// SPDX-License-Identifier: Apache-2.0
// The envelope of application data on the data channels.
#include "wasm/session/json.h"
#include "wasm/session/messages.h"

namespace tessera::session {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kTextFlag = 1;
constexpr std::size_t kHeaderBytes = 4;

}  // namespace

Result<Bytes> encodeEnvelope(const Envelope& envelope) {
  const std::string& topic = envelope.topic;
  const Bytes& bytes = envelope.bytes;
  if (bytes.size() > kMaxDataBytes) {
    return Error{ErrorCode::kTooLarge, "A message may have at most 65536 bytes: send it in parts."};
  }
  if (topic.size() > kMaxTopicBytes || !isValidUtf8(reinterpret_cast<const std::uint8_t*>(topic.data()), topic.size())) {
    return Error{ErrorCode::kInvalidArgument, "A topic is at most 256 bytes of UTF-8."};
  }
  if (envelope.is_text && !isValidUtf8(bytes.data(), bytes.size())) {
    return Error{ErrorCode::kInvalidArgument, "A text message must be UTF-8."};
  }
  Bytes out;
  out.reserve(kHeaderBytes + topic.size() + bytes.size());
  out.push_back(kVersion);
  out.push_back(envelope.is_text ? kTextFlag : 0);
  out.push_back(static_cast<std::uint8_t>(topic.size() >> 8));
  out.push_back(static_cast<std::uint8_t>(topic.size() & 0xff));
  out.insert(out.end(), topic.begin(), topic.end());
  out.insert(out.end(), bytes.begin(), bytes.end());
  return out;
}

Result<Envelope> decodeEnvelope(const Bytes& bytes) {
  const auto invalid = [](const char* what) { return Error{ErrorCode::kInvalidMessage, what}; };
  if (bytes.size() < kHeaderBytes || bytes[0] != kVersion) return invalid("The data message has no envelope of a known version.");
  const std::size_t topic_size = (std::size_t{bytes[2]} << 8) | bytes[3];
  if (topic_size > kMaxTopicBytes || bytes.size() - kHeaderBytes < topic_size) return invalid("The data message's topic is cut off.");
  const std::uint8_t* topic = bytes.data() + kHeaderBytes;
  const std::uint8_t* payload = topic + topic_size;
  const std::size_t payload_size = bytes.size() - kHeaderBytes - topic_size;
  if (payload_size > kMaxDataBytes) return Error{ErrorCode::kTooLarge, "The data message is too large."};
  Envelope out;
  out.is_text = (bytes[1] & kTextFlag) != 0;  // the other flags are of later versions
  if (!isValidUtf8(topic, topic_size) || (out.is_text && !isValidUtf8(payload, payload_size))) {
    return invalid("The data message is not UTF-8.");
  }
  out.topic.assign(topic, payload);
  out.bytes.assign(payload, payload + payload_size);
  return out;
}

}  // namespace tessera::session
