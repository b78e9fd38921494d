// alertmanager: keeps every Alertmanager told of what is active (API v2). Level-triggered: the whole truth again and again, so
// that a lost request or a restart on either side heals by itself.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "exporters/alertmanager/alertmanager_labels.h"
#include "exporters/exporter.h"
#include "exporters/naming.h"
#include "exporters/receivers.h"
#include "exporters/text.h"
#include "rules/model/check.h"

namespace nephoscope {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxBatch = 256;                      // as Prometheus does
constexpr absl::Duration kKeepTelling = absl::Minutes(15);  // the end of an alert is repeated this long
constexpr absl::Duration kAfterFailure = absl::Seconds(5);  // no request to a failed one before this

const Option kOptions[] = {
    {.name = "urls",
     .type = OptionType::kTextList,
     .sentence = "Every Alertmanager of the cluster; all of them are told, as Alertmanager wants it",
     .example = "[\"http://alertmanager:9093\"]",
     .required = true},
    {.name = "every",
     .type = OptionType::kDuration,
     .sentence = "How often alerts that go on are sent again",
     .default_text = "1m",
     .example = "30s",
     .minimum = 1,
     .maximum = 3600},
    {.name = "name", .type = OptionType::kText, .sentence = kNameSentence, .example = "ops"},
};
const OptionTable kTable = {"alertmanager", "Pushes alerts to Prometheus Alertmanager, which groups, silences and notifies.", kOptions};

// Without the user and password that a URL may carry.
std::string SafeUrl(absl::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == absl::string_view::npos) return std::string(url);
  const std::size_t host = scheme + 3;
  const std::size_t at = url.substr(0, url.find('/', host)).rfind('@');
  return at == absl::string_view::npos || at < host ? std::string(url) : absl::StrCat(url.substr(0, host), url.substr(at + 1));
}

// What one Alertmanager was told under one fingerprint.
struct Told {
  std::string alert_id;
  Labels labels;
  Json annotations;
  absl::Time starts_at;
  absl::Time ends_at = absl::InfiniteFuture();    // InfiniteFuture: active
  absl::Time forget_at = absl::InfiniteFuture();  // an ended one is repeated until then
  std::uint64_t sequence = 0;
  absl::Time sent_at = absl::InfinitePast();  // InfinitePast: must be sent now

  bool active() const { return ends_at == absl::InfiniteFuture(); }
};

Json Annotations(const Transition& t) {
  Json out = Json::object();
  const auto add = [&out](const std::string& name, const std::string& text) {
    if (!text.empty()) out[SanitiseLabelName(name)] = ValidUtf8(text);
  };
  for (const NamedValue& v : t.values) add(v.name, v.unit.empty() ? v.value : absl::StrCat(v.value, " ", v.unit));
  for (const auto& [name, text] : t.annotations) add(name, text);
  add("alert_id", t.alert_id);
  add("summary", t.summary);
  add("description", t.explanation);
  add("runbook_url", t.runbook);
  add("owner_contact", t.owner.contact);
  if (!t.impact.basis.empty()) add("impact", absl::StrCat(t.impact.amount.ToText(), " (", t.impact.basis, ")"));
  return out;
}

bool IsActive(const Transition& t) { return t.status == AlertState::kFiring || t.status == AlertState::kRecovering; }

// One Alertmanager: its own memory of what it was told, and its own health.
class Target {
 public:
  Target(std::string url, absl::Duration every) : url_(std::move(url)), every_(every) {}

  // Compares what is with what was told; marks what must be sent now.
  void Update(absl::Span<const AlertSnapshot> alerts, absl::Time now) {
    std::map<std::string, const AlertSnapshot*> by_id;
    for (const AlertSnapshot& alert : alerts) {
      by_id[alert.last.alert_id] = &alert;
      if (!alert.last.rule.name.empty()) Tell(alert, now);
    }
    for (auto& [fingerprint, told] : told_)
      if (told.active()) EndIfOver(fingerprint, told, by_id, now);
    for (auto it = told_.begin(); it != told_.end();) it = it->second.forget_at <= now ? told_.erase(it) : std::next(it);
  }

