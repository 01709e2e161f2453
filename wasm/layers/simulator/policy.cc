// SPDX-License-Identifier: Apache-2.0
// The policies over time. All that adapt share one estimator of the downlink, so that only their decisions differ.
#include "wasm/layers/simulator/policy.h"

#include <algorithm>

namespace tessera::layers {
namespace {

std::int64_t sumOf(const Scene& scene, std::span<const Taken> taken) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < scene.size(); ++i) {
    if (taken[i].layer >= 0) sum += scene[i].source.layers[static_cast<std::size_t>(taken[i].layer)].bitrate.toBitsPerSecond();
  }
  return sum;
}

class OurPolicy final : public Policy {
 public:
  explicit OurPolicy(const SelectorOptions& options) : selector_(options) {}

  void arranged(Timestamp now, const Scene& scene) override {
    for (const SceneSource& source : scene) {
      const auto known = std::find_if(scene_.begin(), scene_.end(), [&](const SceneSource& s) { return s.id == source.id; });
      if (known == scene_.end() || known->source != source.source) (void)selector_.setSource(now, source.id, source.source).hasValue();
      selector_.setTile(now, source.id, source.tile);
    }
    for (const SceneSource& source : scene_) {
      if (std::none_of(scene.begin(), scene.end(), [&](const SceneSource& s) { return s.id == source.id; })) selector_.removeSource(now, source.id);
    }
    scene_ = scene;
  }

  void decide(Timestamp now, std::span<const StreamSample> samples, std::span<Taken> taken) override {
    selector_.statistics(now, samples);
    for (const Choice& choice : selector_.update(now)) {
      for (std::size_t i = 0; i < scene_.size(); ++i) {
        if (scene_[i].id != choice.id) continue;
        taken[i] = {-1, choice.kind == ChoiceKind::kStill};
        const auto& layers = scene_[i].source.layers;
        for (std::size_t l = 0; l < layers.size(); ++l) {
          if (layers[l].spatial == choice.spatial && layers[l].temporal == choice.temporal) taken[i].layer = static_cast<Pick>(l);
        }
      }
    }
  }
  DownlinkEstimate estimate() const override { return selector_.downlink(); }

 private:
  Selector selector_;
  Scene scene_;
};

// What the others have in common: an estimator, the scene, and when to divide anew.
class EstimatingPolicy : public Policy {
 public:
  void arranged(Timestamp, const Scene& scene) override {
    scene_ = scene;
    rearranged_ = true;
  }
  void decide(Timestamp now, std::span<const StreamSample> samples, std::span<Taken> taken) override {
    std::vector<FrameRate> expected(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      for (std::size_t s = 0; s < scene_.size() && s < taken.size(); ++s) {
        if (!samples[i].audio && samples[i].id == scene_[s].id && taken[s].layer >= 0) expected[i] = scene_[s].source.layers[static_cast<std::size_t>(taken[s].layer)].frame_rate;
      }
    }
    estimator_.sample(now, samples, expected);
    std::int64_t all = 0;
    for (const SceneSource& source : scene_) {
      if (const Pick pick = ceilingOf(source); pick >= 0) all += source.source.layers[static_cast<std::size_t>(pick)].bitrate.toBitsPerSecond();
    }
    estimator_.advance(now, DataRate::bitsPerSecond(all));
    again(now, room(), taken);
    rearranged_ = false;
  }
  DownlinkEstimate estimate() const override { return estimator_.estimate(); }

 protected:
  virtual void again(Timestamp now, std::int64_t room, std::span<Taken> taken) = 0;

  void takeAll(Rule rule, std::int64_t room, std::span<Taken> taken) const {
    const std::vector<Pick> picks = divide(rule, scene_, room);
    for (std::size_t i = 0; i < scene_.size(); ++i) taken[i] = {picks[i], false};
  }

  Scene scene_;
  bool rearranged_ = false;

 private:
  std::int64_t room() const {
    return std::min<std::int64_t>(usableRate(estimator_.estimate(), SelectorOptions().audio).toBitsPerSecond(), 1'000'000'000);
  }
  DownlinkEstimator estimator_;
};

// The best division of the moment, once a second, with no thought of the last.
class ResolvePolicy final : public EstimatingPolicy {
 public:
  explicit ResolvePolicy(const UtilityOptions& options) : options_(options) {}

