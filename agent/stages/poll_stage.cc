#include "agent/stages/poll_stage.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/status/blind_rules.h"
#include "agent/log.h"
#include "agent/status/readiness.h"
#include "agent/status/self_metrics.h"
#include "rules/engine/kind.h"

namespace nephoscope {
namespace {

constexpr int kInFlight = 32;                            // requests of one collector at a time; the rest wait here
constexpr absl::Duration kTick = absl::Seconds(1);       // how often evaluation hears the wall clock without data
constexpr absl::Duration kLongestPast = absl::Minutes(10);  // notices do not wait longer for the past to be read
constexpr std::size_t kMostRejected = 100;               // records that the log has named, of one collector
constexpr std::pair<std::uint64_t, const char*> kThePlan = {~std::uint64_t{0}, ""};
constexpr std::pair<std::uint64_t, const char*> kHealth = {~std::uint64_t{0} - 1, ""};

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

struct PollStage::Request {
  Fetch fetch;
  int attempt = 0;
  absl::Duration not_before = -absl::InfiniteDuration();
};

struct PollStage::Job {
  std::unique_ptr<Collector> collector;
  absl::Duration next_due = -absl::InfiniteDuration();
  std::deque<std::unique_ptr<Request>> waiting;
  int in_flight = 0;
  std::uint64_t round = 0;
  // What fails, each once: by its mark in the plan and what is fetched.
  struct Failure {
    absl::Status status;
    std::uint64_t round = 0;  // the newest that it failed in
  };
  std::map<std::pair<std::uint64_t, std::string>, Failure> failures;
  std::set<std::string> rejected;  // records that the log has named
  bool behind = true;    // no round was good since the start, or since new rules asked for the past
  bool first = true;     // nor was one bad
  bool gave = false;     // something was answered in this round
  bool decoding = false; // a long file is being read
  bool asked = false;    // a round has ended since the rules were set, well or not
};

struct PollStage::Answer {
  Job* job;
  std::unique_ptr<Request> request;
  Fetched fetched;
  std::vector<Fetch> next;
};

PollStage::PollStage(PollParts parts, std::vector<std::unique_ptr<Collector>> collectors) : parts_(parts) {
  for (auto& collector : collectors) {
    parts_.readiness->Expect(collector->name());
    jobs_.push_back(std::make_unique<Job>());
    jobs_.back()->collector = std::move(collector);
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
  parts_.router->Flush(parts_.clock->Now(), absl::ToInt64Nanoseconds(now), tick);
  if (past_before_ == absl::InfinitePast()) parts_.router->SetPast(absl::InfinitePast(), false);
  parts_.http->Wait(busy || !answers_.empty() ? absl::ZeroDuration() : std::clamp(UntilDue(), absl::ZeroDuration(), wait));
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
    job->collector->Forget();  // new rules want what is already known as well
    job->behind = job->first = true;
    job->next_due = -absl::InfiniteDuration();
    job->asked = false;
  }
  reach_told_ = ~std::uint64_t{0};
}

void PollStage::StartDue() {
  const absl::Duration now = parts_.clock->SinceBoot();
  for (auto& job : jobs_) {
    if (now < job->next_due || !job->waiting.empty() || job->in_flight > 0) continue;
    absl::StatusOr<std::vector<Fetch>> plan = job->collector->Plan(parts_.clock->Now());
    job->next_due = now + job->collector->every();
    if (!plan.ok()) {
      parts_.metrics->Polled(job->collector->name(), false, absl::ToDoubleSeconds(parts_.clock->Now() - absl::UnixEpoch()));
      ++job->round;
      NoteFailure(*job, kThePlan, plan.status());
      job->first = false;
      continue;
    }
    ++job->round;
    NoteSuccess(*job, kThePlan);
    if (plan->empty()) EndRound(*job, job->collector->Health().ok());
    for (Fetch& fetch : *plan) {
      job->waiting.push_back(std::make_unique<Request>());
      job->waiting.back()->fetch = std::move(fetch);
    }
  }
}

void PollStage::Launch(Job& job) {
  const absl::Duration now = parts_.clock->SinceBoot();
  for (std::size_t left = job.waiting.size(); left > 0 && job.in_flight < kInFlight; --left) {
    std::unique_ptr<Request> request = std::move(job.waiting.front());
    job.waiting.pop_front();
    if (request->not_before > now) {
      job.waiting.push_back(std::move(request));
    } else {
      Send(job, std::move(request));
    }
  }
}

void PollStage::Send(Job& job, std::unique_ptr<Request> request) {
  ++job.in_flight;
  auto answer = std::make_unique<Answer>();
  answer->job = &job;
  answer->request = std::move(request);
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

// Long files are read in slices, so that probes between them stay punctual.
bool PollStage::DecodeSlice() {
  for (std::size_t left = answers_.size(); left > 0; --left) {
    std::unique_ptr<Answer> answer = std::move(answers_.front());
    answers_.pop_front();
    Collector& collector = *answer->job->collector;
    parts_.router->SetCollector(&collector.name());
    const absl::StatusOr<Progress> result = collector.Decode(answer->fetched, *parts_.router, answer->next);
    if (result.ok() && *result == Progress::kMore) {
      answer->job->decoding = true;
      answers_.push_back(std::move(answer));
    } else {
      Finish(*answer, result);
    }
  }
  return !answers_.empty();
}

void PollStage::Finish(Answer& answer, const absl::StatusOr<Progress>& result) {
  Job& job = *answer.job;
  --job.in_flight;
  ReportRejected(job);
  const std::string& name = job.collector->name();
  parts_.metrics->Polled(name, result.ok(), absl::ToDoubleSeconds(parts_.clock->Now() - absl::UnixEpoch()));
  const Fetch& fetch = answer.request->fetch;
  const std::pair<std::uint64_t, std::string> what(fetch.tag, fetch.file.empty() ? fetch.http.url : fetch.file);
  job.decoding = false;
  if (!result.ok()) {
    NoteFailure(job, what, result.status());
    if (!RetryLater(job, answer)) job.first = false;
  } else {
    NoteSuccess(job, what);
    past_came_ = past_came_ || job.behind;
    job.gave = true;
    for (Fetch& next : answer.next) {
      job.waiting.push_back(std::make_unique<Request>());
      job.waiting.back()->fetch = std::move(next);
    }
  }
  if (job.in_flight == 0 && job.waiting.empty()) EndRound(job, true);
}

// What was not asked for in this round does not fail any more; a round that works and gives nothing usable does.
void PollStage::EndRound(Job& job, bool asked) {
  if (const absl::Status health = job.collector->Health(); health.ok()) NoteSuccess(job, kHealth);
  else NoteFailure(job, kHealth, health);
  std::erase_if(job.failures, [&](const auto& one) { return one.second.round != job.round; });
  if (std::exchange(job.gave, false) || job.failures.empty()) job.behind = false;
  job.first = false;
  job.asked = job.asked || asked;
  Report(job);
}

bool PollStage::RetryLater(Job& job, Answer& answer) {
  if (!answer.request->fetch.file.empty()) return false;  // files are looked at again with the next plan
  const auto wait = retry_.Next(answer.fetched.http, job.collector->ErrorCode(answer.fetched), answer.request->attempt, *parts_.random);
  if (!wait.has_value()) return false;
  answer.request->attempt += 1;
  answer.request->not_before = parts_.clock->SinceBoot() + *wait;
  job.waiting.push_back(std::move(answer.request));
  return true;
}

// A record that cannot be read each time is logged once.
void PollStage::ReportRejected(Job& job) {
  const SampleRouter::Rejected rejected = parts_.router->TakeRejected();
  bool any_new = false;
  for (const std::string& example : rejected.examples) {
    if (job.rejected.size() >= kMostRejected) job.rejected.clear();
    if (!job.rejected.insert(example).second) continue;
    any_new = true;
    LogWarning("a record could not be read; the others count", {{"collector", job.collector->name()}, {"record", example}});
  }
  if (any_new && rejected.count > rejected.examples.size())
    LogWarning("more records could not be read", {{"collector", job.collector->name()}, {"more", absl::StrCat(rejected.count - rejected.examples.size())}});
  for (const std::string& note : rejected.notes) LogWarning(note, {{"collector", job.collector->name()}});
}

// Each failure is logged once, and again when it changes.
void PollStage::NoteFailure(Job& job, const std::pair<std::uint64_t, std::string>& what, const absl::Status& status) {
  const bool known = std::any_of(job.failures.begin(), job.failures.end(), [&](const auto& one) { return one.second.status.message() == status.message(); });
  Job::Failure& failure = job.failures[what];
  failure.round = job.round;
  failure.status = status;
  if (!known) LogWarning(status.message(), {{"collector", job.collector->name()}});
  Report(job);
}

void PollStage::NoteSuccess(Job& job, const std::pair<std::uint64_t, std::string>& what) {
  const auto failed = job.failures.find(what);
  if (failed == job.failures.end()) return;
  LogInfo("works again", {{"collector", job.collector->name()}, {"was", std::string(failed->second.status.message())}});
  job.failures.erase(failed);
}

void PollStage::Report(const Job& job) {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::vector<absl::string_view> messages;
  for (const auto& [what, failure] : job.failures) {
    if (messages.empty()) code = failure.status.code();
    if (absl::c_linear_search(messages, failure.status.message())) continue;
    messages.push_back(failure.status.message());
  }
  parts_.readiness->Report(job.collector->name(), absl::Status(code, absl::StrJoin(messages, "; ")));
  parts_.metrics->CollectorUp(job.collector->name(), messages.empty());
}

// A request that waits for another attempt holds nothing up.
bool PollStage::ReadsPast(const Job& job) const {
  if (!job.behind) return false;
  if (job.decoding) return true;
  const absl::Duration now = parts_.clock->SinceBoot();
  const bool asks = job.in_flight > 0 || std::any_of(job.waiting.begin(), job.waiting.end(), [&](const auto& request) { return request->not_before <= now; });
  return job.first && asks;
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
  const bool told = std::all_of(jobs_.begin(), jobs_.end(), [](const auto& job) { return job->asked; });
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
  for (const auto& job : jobs_) {
    if (job->waiting.empty() && job->in_flight == 0) least = std::min(least, job->next_due - now);
    for (const auto& request : job->waiting) least = std::min(least, request->not_before - now);
  }
  return least;
}

}  // namespace nephoscope
