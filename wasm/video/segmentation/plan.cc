// SPDX-License-Identifier: Apache-2.0
// Lifetimes, rings and margins of a model's tensors, and their places in one arena.
#include "wasm/video/segmentation/plan.h"

#include <algorithm>

#include "wasm/video/segmentation/kernels.h"
#include "wasm/video/segmentation/parameters.h"

namespace tessera::video::segmentation {
namespace {

/** Floats; places are multiples of it, so that every buffer starts on a cache line. */
constexpr std::size_t kAlignment = 16;

std::size_t aligned(std::size_t floats) { return (floats + kAlignment - 1) / kAlignment * kAlignment; }

/** Zeroes before the first pixel under SAME padding; the rest comes after the last. */
int paddingTotal(const Op& op, int in, int out) { return std::max((out - 1) * op.stride + op.kernel - in, 0); }

bool hasWindow(const Op& op) { return op.kind == Kind::kConvolution || op.kind == Kind::kDepthwise; }

/** How many rows of its input an operation looks at for one row of its own. */
int windowRows(const Op& op) {
  if (op.kind == Kind::kUpsample) return 2;
  return hasWindow(op) ? op.kernel : 1;
}

/** Floats of Node::scratch. */
std::size_t scratchOf(const Op& op) {
  switch (op.kind) {
    // One more, which spreadRow() reads along.
    case Kind::kInput: return static_cast<std::size_t>(op.width) * 3 + 1;
    case Kind::kConvolution: return op.gate == kNoOp ? 0 : static_cast<std::size_t>(op.depth) * static_cast<std::size_t>(op.channels);
    case Kind::kDense: return static_cast<std::size_t>(op.depth);
    case Kind::kOutput: return static_cast<std::size_t>(op.width / 2) * kBlock;
    default: return 0;
  }
}

/** A buffer that needs a place from the start of group `first` to the end of group `last`. */
struct Tenant {
  std::size_t size;
  int first;
  int last;
  std::size_t* place;
};

/** Gives every tenant the lowest place free for all of its life, the largest first. Returns the arena's size. */
std::size_t settle(std::vector<Tenant>& tenants) {
  // Insertion sorts: there are a hundred tenants, once, and the library's sorts would be most of this file's code.
  for (std::size_t i = 1; i < tenants.size(); ++i) {
    const Tenant moved = tenants[i];
    std::size_t at = i;
    for (; at > 0 && tenants[at - 1].size < moved.size; --at) tenants[at] = tenants[at - 1];
    tenants[at] = moved;
  }
  std::vector<const Tenant*> settled(tenants.size());
  std::size_t arena = 0;
  for (std::size_t i = 0; i < tenants.size(); ++i) {
    const Tenant& tenant = tenants[i];
    std::size_t place = 0;
    // `settled` is kept in order of place, so one pass finds the first gap that is wide enough.
    for (std::size_t k = 0; k < i; ++k) {
      const Tenant& other = *settled[k];
      if (other.last < tenant.first || other.first > tenant.last) continue;
      if (place + tenant.size <= *other.place) break;
      place = std::max(place, *other.place + other.size);
    }
    *tenant.place = place;
    arena = std::max(arena, place + tenant.size);
    std::size_t at = i;
    for (; at > 0 && *settled[at - 1]->place > place; --at) settled[at] = settled[at - 1];
    settled[at] = &tenant;
  }
  return arena;
}

}  // namespace

Plan makePlan(const std::vector<Op>& ops) {
  Plan plan;
  plan.nodes.resize(ops.size());
  std::vector<Node>& nodes = plan.nodes;

  // Groups: a row operation after a dense one starts a new group; a dense one closes the group it stands in.
  bool after_dense = false;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].op = ops[i];
    const bool dense = nodes[i].op.kind == Kind::kDense;
    if (!dense && after_dense) ++plan.groups;
    after_dense = dense;
    nodes[i].group = plan.groups;
  }
  ++plan.groups;

  // Readers, margins, and the group that reads each operation last.
  struct Readers {
    int count = 0;
    int only = kNoOp;
    int last_group = 0;
  };
  std::vector<Readers> readers(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Node& node = nodes[i];
    const Op& op = node.op;
    readers[i].last_group = std::max(readers[i].last_group, node.group);
    if (op.gate != kNoOp) readers[op.gate].last_group = std::max(readers[op.gate].last_group, node.group);
    for (const int from : {op.input, op.addend}) {
      if (from == kNoOp || (from == op.addend && from == op.input && readers[from].only == static_cast<int>(i))) continue;
      if (op.kind == Kind::kDense) {
        nodes[from].has_vector = true;
        continue;
      }
      ++readers[from].count;
      readers[from].only = static_cast<int>(i);
      readers[from].last_group = std::max(readers[from].last_group, node.group);
    }
    if (op.kind == Kind::kDense) node.has_vector = true;
    if (hasWindow(op)) {
      Node& from = nodes[op.input];
      const int across = paddingTotal(op, from.op.width, op.width);
      node.pad_top = paddingTotal(op, from.op.height, op.height) / 2;
      from.margin_left = std::max(from.margin_left, across / 2);
      from.margin_right = std::max(from.margin_right, across - across / 2);
    }
  }

  std::vector<Tenant> tenants;
  tenants.reserve(3 * nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Node& node = nodes[i];
    const Op& op = node.op;
    const int last = readers[i].last_group;
    if (op.kind != Kind::kDense && op.kind != Kind::kOutput) {
      node.rows = op.height;
      if (readers[i].count == 1 && nodes[readers[i].only].group == node.group) {
        node.rows = std::min(op.height, windowRows(nodes[readers[i].only].op));
      }
      node.pitch = static_cast<std::size_t>(node.margin_left + op.width + node.margin_right) * kBlock;
      node.row_pitch = node.pitch * static_cast<std::size_t>(blocksOf(op.channels));
      node.size = aligned(node.row_pitch * static_cast<std::size_t>(node.rows));
      tenants.push_back({node.size, node.group, last, &node.place});
    }
    // Vectors are tiny and read in groups to come: they keep their places for good.
    if (node.has_vector) tenants.push_back({aligned(static_cast<std::size_t>(op.channels)), 0, plan.groups, &node.vector});
    if (const std::size_t scratch = scratchOf(op); scratch > 0) {
      tenants.push_back({aligned(scratch), node.group, node.group, &node.scratch});
    }
  }
  plan.arena_size = settle(tenants);
  plan.parameter_count = placeParameters(nodes);
  return plan;
}

}  // namespace tessera::video::segmentation
