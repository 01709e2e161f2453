// SPDX-License-Identifier: Apache-2.0
// The simulator in plain numbers, for bindings: the same room and the same link for every policy, side by side.
#pragma once

#include <string>

#include "wasm/layers/simulator/simulation.h"

namespace tessera::layers {

class SimulatorPort {
 public:
  // `tiles`: 1..49 cameras of 1280x720 in three sizes; the first is a screen where `screen` says so.
  SimulatorPort(int tiles, bool screen);

  // Device pixels.
  void setTile(int index, int width, int height, bool visible, bool pinned, bool speaking);
  // A link that always carries this much, from now on.
  void setBandwidth(double kilobits_per_second);
  // A synthetic one: 'step', 'ramp', 'outage' or 'walk'; or the text of a trace. Gives what is wrong with it, empty if nothing is.
  std::string setTrace(const std::string& name_or_text);
  // Lets ticks of 100 ms pass.
  void step(int ticks);

  int policies() const { return kPolicies; }
  std::string policyName(int policy) const { return std::string(toString(static_cast<PolicyKind>(policy))); }
  double seconds() const { return static_cast<double>(now_.toMicros()) / 1e6; }
  // Kilobits per second: what the link carries, what arrives under a policy, what it believes (below 0: no limit).
  double capacity() const;
  double arriving(int policy) const;
  double believed(int policy) const;
  // Of the utility that the link would allow to one who knows it: now, and over the whole run. May be a little above 1.
  double utility(int policy) const;
  double utilityOverall(int policy) const;
  int switches(int policy) const;
  double stallSeconds(int policy) const;
  double megabits(int policy) const;
  double wastedShare(int policy) const;
  // What a tile shows: the picture's height and its frames per second; 0: a still, -1: nothing.
  int shownHeight(int policy, int tile) const;
  double shownFrameRate(int policy, int tile) const;

  // For timing: solves rooms of this many sources `rounds` times; gives the sum of what was chosen, so that nothing is left out.
  double solveMany(int sources, int rounds);

 private:
  Receiver& receiver(int policy) const;
  void arrangeAll();

  std::vector<std::unique_ptr<Simulation>> simulations_;  // one for each policy
  Scene scene_;
  Timestamp now_;
  std::vector<SceneProblem> problems_;
  int problem_sources_ = 0;
  Allocator allocator_;
};

}  // namespace tessera::layers
