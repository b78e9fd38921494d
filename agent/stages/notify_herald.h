// NotifyHerald: the agent's own answer to who is told of what, for trials.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "agent/stages/notify_stage.h"
#include "rules/trial/rule_trial.h"

namespace nephoscope {

class NotifyHerald : public Herald {
 public:
  explicit NotifyHerald(std::shared_ptr<const RuleSet> rules) { stage_.SetRules(std::move(rules)); }
  static std::unique_ptr<Herald> Make(std::shared_ptr<const RuleSet> rules) { return std::make_unique<NotifyHerald>(std::move(rules)); }
  // Trials have no clock: people are told when it happens.
  void Note(const Transition& transition) override {
    stage_.SetNow(transition.time);
    stage_.Note(transition);
  }
  absl::Duration RepeatOf(const Transition& transition) const override { return stage_.RepeatOf(transition); }
  const Digest* DigestOf(const Transition& transition) const override { return stage_.DigestOf(transition); }
  void SetNow(absl::Time now) override { stage_.SetNow(now); }
  std::string WhyNot(const Transition& transition) const override { return stage_.WhyNot(transition); }

  std::string Decide(const Transition& transition) override {
    stage_.NoteUntold(transition, stage_.Why(transition));
    return stage_.WhyNot(transition);
  }

 private:
  NotifyStage stage_;
};

}  // namespace nephoscope
