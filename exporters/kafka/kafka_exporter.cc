// kafka: every event to the topics of its receivers, and the newest of each alert to a compacted one. An outbox row is delivered when
// all copies are on all in-sync replicas.
#include "exporters/kafka/kafka_exporter.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "exporters/events/cloud_event.h"
#include "exporters/events/digest_event.h"
#include "exporters/naming.h"
#include "exporters/events/past_event.h"
#include "exporters/receivers.h"

namespace nephoscope {
namespace {

using Json = nlohmann::json;

// A client that delivers nothing for so long is replaced: connections that hang are never noticed otherwise.
constexpr absl::Duration kNoProgress = absl::Seconds(30);
// What a topic refuses is tried again after kRest, then more and more rarely.
constexpr absl::Duration kRest = absl::Seconds(1), kLongestRest = absl::Seconds(30);

const Option kOptions[] = {
    {.name = "brokers",
     .type = OptionType::kTextList,
     .sentence = "Where to find the Kafka cluster: host:port of one or more brokers",
     .example = "[\"kafka:9092\"]",
     .required = true},
    {.name = "topic",
     .type = OptionType::kText,
     .sentence = "Topic that gets every event, in order per alert; those of receivers that have a topic of their own go there instead",
     .default_text = "nephoscope.alert-events"},
    {.name = "latest_topic",
     .type = OptionType::kText,
     .sentence = "Compacted topic that keeps the newest event of each alert",
     .default_text = "nephoscope.alerts"},
    {.name = "create_topics",
     .type = OptionType::kFlag,
     .sentence = "Make the topics when they are missing, with the broker's default partitions and replicas",
     .default_text = "true"},
    {.name = "properties",
     .type = OptionType::kTextMap,
     .sentence = "Further settings of the Kafka client (librdkafka's names), such as TLS and passwords",
     .example = "{security.protocol: sasl_ssl, sasl.username: agent}"},
    {.name = "name", .type = OptionType::kText, .sentence = kNameSentence, .example = "audit"},
};
const OptionTable kTable = {"kafka", "Sends every alert event to Kafka as CloudEvents: nothing lost, repeats carry the same id.", kOptions};

std::string TextOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}
const Json& ObjectOf(const Json& object, const char* name) {
  static const Json kEmpty = Json::object();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : kEmpty;
}

std::vector<std::string> NotifyOf(const Json& event) {
  std::vector<std::string> out;
  const Json& data = ObjectOf(event, "data");
  if (const auto list = data.find("notify"); list != data.end() && list->is_array())
    for (const Json& name : *list)
      if (name.is_string()) out.push_back(name.get<std::string>());
  return out;
}

// Why people are not notified of it: "in_maintenance"; empty: they are.
std::string SuppressedText(const Json& event) {
  const Json& data = ObjectOf(event, "data");
  const auto list = data.find("suppressed");
  std::vector<std::string> out;
  if (list != data.end() && list->is_array())
    for (const Json& reason : *list)
      if (reason.is_string()) out.push_back(reason.get<std::string>());
  return absl::StrJoin(out, ",");
}

// For consumers that filter without parsing.
std::vector<std::pair<std::string, std::string>> HeadersOf(const Json& event) {
  const Json& data = ObjectOf(event, "data");
  std::vector<std::pair<std::string, std::string>> out = {
      {"content-type", kCloudEventContentType},
      {"ce_id", TextOf(event, "id")},
      {"ce_type", TextOf(event, "type")},
      {"ce_source", TextOf(event, "source")},
      {"ce_subject", TextOf(event, "subject")},
      {"ce_time", TextOf(event, "time")},
      {"severity", TextOf(data, "severity")},
      {"status", TextOf(data, "status")},
      {"owner", TextOf(ObjectOf(data, "owner"), "name")},
      {"rule", TextOf(ObjectOf(data, "rule"), "id")},
  };
  if (std::string suppressed = SuppressedText(event); !suppressed.empty()) {
    out.emplace_back("suppressed", std::move(suppressed));
  }
  return out;
}

class KafkaExporter : public Exporter {
 public:
  KafkaExporter(std::string name, KafkaSettings settings, KafkaParts parts, std::unique_ptr<KafkaProducer> producer)
      : name_(std::move(name)), settings_(std::move(settings)), parts_(std::move(parts)), producer_(std::move(producer)) {}

  const std::string& name() const override { return name_; }
  bool wants_events() const override { return true; }
  bool wants_record() const override { return true; }

  // Topics that are new are made before anything more is sent, by a client that knows of them.
  void SetReceivers(const Receivers& receivers) override {
    receivers_ = receivers;
    std::set<std::string> topics;
    for (const auto& [name, receiver] : receivers)
      if (!receiver.topic.empty() && receiver.topic != settings_.topic && receiver.topic != settings_.latest_topic) topics.insert(receiver.topic);
    std::vector<std::string> more(topics.begin(), topics.end());
    if (more == settings_.more_topics) return;
    settings_.more_topics = std::move(more);
    anew_ = true;
  }

