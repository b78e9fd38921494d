// RuleKind: what can be asked. One `.cc` per kind, one line in list.inc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/model/diagnostic.h"
#include "rules/model/look_back.h"
#include "rules/model/option_table.h"
#include "rules/model/probe.h"
#include "rules/model/rule.h"

namespace nephoscope {

struct Spoken;    // rules/kinds/spoken.h: a rule read back, in pieces
class Evaluator;  // rules/engine/evaluator.h: one group's windows and verdicts
class Input;      // the same: windows that several of them share
class RuleCommon; // the same: what the groups of one rule know together

// While the newest value of a series lies in it (both ends included), no level of a rule holds.
struct QuietRange {
  double low, high;
};

// What a kind is, for the reader of rule files, and how its rules are evaluated.
class RuleKind {
 public:
  // kOptional: the kind may bring its own input (a probe). kNone: alerts are its input. kEvents: good and total. kResource, kCommitment: what it looks at of these is the
  // kind's own matter.
  enum class WatchNeed { kMetric, kCost, kMetricOrCost, kOptional, kNone, kResource, kCommitment, kEvents };

  // What `watch.window` may be: of kNone it has no meaning, of kAny it may be fixed (tumbling, since).
  enum class Windows { kNone, kSliding, kAny };

  virtual ~RuleKind() = default;

  virtual const char* name() const = 0;      // "budget"
  virtual const char* sentence() const = 0;  // "Tells you when spending nears, or is on course to pass, an amount."
  virtual const char* example() const = 0;   // a whole rule (YAML, list item) that loads
  virtual WatchNeed watch_need() const = 0;
  virtual Windows windows() const { return Windows::kSliding; }
  // The kind's own keys at rule level (`budget:`, `anomaly:`); each is a kMap option here.
  virtual const OptionTable& options() const = 0;
  // What may stand in `when`, in a level and in `recover`.
  virtual const OptionTable& condition() const = 0;
  virtual const OptionTable& recover() const { return condition(); }
  // True: a rule must have `when` or `levels`.
  virtual bool needs_condition() const { return true; }

  // True: Prepare makes the levels of what the kind's own keys say; `when`, `levels`, `recover` and `severity` are not written.
  virtual bool makes_levels() const { return false; }

  // What follows from the kind's own keys for the rest of the rule (the groups of a composite). Before templates and Check.
  virtual void Prepare(Rule& rule) const { (void)rule; }
  // What tables cannot say (order of levels, impossible ranges). Adds diagnostics without `file`.
  virtual void Check(const Rule& rule, std::vector<Diagnostic>& out) const = 0;
  // What may be written and yet is never meant: warnings with a code L4xx, for `check`. Of rules that Check has no complaint of.
  virtual void Lint(const Rule& rule, std::vector<Diagnostic>& out) const { (void)rule, (void)out; }
  // True: an alert lasts as long as what it speaks of is not mended, which may be weeks: firing most of the time is no sign of a bad rule.
  virtual bool lasts() const { return false; }
  // Default of `summary`, a template.
  virtual const char* default_summary() const = 0;
  // The same of an alert that has recovered.
  virtual const char* default_end_summary() const { return default_summary(); }
  // The names a template may use besides the `by` labels and the common ones (value, threshold, active_for, impact, owner).
  virtual std::vector<std::string> template_names() const { return {}; }
  // What SayRule (rules/kinds/spoken.h) reads a rule back with.
  virtual Spoken Say(const Rule& rule) const = 0;

  virtual std::vector<Probe> Probes(const Rule& rule) const { (void)rule; return {}; }
  // The names of the alerts that a rule is made of, each once; most are made of samples.
  virtual std::vector<std::string> Parts(const Rule& rule) const { (void)rule; return {}; }
  // People are told of this rule's alerts instead of its parts'.
  virtual bool ReplacesParts(const Rule& rule) const { (void)rule; return false; }
  // For rules that judge each point of a single series by itself: the range in which such a rule has nothing to say of values in this unit. The
  // engine then makes no evaluator until a value leaves it. Absent: not such a rule.
  virtual std::optional<QuietRange> QuietBetween(const Rule& rule, absl::string_view unit) const { (void)rule, (void)unit; return std::nullopt; }
  // Of such a rule that does not judge the points but what it works out of those of its one series: how. QuietBetween is of that answer. nullptr: it judges the points.
  virtual std::shared_ptr<const LookBack> Program(const Rule& rule) const;
  // Of such a rule: the range in which an alert that fires at a level (of which those below hold as well) goes on as it is.
  virtual std::optional<QuietRange> SteadyBetween(const Rule& rule, absl::string_view unit, int level) const { (void)rule, (void)unit, (void)level; return std::nullopt; }
  // True: rules of this kind that ask the same of the same series share what MakeInput makes: one per group.
  virtual bool shares_input() const { return false; }
  virtual std::unique_ptr<Input> MakeInput(std::shared_ptr<const Rule> rule) const;
  // True: its figures are shown whether an alert fires or not (a budget's).
  virtual bool shows_quiet() const { return false; }
  // False: it only looks at whether there is any. Else money is converted to one currency.
  virtual bool counts_money() const { return true; }
  // True: a point that the provider does not send where nothing happened (rules/catalogue/silent.cc) is a point of 0 to it.
  virtual bool reads_silence_as_zero() const { return false; }
  // True: what one group of a rule says depends on the others. All groups are then on one shard and meet in what MakeCommon makes: one per rule.
  virtual bool groups_meet() const { return false; }
  virtual std::shared_ptr<RuleCommon> MakeCommon() const { return nullptr; }
  // One per group (`by` values) of a rule.
  virtual std::unique_ptr<Evaluator> MakeEvaluator(std::shared_ptr<const Rule> rule) const = 0;
};

// The provider has no point of the metric where nothing happened.
bool IsSilentWhenZero(absl::string_view metric);

// All kinds, in the order of list.inc.
absl::Span<const RuleKind* const> AllKinds();
// nullptr when there is none.
const RuleKind* FindKind(absl::string_view name);

}  // namespace nephoscope
