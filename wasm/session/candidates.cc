// SPDX-License-Identifier: Apache-2.0
// Candidate bookkeeping by username fragment.
#include "wasm/session/candidates.h"

#include <algorithm>
#include <utility>

namespace tessera::session {
namespace {

constexpr std::size_t kMaxPastUfrags = 64;

bool contains(const std::vector<std::string>& list, std::string_view x) {
  return std::find(list.begin(), list.end(), x) != list.end();
}

}  // namespace

std::vector<std::string> ufragsOf(std::string_view sdp) {
  constexpr std::string_view kAttribute = "a=ice-ufrag:";
  std::vector<std::string> out;
  for (std::size_t start = 0; start < sdp.size();) {
    std::size_t end = sdp.find('\n', start);
    if (end == std::string_view::npos) end = sdp.size();
    std::string_view line = sdp.substr(start, end - start);
    start = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!line.starts_with(kAttribute)) continue;
    line.remove_prefix(kAttribute.size());
    if (!line.empty() && !contains(out, line)) out.emplace_back(line);
  }
  return out;
}

void RemoteCandidates::add(IceCandidate candidate) {
  const std::string& ufrag = candidate.username_fragment;
  if (!ufrag.empty() && contains(past_, ufrag)) return;
  const auto known = [&candidate](const std::vector<IceCandidate>& list) {
    return std::find(list.begin(), list.end(), candidate) != list.end();
  };
  if (known(waiting_) || known(added_) || added_.size() >= kMax) return;
  // The oldest go first: they are of offers that were never applied.
  if (waiting_.size() >= kMax) waiting_.erase(waiting_.begin());
  waiting_.push_back(std::move(candidate));
}

void RemoteCandidates::onDescription(std::string_view sdp) {
  std::vector<std::string> ufrags = ufragsOf(sdp);
  described_ = true;
  if (ufrags == current_) return;
  for (std::string& old : current_) {
    if (!contains(ufrags, old)) past_.push_back(std::move(old));
  }
  if (past_.size() > kMaxPastUfrags) past_.erase(past_.begin(), past_.end() - kMaxPastUfrags);
  current_ = std::move(ufrags);
  std::erase_if(past_, [this](const std::string& x) { return contains(current_, x); });
  std::erase_if(waiting_, [this](const IceCandidate& x) { return contains(past_, x.username_fragment); });
  std::erase_if(added_, [this](const IceCandidate& x) { return !contains(current_, x.username_fragment); });
}

std::vector<IceCandidate> RemoteCandidates::takeReady() {
  std::vector<IceCandidate> ready;
  if (!described_) return ready;
  std::vector<IceCandidate> still_waiting;
  for (IceCandidate& x : waiting_) {
    const bool present = x.username_fragment.empty() || contains(current_, x.username_fragment);
    if (present) added_.push_back(x);
    (present ? ready : still_waiting).push_back(std::move(x));
  }
  waiting_ = std::move(still_waiting);
  return ready;
}

void LocalCandidates::add(IceCandidate candidate) {
  if (all_.size() >= kMax) all_.erase(all_.begin());
  all_.push_back(std::move(candidate));
}

void LocalCandidates::onDescription(std::string_view sdp) {
  const std::vector<std::string> ufrags = ufragsOf(sdp);
  std::erase_if(all_, [&ufrags](const IceCandidate& x) {
    return !x.username_fragment.empty() && !contains(ufrags, x.username_fragment);
  });
}

}  // namespace tessera::session
