#include "agent/stages/poll_stage.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "agent/status/blind_rules.h"
#include "agent/log.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"
#include "rules/engine/kind.h"

namespace nephoscope {
namespace {

constexpr absl::Duration kSlice = absl::Milliseconds(10);  // of decoding in one step
constexpr absl::Duration kCrowdedWait = absl::Milliseconds(5);  // evaluation has enough to do: long answers wait for it
constexpr absl::Duration kTick = absl::Seconds(1);       // how often evaluation hears the wall clock without data
constexpr absl::Duration kLongestPast = absl::Minutes(10);  // notices do not wait longer for the past to be read
constexpr int kInFlight = 256;  // requests of one collector at a time, in all its targets; the rest waits in their order
constexpr int kDoubtful = 128;  // of these to targets that did not answer in time: the others always find room
// A target that is asked so often is not asked again for a failure: its next round is the retry.
constexpr absl::Duration kRetryFrom = absl::Minutes(1);

std::vector<Probe> ProbesOf(const RuleSet& rules) {
  std::vector<Probe> out;
  for (const auto& rule : rules.rules) {
    const RuleKind* kind = rule->mode == RuleMode::kOff ? nullptr : FindKind(rule->kind);
    if (kind == nullptr) continue;
    for (Probe& probe : kind->Probes(*rule)) out.push_back(std::move(probe));
  }
  return out;
}

}  // namespace

struct PollStage::Job {
  Job(std::unique_ptr<Collector> the_collector, const PollParts& parts)
      : collector(std::move(the_collector)), faults(collector->name(), *parts.readiness, *parts.metrics) {}

  std::unique_ptr<Collector> collector;
  CollectorFaults faults;
  std::vector<std::shared_ptr<PollTarget>> targets;  // as Collector::Targets
  std::size_t turn = 0;   // the target whose requests are sent first
  int in_flight = 0;      // requests, of all targets
  int doubtful = 0;       // of these, to targets that did not answer in time
  bool behind = true;     // no round was good since the start, or since new rules asked for the past
  int decoding = 0;       // answers that are being read
};

struct PollStage::Answer {
  Job* job;
  std::shared_ptr<PollTarget> target;
  std::unique_ptr<PollRequest> request;
  Fetched fetched;
  std::vector<Fetch> next;
  bool doubtful = false;  // counted in Job::doubtful
  bool decoding = false;  // counted in Job::decoding
};

PollStage::PollStage(PollParts parts, std::vector<std::unique_ptr<Collector>> collectors)
    : parts_(parts), watch_(*parts.clock, *parts.metrics) {
  for (auto& collector : collectors) {
    parts_.readiness->Expect(collector->name());
    jobs_.push_back(std::make_unique<Job>(std::move(collector), parts_));
  }
}

PollStage::~PollStage() = default;

void PollStage::Resume(absl::string_view source, absl::Time complete) {
  for (auto& job : jobs_) job->collector->Resume(source, complete);
}

void PollStage::SetRules(std::shared_ptr<const RuleSet> rules) {
  {
    absl::MutexLock lock(&mutex_);
    new_rules_ = std::move(rules);
  }
  parts_.http->Wake();
}

void PollStage::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  parts_.http->Wake();
}

void PollStage::Run() {
  while (!stopped()) Step(kTick);
}

bool PollStage::stopped() {
  absl::MutexLock lock(&mutex_);
  return stop_;
}

void PollStage::Step(absl::Duration wait) {
  AdoptRules();
  WatchClock();
  StartDue();
  for (auto& job : jobs_) Launch(*job);
  TellPast(false);
  const bool busy = DecodeSlice();
  const absl::Duration now = parts_.clock->SinceBoot();
  const bool tick = now - last_tick_ >= kTick;
  if (tick) {
    last_tick_ = now;
    TellBlind();
  }
  TellPast(true);
  parts_.router->Flush(watch_.wall(), absl::ToInt64Nanoseconds(now), tick);
  if (past_before_ == absl::InfinitePast()) parts_.router->SetPast(absl::InfinitePast(), false);
  absl::Duration longest = std::clamp(UntilDue(), absl::ZeroDuration(), wait);
  if (!long_.empty()) longest = std::min(longest, busy ? absl::ZeroDuration() : kCrowdedWait);
  parts_.http->Wait(answers_.empty() ? longest : absl::ZeroDuration());
}

// Each target that was due while nobody looked owes a round, and after the clock was set every target does.
void PollStage::WatchClock() {
  const ClockWatch::Event event = watch_.Look(kTick);
  const absl::Duration now = parts_.clock->SinceBoot();
  bool owed = false;
  for (auto& job : jobs_)
    for (auto& target : job->targets) {
      if (event == ClockWatch::Event::kSet) target->DueAtOnce();
      if (event != ClockWatch::Event::kNone && (target->Due(now) || target->busy())) target->owes = true;
      owed = owed || target->owes;
    }
  watch_.Settle(owed);
}