  bool Send(const Delivery& delivery) override {
    if (in_flight_.contains(delivery.id)) return true;  // handed in twice: one report answers both
    if (anew_ && in_flight_.empty()) MakeAgain();
    if (anew_ || producer_ == nullptr || !producer_->ready() || static_cast<int>(in_flight_.size()) >= settings_.max_in_flight) return false;
    const Json event = Json::parse(delivery.payload, nullptr, false);
    if (!event.is_object()) {
      results_.push_back({delivery.id, absl::InvalidArgumentError("the event is not a JSON object and was not sent to Kafka")});
      return true;
    }
    // What people are not notified of is for the record alone, not for the topics of receivers.
    std::set<std::string> topics = SuppressedText(event).empty() ? TopicsOf(NotifyOf(event), receivers_, settings_.topic) : std::set<std::string>{settings_.topic};
    topics.erase(settings_.latest_topic);
    std::vector<std::string> all(topics.begin(), topics.end());
    const std::string type = TextOf(event, "type");
    const bool is_digest = type == kDigestEventType || type == kPastEventType;  // a list is not the newest of an alert
    if (!is_digest || all.empty()) all.push_back(is_digest ? settings_.topic : settings_.latest_topic);
    KafkaMessage message{static_cast<std::uint64_t>(delivery.id), "", delivery.key, delivery.payload, HeadersOf(event)};
    return ProduceAll(message, all);
  }

  void Poll(std::vector<DeliveryResult>& results) override {
    if (producer_ == nullptr) MakeAgain();
    TakeReports();
    WakeRested();
    if (anew_ && in_flight_.empty()) MakeAgain();
    if (producer_ != nullptr && (producer_->fatal() || Stuck())) Replace();
    results.insert(results.end(), results_.begin(), results_.end());
    results_.clear();
  }

  absl::Status health() const override {
    if (producer_ == nullptr) return make_status_;
    const absl::Status status = producer_->health();
    return status.ok() ? stalled_ : status;
  }

  void Flush(absl::Duration timeout) override {
    if (producer_ != nullptr) producer_->Flush(timeout);
  }

 private:
  struct InFlight {
    std::vector<std::string> open;  // topics whose copy has no report yet
    absl::Status status;            // the worst so far
    absl::Duration rests_until = -absl::InfiniteDuration();
  };
  struct Topic {
    int open = 0;                 // copies without a report
    absl::Duration progress_at;   // the newest report of success, or the first copy after none was open
    absl::Duration rest = kRest;  // how long the next event that it refuses waits
  };

  // False: not even the first copy was taken. Copies that were not taken later make the whole row be sent again.
  bool ProduceAll(KafkaMessage& message, const std::vector<std::string>& topics) {
    const auto id = static_cast<std::int64_t>(message.token);
    const std::set<std::string>& done = done_[id];  // by an earlier attempt
    for (const std::string& topic : topics) {
      if (done.count(topic) != 0) continue;
      message.topic = topic;
      absl::Status status = producer_->Produce(message);
      if (in_flight_.count(id) == 0) {
        if (absl::IsResourceExhausted(status) || absl::IsUnavailable(status)) return false;
        if (absl::IsInvalidArgument(status)) {
          results_.push_back({id, status});
          done_.erase(id);
          return true;
        }
      }
      InFlight& one = in_flight_[id];
      if (status.ok()) {
        one.open.push_back(topic);
        Topic& state = topics_[topic];
        if (state.open++ == 0) state.progress_at = parts_.since_boot();
      }
      if (absl::IsResourceExhausted(status)) status = absl::UnavailableError(status.message());
      if (!status.ok()) Worsen(one, status, topic);
    }
    const auto sent = in_flight_.find(id);
    if (sent == in_flight_.end()) {  // every copy was there already
      results_.push_back({id, absl::OkStatus()});
      done_.erase(id);
    } else if (sent->second.open.empty()) {
      Finish(sent);
    }
    return true;
  }

  // "Never" is worse than "not now". What a topic refuses rests, longer each time.
  void Worsen(InFlight& one, const absl::Status& status, const std::string& topic) {
    if (one.status.ok() || absl::IsInvalidArgument(status)) one.status = status;
    if (!absl::IsFailedPrecondition(status)) return;
    Topic& state = topics_[topic];
    one.rests_until = std::max(one.rests_until, parts_.since_boot() + state.rest);
  }

  // All copies have their report.
  void Finish(std::map<std::int64_t, InFlight>::iterator it) {
    if (absl::IsFailedPrecondition(it->second.status)) return;  // until WakeRested
    if (it->second.status.ok() || absl::IsInvalidArgument(it->second.status)) done_.erase(it->first);
    results_.push_back({it->first, it->second.status});
    in_flight_.erase(it);
  }

  void WakeRested() {
    const absl::Duration now = parts_.since_boot();
    bool woken = false;
    for (auto it = in_flight_.begin(); it != in_flight_.end();) {
      InFlight& one = it->second;
      const bool due = one.open.empty() && now >= one.rests_until;
      if (due) results_.push_back({it->first, absl::UnavailableError(one.status.message())});
      woken = woken || due;
      it = due ? in_flight_.erase(it) : std::next(it);
    }
    if (!woken) return;
    for (auto& [name, topic] : topics_)
      if (!topic.open) topic.rest = std::min(2 * topic.rest, kLongestRest);
  }