 private:
  void again(Timestamp now, std::int64_t room, std::span<Taken> taken) override {
    if (solved_ && !rearranged_ && now - last_ < Duration::seconds(1)) return;
    solved_ = true;
    last_ = now;
    const SceneProblem problem = problemOf(scene_, options_);
    std::vector<std::uint8_t> chosen(scene_.size());
    allocator_.solve(problem.problem(), room, -1, chosen);
    for (std::size_t i = 0; i < scene_.size(); ++i) {
      const std::uint32_t at = problem.first[i] + chosen[i];
      taken[i] = {-1, problem.spatial[at] == -2};
      const auto& layers = scene_[i].source.layers;
      for (std::size_t l = 0; l < layers.size(); ++l) {
        if (layers[l].spatial == problem.spatial[at] && layers[l].temporal == problem.temporal[at]) taken[i].layer = static_cast<Pick>(l);
      }
    }
  }
  UtilityOptions options_;
  Allocator allocator_;
  Timestamp last_;
  bool solved_ = false;
};

// Divides anew when the estimate falls below what is taken. Upwards it probes every 5 s (half as long again after a failure,
// 30 s at most) and then raises the track farthest from what it should have by one layer.
class LiveKitPolicy final : public EstimatingPolicy {
  void again(Timestamp now, std::int64_t room, std::span<Taken> taken) override {
    const std::int64_t used = sumOf(scene_, taken);
    if (rearranged_ || used > room) {
      if (!rearranged_ && now - probed_ < Duration::seconds(3)) interval_ = std::min(interval_ + interval_ / 2, Duration::seconds(30));
      takeAll(Rule::kLiveKit, room, taken);
      waited_since_ = now;
      return;
    }
    if (now - waited_since_ < interval_) return;
    waited_since_ = now;
    std::size_t farthest = scene_.size();
    Pick distance = 0;
    for (std::size_t i = 0; i < scene_.size(); ++i) {
      const Pick away = ceilingOf(scene_[i]) - taken[i].layer;
      if (away > distance) {
        distance = away;
        farthest = i;
      }
    }
    if (farthest == scene_.size()) {
      interval_ = Duration::seconds(5);
      return;
    }
    // A probe that fits raises every deficient track that the room reaches; one that does not raises one.
    bool raised = false;
    std::int64_t left = room - used;
    for (std::size_t i = 0; i < scene_.size(); ++i) {
      const auto& layers = scene_[i].source.layers;
      while (taken[i].layer < ceilingOf(scene_[i])) {
        const std::int64_t before = taken[i].layer < 0 ? 0 : layers[static_cast<std::size_t>(taken[i].layer)].bitrate.toBitsPerSecond();
        const std::int64_t more = layers[static_cast<std::size_t>(taken[i].layer + 1)].bitrate.toBitsPerSecond() - before;
        if (more > left) break;
        left -= more;
        ++taken[i].layer;
        raised = true;
      }
    }
    if (raised) return;
    probed_ = now;
    ++taken[farthest].layer;
  }
  Timestamp waited_since_;
  Timestamp probed_ = Timestamp::millis(-60'000);
  Duration interval_ = Duration::seconds(5);
};

// Divides anew when the estimate differs by 15 % from the one before (jvb's bwe-change-threshold).
class JitsiPolicy final : public EstimatingPolicy {
  void again(Timestamp, std::int64_t room, std::span<Taken> taken) override {
    const bool changed = room > before_ + before_ * 15 / 100 || room < before_ - before_ * 15 / 100;
    if (!changed && !rearranged_) return;
    before_ = room;
    takeAll(Rule::kJitsi, room, taken);
  }
  std::int64_t before_ = 0;
};

// Divides anew once a second, at once after a fall by a quarter or a rise by half; after being lowered, a consumer's spatial
// layer rises again after 10 s at the earliest (BweDowngradeConservativeMs).
class MediasoupPolicy final : public EstimatingPolicy {
  void again(Timestamp now, std::int64_t room, std::span<Taken> taken) override {
    const bool jump = room < before_ * 3 / 4 || room > before_ + before_ / 2;
    if (!jump && !rearranged_ && now - last_ < Duration::seconds(1)) return;
    last_ = now;
    before_ = room;
    lowered_.resize(scene_.size(), Timestamp::millis(-60'000));
    const std::vector<Pick> picks = divide(Rule::kMediasoup, scene_, room);
    for (std::size_t i = 0; i < scene_.size(); ++i) {
      const auto spatial = [&](Pick pick) { return pick < 0 ? -1 : scene_[i].source.layers[static_cast<std::size_t>(pick)].spatial; };
      if (spatial(picks[i]) < spatial(taken[i].layer) && !rearranged_) lowered_[i] = now;
      const bool wait = spatial(picks[i]) > spatial(taken[i].layer) && spatial(taken[i].layer) >= 0 && now - lowered_[i] < Duration::seconds(10);
      if (!wait) taken[i] = {picks[i], false};
    }
  }
  Timestamp last_;
  std::int64_t before_ = 0;
  std::vector<Timestamp> lowered_;
};

class JanusPolicy final : public EstimatingPolicy {
  void again(Timestamp, std::int64_t, std::span<Taken> taken) override {
    if (!rearranged_) return;
    for (std::size_t i = 0; i < scene_.size(); ++i) taken[i] = {ceilingOf(scene_[i]), false};
  }
};

}  // namespace

std::unique_ptr<Policy> makePolicy(PolicyKind kind, const SelectorOptions& options) {
  switch (kind) {
    case PolicyKind::kTessera: return std::make_unique<OurPolicy>(options);
    case PolicyKind::kResolve: return std::make_unique<ResolvePolicy>(options.utility);
    case PolicyKind::kLiveKit: return std::make_unique<LiveKitPolicy>();
    case PolicyKind::kJitsi: return std::make_unique<JitsiPolicy>();
    case PolicyKind::kMediasoup: return std::make_unique<MediasoupPolicy>();
    case PolicyKind::kJanus: return std::make_unique<JanusPolicy>();
  }
  return nullptr;
}

}  // namespace tessera::layers
