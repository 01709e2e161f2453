// SPDX-License-Identifier: Apache-2.0
// The session's vocabulary: identifiers, sources, participants, and the W3C's states with their own spelling.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tessera::session {

inline constexpr int kProtocolVersion = 1;

using Bytes = std::vector<std::uint8_t>;

// Names one RTCPeerConnection. Chosen by the session, grows, never reused in its lifetime; 0 is none.
struct PeerConnectionId {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const PeerConnectionId&) const = default;
};

// Names one asynchronous operation on a peer connection, so that its outcome finds it. 0 is none.
struct OperationId {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const OperationId&) const = default;
};

enum class SourceKind : std::uint8_t { kAudio, kVideo };
enum class SourceContent : std::uint8_t { kMicrophone, kCamera, kScreen, kScreenAudio };
enum class SdpType : std::uint8_t { kOffer, kAnswer };
enum class SignalingState : std::uint8_t { kStable, kHaveLocalOffer, kHaveRemoteOffer, kClosed };
enum class IceConnectionState : std::uint8_t { kNew, kChecking, kConnected, kCompleted, kDisconnected, kFailed, kClosed };
enum class ConnectionState : std::uint8_t { kNew, kConnecting, kConnected, kDisconnected, kFailed, kClosed };
enum class IceTransportPolicy : std::uint8_t { kAll, kRelay };
// What the application is told of a peer; kFailed: several attempts failed, more follow.
enum class PeerState : std::uint8_t { kConnecting, kConnected, kReconnecting, kFailed };
enum class SignallingState : std::uint8_t { kConnected, kReconnecting, kClosed };

// The spelling of each enumerator, in order: the W3C's own where it defines one.
template <class E>
inline constexpr std::array<std::string_view, 0> kEnumNames = {};
template <>
inline constexpr std::array<std::string_view, 2> kEnumNames<SourceKind> = {"audio", "video"};
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<SourceContent> = {"microphone", "camera", "screen", "screen-audio"};
template <>
inline constexpr std::array<std::string_view, 2> kEnumNames<SdpType> = {"offer", "answer"};
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<SignalingState> = {"stable", "have-local-offer", "have-remote-offer",
                                                                               "closed"};
template <>
inline constexpr std::array<std::string_view, 7> kEnumNames<IceConnectionState> = {
    "new", "checking", "connected", "completed", "disconnected", "failed", "closed"};
template <>
inline constexpr std::array<std::string_view, 6> kEnumNames<ConnectionState> = {"new",          "connecting", "connected",
                                                                                "disconnected", "failed",     "closed"};
template <>
inline constexpr std::array<std::string_view, 2> kEnumNames<IceTransportPolicy> = {"all", "relay"};
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<PeerState> = {"connecting", "connected", "reconnecting", "failed"};
template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<SignallingState> = {"connected", "reconnecting", "closed"};

template <class E>
  requires(kEnumNames<E>.size() > 0)
constexpr std::string_view toString(E value) {
  return kEnumNames<E>[static_cast<std::size_t>(value)];
}

// nullopt for a spelling that E does not have.
template <class E>
constexpr std::optional<E> fromString(std::string_view name) {
  for (std::size_t i = 0; i < kEnumNames<E>.size(); ++i) {
    if (kEnumNames<E>[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

// One microphone, camera or screen of one participant. `id` is stable and unique within the participant; it is never a mid.
struct Source {
  std::string id;
  SourceKind kind = SourceKind::kAudio;
  SourceContent content = SourceContent::kMicrophone;
  bool muted = false;

  bool operator==(const Source&) const = default;
};

struct Capabilities {
  std::vector<std::string> topologies = {"mesh", "sfu"};
  bool data_channels = true;

  bool operator==(const Capabilities&) const = default;
};

struct Participant {
  std::string id;
  std::string name;
  Capabilities capabilities;
  std::vector<Source> sources;
  bool present = true;  // false while its signalling is lost
  // Of `sources`: the larger is the newer. 0: unknown.
  std::uint32_t revision = 0;

  bool operator==(const Participant&) const = default;
};

// RTCIceServer.
struct IceServer {
  std::vector<std::string> urls;
  std::string username;    // empty: none
  std::string credential;  // empty: none

  bool operator==(const IceServer&) const = default;
};

struct RoomInfo {
  std::string name;
  std::string topology = "mesh";
  int capacity = 6;

  bool operator==(const RoomInfo&) const = default;
};

// Which source a transceiver sends.
struct MidMapping {
  std::string mid;
  std::string source_id;

  bool operator==(const MidMapping&) const = default;
};

// RTCIceCandidateInit. An empty `candidate` is the end-of-candidates indication of its generation.
struct IceCandidate {
  std::string candidate;
  std::string sdp_mid;
  int sdp_m_line_index = 0;
  std::string username_fragment;  // empty: unknown

  bool operator==(const IceCandidate&) const = default;
};

// The three negotiated data channels of every connection: `negotiated: true`, created with it, with these ids.
enum class DataChannel : std::uint8_t { kControl = 0, kReliable = 1, kUnreliable = 2 };
inline constexpr std::array<std::string_view, 3> kDataChannelLabels = {"tessera.control", "tessera.reliable", "tessera.unreliable"};

// A DataChannelBufferedAmountLow is due at or below this many buffered bytes (RTCDataChannel.bufferedAmountLowThreshold).
inline constexpr std::size_t kBufferedAmountLowThreshold = 64 * 1024;
// The most an application may put in one message.
inline constexpr std::size_t kMaxDataBytes = 64 * 1024;

}  // namespace tessera::session