  void TakeReports() {
    if (producer_ == nullptr) return;
    reports_.clear();
    producer_->Poll(reports_);
    for (const KafkaReport& report : reports_) {
      const auto it = in_flight_.find(static_cast<std::int64_t>(report.token));
      if (report.status.ok()) stalled_ = absl::OkStatus();
      if (it == in_flight_.end() || it->second.open.empty()) continue;
      InFlight& one = it->second;
      auto at = std::find(one.open.begin(), one.open.end(), report.topic);
      if (at == one.open.end()) at = one.open.begin();
      const std::string name = *at;
      one.open.erase(at);
      Topic& topic = topics_[name];
      --topic.open;
      if (report.status.ok()) {
        topic.progress_at = parts_.since_boot(), topic.rest = kRest;
        done_[it->first].insert(name);
      } else {
        Worsen(one, report.status, name);
      }
      if (one.open.empty()) Finish(it);
    }
  }

  // The acknowledgements of one topic say nothing about another.
  bool Stuck() const {
    const absl::Duration now = parts_.since_boot();
    return std::any_of(topics_.begin(), topics_.end(), [now](const auto& one) { return one.second.open > 0 && now - one.second.progress_at >= kNoProgress; });
  }

  void Replace() {
    const absl::Status why = producer_->health();
    if (!in_flight_.empty())
      stalled_ = absl::UnavailableError(absl::StrCat("exporter kafka: ", in_flight_.size(), " events were not acknowledged by ",
                                                     settings_.BrokerList(), "; check that the agent may write to \"", settings_.topic,
                                                     "\" and \"", settings_.latest_topic,
                                                     "\" and that enough replicas are in sync; they are sent again"));
    for (const auto& [id, one] : in_flight_)
      results_.push_back({id, absl::UnavailableError(absl::StrCat("not acknowledged by Kafka; the client is made anew",
                                                                  why.ok() ? "" : ": ", why.message()))});
    in_flight_.clear();
    topics_.clear();
    producer_.reset();
    MakeAgain();
  }

  void MakeAgain() {
    anew_ = false;
    producer_.reset();
    absl::StatusOr<std::unique_ptr<KafkaProducer>> made = parts_.make_producer(settings_);
    make_status_ = made.status();
    if (made.ok()) producer_ = *std::move(made);
  }

  const std::string name_;
  KafkaSettings settings_;
  const KafkaParts parts_;
  std::unique_ptr<KafkaProducer> producer_;
  Receivers receivers_;
  bool anew_ = false;  // there are new topics: the client is made anew as soon as nothing is in flight
  absl::Status make_status_;
  absl::Status stalled_;                        // a client had to be replaced and nothing was acknowledged since
  std::map<std::int64_t, InFlight> in_flight_;  // by outbox row, so that what is handed back is in order
  std::map<std::int64_t, std::set<std::string>> done_;  // by outbox row: topics that have it, while others have not
  std::map<std::string, Topic> topics_;
  std::vector<DeliveryResult> results_;
  std::vector<KafkaReport> reports_;
};

absl::StatusOr<std::unique_ptr<Exporter>> Make(const OptionValues& values, const ExporterContext& context) {
  KafkaSettings settings;
  settings.brokers = values.TextList("brokers");
  settings.topic = values.Text("topic");
  settings.latest_topic = values.Text("latest_topic");
  settings.create_topics = values.Flag("create_topics");
  if (values.Has("properties")) settings.properties = values.TextMap("properties");
  KafkaParts parts;
  if (context.only_check)
    parts.make_producer = [](const KafkaSettings& all) -> absl::StatusOr<std::unique_ptr<KafkaProducer>> {
      if (absl::Status status = CheckKafkaProperties(all); !status.ok()) return status;
      return nullptr;
    };
  return MakeKafkaExporter(ExporterName("kafka", values.Text("name")), std::move(settings), std::move(parts));
}

}  // namespace

std::string KafkaSettings::BrokerList() const { return absl::StrJoin(brokers, ","); }

absl::StatusOr<std::unique_ptr<Exporter>> MakeKafkaExporter(std::string name, KafkaSettings settings, KafkaParts parts) {
  if (settings.BrokerList().empty())
    return absl::InvalidArgumentError("exporter kafka: `brokers` is empty; expected at least one such as kafka:9092");
  if (settings.topic.empty() || settings.topic == settings.latest_topic)
    return absl::InvalidArgumentError(
        absl::StrCat("exporter kafka: `topic` is \"", settings.topic, "\"; expected a name that differs from `latest_topic`"));
  absl::StatusOr<std::unique_ptr<KafkaProducer>> producer = parts.make_producer(settings);
  if (!producer.ok()) return producer.status();
  return std::make_unique<KafkaExporter>(std::move(name), std::move(settings), std::move(parts), *std::move(producer));
}

extern const ExporterType kafka_exporter;
const ExporterType kafka_exporter = {"kafka", &kTable, &Make};

}  // namespace nephoscope
