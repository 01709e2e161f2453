// SPDX-License-Identifier: Apache-2.0
// Perfect negotiation step by step: glare on both sides, lost, late and repeated descriptions, replaced connections.
#include "tests/native/session/driver.h"

using namespace tessera;
using namespace tessera::session;
using namespace tessera::session::test;

namespace {

constexpr SdpType kOffer = SdpType::kOffer;
constexpr SdpType kAnswer = SdpType::kAnswer;

}  // namespace

TEST_CASE("the newcomer offers, and the answer settles it", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z");
  d.handle(event::NegotiationNeeded{pc});
  d.localSet(kOffer);
  REQUIRE(d.descriptions().size() == 1);
  CHECK(d.descriptions()[0].sequence == 1);
  d.signal("z", Driver::description(kAnswer, 1, 50, pc.value, 1));
  CHECK(d.one<action::SetRemoteDescription>().sdp_type == kAnswer);
  d.remoteSet();
  CHECK(d.actions.empty());
}

TEST_CASE("who was there waits for the newcomer's offer, but not for ever", "[session][negotiation]") {
  Driver d;
  d.start("m");
  d.message(R"({"type":"participantJoined","participant":)" + Driver::participant("z") + "}");
  const auto pc = d.one<action::CreatePeerConnection>().pc;
  d.handle(event::NegotiationNeeded{pc});
  CHECK(d.all<action::SetLocalDescription>().empty());
  SECTION("it comes") {
    d.signal("z", Driver::description(kOffer, 1));
    d.remoteSet();
    d.localSet(kAnswer);
    REQUIRE(d.descriptions().size() == 1);
    CHECK(d.descriptions()[0].type == kAnswer);
    CHECK(d.descriptions()[0].answers == 1);
    CHECK(d.payloads()[0].to == 50);
  }
  SECTION("it does not") {
    d.wait(Duration::millis(1999));
    CHECK(d.all<action::SetLocalDescription>().empty());
    d.wait(Duration::millis(1));
    CHECK(d.all<action::SetLocalDescription>().size() == 1);
  }
}

TEST_CASE("glare: the polite one gives way, the impolite one does not", "[session][negotiation]") {
  Driver d;
  SECTION("polite: the smaller id") {
    const auto pc = d.startWith("z", "m");
    d.handle(event::NegotiationNeeded{pc});
    d.localSet(kOffer);
    d.signal("z", Driver::description(kOffer, 1));
    CHECK(d.one<action::SetRemoteDescription>().sdp_type == kOffer);  // rolls back implicitly
    d.remoteSet();
    d.localSet(kAnswer);
    CHECK(d.descriptions()[0].answers == 1);
    // The answer to what was rolled back is stale.
    d.signal("z", Driver::description(kAnswer, 2, 50, pc.value, 1));
    CHECK(d.all<action::SetRemoteDescription>().empty());
  }
  SECTION("impolite") {
    const auto pc = d.startWith("a", "m");
    d.handle(event::NegotiationNeeded{pc});
    d.localSet(kOffer);
    d.signal("a", Driver::description(kOffer, 1));
    CHECK(d.actions.empty());
    d.signal("a", Driver::description(kAnswer, 2, 50, pc.value, 1));
    CHECK(d.one<action::SetRemoteDescription>().sdp_type == kAnswer);
    d.remoteSet();
    // The ignored offer, told again or late, is overtaken by the answer.
    d.signal("a", Driver::description(kOffer, 1, 50, pc.value));
    CHECK(d.actions.empty());
  }
  SECTION("while the own offer is only being made, it is made first") {
    const auto pc = d.startWith("z", "m");
    d.handle(event::NegotiationNeeded{pc});
    const auto making = d.one<action::SetLocalDescription>();
    d.signal("z", Driver::description(kOffer, 1));
    CHECK(d.actions.empty());
    d.handle(event::LocalDescriptionSet{pc, making.op, kOffer, Driver::sdp("l"), {}});
    CHECK(d.descriptions().size() == 1);
    CHECK(d.one<action::SetRemoteDescription>().sdp_type == kOffer);
  }
}

TEST_CASE("operations are chained, and outcomes of others are ignored", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");
  d.handle(event::NegotiationNeeded{pc});
  const auto making = d.one<action::SetLocalDescription>();
  d.handle(event::NegotiationNeeded{pc});
  CHECK(d.actions.empty());
  d.handle(event::LocalDescriptionSet{pc, OperationId{making.op.value + 1}, kOffer, "x", {}});
  d.handle(event::RemoteDescriptionSet{pc, making.op});
  CHECK(d.actions.empty());
  d.handle(event::LocalDescriptionSet{PeerConnectionId{99}, making.op, kOffer, "x", {}});
  CHECK(d.actions.empty());
}

TEST_CASE("an offer told again gets the same answer again", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");
  d.signal("z", Driver::description(kOffer, 1));
  d.remoteSet();
  d.localSet(kAnswer, "l", {{"0", "mic"}});
  const auto first = d.descriptions();
  d.handle(event::IceCandidateGathered{pc, {"candidate:1", "0", 0, "l"}});
  d.signal("z", Driver::description(kOffer, 1, 50, pc.value));
  CHECK(d.all<action::SetRemoteDescription>().empty());
  REQUIRE(d.descriptions().size() == 1);
  CHECK(d.descriptions()[0].sequence == first[0].sequence);
  CHECK(d.descriptions()[0].mids == first[0].mids);
  CHECK(d.payloads().size() == 2);  // and the candidate, which may have been lost with it
}

