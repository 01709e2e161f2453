// SPDX-License-Identifier: Apache-2.0
// Replays a session log (Room.exportLog()) and prints "ok", or the first action that this build would do otherwise.
#include <cstdio>
#include <string>

#include "wasm/session/session_log.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: session_replay LOG.jsonl\n");
    return 2;
  }
  std::FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr) {
    std::perror(argv[1]);
    return 2;
  }
  std::string log;
  char buffer[65536];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;) log.append(buffer, n);
  std::fclose(file);

  const auto result = tessera::session::replay(log);
  if (!result.hasValue()) {
    std::fprintf(stderr, "%s: %s\n", argv[1], result.error().message.c_str());
    return 2;
  }
  if (const auto& difference = result.value(); difference.has_value()) {
    std::printf("line %zu differs\nlog:  %s\nhere: %s\n", difference->line, difference->expected.c_str(), difference->actual.c_str());
    return 1;
  }
  std::printf("ok\n");
  return 0;
}