  // The fingerprints due now, in batches; the end of an old fingerprint and its successor are in one batch.
  std::vector<std::vector<std::uint64_t>> Due(absl::Time now) const {
    if (in_flight > 0 || now < retry_at) return {};
    std::map<std::string, std::vector<std::uint64_t>> by_alert;
    for (const auto& [fingerprint, told] : told_)
      if (now - told.sent_at >= every_) by_alert[told.alert_id].push_back(fingerprint);
    std::vector<std::vector<std::uint64_t>> batches;
    for (const auto& [id, fingerprints] : by_alert) {
      if (batches.empty() || batches.back().size() + fingerprints.size() > kMaxBatch) batches.emplace_back();
      batches.back().insert(batches.back().end(), fingerprints.begin(), fingerprints.end());
    }
    return batches;
  }

  // The JSON of one batch; its alerts count as sent until the answer says otherwise.
  std::string Batch(const std::vector<std::uint64_t>& fingerprints, absl::Time now) {
    const absl::Time still_active = now + 4 * std::max(absl::Minutes(1), every_);  // ends by itself when we fall silent
    Json all = Json::array();
    for (const std::uint64_t fingerprint : fingerprints) {
      Told& told = told_.at(fingerprint);
      told.sent_at = now;
      Json labels = Json::object();
      for (const LabelView label : told.labels.pairs()) labels[label.name] = label.value;
      const absl::Time end = told.active() ? still_active : told.ends_at;
      all.push_back({{"labels", labels},
                     {"annotations", told.annotations},
                     {"startsAt", Rfc3339(std::min(told.starts_at, end))},
                     {"endsAt", Rfc3339(end)}});
    }
    return all.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  void Answered(const std::vector<std::uint64_t>& fingerprints, int status, const std::string& body) {
    --in_flight;
    if (status == 200) {
      health = absl::OkStatus();
      return;
    }
    for (const std::uint64_t fingerprint : fingerprints)
      if (const auto it = told_.find(fingerprint); it != told_.end()) it->second.sent_at = absl::InfinitePast();
    retry_at = last_sync + kAfterFailure;
    const std::string name = absl::StrCat("Alertmanager ", SafeUrl(url_));
    if (status == 0)
      health = absl::UnavailableError(
          absl::StrCat(name, " does not answer: check that it runs and that `urls:` is right; active alerts are sent again until it does"));
    else
      health = absl::UnavailableError(absl::StrCat(name, " answered ", status, " (expected 200): ", Printable(CutUtf8(body, 200))));
  }

  const std::string& url() const { return url_; }

  int in_flight = 0;
  absl::Time last_sync = absl::InfinitePast();
  absl::Time retry_at = absl::InfinitePast();
  absl::Status health;

 private:
  void Tell(const AlertSnapshot& alert, absl::Time now) {
    const Transition& t = alert.last;
    const bool over = t.status == AlertState::kInactive && t.ends_at && now - alert.recorded < kKeepTelling;
    if (!IsActive(t) && !over) return;
    const Labels labels = AlertmanagerLabels(t);
    Told& told = told_[Fingerprint(labels)];
    if (told.sequence == t.sequence && told.active() == IsActive(t)) return;
    told = {t.alert_id, labels, Annotations(t), t.starts_at == absl::InfinitePast() ? t.time : t.starts_at};
    told.sequence = t.sequence;
    if (over) {
      told.ends_at = *t.ends_at;
      told.forget_at = std::max(alert.recorded, now - kKeepTelling) + kKeepTelling;
    }
  }

  // Ends what is told as active and is not any more: another severity (so another fingerprint), or gone from the list.
  void EndIfOver(std::uint64_t fingerprint, Told& told, const std::map<std::string, const AlertSnapshot*>& by_id, absl::Time now) {
    const auto it = by_id.find(told.alert_id);
    const Transition* t = it == by_id.end() ? nullptr : &it->second->last;
    if (t != nullptr && IsActive(*t) && Fingerprint(AlertmanagerLabels(*t)) == fingerprint) return;
    const absl::Time end = t == nullptr ? now : t->ends_at.value_or(t->time);
    told.ends_at = std::max(std::min(end, now), told.starts_at);
    told.forget_at = now + kKeepTelling;
    told.sent_at = absl::InfinitePast();
  }

  const std::string url_;
  const absl::Duration every_;
  std::map<std::uint64_t, Told> told_;
};

class AlertmanagerExporter : public Exporter {
 public:
  AlertmanagerExporter(std::string name, const std::vector<std::string>& urls, absl::Duration every, HttpPost post)
      : name_(std::move(name)), post_(std::move(post)) {
    for (const std::string& url : urls) targets_.push_back(std::make_shared<Target>(std::string(absl::StripSuffix(url, "/")), every));
  }