void PollStage::AdoptRules() {
  std::shared_ptr<const RuleSet> rules;
  {
    absl::MutexLock lock(&mutex_);
    rules = std::exchange(new_rules_, nullptr);
  }
  if (!rules) return;
  const std::vector<Probe> probes = ProbesOf(*rules);
  parts_.router->SetRules(rules);
  for (auto& job : jobs_) {
    job->collector->SetRules(*rules);
    job->collector->SetProbes(probes);
    Retarget(*job, job->collector->Forget());  // new rules want what is already known as well
    job->behind = true;
  }
  reach_told_ = ~std::uint64_t{0};
}

// Targets that are still there keep their rhythm and what is under way.
void PollStage::Retarget(Job& job, bool at_once) {
  std::multimap<std::string, std::shared_ptr<PollTarget>> before;
  for (auto& target : job.targets) before.emplace(target->name(), std::move(target));
  job.targets.clear();
  for (const std::string& name : job.collector->Targets()) {
    const auto known = before.find(name);
    const std::size_t index = job.targets.size();
    if (known == before.end()) {
      job.targets.push_back(std::make_shared<PollTarget>(name, index));
      continue;
    }
    job.targets.push_back(std::move(known->second));
    before.erase(known);
    PollTarget& target = *job.targets.back();
    target.set_index(index);
    target.first = true;
    target.asked = false;
    if (at_once) target.DueAtOnce();
  }
  for (const auto& [name, target] : before) {
    target->gone = true;
    target->waiting.clear();
    job.faults.Forget(name);
  }
  if (job.targets.empty() || !before.empty()) job.faults.Report();
}

void PollStage::StartDue() {
  const absl::Duration now = parts_.clock->SinceBoot();
  for (auto& job : jobs_)
    for (auto& target : job->targets)
      if (target->Due(now)) StartRound(*job, *target);
}

void PollStage::StartRound(Job& job, PollTarget& target) {
  const absl::Duration now = parts_.clock->SinceBoot();
  const std::string& name = job.collector->name();
  if (target.busy()) {
    if (target.next_due() == -absl::InfiniteDuration()) return;  // at once, when this round is over
    parts_.metrics->RoundsMissed(name, 1.0 + static_cast<double>(target.Schedule(now, job.collector->every(target.index()))));
    return;
  }
  absl::StatusOr<std::vector<Fetch>> plan = job.collector->Plan(target.index(), parts_.clock->Now());
  if (const std::int64_t missed = target.Schedule(now, job.collector->every(target.index())); missed > 0)
    parts_.metrics->RoundsMissed(name, static_cast<double>(missed));
  ++target.round;
  const CollectorFaults::What planning = CollectorFaults::Plan(target.name());
  if (!plan.ok()) {
    parts_.metrics->Polled(name, false, absl::ToDoubleSeconds(parts_.clock->Now() - absl::UnixEpoch()));
    job.faults.Fail(planning, target.round, plan.status());
    target.first = target.owes = false;
    return;
  }
  job.faults.Clear(planning);
  if (plan->empty()) return EndRound(job, target, job.collector->Health().ok());
  if (target.held(now) != nullptr) return AnswerHeld(job, target, *std::move(plan));
  for (Fetch& fetch : *plan) {
    target.waiting.push_back(std::make_unique<PollRequest>());
    target.waiting.back()->fetch = std::move(fetch);
  }
}

// A target that asked to be left alone goes on failing as it did, in its rhythm, without being asked.
void PollStage::AnswerHeld(Job& job, PollTarget& target, std::vector<Fetch> plan) {
  const HttpResponse* held = target.held(parts_.clock->SinceBoot());
  for (Fetch& fetch : plan) {
    auto answer = std::make_unique<Answer>();
    answer->job = &job;
    answer->target = job.targets[target.index()];
    answer->request = std::make_unique<PollRequest>();
    answer->request->fetch = std::move(fetch);
    answer->fetched.fetch = &answer->request->fetch;
    answer->fetched.http.status = held->status;
    answer->fetched.http.transport = held->transport;
    answer->fetched.http.received = parts_.clock->Now();
    ++job.in_flight;
    ++target.in_flight;
    answers_.push_back(std::move(answer));
  }
}

