// SPDX-License-Identifier: Apache-2.0
// The simulator module's table of contents.
#include <emscripten/bind.h>

#include "wasm/layers/simulator/port.h"

using namespace emscripten;
using namespace tessera::layers;

EMSCRIPTEN_BINDINGS(layers_simulator) {
  class_<SimulatorPort>("Simulator")
      .constructor<int, bool>()
      .function("setTile(index, width, height, visible, pinned, speaking)", &SimulatorPort::setTile)
      .function("setBandwidth(kilobitsPerSecond)", &SimulatorPort::setBandwidth)
      .function("setTrace(nameOrText)", &SimulatorPort::setTrace)
      .function("step(ticks)", &SimulatorPort::step)
      .function("policies()", &SimulatorPort::policies)
      .function("policyName(policy)", &SimulatorPort::policyName)
      .function("seconds()", &SimulatorPort::seconds)
      .function("capacity()", &SimulatorPort::capacity)
      .function("arriving(policy)", &SimulatorPort::arriving)
      .function("believed(policy)", &SimulatorPort::believed)
      .function("utility(policy)", &SimulatorPort::utility)
      .function("utilityOverall(policy)", &SimulatorPort::utilityOverall)
      .function("switches(policy)", &SimulatorPort::switches)
      .function("stallSeconds(policy)", &SimulatorPort::stallSeconds)
      .function("megabits(policy)", &SimulatorPort::megabits)
      .function("wastedShare(policy)", &SimulatorPort::wastedShare)
      .function("shownHeight(policy, tile)", &SimulatorPort::shownHeight)
      .function("shownFrameRate(policy, tile)", &SimulatorPort::shownFrameRate)
      .function("solveMany(sources, rounds)", &SimulatorPort::solveMany);
}
