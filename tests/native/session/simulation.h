// SPDX-License-Identifier: Apache-2.0
// A whole room in simulated time: sessions with fake browsers, a signalling server that can be killed, and what goes wrong between.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/native/session/fake_peer_connection.h"
#include "wasm/session/session.h"
#include "wasm/session/session_log.h"

namespace tessera::session::test {

struct SimulationOptions {
  std::uint64_t seed = 1;
  int participants = 4;
  bool chaos = false;          // signals are lost, repeated and reordered even while every socket is well
  bool server_revisions = true;  // whether the server relays the revision of sources
  bool log = false;
};

class Simulation;

// One page: a session and its browser.
class Client {
 public:
  Client(Simulation& simulation, int host, std::string key);

  void handle(const Event& event);
  void post(Event event);  // as its own task, now
  Source addSource(SourceContent content, bool has_track = true);

  Simulation& simulation;
  const int host;
  const std::string key;
  std::string id;  // by the server; empty until joined
  Session session;
  std::unique_ptr<SessionLog> log;
  std::map<PeerConnectionId, std::unique_ptr<FakePeerConnection>> connections;
  std::map<PeerConnectionId, std::string> connection_with;

  // What the application has been told.
  struct Remote {
    Participant participant;
    std::map<std::string, MidMapping> sources;  // by source id
    PeerConnectionId pc;
    std::optional<PeerState> state;
  };
  std::map<std::string, Remote> remotes;
  std::vector<notification::Data> data;
  std::vector<notification::Warning> warnings;
  std::vector<std::string> contradictions;  // notifications that make no sense after those before
  std::string closed;
  std::string rejected;
  SignallingState signalling = SignallingState::kReconnecting;
  int joined = 0;
  int ice_restarts = 0;
  std::vector<Source> sources;  // what it has
  std::set<std::string> tracks;
  std::vector<std::string> sent;       // every text, in order
  std::vector<Action> actions;         // everything asked for
  bool keep_actions = false;

  // Its socket.
  bool socket_open = false;
  bool online = true;  // may open a socket
  int socket = 0;      // which one: old ones' messages still under way are told apart by it
  Timestamp to_server, to_client;  // when the last message arrives: order within a socket

 private:
  void perform(Action& action);
  void notified(const Notification& notification);
  void armTimer();
  std::optional<Timestamp> armed_;
  int next_source_ = 1;
};

class Simulation {
 public:
  explicit Simulation(SimulationOptions options, SessionConfig config = {});

  Client& join(const std::string& name = "");
  void leave(Client& client);
  void dropSocket(Client& client, Duration until_back);
  void killServer(Duration until_back);
  void run(Duration duration) { world.runFor(duration); }
  // Ends every disturbance.
  void calm();
  // Everything that is not as it must be once calm has lasted; empty: all is well.
  std::vector<std::string> problems() const;

  // --- for clients ---
  void fromClient(Client& client, const std::string& text);

  SimulationOptions options;
  SessionConfig config;
  World world;
  Network network;
  std::vector<std::unique_ptr<Client>> clients;
  bool disturbed = true;  // chaos goes on
  std::set<std::pair<std::string, std::string>> block_signals;  // from, to: lost
  int signals = 0;

 private:
  struct Seat {
    std::string id, name, sources, capabilities;
    std::uint32_t revision = 0;
    Client* client = nullptr;  // null: absent
    int socket = 0;
    int absence = 0;
  };
  void openSocket(Client& client);
  void closeSocket(Client& client, Duration notice);
  void toClient(Client& client, std::string text, bool shuffle = false);
  void broadcast(const std::string& text, const std::string& except);
  void received(Client& client, int socket, const std::string& text);
  void receivedSignal(Client& client, const std::string& text);
  void receivedJoin(Client& client, int socket, const std::string& text);
  void absent(const std::string& id);
  std::string participantJson(const Seat& seat) const;

  bool server_up_ = true;
  int server_epoch_ = 0;
  std::map<std::string, Seat> seats_;
};

}  // namespace tessera::session::test
