// SPDX-License-Identifier: Apache-2.0
// A slow, lossy link between this network namespace and another one, over two TUN devices: rate, delay and loss in each direction.
//
//   link_emulator PID BITS_PER_SECOND ONE_WAY_DELAY_MS LOSS_PER_CENT [QUEUED_PACKETS]
//
// Both devices are called emulated0; PID is of a process in the other namespace. Says "ready" on standard output and runs until its
// standard input ends. Needs root on Linux.
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "wasm/base/random.h"

namespace {

using Clock = std::chrono::steady_clock;
using Micros = std::chrono::microseconds;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

int openTun() {
  const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) fail("/dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, "emulated0", IFNAMSIZ - 1);
  if (ioctl(fd, TUNSETIFF, &request) < 0) fail("TUNSETIFF");
  return fd;
}

void enter(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) fail(path.c_str());
  close(fd);
}

// One direction: a queue that drops its tail, a rate, a delay.
struct Direction {
  int from, to;
  struct Packet {
    Clock::time_point leaves;
    std::vector<char> bytes;
  };
  std::deque<Packet> waiting{};
  Clock::time_point free_at{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "link_emulator PID BITS_PER_SECOND ONE_WAY_DELAY_MS LOSS_PER_CENT [QUEUED_PACKETS]\n");
    return 2;
  }
  const double rate = std::atof(argv[2]);
  const Micros delay(static_cast<std::int64_t>(std::atof(argv[3]) * 1000));
  const double loss = std::atof(argv[4]) / 100;
  const std::size_t most = argc > 5 ? static_cast<std::size_t>(std::atoi(argv[5])) : 50;
  const int here = openTun();
  enter("/proc/" + std::string(argv[1]) + "/ns/net");
  const int there = openTun();
  std::puts("ready");
  std::fflush(stdout);
  tessera::Random random(20260401);
  std::array<Direction, 2> directions = {Direction{here, there}, Direction{there, here}};
  std::array<char, 65536> buffer;
  for (;;) {
    const auto now = Clock::now();
    auto next = now + std::chrono::milliseconds(100);
    for (Direction& direction : directions) {
      while (!direction.waiting.empty() && direction.waiting.front().leaves <= now) {
        const auto& bytes = direction.waiting.front().bytes;
        // A device that is down, or full, loses it, as links do.
        if (write(direction.to, bytes.data(), bytes.size()) < 0) errno = 0;
        direction.waiting.pop_front();
      }
      if (!direction.waiting.empty()) next = std::min(next, direction.waiting.front().leaves);
    }
    std::array<pollfd, 3> watched = {pollfd{here, POLLIN, 0}, pollfd{there, POLLIN, 0}, pollfd{STDIN_FILENO, POLLIN, 0}};
    const auto rest = std::max(Micros(0), std::chrono::duration_cast<Micros>(next - Clock::now()));
    const timespec timeout{rest.count() / 1'000'000, rest.count() % 1'000'000 * 1000};
    ppoll(watched.data(), watched.size(), &timeout, nullptr);
    if (watched[2].revents != 0) return 0;
    for (Direction& direction : directions) {
      for (ssize_t size = read(direction.from, buffer.data(), buffer.size()); size > 0; size = read(direction.from, buffer.data(), buffer.size())) {
        const auto at = Clock::now();
        // Queued: what has not left the slow end yet; the delay behind it holds any number.
        const auto queued = std::count_if(direction.waiting.begin(), direction.waiting.end(), [&](const auto& it) { return it.leaves - delay > at; });
        if (random.unit() < loss || static_cast<std::size_t>(queued) >= most) continue;
        direction.free_at = std::max(direction.free_at, at) + Micros(static_cast<std::int64_t>(static_cast<double>(size) * 8e6 / rate));
        direction.waiting.push_back({direction.free_at + delay, std::vector<char>(buffer.begin(), buffer.begin() + size)});
      }
    }
  }
}
