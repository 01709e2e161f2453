// SPDX-License-Identifier: Apache-2.0
// The simulated signalling server and network, and the check that all has come to rest as it must.
#include "tests/native/session/simulation.h"

#include <algorithm>

#include "wasm/session/json.h"

namespace tessera::session::test {
namespace {

std::string jsonString(const std::string& text) {
  JsonWriter out;
  out.string(text);
  return out.take();
}

// The text of a member up to what follows it: the writer's order is known.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t start = text.find(from) + from.size();
  return text.substr(start, text.find(to, start) - start);
}

}  // namespace

Simulation::Simulation(SimulationOptions o, SessionConfig c) : options(o), config(c), world(o.seed), network(world) {}

Client& Simulation::join(const std::string& name) {
  const int host = static_cast<int>(clients.size());
  // Keys sort at random, so that politeness does not follow the order of joining.
  std::string key = std::to_string(100000 + world.rng.below(900000)) + "-" + std::to_string(host);
  clients.push_back(std::make_unique<Client>(*this, host, key));
  Client& client = *clients.back();
  client.handle(event::Start{"room", "token-of-" + key, "key-of-" + key, name.empty() ? "n" + std::to_string(host) : name, {}, {}});
  openSocket(client);
  return client;
}

void Simulation::leave(Client& client) {
  client.online = false;
  client.handle(event::Leave{});
  world.after(world.between(0, 200), [this, &client] { closeSocket(client, world.between(0, 3000)); });
}

// --- sockets: order is kept within one, nothing is kept across two ---

void Simulation::openSocket(Client& client) {
  if (client.socket_open || !client.online || !client.closed.empty()) return;
  if (!server_up_) {
    world.after(world.between(100, 1000), [this, &client] { openSocket(client); });
    return;
  }
  client.socket_open = true;
  ++client.socket;
  client.to_server = client.to_client = world.now();
  client.handle(event::TransportOpened{});
}

void Simulation::closeSocket(Client& client, Duration notice) {
  if (!client.socket_open) return;
  const std::string id = "p" + client.key;
  const int socket = client.socket;
  client.socket_open = false;
  ++client.socket;
  client.handle(event::TransportClosed{"transport close"});
  world.after(notice, [this, id, socket] {
    const auto seat = seats_.find(id);
    if (seat != seats_.end() && seat->second.socket == socket) absent(id);
  });
}

void Simulation::dropSocket(Client& client, Duration until_back) {
  closeSocket(client, world.between(0, 3000));
  world.after(until_back, [this, &client] { openSocket(client); });
}

void Simulation::killServer(Duration until_back) {
  if (!server_up_) return;
  server_up_ = false;
  ++server_epoch_;
  seats_.clear();
  for (const auto& client : clients) {
    world.after(world.between(0, 500), [this, c = client.get()] {
      closeSocket(*c, Duration::zero());
      world.after(world.between(50, 2000), [this, c] { openSocket(*c); });
    });
  }
  world.after(until_back, [this] { server_up_ = true; });
}

void Simulation::toClient(Client& client, std::string text, bool shuffle) {
  Timestamp at = world.now() + world.between(1, 40);
  if (shuffle) {
    at = at + world.between(0, 400);
  } else {
    at = client.to_client = std::max(at, client.to_client);
  }
  world.after(at - world.now(), [&client, socket = client.socket, text = std::move(text)] {
    if (client.socket == socket && client.socket_open) client.handle(event::TransportMessage{text});
  });
}

void Simulation::fromClient(Client& client, const std::string& text) {
  const Timestamp at = client.to_server = std::max(world.now() + world.between(1, 40), client.to_server);
  world.after(at - world.now(), [this, &client, socket = client.socket, epoch = server_epoch_, text] {
    if (epoch == server_epoch_ && server_up_) received(client, socket, text);
  });
}

void Simulation::broadcast(const std::string& text, const std::string& except) {
  for (auto& [id, seat] : seats_) {
    if (id != except && seat.client != nullptr) toClient(*seat.client, text);
  }
}

// --- the server ---

std::string Simulation::participantJson(const Seat& seat) const {
  return "{\"id\":" + jsonString(seat.id) + ",\"name\":" + jsonString(seat.name) + ",\"capabilities\":" + seat.capabilities +
         ",\"sources\":" + seat.sources + ",\"present\":" + (seat.client != nullptr ? "true" : "false") +
         (options.server_revisions ? ",\"revision\":" + std::to_string(seat.revision) : "") + "}";
}

void Simulation::received(Client& client, int socket, const std::string& text) {
  if (text.starts_with("{\"type\":\"join\"")) {
    if (client.socket == socket) receivedJoin(client, socket, text);
    return;
  }
  const auto it = seats_.find(client.id);
  // What an older socket still held is sometimes read, when the socket is gone already: late, never early.
  const bool late = client.socket != socket;
  if (it == seats_.end() || (late && !world.rng.chance(1, 2))) return;
  Seat& seat = it->second;
  if (text.starts_with("{\"type\":\"signal\"")) {
    receivedSignal(client, text);
  } else if (text.starts_with("{\"type\":\"leave\"")) {
    seats_.erase(it);
    broadcast("{\"type\":\"participantLeft\",\"participantId\":" + jsonString(client.id) + ",\"reason\":\"left\"}", client.id);
  } else if (!late) {
    seat.name = between(text, "\"name\":\"", "\"");
    seat.sources = "[" + between(text, "\"sources\":[", "]") + "]";
    seat.revision = static_cast<std::uint32_t>(std::stoul(between(text, "\"revision\":", ",")));
    broadcast("{\"type\":\"participantUpdated\",\"participant\":" + participantJson(seat) + "}", client.id);
  }
}