// Begins with another target each time, so that those behind many others get their turn.
void PollStage::Launch(Job& job) {
  const absl::Duration now = parts_.clock->SinceBoot();
  const std::size_t targets = job.targets.size();
  for (std::size_t i = 0; i < targets && job.in_flight < kInFlight; ++i) {
    const std::shared_ptr<PollTarget>& target = job.targets[(job.turn + i) % targets];
    if (target->Ready(now)) LaunchOf(job, target);
  }
  if (targets > 0 && job.in_flight >= kInFlight) job.turn = (job.turn + 1) % targets;
}

void PollStage::LaunchOf(Job& job, const std::shared_ptr<PollTarget>& target) {
  const absl::Duration now = parts_.clock->SinceBoot();
  for (std::size_t left = target->waiting.size(); left > 0; --left) {
    const bool room = job.in_flight < kInFlight && target->in_flight < PollTarget::kInFlight;
    if (!room || (target->doubtful && job.doubtful >= kDoubtful)) return;
    std::unique_ptr<PollRequest> request = std::move(target->waiting.front());
    target->waiting.pop_front();
    if (request->not_before > now) {
      target->waiting.push_back(std::move(request));
    } else {
      Send(job, target, std::move(request));
    }
  }
}

void PollStage::Send(Job& job, const std::shared_ptr<PollTarget>& target, std::unique_ptr<PollRequest> request) {
  ++job.in_flight;
  ++target->in_flight;
  auto answer = std::make_unique<Answer>();
  answer->job = &job;
  answer->target = target;
  answer->request = std::move(request);
  answer->doubtful = target->doubtful;
  job.doubtful += answer->doubtful;
  const Fetch& fetch = answer->request->fetch;
  answer->fetched.fetch = &fetch;
  if (!fetch.file.empty()) {
    absl::StatusOr<std::unique_ptr<ByteStream>> stream = parts_.files->Open(fetch.file);
    answer->fetched.file_status = stream.status();
    if (stream.ok()) answer->fetched.stream = *std::move(stream);
    answers_.push_back(std::move(answer));
    return;
  }
  HttpRequest http = fetch.http;
  // std::function copies: the answer lives in a shared_ptr until it has come.
  auto waiting = std::make_shared<std::unique_ptr<Answer>>(std::move(answer));
  parts_.http->Send(std::move(http), [this, waiting](HttpResponse response) {
    (*waiting)->fetched.http = std::move(response);
    answers_.push_back(std::move(*waiting));
  });
}

// Decodes for kSlice at the most: what is new first, then long answers in turn, so that health checks between them stay
// punctual. Long ones rest while evaluation has enough to do. True: more can be decoded at once.
bool PollStage::DecodeSlice() {
  const absl::Duration end = parts_.clock->SinceBoot() + kSlice;
  while (!answers_.empty()) {
    DecodeOne(answers_);
    if (parts_.clock->SinceBoot() >= end) return true;
  }
  while (!long_.empty() && !parts_.router->crowded()) {
    DecodeOne(long_);
    if (parts_.clock->SinceBoot() >= end) return true;
  }
  return false;
}

void PollStage::DecodeOne(std::deque<std::unique_ptr<Answer>>& from) {
  std::unique_ptr<Answer> answer = std::move(from.front());
  from.pop_front();
  Collector& collector = *answer->job->collector;
  parts_.router->SetCollector(&collector.name());
  const absl::StatusOr<Progress> result = collector.Decode(answer->fetched, *parts_.router, answer->next);
  if (result.ok() && *result == Progress::kMore) {
    if (!std::exchange(answer->decoding, true)) ++answer->job->decoding;
    long_.push_back(std::move(answer));
  } else {
    Finish(*answer, result);
  }
}

void PollStage::Finish(Answer& answer, const absl::StatusOr<Progress>& result) {
  Job& job = *answer.job;
  PollTarget& target = *answer.target;
  --job.in_flight;
  --target.in_flight;
  job.doubtful -= answer.doubtful;
  job.decoding -= answer.decoding;
  target.doubtful = absl::IsDeadlineExceeded(answer.fetched.http.transport);
  job.faults.Rejected(parts_.router->TakeRejected());
  parts_.metrics->Polled(job.collector->name(), result.ok(), absl::ToDoubleSeconds(parts_.clock->Now() - absl::UnixEpoch()));
  if (target.gone) return;
  const Fetch& fetch = answer.request->fetch;
  const CollectorFaults::What what{target.name(), fetch.tag, fetch.file.empty() ? fetch.http.url : fetch.file};
  if (!result.ok()) {
    job.faults.Fail(what, target.round, result.status());
    if (!RetryLater(job, target, answer)) target.first = false;
  } else {
    job.faults.Clear(what);
    past_came_ = past_came_ || job.behind;
    target.gave = true;
    for (Fetch& next : answer.next) {
      target.waiting.push_back(std::make_unique<PollRequest>());
      target.waiting.back()->fetch = std::move(next);
    }
  }
  if (!target.busy()) EndRound(job, target, true);
}

