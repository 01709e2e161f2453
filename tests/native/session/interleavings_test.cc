// SPDX-License-Identifier: Apache-2.0
// Rooms under thousands of random disturbances: whatever happens, calm brings every pair together with all its sources.
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/native/session/simulation.h"

using namespace tessera;
using namespace tessera::session;
using namespace tessera::session::test;

namespace {

Client* anyone(Simulation& s) {
  std::vector<Client*> here;
  for (const auto& client : s.clients) {
    if (client->online) here.push_back(client.get());
  }
  return here.empty() ? nullptr : here[s.world.rng.below(static_cast<std::uint32_t>(here.size()))];
}

void disturb(Simulation& s) {
  Client* client = anyone(s);
  if (client == nullptr) return;
  Random& rng = s.world.rng;
  switch (rng.below(14)) {
    case 0:
    case 1:
    case 2: {
      if (client->sources.size() < 4) client->addSource(static_cast<SourceContent>(rng.below(4)), rng.chance(7, 8));
      break;
    }
    case 3: {
      if (client->sources.empty()) break;
      const std::string id = client->sources[rng.below(static_cast<std::uint32_t>(client->sources.size()))].id;
      std::erase_if(client->sources, [&](const Source& x) { return x.id == id; });
      client->tracks.erase(id);
      client->handle(event::LocalSourceRemoved{id});
      break;
    }
    case 4:
    case 5: {
      if (client->sources.empty()) break;
      Source& source = client->sources[rng.below(static_cast<std::uint32_t>(client->sources.size()))];
      source.muted = !source.muted;
      client->handle(event::LocalSourceMuted{source.id, source.muted});
      break;
    }
    case 6:
    case 7: {
      s.dropSocket(*client, s.world.between(50, rng.chance(1, 6) ? 25000 : 4000));
      break;
    }
    case 8: {
      if (rng.chance(1, 3)) s.killServer(s.world.between(100, 6000));
      break;
    }
    case 9: {
      Client* other = anyone(s);
      if (other == client) break;
      const auto pair = std::minmax(client->host, other->host);
      s.network.cut[pair] = true;
      s.network.pokeAll();
      s.world.after(s.world.between(500, 20000), [&s, pair] {
        s.network.cut[pair] = false;
        s.network.pokeAll();
      });
      break;
    }
    case 10: {
      ++s.network.address[client->host];
      s.network.pokeAll();
      if (rng.chance(1, 2)) client->handle(event::NetworkChanged{});
      break;
    }
    case 11: {
      client->handle(event::SendDataRequested{"t", {1, 2, 3}, false, rng.chance(1, 2), {}});
      break;
    }
    case 12: {
      int here = 0;
      for (const auto& c : s.clients) here += c->online ? 1 : 0;
      if (here < s.options.participants && s.clients.size() >= static_cast<std::size_t>(s.options.participants)) {
        s.join();
      } else if (rng.chance(1, 3)) {
        s.leave(*client);
      }
      break;
    }
    default: {
      if (rng.chance(1, 3) && !client->connections.empty()) client->connections.begin()->second->closeChannels();
    }
  }
}

std::string joinLines(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

int countOf(int native) {
  if (const char* wanted = std::getenv("TESSERA_INTERLEAVINGS"); wanted != nullptr) return std::atoi(wanted);
  if (std::getenv("TESSERA_LONG") != nullptr) return native * 20;
#if defined(__EMSCRIPTEN__) || defined(__SANITIZE_ADDRESS__)
  return native / 10;
#else
  return native;
#endif
}

// With TESSERA_DUMP naming a directory and TESSERA_SEED the seed: the logs of a failing room, for session_replay and the eye.
void dumpLogs(const Simulation& s) {
  const char* folder = std::getenv("TESSERA_DUMP");
  if (folder == nullptr) return;
  for (const auto& client : s.clients) {
    std::ofstream(std::string(folder) + "/" + std::to_string(client->host) + ".jsonl") << client->log->text();
  }
}

void runOne(SimulationOptions options) {
  INFO("seed " << options.seed);
  Simulation s(options);
  for (int i = 0; i < options.participants; ++i) {
    s.world.after(s.world.between(0, s.world.rng.chance(1, 2) ? 50 : 3000), [&s] {
      Client& client = s.join();
      if (s.world.rng.chance(3, 4)) client.addSource(SourceContent::kMicrophone);
      if (s.world.rng.chance(3, 4)) client.addSource(SourceContent::kCamera);
    });
  }
  const int disturbances = 4 + static_cast<int>(s.world.rng.below(16));
  const bool hasty = s.world.rng.chance(1, 2);
  for (int i = 0; i < disturbances; ++i) s.world.after(s.world.between(0, hasty ? 4000 : 25000), [&s] { disturb(s); });
  s.run(Duration::seconds(45));
  s.calm();
  s.run(Duration::seconds(100));
  const auto problems = s.problems();
  if (!problems.empty()) {
    if (options.log) dumpLogs(s);
    FAIL(joinLines(problems));
  }
  if (!options.log) return;
  for (const auto& client : s.clients) {
    const auto difference = replay(client->log->text());
    if (!difference.hasValue()) FAIL(difference.error().message);
    if (difference.value().has_value()) {
      FAIL("line " << difference.value()->line << "\nlog:  " << difference.value()->expected << "\nhere: " << difference.value()->actual);
    }
    if (client->log->text().find("key-of-") != std::string::npos) FAIL("the participant key stands in the log");
    if (client->log->text().find("token-of-") != std::string::npos) FAIL("the token stands in the log");
    if (client->log->text().find("resume-of-") != std::string::npos) FAIL("the resume token stands in the log");
  }
}

std::uint64_t firstSeed() {
  const char* seed = std::getenv("TESSERA_SEED");
  return seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10);
}

}  // namespace

TEST_CASE("a room of four converges under random disturbances", "[session][simulation]") {
  const std::uint64_t first = firstSeed();
  const int count = countOf(6000);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    runOne({.seed = seed, .participants = 4, .chaos = false, .server_revisions = seed % 2 == 0, .log = seed % 50 == 0 || std::getenv("TESSERA_DUMP") != nullptr});
  }
}

TEST_CASE("a room of four converges though signals are lost, repeated and reordered", "[session][simulation]") {
  const std::uint64_t first = firstSeed() + 1'000'000'000;
  const int count = countOf(4000);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    runOne({.seed = seed, .participants = 4, .chaos = true, .server_revisions = seed % 2 == 0, .log = seed % 50 == 0 || std::getenv("TESSERA_DUMP") != nullptr});
  }
}

TEST_CASE("rooms of two to six converge", "[session][simulation]") {
  const std::uint64_t first = firstSeed() + 2'000'000'000;
  const int count = countOf(500);
  for (int i = 0; i < count; ++i) {
    const std::uint64_t seed = first + static_cast<std::uint64_t>(i);
    runOne({.seed = seed, .participants = 2 + i % 5, .chaos = i % 2 == 0, .server_revisions = true, .log = std::getenv("TESSERA_DUMP") != nullptr});
  }
}
