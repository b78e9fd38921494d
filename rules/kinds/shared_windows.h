// SharedWindows: one WindowStat for all rules that ask the same of one group. What it says at a time is worked out once.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "rules/engine/evaluator.h"
#include "rules/kinds/window_stat.h"

namespace nephoscope {

class SharedWindows : public Input {
 public:
  explicit SharedWindows(std::shared_ptr<const Rule> rule) : rule_(std::move(rule)), windows_(*rule_) {}

  void Define(int slot, const Series& series) override {
    asked_ = absl::InfiniteFuture();
    windows_.Define(slot, series);
  }
  void Add(int slot, const Sample& sample, std::vector<absl::Time>& due) override {
    asked_ = absl::InfiniteFuture();
    windows_.Add(slot, sample, due);
  }
  // As WindowStat::At.
  const GroupValue& At(absl::Time time) {
    if (asked_ != time) said_ = &windows_.At(asked_ = time);
    return *said_;
  }

  // As WindowStat::Settled.
  absl::Time Settled(absl::Time time) const { return windows_.Settled(time); }

  std::optional<double> ValueAt(absl::Time time) override {
    const GroupValue& value = At(time);
    return value.known ? std::optional(value.value) : std::nullopt;
  }

  bool WholeAt(absl::Time time) override { return At(time).whole(); }
  void Leave(int slot) override {
    asked_ = absl::InfiniteFuture();
    windows_.Leave(slot);
  }

  void KeepFrom(absl::Time from) override { windows_.KeepFrom(from); }
  void Save(StateWriter& out) const override { windows_.Save(out); }
  void Load(StateReader& in) override { windows_.Load(in); }

 private:
  std::shared_ptr<const Rule> rule_;
  WindowStat windows_;
  absl::Time asked_ = absl::InfiniteFuture();  // of the newest answer; InfiniteFuture: none that still holds
  const GroupValue* said_ = nullptr;
};

}  // namespace nephoscope
