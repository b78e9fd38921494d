// KafkaProducer on librdkafka's C interface. All callbacks come from rd_kafka_poll, on the caller's thread.
#include "exporters/kafka/kafka_producer.h"

#include <ctime>

#include <algorithm>
#include <map>

#include <librdkafka/rdkafka.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

template <auto kDestroy>
struct Destroyer {
  template <typename T>
  void operator()(T* t) const {
    kDestroy(t);
  }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, Destroyer<rd_kafka_conf_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroyer<rd_kafka_NewTopic_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Destroyer<rd_kafka_AdminOptions_destroy>>;
struct HandleDestroyer {
  void operator()(rd_kafka_t* rk) const {
    rd_kafka_purge(rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    rd_kafka_destroy(rk);
  }
};
using Handle = std::unique_ptr<rd_kafka_t, HandleDestroyer>;

constexpr char kWho[] = "exporter kafka: ";
constexpr int kAdminTries = 2;  // with a broker that answers; then we go on as if the topics were there
constexpr absl::Duration kAdminRetry = absl::Seconds(1);

// Properties on which the promise of delivery rests, or that would load code.
constexpr const char* kOurs[] = {"bootstrap.servers",       "metadata.broker.list",         "acks",
                                 "request.required.acks",   "enable.idempotence",           "message.timeout.ms",
                                 "delivery.timeout.ms",     "queue.buffering.max.messages", "log.queue",
                                 "plugin.library.paths",    "statistics.interval.ms",       "transactional.id",
                                 "enable.gapless.guarantee"};

absl::Status SetProperty(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  char unused[512];  // librdkafka's own words repeat the value, which may be a secret
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), unused, sizeof unused)) {
    case RD_KAFKA_CONF_OK: return absl::OkStatus();
    case RD_KAFKA_CONF_UNKNOWN:
      return absl::InvalidArgumentError(absl::StrCat(kWho, "librdkafka ", rd_kafka_version_str(), " has no property \"", name,
                                                     "\"; remove it from `properties` (its CONFIGURATION.md lists them)"));
    default:
      return absl::InvalidArgumentError(absl::StrCat(kWho, "librdkafka does not take the value of the property \"", name,
                                                     "\" (not shown, it may be a secret); its CONFIGURATION.md says what it expects"));
  }
}

bool MayComeRight(rd_kafka_resp_err_t error) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR__INVALID_ARG: return false;
    default: return true;
  }
}

bool TopicMissing(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

// Its cause lies with the topic, and goes when somebody grants a right or makes the topic.
bool TopicRefused(rd_kafka_resp_err_t error) {
  return TopicMissing(error) || error == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION ||
         error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED;
}

std::string Remedy(rd_kafka_resp_err_t error) {
  if (TopicMissing(error)) return "make the topic (the latest_topic with cleanup.policy=compact) or set `create_topics: true`";
  if (error == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) return "give the topic a name that Kafka takes";
  if (error == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || error == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED) return "give the agent's Kafka user the right to WRITE to this topic";
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) return "raise message.max.bytes of the broker and in `properties`";
  return MayComeRight(error) ? "it is tried again" : "see the broker's log";
}

// `create_trouble`: why we could not make the topics; empty: we could, or did not try.
absl::Status DeliveryStatus(rd_kafka_resp_err_t error, absl::string_view topic, absl::string_view create_trouble) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  std::string message = absl::StrCat("Kafka topic \"", topic, "\": ", rd_kafka_err2str(error), "; ", Remedy(error));
  if (TopicMissing(error) && !create_trouble.empty()) absl::StrAppend(&message, " (", create_trouble, ")");
  if (TopicRefused(error)) return absl::FailedPreconditionError(message);
  return MayComeRight(error) ? absl::UnavailableError(message) : absl::InvalidArgumentError(message);
}

class LibrdkafkaProducer : public KafkaProducer {
 public:
  explicit LibrdkafkaProducer(const KafkaSettings& settings) : settings_(settings), ready_(!settings.create_topics) {}

