// SPDX-License-Identifier: Apache-2.0
// A stand-in for RTCPeerConnection that keeps the rules of webrtc-pc and JSEP that negotiation rests on: the signalling
// states, implicit rollback, the operations chain, when negotiation is needed, ICE generations, m-line order, fingerprints.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/native/session/world.h"
#include "wasm/session/actions.h"
#include "wasm/session/events.h"

namespace tessera::session::test {

class FakePeerConnection;

// The network between hosts, and every connection on it.
struct Network {
  explicit Network(World& w) : world(w) {}
  World& world;
  int next_fingerprint = 1;
  int next_ufrag = 1;
  std::vector<FakePeerConnection*> connections;
  std::map<std::pair<int, int>, bool> cut;       // pairs of hosts (smaller first) that do not reach each other
  std::map<int, int> address;                    // host -> generation of its address
  std::map<std::string, int> ufrag_address;      // the address a generation of candidates was gathered on
  int candidate_failures = 0;                    // addIceCandidate() calls that a browser would reject
  int operation_failures = 0;                    // descriptions that a browser would reject

  bool reachable(int a, int b) const {
    const auto it = cut.find(std::minmax(a, b));
    return it == cut.end() || !it->second;
  }
  void pokeAll();
};

class FakePeerConnection {
 public:
  using Emit = std::function<void(Event)>;
  FakePeerConnection(Network& network, int host, PeerConnectionId id, Emit emit);
  ~FakePeerConnection();

  void setLocalDescription(OperationId op);
  void setRemoteDescription(OperationId op, SdpType type, const std::string& sdp);
  void addIceCandidate(const IceCandidate& candidate);
  void restartIce();
  void addSource(const std::string& source_id, SourceKind kind);
  void removeSource(const std::string& source_id);
  void send(DataChannel channel, const Bytes& bytes, bool report_low);
  void close();
  void poke();  // something about the network changed

  bool stable() const { return signaling_ == SignalingState::kStable && chain_.empty(); }
  bool connected() const { return ice_ == IceConnectionState::kConnected; }
  const std::string& localUfrag() const { return local_ufrag_; }
  FakePeerConnection* other() const;  // whom its descriptions name, if that names this one too
  PeerConnectionId id() const { return id_; }
  // An endpoint that gave up: what a DTLS failure or a crashed SCTP association look like.
  void closeChannels();

 private:
  struct Transceiver {
    SourceKind kind = SourceKind::kAudio;
    std::string source;            // what it sends; empty: nothing
    std::string mid;               // empty: not associated
    bool negotiated_send = false;  // as of the last stable state
    bool offered_send = false;     // in the pending description
    bool receiving = false;
  };
  struct Section {
    std::string mid;
    std::string kind;  // "application", "audio", "video"
    bool send = false;
  };
  struct Description {
    int fingerprint = 0;
    std::string ufrag;
    std::vector<Section> sections;
  };

  static std::string write(const Description& description);
  static std::string freshMid(const std::vector<Section>& sections);
  static Description read(const std::string& sdp);
  void enqueue(std::function<void()> run);
  void runNext();
  void becomeStable();
  void updateNegotiationNeeded();
  bool negotiationNeeded() const;
  Description localDescription(SdpType type);
  std::string checkRemote(SdpType type, const Description& description) const;
  void applyRemote(const Description& description);
  void rollback();
  void gather(const std::string& ufrag);
  void setIce(IceConnectionState state);
  bool pathValid() const;
  void deliver(DataChannel channel, std::shared_ptr<Bytes> bytes);
  void pumpOutbox();
  void later(Duration delay, std::function<void()> task);

  Network& network_;
  const int host_;
  const PeerConnectionId id_;
  const int fingerprint_;
  Emit emit_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool closed_ = false;
  std::deque<std::function<void()>> chain_;

  SignalingState signaling_ = SignalingState::kStable;
  bool negotiation_needed_ = true;  // the three data channels exist from the start
  bool needed_event_queued_ = false;
  std::vector<Transceiver> transceivers_;
  std::vector<Section> agreed_;   // sections of the last stable state, in m-line order
  std::vector<Section> pending_;  // of the description being negotiated

  bool restart_wanted_ = false;
  std::string local_ufrag_, pending_local_ufrag_;
  std::string remote_ufrag_, pending_remote_ufrag_;
  int remote_fingerprint_ = 0;
  std::set<std::string> gathered_;
  std::set<std::string> candidate_ufrags_;  // of the other side's candidates that were added

  IceConnectionState ice_ = IceConnectionState::kNew;
  int ice_epoch_ = 0;
  std::string checked_local_, checked_remote_;
  bool channels_open_ = false;
  bool channels_closed_ = false;
  std::deque<std::pair<DataChannel, std::shared_ptr<Bytes>>> outbox_;
};

}  // namespace tessera::session::test