void Simulation::receivedSignal(Client& client, const std::string& text) {
  ++signals;
  const std::string to = between(text, "\"to\":\"", "\"");
  const auto it = seats_.find(to);
  if (it == seats_.end() || it->second.client == nullptr) {
    const std::string code = it == seats_.end() ? "participant-unknown" : "participant-away";
    toClient(client, "{\"type\":\"error\",\"code\":\"" + code + "\",\"message\":\"No.\",\"fatal\":false,\"inReplyTo\":\"" +
                         between(text, "\"id\":\"", "\"") + "\"}");
    return;
  }
  if (block_signals.contains({client.id, to})) return;
  const std::size_t payload = text.find("\"payload\":");
  const std::string relayed = "{\"type\":\"signal\",\"from\":" + jsonString(client.id) + "," + text.substr(payload);
  const bool chaos = options.chaos && disturbed;
  if (chaos && world.rng.chance(1, 12)) return;
  toClient(*it->second.client, relayed, chaos && world.rng.chance(1, 8));
  if (chaos && world.rng.chance(1, 12)) toClient(*it->second.client, relayed, world.rng.chance(1, 2));
}

void Simulation::receivedJoin(Client& client, int socket, const std::string& text) {
  const std::string id = "p" + client.key;
  const bool resumed = seats_.contains(id);
  Seat& seat = seats_[id];
  seat.id = id;
  seat.name = between(text, "\"name\":\"", "\"");
  seat.sources = "[" + between(text, "\"sources\":[", "]") + "]";
  seat.revision = static_cast<std::uint32_t>(std::stoul(between(text, "\"revision\":", ",")));
  seat.capabilities = "{" + between(text, "\"capabilities\":{", "}") + "}";
  seat.client = &client;
  seat.socket = socket;
  std::string others;
  for (const auto& [other_id, other] : seats_) {
    if (other_id != id) others += (others.empty() ? "" : ",") + participantJson(other);
  }
  toClient(client, "{\"type\":\"joined\",\"participantId\":" + jsonString(id) + ",\"resumed\":" + (resumed ? "true" : "false") +
                       ",\"room\":{\"name\":\"room\",\"topology\":\"mesh\",\"capacity\":6},\"participants\":[" + others +
                       "],\"iceServers\":[{\"urls\":[\"stun:stun.example\"]}],\"resumeToken\":\"resume-of-" + client.key + "\"}");
  broadcast(std::string("{\"type\":\"") + (resumed ? "participantUpdated" : "participantJoined") +
                "\",\"participant\":" + participantJson(seat) + "}",
            id);
}

void Simulation::absent(const std::string& id) {
  Seat& seat = seats_[id];
  seat.client = nullptr;
  broadcast("{\"type\":\"participantUpdated\",\"participant\":" + participantJson(seat) + "}", id);
  world.after(Duration::seconds(15), [this, id, absence = ++seat.absence, epoch = server_epoch_] {
    const auto it = seats_.find(id);
    if (epoch != server_epoch_ || it == seats_.end() || it->second.client != nullptr || it->second.absence != absence) return;
    seats_.erase(it);
    broadcast("{\"type\":\"participantLeft\",\"participantId\":" + jsonString(id) + ",\"reason\":\"timeout\"}", id);
  });
}

// --- coming to rest ---

void Simulation::calm() {
  disturbed = false;
  block_signals.clear();
  network.cut.clear();
  server_up_ = true;
  for (const auto& client : clients) openSocket(*client);
  network.pokeAll();
}

std::vector<std::string> Simulation::problems() const {
  std::vector<std::string> out;
  for (const auto& a : clients) {
    const std::string who = "host " + std::to_string(a->host) + " (" + a->id + ")";
    for (const std::string& problem : a->contradictions) out.push_back(who + ": " + problem);
    if (!a->online) {
      if (!a->connections.empty()) out.push_back(who + ": connections left after the end");
      continue;
    }
    if (a->signalling != SignallingState::kConnected) out.push_back(who + ": signalling is not connected");
    std::size_t expected = 0;
    for (const auto& b : clients) {
      if (a == b || !b->online) continue;
      ++expected;
      const std::string pair = who + " of host " + std::to_string(b->host) + ": ";
      const auto it = a->remotes.find(b->id);
      if (it == a->remotes.end()) {
        out.push_back(pair + "not known");
        continue;
      }
      const Client::Remote& remote = it->second;
      const auto pc = a->connections.find(remote.pc);
      if (pc == a->connections.end()) {
        out.push_back(pair + "no connection");
        continue;
      }
      if (remote.state != PeerState::kConnected) out.push_back(pair + "not connected");
      if (!pc->second->stable()) out.push_back(pair + "not stable");
      const FakePeerConnection* far = pc->second->other();
      if (far == nullptr || b->connections.find(far->id()) == b->connections.end()) out.push_back(pair + "wrong partner");
      if (remote.participant.sources != b->sources) out.push_back(pair + "other sources or mute states than it has");
      std::set<std::string> received;
      for (const auto& [source_id, mapping] : remote.sources) received.insert(source_id);
      if (received != b->tracks) out.push_back(pair + "not all and only its tracks are received");
    }
    if (a->remotes.size() != expected) out.push_back(who + ": knows participants that are not there");
    if (a->connections.size() != expected) out.push_back(who + ": connections too many or too few");
  }
  if (network.candidate_failures > 0) out.push_back("candidates were added without their description");
  return out;
}

}  // namespace tessera::session::test