// What was not asked for in this round does not fail any more; a round that works and gives nothing usable does.
void PollStage::EndRound(Job& job, PollTarget& target, bool asked) {
  const CollectorFaults::What usable = CollectorFaults::Health(target.name());
  if (const absl::Status health = job.collector->Health(); health.ok()) job.faults.Clear(usable);
  else job.faults.Fail(usable, target.round, health);
  job.faults.EndRound(target.name(), target.round);
  if (std::exchange(target.gave, false) || job.faults.none_of(target.name())) job.behind = false;
  target.first = target.owes = false;
  target.asked = target.asked || asked;
  job.faults.Report();
}

bool PollStage::RetryLater(Job& job, PollTarget& target, Answer& answer) {
  if (!answer.request->fetch.file.empty()) return false;  // files are looked at again with the next plan
  const absl::Duration now = parts_.clock->SinceBoot();
  const HttpResponse& http = answer.fetched.http;
  if (target.held(now) != nullptr) return false;
  const auto wait = retry_.Next(http, job.collector->ErrorCode(answer.fetched), answer.request->attempt, *parts_.random);
  if (!wait.has_value()) return false;
  const bool in_this_round = job.collector->every(target.index()) >= kRetryFrom && now + *wait < target.next_due();
  if (!in_this_round) {
    if (RetryPolicy::Asked(http) > absl::ZeroDuration()) target.Hold(now + *wait, http);
    return false;
  }
  answer.request->attempt += 1;
  answer.request->not_before = now + *wait;
  target.waiting.push_back(std::move(answer.request));
  return true;
}

// A request that waits for another attempt holds nothing up.
bool PollStage::ReadsPast(const Job& job) const {
  if (!job.behind) return false;
  if (job.decoding > 0) return true;
  const absl::Duration now = parts_.clock->SinceBoot();
  const auto asks = [&](const auto& target) {
    return target->first && (target->in_flight > 0 || std::any_of(target->waiting.begin(), target->waiting.end(),
                                                                  [&](const auto& request) { return request->not_before <= now; }));
  };
  return std::any_of(job.targets.begin(), job.targets.end(), asks);
}

// Before samples are sent: whether they may be of the past; at the end of a step: whether that is over.
void PollStage::TellPast(bool end) {
  const absl::Time now = parts_.clock->Now();
  bool reads = std::any_of(jobs_.begin(), jobs_.end(), [this](const auto& job) { return ReadsPast(*job); });
  if (past_before_ == absl::InfinitePast()) {
    if (!reads && !past_came_) return;
    past_before_ = now;
  }
  if (reads && now - past_before_ > kLongestPast) {
    for (auto& job : jobs_) job->behind = false;
    reads = false;
  }
  const bool caught_up = end && !reads;
  parts_.router->SetPast(past_before_, caught_up);
  if (!caught_up) return;
  past_before_ = absl::InfinitePast();
  past_came_ = false;
}

// A rule without series is said once, when every source was asked once.
void PollStage::TellBlind() {
  const Interest* interest = parts_.router->interest();
  if (interest == nullptr) return;
  const bool told = std::all_of(jobs_.begin(), jobs_.end(), [](const auto& job) {
    return std::all_of(job->targets.begin(), job->targets.end(), [](const auto& target) { return target->asked; });
  });
  const std::uint64_t version = 2 * interest->reach().version() + (told ? 1 : 0);
  if (std::exchange(reach_told_, version) == version) return;
  parts_.reach->Take(interest->rules(), interest->reach(), told);
  std::map<std::string, double> matched;
  for (std::size_t i = 0; i < interest->rules().rules.size(); ++i)
    if (!interest->rules().rules[i]->watch.alerts) matched[interest->rules().rules[i]->name] = static_cast<double>(interest->reach().series(i));
  parts_.metrics->MatchedSeries(matched);
  if (!told) return;
  for (const auto& [id, rule] : parts_.reach->All()) {
    if (rule.blind.empty()) blind_told_.erase(id);
    else if (blind_told_.insert(id).second) LogWarning("a rule looks at nothing, so it can never fire", {{"rule", id}, {"reason", rule.blind}});
  }
}

absl::Duration PollStage::UntilDue() const {
  const absl::Duration now = parts_.clock->SinceBoot();
  absl::Duration least = last_tick_ + kTick - now;
  for (const auto& job : jobs_)
    for (const auto& target : job->targets) {
      if (!target->busy() || target->next_due() > now) least = std::min(least, target->next_due() - now);
      for (const auto& request : target->waiting)
        if (request->not_before > now) least = std::min(least, request->not_before - now);
    }
  return least;
}

}  // namespace nephoscope