TEST_CASE("an answer to another offer than the outstanding one is ignored", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");
  d.connect(pc, "z");
  d.handle(event::NegotiationNeeded{pc});
  d.localSet(kOffer, "l2");
  d.signal("z", Driver::description(kAnswer, 1, 50, pc.value, 1));
  CHECK(d.actions.empty());
  d.signal("z", Driver::description(kAnswer, 2, 50, pc.value, 2));
  CHECK(d.all<action::SetRemoteDescription>().size() == 1);
}

TEST_CASE("an unanswered offer is told again, ever more rarely", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");
  d.handle(event::NegotiationNeeded{pc});
  d.localSet(kOffer);
  d.wait(Duration::seconds(36));
  CHECK(d.descriptions().size() == 3);  // after 5, 15 and 35 s
}

TEST_CASE("a lost answer is asked for when the other side goes on", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");  // polite: would otherwise give way
  d.connect(pc, "z");
  d.handle(event::NegotiationNeeded{pc});
  d.localSet(kOffer, "l2");
  auto next = Driver::description(kOffer, 3, 50, pc.value);
  std::get<PeerDescription>(next.content).answered = 2;  // it has answered our second description
  d.signal("z", next);
  CHECK(d.all<action::SetRemoteDescription>().empty());
  REQUIRE(d.descriptions().size() == 1);
  CHECK(d.descriptions()[0].sequence == 2);
}

TEST_CASE("a fresh connection of the other side is met with a fresh one", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");
  d.connect(pc, "z");
  d.signal("z", Driver::description(kOffer, 1, 51, 0));
  CHECK(d.one<action::ClosePeerConnection>().pc == pc);
  const auto fresh = d.one<action::CreatePeerConnection>().pc;
  CHECK(fresh > pc);
  CHECK(d.one<action::SetRemoteDescription>().pc == fresh);
  d.remoteSet();
  d.localSet(kAnswer);
  // What its predecessor still says is void, and so is what was meant for ours.
  d.signal("z", Driver::description(kOffer, 9, 50, 0));
  CHECK(d.actions.empty());
  d.signal("z", Driver::description(kOffer, 9, 51, pc.value));
  CHECK(d.actions.empty());
}

TEST_CASE("candidates are handed over with their description and not before", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");
  d.signal("z", {50, 0, IceCandidate{"c1", "0", 0, "r1"}});
  d.signal("z", Driver::description(kOffer, 1));
  const auto setting = d.one<action::SetRemoteDescription>();
  d.signal("z", {50, 0, IceCandidate{"c2", "0", 0, "r1"}});
  CHECK(d.actions.empty());
  d.handle(event::RemoteDescriptionSet{pc, setting.op});
  CHECK(d.all<action::AddIceCandidate>().size() == 2);
  const auto answering = d.one<action::SetLocalDescription>();
  d.signal("z", {50, 0, IceCandidate{"", "0", 0, "r1"}});
  CHECK(d.one<action::AddIceCandidate>().candidate.candidate.empty());  // end-of-candidates
  d.handle(event::LocalDescriptionSet{pc, answering.op, kAnswer, Driver::sdp("l"), {}});
  d.signal("z", Driver::description(kOffer, 2, 50, pc.value));  // its ICE restart
  d.remoteSet();
  d.localSet(kAnswer, "l2");
  d.signal("z", {50, pc.value, IceCandidate{"c3", "0", 0, "r1"}});
  CHECK(d.actions.empty());  // of the past generation
}

TEST_CASE("a failed description costs the connection, not the call", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");
  d.signal("z", Driver::description(kOffer, 1));
  const auto setting = d.one<action::SetRemoteDescription>();
  d.handle(event::OperationFailed{pc, setting.op, "InvalidAccessError", "No."});
  CHECK(d.warnings() == std::vector<std::string>{"negotiation-failed"});
  const auto second = d.one<action::CreatePeerConnection>().pc;
  d.handle(event::NegotiationNeeded{second});
  d.localSet(kOffer);
  d.signal("z", Driver::description(kAnswer, 1, 51, second.value, 1));
  const auto again = d.one<action::SetRemoteDescription>();
  d.handle(event::OperationFailed{second, again.op, "InvalidAccessError", "No."});
  CHECK(d.all<action::CreatePeerConnection>().empty());  // not at once this time
  d.wait(Duration::seconds(2));
  CHECK(d.all<action::CreatePeerConnection>().size() == 1);
}

TEST_CASE("an offer that cannot be made is tried again", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");
  d.handle(event::NegotiationNeeded{pc});
  const auto making = d.one<action::SetLocalDescription>();
  d.handle(event::OperationFailed{pc, making.op, "OperationError", "Later."});
  CHECK(d.all<action::SetLocalDescription>().empty());
  d.wait(Duration::seconds(1));
  CHECK(d.all<action::SetLocalDescription>().size() == 1);
}

TEST_CASE("a candidate that the browser refuses harms nothing", "[session][negotiation]") {
  Driver d;
  const auto pc = d.startWith("z", "m");
  d.connect(pc, "z");
  d.handle(event::OperationFailed{pc, OperationId{}, "OperationError", "Unknown ufrag"});
  CHECK(d.actions.empty());
}
