// SPDX-License-Identifier: Apache-2.0
// Replays the log of a layer selection (layersOf(room).exportLog()) and prints "ok", or the first decision that this build would make otherwise.
#include <cstdio>
#include <cstring>
#include <string>

#include "wasm/layers/selector_log.h"

int main(int argc, char** argv) {
  const bool again = argc == 3 && std::strcmp(argv[1], "--again") == 0;
  if (argc != 2 && !again) {
    std::fprintf(stderr, "usage: layers_replay LOG\n       layers_replay --again LOG   prints the log with this build's decisions\n");
    return 2;
  }
  const char* path = argv[argc - 1];
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) {
    std::perror(path);
    return 2;
  }
  std::string log;
  char buffer[65536];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;) log.append(buffer, n);
  std::fclose(file);

  if (again) {
    const auto written = tessera::layers::rerun(log);
    if (!written) {
      std::fprintf(stderr, "%s: %s\n", path, written.error().message.c_str());
      return 2;
    }
    std::fwrite(written.value().data(), 1, written.value().size(), stdout);
    return 0;
  }
  const auto result = tessera::layers::replay(log);
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", path, result.error().message.c_str());
    return 2;
  }
  if (const auto& difference = result.value(); difference.has_value()) {
    std::printf("line %zu differs\nlog:  %s\nhere: %s\n", difference->line, difference->expected.c_str(), difference->actual.c_str());
    return 1;
  }
  std::printf("ok\n");
  return 0;
}
