// SPDX-License-Identifier: Apache-2.0
// The session's parts on their own: candidate generations, recovery's patience, queues and backpressure, the mesh.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "wasm/session/candidates.h"
#include "wasm/session/data_channels.h"
#include "wasm/session/recovery.h"
#include "wasm/session/topology.h"

using namespace tessera;
using namespace tessera::session;

namespace {

std::string sdp(const std::string& ufrag) { return "v=0\r\nm=audio\r\na=ice-ufrag:" + ufrag + "\r\na=ice-pwd:x\r\n"; }
IceCandidate candidate(const std::string& name, const std::string& ufrag) { return {name, "0", 0, ufrag}; }

std::vector<std::string> names(const std::vector<IceCandidate>& list) {
  std::vector<std::string> out;
  for (const auto& x : list) out.push_back(x.candidate);
  return out;
}
using Names = std::vector<std::string>;

std::size_t sends(Shared& shared) {
  std::size_t n = 0;
  for (const Action& action : shared.actions) n += std::holds_alternative<action::SendOnDataChannel>(action) ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("username fragments are found in a description", "[session][candidates]") {
  CHECK(ufragsOf("a=ice-ufrag:a\r\nx\r\na=ice-ufrag:b\na=ice-ufrag:a\r\na=ice-ufrag:") == Names{"a", "b"});
  CHECK(ufragsOf("").empty());
}

TEST_CASE("remote candidates wait for their description", "[session][candidates]") {
  RemoteCandidates remote;
  remote.add(candidate("early", "a"));
  remote.add(candidate("of-later", "b"));
  remote.add(candidate("unnamed", ""));
  CHECK(remote.takeReady().empty());
  remote.onDescription(sdp("a"));
  CHECK(names(remote.takeReady()) == Names{"early", "unnamed"});
  CHECK(remote.takeReady().empty());
  remote.add(candidate("late", "a"));
  remote.add(candidate("early", "a"));  // told again
  remote.add(candidate("", "a"));       // end-of-candidates goes the same way
  CHECK(names(remote.takeReady()) == Names{"late", ""});
  remote.onDescription(sdp("b"));  // an ICE restart
  CHECK(names(remote.takeReady()) == Names{"of-later"});
  remote.add(candidate("too-late", "a"));
  remote.onDescription(sdp("b"));
  CHECK(remote.takeReady().empty());
}

TEST_CASE("remote candidates are bounded", "[session][candidates]") {
  RemoteCandidates remote;
  for (std::size_t i = 0; i < RemoteCandidates::kMax + 10; ++i) remote.add(candidate(std::to_string(i), "a"));
  remote.onDescription(sdp("a"));
  CHECK(remote.takeReady().size() == RemoteCandidates::kMax);
  remote.add(candidate("more", "a"));
  CHECK(remote.takeReady().empty());
}

TEST_CASE("local candidates of a past generation are forgotten", "[session][candidates]") {
  LocalCandidates local;
  local.add(candidate("1", "a"));
  local.add(candidate("2", "b"));
  local.onDescription(sdp("b"));
  CHECK(names(local.all()) == Names{"2"});
}

TEST_CASE("disconnected alone is not fatal, for three seconds it is", "[session][recovery]") {
  const SessionConfig config;
  Recovery recovery(config);
  const auto at = [](std::int64_t ms) { return Timestamp::millis(ms); };
  recovery.onIceConnectionState(IceConnectionState::kConnected, at(0));
  CHECK(recovery.state() == PeerState::kConnected);
  recovery.onIceConnectionState(IceConnectionState::kDisconnected, at(1000));
  CHECK(recovery.state() == PeerState::kReconnecting);
  CHECK(recovery.take(at(3999), true) == Recovery::Step::kNone);
  CHECK(recovery.nextTimeout(true) == at(4000));

  SECTION("it comes back by itself") {
    recovery.onIceConnectionState(IceConnectionState::kConnected, at(3999));
    CHECK(recovery.take(at(9000), true) == Recovery::Step::kNone);
    CHECK_FALSE(recovery.nextTimeout(true).has_value());
  }
  SECTION("it does not") { CHECK(recovery.take(at(4000), true) == Recovery::Step::kRestartIce); }
  SECTION("without signalling the restart waits") {
    CHECK(recovery.take(at(4000), false) == Recovery::Step::kNone);
    CHECK_FALSE(recovery.nextTimeout(false).has_value());
    CHECK(recovery.take(at(60000), true) == Recovery::Step::kRestartIce);
  }
}

TEST_CASE("failed restarts at once, then with growing pauses, then a fresh connection", "[session][recovery]") {
  const SessionConfig config;
  Recovery recovery(config);
  Timestamp now = Timestamp::millis(0);
  recovery.onIceConnectionState(IceConnectionState::kFailed, now);
  CHECK(recovery.take(now, true) == Recovery::Step::kRestartIce);
  recovery.onIceConnectionState(IceConnectionState::kChecking, now);
  recovery.onIceConnectionState(IceConnectionState::kFailed, now + Duration::seconds(1));
  CHECK(recovery.take(now + Duration::seconds(1), true) == Recovery::Step::kNone);
  CHECK(recovery.take(now + Duration::seconds(4), true) == Recovery::Step::kRestartIce);
  CHECK(recovery.take(now + Duration::seconds(11), true) == Recovery::Step::kNone);
  CHECK(recovery.take(now + Duration::seconds(12), true) == Recovery::Step::kRestartIce);
  CHECK(recovery.state() == PeerState::kFailed);
  CHECK(recovery.take(now + Duration::seconds(28), true) == Recovery::Step::kRecreate);
  recovery.onRecreated(now + Duration::seconds(28));
  recovery.onIceConnectionState(IceConnectionState::kConnected, now + Duration::seconds(29));
  CHECK(recovery.state() == PeerState::kConnected);
}

TEST_CASE("a failed DTLS handshake asks for a fresh connection", "[session][recovery]") {
  const SessionConfig config;
  Recovery recovery(config);
  recovery.onConnectionState(ConnectionState::kConnecting, Timestamp());
  recovery.onIceConnectionState(IceConnectionState::kConnected, Timestamp());
  CHECK(recovery.state() == PeerState::kConnecting);
  recovery.onConnectionState(ConnectionState::kFailed, Timestamp());
  CHECK(recovery.take(Timestamp(), true) == Recovery::Step::kRecreate);
}

TEST_CASE("another network restarts ICE even while all looks well, once", "[session][recovery]") {
  const SessionConfig config;
  Recovery recovery(config);
  recovery.onIceConnectionState(IceConnectionState::kConnected, Timestamp());
  recovery.onNetworkChanged(Timestamp());
  CHECK(recovery.take(Timestamp(), true) == Recovery::Step::kRestartIce);
  CHECK(recovery.take(Timestamp::millis(60000), true) == Recovery::Step::kNone);
}

TEST_CASE("reliable data waits for its channel, unreliable data does not", "[session][data]") {
  Shared shared((SessionConfig()));
  DataChannels data(shared);
  data.reset(PeerConnectionId{1});
  CHECK(data.send({1}, true));
  CHECK(data.send({2}, false));
  CHECK(sends(shared) == 0);
  data.onOpened(DataChannel::kReliable);
  data.onOpened(DataChannel::kUnreliable);
  REQUIRE(sends(shared) == 1);
  CHECK(std::get<action::SendOnDataChannel>(shared.actions[0]).bytes == Bytes{1});
  CHECK(data.send({3}, false));
  CHECK(sends(shared) == 2);
  data.onClosed(DataChannel::kReliable);
  CHECK(data.send({4}, true));
  CHECK(sends(shared) == 2);
  data.reset(PeerConnectionId{2});
  data.onOpened(DataChannel::kReliable);
  REQUIRE(sends(shared) == 3);
  CHECK(std::get<action::SendOnDataChannel>(shared.actions[2]).pc == PeerConnectionId{2});
}

TEST_CASE("the queue is bounded in messages and in bytes", "[session][data]") {
  SessionConfig config;
  config.max_queued_messages = 3;
  config.max_queued_bytes = 100;
  Shared shared(config);
  DataChannels data(shared);
  CHECK(data.send(Bytes(60), true));
  CHECK_FALSE(data.send(Bytes(41), true));
  CHECK(data.send(Bytes(40), true));
  CHECK(data.send({}, true));
  CHECK_FALSE(data.send({}, true));
}

TEST_CASE("the browser's buffer is not filled beyond the window", "[session][data]") {
  Shared shared((SessionConfig()));
  DataChannels data(shared);
  data.reset(PeerConnectionId{1});
  data.onOpened(DataChannel::kReliable);
  constexpr std::size_t kChunk = 64 * 1024;
  constexpr std::size_t kFits = DataChannels::kWindowBytes / kChunk;
  for (std::size_t i = 0; i < kFits + 5; ++i) CHECK(data.send(Bytes(kChunk), true));
  CHECK(sends(shared) == kFits);
  int reports = 0;
  for (const Action& action : shared.actions) reports += std::get<action::SendOnDataChannel>(action).report_low ? 1 : 0;
  CHECK(reports == 1);  // without which the rest would wait for ever
  data.onBufferedAmountLow(DataChannel::kReliable);
  CHECK(sends(shared) == kFits + 5);
}

TEST_CASE("a mesh connects everybody who speaks mesh, up to six, and symmetrically", "[session][topology]") {
  MeshTopology mesh;
  const RoomInfo room;
  std::vector<Participant> all;
  for (char c = 'a'; c < 'i'; ++c) all.push_back(Participant{std::string(1, c), "", {}, {}, true, 0});
  all[2].capabilities.topologies = {"sfu"};
  const auto connectionsOf = [&](const Participant& self) {
    std::vector<const Participant*> others;
    for (const Participant& x : all) {
      if (x.id != self.id) others.push_back(&x);
    }
    return mesh.connections({self.id, &self.capabilities, &room, &others});
  };
  CHECK(connectionsOf(all[0]) == std::vector<std::string>{"b", "d", "e", "f", "g"});
  CHECK(connectionsOf(all[6]) == std::vector<std::string>{"a", "b", "d", "e", "f"});
  CHECK(connectionsOf(all[7]).empty());
  CHECK(connectionsOf(all[2]).empty());
  CHECK(makeTopology("mesh") != nullptr);
  for (const char* elsewhere : {"sfu", "mcu", "relay"}) {
    CHECK(makeTopology(elsewhere) == nullptr);
    CHECK(isCarriedElsewhere(elsewhere));
  }
  CHECK_FALSE(isCarriedElsewhere("mesh"));
  CHECK(makeTopology("hypercube") == nullptr);
}