  absl::Status Configure(rd_kafka_conf_t* conf) {
    for (const auto& [name, value] : settings_.properties) {
      if (std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs))
        return absl::InvalidArgumentError(
            absl::StrCat(kWho, "the property \"", name, "\" is set by the agent; remove it from `properties`"));
    }
    std::vector<std::pair<std::string, std::string>> all = {{"client.id", "nephoscope"},
                                                            {"linger.ms", "5"},
                                                            {"partitioner", "murmur2_random"},
                                                            {"max.in.flight.requests.per.connection", "5"},
                                                            {"reconnect.backoff.max.ms", "2000"}};
    all.insert(all.end(), settings_.properties.begin(), settings_.properties.end());
    all.insert(all.end(), {{"bootstrap.servers", settings_.BrokerList()},
                           {"acks", "all"},
                           {"enable.idempotence", "true"},
                           {"message.timeout.ms", "0"},
                           {"queue.buffering.max.messages", std::to_string((2 + static_cast<int>(settings_.more_topics.size())) * settings_.max_in_flight)},
                           {"statistics.interval.ms", "1000"},
                           {"log.queue", "true"}});
    for (const auto& [name, value] : all)
      if (absl::Status s = SetProperty(conf, name, value); !s.ok()) return s;
    rd_kafka_conf_set_opaque(conf, this);
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* m, void* self) { Self(self).Delivered(*m); });
    rd_kafka_conf_set_error_cb(conf, [](rd_kafka_t*, int error, const char* why, void* self) { Self(self).Failed(error, why); });
    rd_kafka_conf_set_log_cb(
        conf, [](const rd_kafka_t* rk, int level, const char*, const char* text) { Self(rd_kafka_opaque(rk)).Logged(level, text); });
    rd_kafka_conf_set_stats_cb(conf, [](rd_kafka_t*, char* json, std::size_t size, void* self) {
      return Self(self).Counted({json, size}), 0;
    });
    return absl::OkStatus();
  }

  absl::Status Start() {
    Conf conf(rd_kafka_conf_new());
    if (absl::Status s = Configure(conf.get()); !s.ok()) return s;
    char why[512];
    rk_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why, sizeof why));
    if (rk_ == nullptr)
      return absl::InvalidArgumentError(absl::StrCat(kWho, "the Kafka client does not start: ", why, "; check `properties`"));
    (void)conf.release();  // the client owns it now
    rd_kafka_set_log_queue(rk_.get(), nullptr);
    admin_queue_.reset(rd_kafka_queue_new(rk_.get()));
    return absl::OkStatus();
  }

  ~LibrdkafkaProducer() override {
    admin_queue_.reset();
    rk_.reset();  // while what its callbacks use is still there
  }

  bool ready() const override { return ready_; }
  bool fatal() const override { return rd_kafka_fatal_error(rk_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR; }

  absl::Status Produce(const KafkaMessage& m) override {
    rd_kafka_headers_t* headers = rd_kafka_headers_new(m.headers.size());
    for (const auto& [name, value] : m.headers)
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(), static_cast<ssize_t>(value.size()));
    const rd_kafka_resp_err_t error =
        rd_kafka_producev(rk_.get(), RD_KAFKA_V_TOPIC(m.topic.c_str()), RD_KAFKA_V_KEY(m.key.data(), m.key.size()),
                          RD_KAFKA_V_VALUE(const_cast<char*>(m.value.data()), m.value.size()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(m.token)), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
    rd_kafka_headers_destroy(headers);  // ours again
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return absl::ResourceExhaustedError("the Kafka client's queue is full");
    if (TopicRefused(error)) topic_trouble_[m.topic] = DeliveryStatus(error, m.topic, create_trouble_);
    if (TopicMissing(error)) MakeTopicsAgain();
    return DeliveryStatus(error, m.topic, create_trouble_);
  }

  void Poll(std::vector<KafkaReport>& reports) override {
    if (!ready_) CreateTopics();
    rd_kafka_poll(rk_.get(), 0);
    TakeAdminAnswer();
    reports.insert(reports.end(), reports_.begin(), reports_.end());
    reports_.clear();
  }

  void Flush(absl::Duration timeout) override { rd_kafka_flush(rk_.get(), static_cast<int>(absl::ToInt64Milliseconds(timeout))); }

  absl::Status health() const override {
    char why[512];
    if (rd_kafka_fatal_error(rk_.get(), why, sizeof why) != RD_KAFKA_RESP_ERR_NO_ERROR)
      return absl::UnavailableError(absl::StrCat(kWho, "the Kafka client stopped (", why, ") and is made anew"));
    if (!broker_answers_)
      return absl::UnavailableError(absl::StrCat(kWho, "no broker of ", settings_.BrokerList(),
                                                 last_error_.empty() ? " has answered yet" : absl::StrCat(" answers (", last_error_, ")"),
                                                 ": check that Kafka runs and that `brokers:` is right; events wait in the database"));
    if (!ready_)
      return absl::UnavailableError(
          absl::StrCat(kWho, "the topics are not made yet by ", settings_.BrokerList(), "; events wait in the database"));
    for (const auto& [topic, status] : topic_trouble_)
      if (!status.ok()) return status;
    return absl::OkStatus();
  }

 private:
  static LibrdkafkaProducer& Self(void* opaque) { return *static_cast<LibrdkafkaProducer*>(opaque); }

  void Delivered(const rd_kafka_message_t& m) {
    const std::string topic = rd_kafka_topic_name(m.rkt);
    const absl::Status status = DeliveryStatus(m.err, topic, create_trouble_);
    if (status.ok()) BrokerAnswered();
    if (status.ok() || m.err != RD_KAFKA_RESP_ERR__PURGE_QUEUE) topic_trouble_[topic] = status;
    if (TopicMissing(m.err)) MakeTopicsAgain();
    reports_.push_back({reinterpret_cast<std::uint64_t>(m._private), status, topic});
  }

  // Somebody deleted one.
  void MakeTopicsAgain() {
    if (!settings_.create_topics || !ready_) return;
    ready_ = false;
    admin_tries_ = 0;
  }

  void Failed(int error, const char* why) {
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
      broker_answers_ = false;
    else
      last_error_ = why;
  }

  // librdkafka's syslog levels: 3 and below are errors.
  void Logged(int level, const char* text) {
    if (level <= 3 && last_error_.empty()) last_error_ = text;
  }

  void Counted(const std::string& json) {
    const auto stats = nlohmann::json::parse(json, nullptr, false);
    if (!stats.is_object() || !stats.contains("brokers")) return;
    for (const auto& broker : stats["brokers"])
      if (broker.is_object() && broker.value("state", "") == "UP") return BrokerAnswered();
  }

  void BrokerAnswered() {
    broker_answers_ = true;
    last_error_.clear();
  }

  NewTopic Describe(const std::string& name, const char* cleanup) const {
    char unused[256];
    NewTopic topic(rd_kafka_NewTopic_new(name.c_str(), -1, -1, unused, sizeof unused));  // -1: the broker's defaults (Kafka >= 2.4)
    if (topic != nullptr) rd_kafka_NewTopic_set_config(topic.get(), "cleanup.policy", cleanup);
    return topic;
  }

  // Asks the brokers to make the topics; TakeAdminAnswer gets the answer.
  void CreateTopics() {
    if (admin_asked_ || KafkaSinceBoot() < admin_again_at_) return;
    std::vector<NewTopic> made;
    made.push_back(Describe(settings_.topic, "delete"));
    made.push_back(Describe(settings_.latest_topic, "compact"));
    for (const std::string& topic : settings_.more_topics) made.push_back(Describe(topic, "delete"));
    const AdminOptions options(rd_kafka_AdminOptions_new(rk_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
    char unused[256];
    rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(absl::ToInt64Milliseconds(settings_.admin_timeout)), unused,
                                              sizeof unused);
    std::vector<rd_kafka_NewTopic_t*> topics;
    for (const NewTopic& topic : made)
      if (topic != nullptr) topics.push_back(topic.get());
    rd_kafka_CreateTopics(rk_.get(), topics.data(), topics.size(), options.get(), admin_queue_.get());
    admin_asked_ = true;
  }

  void TakeAdminAnswer() {
    const Event event(rd_kafka_queue_poll(admin_queue_.get(), 0));
    if (event == nullptr || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_CREATETOPICS_RESULT) return;
    admin_asked_ = false;
    admin_again_at_ = KafkaSinceBoot() + kAdminRetry;
    const rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
    const bool unanswered =
        error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__DESTROY;
    if (unanswered && (!broker_answers_ || ++admin_tries_ < kAdminTries)) return;
    BrokerAnswered();
    ready_ = true;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      create_trouble_ = absl::StrCat("the agent could not make them: ", rd_kafka_event_error_string(event.get()));
      return;
    }
    std::size_t count = 0;
    const rd_kafka_topic_result_t** topics = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
    for (std::size_t i = 0; i < count; ++i) TopicAnswered(topics[i]);
  }

  void TopicAnswered(const rd_kafka_topic_result_t* result) {
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(result);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR || error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return;
    if (error == RD_KAFKA_RESP_ERR_NOT_CONTROLLER || error == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT) {
      ready_ = false;  // ask again
      return;
    }
    // It may be there all the same (we may just not have the right to make it): the first delivery tells.
    create_trouble_ = absl::StrCat("the agent could not make \"", rd_kafka_topic_result_name(result), "\": ", rd_kafka_err2str(error));
  }

  const KafkaSettings settings_;
  Handle rk_;
  Queue admin_queue_;
  bool ready_;
  bool broker_answers_ = false;
  bool admin_asked_ = false;
  int admin_tries_ = 0;  // that got no answer though a broker was there
  absl::Duration admin_again_at_ = absl::ZeroDuration();
  std::string last_error_;
  std::string create_trouble_;  // why a topic that then turns out to be missing could not be made
  std::map<std::string, absl::Status> topic_trouble_;
  std::vector<KafkaReport> reports_;
};

}  // namespace

absl::Status CheckKafkaProperties(const KafkaSettings& settings) {
  const Conf conf(rd_kafka_conf_new());
  return LibrdkafkaProducer(settings).Configure(conf.get());
}

absl::StatusOr<std::unique_ptr<KafkaProducer>> MakeLibrdkafkaProducer(const KafkaSettings& settings) {
  auto producer = std::make_unique<LibrdkafkaProducer>(settings);
  if (absl::Status s = producer->Start(); !s.ok()) return s;
  return producer;
}

absl::Duration KafkaSinceBoot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

}  // namespace nephoscope