  const std::string& name() const override { return name_; }

  void SetReceivers(const Receivers& receivers) override { receivers_ = receivers; }

  void Sync(absl::Span<const AlertSnapshot> alerts, absl::Time now) override {
    std::vector<AlertSnapshot> chosen;
    if (!receivers_.empty()) {
      std::copy_if(alerts.begin(), alerts.end(), std::back_inserter(chosen), [this](const AlertSnapshot& one) { return GoesToAlertmanager(one.last.notify, receivers_); });
      alerts = chosen;
    }
    for (const std::shared_ptr<Target>& target : targets_) {
      target->last_sync = now;
      target->Update(alerts, now);
      for (std::vector<std::uint64_t>& batch : target->Due(now)) Post(target, std::move(batch), now);
    }
  }

  absl::Status health() const override {
    for (const std::shared_ptr<Target>& target : targets_)
      if (!target->health.ok()) return target->health;
    return absl::OkStatus();
  }

 private:
  // The answer may come after this exporter is gone: it holds the target weakly.
  void Post(const std::shared_ptr<Target>& target, std::vector<std::uint64_t> batch, absl::Time now) {
    std::string body = target->Batch(batch, now);
    ++target->in_flight;
    post_(absl::StrCat(target->url(), "/api/v2/alerts"), "application/json", std::move(body),
          [weak = std::weak_ptr<Target>(target), batch = std::move(batch)](int status, std::string answer) {
            if (const std::shared_ptr<Target> alive = weak.lock()) alive->Answered(batch, status, answer);
          });
  }

  const std::string name_;
  const HttpPost post_;
  std::vector<std::shared_ptr<Target>> targets_;
  Receivers receivers_;
};

absl::StatusOr<std::unique_ptr<Exporter>> Make(const OptionValues& values, const ExporterContext& context) {
  const std::vector<std::string>& urls = values.TextList("urls");
  if (urls.empty())
    return absl::InvalidArgumentError("exporter alertmanager: `urls` is empty; expected at least one such as http://alertmanager:9093");
  for (const std::string& url : urls)
    if (!absl::StartsWith(url, "http://") && !absl::StartsWith(url, "https://"))
      return absl::InvalidArgumentError(absl::StrCat("exporter alertmanager: \"", SafeUrl(url),
                                                     "\" in `urls` is not a URL; expected one such as http://alertmanager:9093"));
  CHECK(context.post != nullptr);
  return std::make_unique<AlertmanagerExporter>(ExporterName("alertmanager", values.Text("name")), urls, values.Duration("every"),
                                                context.post);
}

}  // namespace

extern const ExporterType alertmanager_exporter;
const ExporterType alertmanager_exporter = {"alertmanager", &kTable, &Make};

}  // namespace nephoscope
