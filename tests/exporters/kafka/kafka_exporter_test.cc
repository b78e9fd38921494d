// The Kafka exporter: its bookkeeping on a fake producer, and the real client against librdkafka's own mock cluster.
#include "exporters/kafka/kafka_exporter.h"

#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <thread>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <boost/test/unit_test.hpp>

#include "tests/exporters/sample_alert.h"

namespace nephoscope {
namespace {

// What the exporter handed over, and what its producer shall answer.
struct FakeKafka {
  bool ready = true, fatal = false;
  int made = 0;
  std::deque<absl::Status> produce;  // answers of the next Produce calls; empty: OK
  std::vector<KafkaMessage> messages;
  std::vector<KafkaReport> reports;
  absl::Status make, health;
  absl::Duration since_boot = absl::Hours(1);

  class Producer : public KafkaProducer {
   public:
    explicit Producer(FakeKafka& kafka) : kafka_(kafka) {}
    bool ready() const override { return kafka_.ready; }
    absl::Status Produce(const KafkaMessage& message) override {
      absl::Status status;
      if (!kafka_.produce.empty()) status = kafka_.produce.front(), kafka_.produce.pop_front();
      if (status.ok()) kafka_.messages.push_back(message);
      return status;
    }
    void Poll(std::vector<KafkaReport>& reports) override { reports = std::exchange(kafka_.reports, {}); }
    void Flush(absl::Duration) override {}
    bool fatal() const override { return kafka_.fatal; }
    absl::Status health() const override { return kafka_.health; }

   private:
    FakeKafka& kafka_;
  };

  std::unique_ptr<Exporter> Make() {
    KafkaParts parts;
    parts.make_producer = [this](const KafkaSettings&) -> absl::StatusOr<std::unique_ptr<KafkaProducer>> {
      ++made;
      fatal = false;
      if (!make.ok()) return make;
      return std::make_unique<Producer>(*this);
    };
    parts.since_boot = [this] { return since_boot; };
    return *MakeKafkaExporter("kafka", {.brokers = {"k:9092"}, .topic = "events", .latest_topic = "latest", .max_in_flight = 3}, parts);
  }
};

Delivery Payments(std::int64_t id) {
  const AlertSnapshot alert = PaymentsOverBudget();
  return {id, alert.last.alert_id, alert.last.event_id, ToCloudEvent(alert.last, "finops-eu-1", alert.recorded)};
}

std::vector<DeliveryResult> Poll(Exporter& exporter) {
  std::vector<DeliveryResult> results;
  exporter.Poll(results);
  return results;
}

const std::map<std::string, std::string> kHeaders = {{"content-type", "application/cloudevents+json; charset=UTF-8"},
                                                     {"ce_id", "9f2c61d04b7ae8135a60c2f1d7e84b93"},
                                                     {"ce_type", "io.nephoscope.alert.escalated.v1"},
                                                     {"ce_source", "/agents/finops-eu-1"},
                                                     {"ce_subject", "DepartmentMonthlyBudget/department=payments"},
                                                     {"ce_time", "2026-06-18T00:00:00Z"},
                                                     {"severity", "critical"},
                                                     {"status", "firing"},
                                                     {"owner", "payments-platform"},
                                                     {"rule", "department-monthly-budget"}};

// One broker in this process; lives as long as `handle_`.
class MockCluster {
 public:
  MockCluster() {
    char why[256];
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), why, sizeof why);
    cluster_ = rd_kafka_mock_cluster_new(handle_, 1);
    for (const char* topic : {"events", "latest"}) rd_kafka_mock_topic_create(cluster_, topic, 2, 1);
  }
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }
  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void SetUp(bool up) { up ? rd_kafka_mock_broker_set_up(cluster_, 1) : rd_kafka_mock_broker_set_down(cluster_, 1); }
  void FailTopic(const char* topic, rd_kafka_resp_err_t error) { rd_kafka_mock_topic_set_error(cluster_, topic, error); }
  void FailNextProduce(rd_kafka_resp_err_t error) { rd_kafka_mock_push_request_errors(cluster_, 0, 1, error); }

  std::unique_ptr<Exporter> Make(bool create_topics, std::vector<std::pair<std::string, std::string>> properties = {}) const {
    KafkaSettings settings{{brokers()}, "events", "latest", create_topics, std::move(properties)};
    settings.admin_timeout = absl::Milliseconds(700);
    absl::StatusOr<std::unique_ptr<Exporter>> made = MakeKafkaExporter("kafka", settings, {});
    BOOST_REQUIRE_MESSAGE(made.ok(), made.status());
    return *std::move(made);
  }

 private:
  rd_kafka_t* handle_;
  rd_kafka_mock_cluster_t* cluster_;
};

struct Consumed {
  std::string key, value;
  std::map<std::string, std::string> headers;
};

// All messages of a topic, read by a consumer of its own, until `count` are there or none came for a while.
std::vector<Consumed> Consume(const MockCluster& cluster, const char* topic, std::size_t count) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  char why[256];
  rd_kafka_conf_set(conf, "bootstrap.servers", cluster.brokers().c_str(), why, sizeof why);
  rd_kafka_conf_set(conf, "group.id", "test", why, sizeof why);
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(2);
  for (int partition : {0, 1}) rd_kafka_topic_partition_list_add(all, topic, partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, all);
  rd_kafka_topic_partition_list_destroy(all);
  std::vector<Consumed> out;
  for (int silent = 0; silent < (out.empty() ? 50 : 10) && out.size() < count; ++silent) {
    rd_kafka_message_t* m = rd_kafka_consumer_poll(consumer, 100);
    if (m == nullptr) continue;
    silent = 0;
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      Consumed one{{static_cast<const char*>(m->key), m->key_len}, {static_cast<const char*>(m->payload), m->len}, {}};
      rd_kafka_headers_t* headers = nullptr;
      rd_kafka_message_headers(m, &headers);
      const char* name;
      const void* value;
      std::size_t size;
      for (std::size_t n = 0; headers != nullptr && rd_kafka_header_get_all(headers, n, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
           ++n)
        one.headers[name] = std::string(static_cast<const char*>(value), size);
      out.push_back(std::move(one));
    }
    rd_kafka_message_destroy(m);
  }
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  return out;
}

void Nap() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }

// Polls until `done(results so far)` or for 5 s.
template <typename Done>
std::vector<DeliveryResult> PollUntil(Exporter& exporter, Done done) {
  std::vector<DeliveryResult> results;
  for (int i = 0; i < 500 && !done(results); ++i) {
    exporter.Poll(results);
    Nap();
  }
  BOOST_TEST(done(results), exporter.health());
  return results;
}

void PollFor(Exporter& exporter, int naps) {
  for (; naps > 0; --naps) {
    Poll(exporter);
    Nap();
  }
}

void SendWhenReady(Exporter& exporter, const Delivery& delivery) {
  PollUntil(exporter, [&](const auto&) { return exporter.Send(delivery); });
}

bool Contains(const absl::Status& status, const char* text) { return std::string(status.message()).find(text) != std::string::npos; }

BOOST_AUTO_TEST_SUITE(kafka_exporter_test)

BOOST_AUTO_TEST_CASE(a_delivery_goes_to_both_topics_with_key_and_headers) {
  FakeKafka kafka;
  const auto exporter = kafka.Make();
  BOOST_TEST(exporter->Send(Payments(17)));
  BOOST_REQUIRE_EQUAL(kafka.messages.size(), 2u);
  BOOST_TEST(kafka.messages[0].topic == "events");
  BOOST_TEST(kafka.messages[1].topic == "latest");
  for (const KafkaMessage& message : kafka.messages) {
    BOOST_TEST(message.token == 17u);
    BOOST_TEST(message.key == "3b0d7c5f9a1e42d8");
    BOOST_TEST(message.value == Payments(17).payload);
    BOOST_TEST((std::map<std::string, std::string>(message.headers.begin(), message.headers.end()) == kHeaders));
  }
}

Delivery For(std::int64_t id, std::vector<std::string> notify) {
  AlertSnapshot alert = PaymentsOverBudget();
  alert.last.notify = std::move(notify);
  return {id, alert.last.alert_id, alert.last.event_id, ToCloudEvent(alert.last, "finops-eu-1", alert.recorded)};
}

BOOST_AUTO_TEST_CASE(receivers_with_topics_of_their_own_get_a_copy_there_and_all_copies_count) {
  FakeKafka kafka;
  const auto exporter = kafka.Make();
  exporter->SetReceivers({{"finops", {"money", true}}, {"audit", {"audit", false}}, {"owner", {"", true}}});
  BOOST_TEST(exporter->Send(For(1, {"finops", "audit", "owner"})));
  BOOST_TEST(kafka.made == 2);  // by a client that knows of the new topics
  std::vector<std::string> topics;
  for (const KafkaMessage& message : kafka.messages) topics.push_back(message.topic);
  BOOST_TEST(topics == (std::vector<std::string>{"audit", "events", "money", "latest"}), boost::test_tools::per_element());
  for (int copies = 1; copies <= 4; ++copies) {
    kafka.reports = {{1, absl::OkStatus()}};
    BOOST_TEST(Poll(*exporter).size() == (copies == 4 ? 1u : 0u));
  }
  kafka.messages.clear();
  BOOST_TEST(exporter->Send(For(2, {"finops"})));
  BOOST_REQUIRE_EQUAL(kafka.messages.size(), 2u);
  BOOST_TEST(kafka.messages[0].topic == "money");
}

BOOST_AUTO_TEST_CASE(new_topics_wait_for_what_is_under_way) {
  FakeKafka kafka;
  const auto exporter = kafka.Make();
  exporter->Send(Payments(1));
  exporter->SetReceivers({{"finops", {"money", true}}});
  BOOST_TEST(!exporter->Send(For(2, {"finops"})));
  BOOST_TEST(kafka.made == 1);
  kafka.reports = {{1, absl::OkStatus()}, {1, absl::OkStatus()}};
  BOOST_TEST(Poll(*exporter).size() == 1u);
  BOOST_TEST(kafka.made == 2);
  BOOST_TEST(exporter->Send(For(2, {"finops"})));
  exporter->SetReceivers({{"finops", {"money", false}}, {"owner", {"events", true}}});
  kafka.reports = {{2, absl::OkStatus()}, {2, absl::OkStatus()}};
  Poll(*exporter);
  BOOST_TEST(kafka.made == 2);  // nothing that it does not know
}

BOOST_AUTO_TEST_CASE(a_row_is_delivered_when_both_copies_are) {
  FakeKafka kafka;
  const auto exporter = kafka.Make();
  exporter->Send(Payments(1));
  kafka.reports = {{1, absl::OkStatus()}};
  BOOST_TEST(Poll(*exporter).empty());
  kafka.reports = {{1, absl::OkStatus()}};
  const auto results = Poll(*exporter);
  BOOST_REQUIRE_EQUAL(results.size(), 1u);
  BOOST_TEST(results[0].id == 1);
  BOOST_TEST(results[0].status.ok());
}

BOOST_AUTO_TEST_CASE(the_worse_of_two_reports_counts) {
  const absl::Status ok, later = absl::UnavailableError("later"), never = absl::InvalidArgumentError("never");
  const struct {
    const char* what;
    absl::Status first, second;
    absl::StatusCode want;
  } rows[] = {{"one fails", ok, later, absl::StatusCode::kUnavailable},
              {"the other fails", later, ok, absl::StatusCode::kUnavailable},
              {"never beats later", later, never, absl::StatusCode::kInvalidArgument},
              {"in any order", never, later, absl::StatusCode::kInvalidArgument}};
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      FakeKafka kafka;
      const auto exporter = kafka.Make();
      exporter->Send(Payments(1));
      kafka.reports = {{1, row.first}, {1, row.second}};
      const auto results = Poll(*exporter);
      BOOST_REQUIRE_EQUAL(results.size(), 1u);
      BOOST_TEST((results[0].status.code() == row.want));
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_taken_is_handed_back) {
  const absl::Status full = absl::ResourceExhaustedError("full"), never = absl::InvalidArgumentError("too large");
  {
    FakeKafka kafka;
    const auto exporter = kafka.Make();
    for (int id = 1; id <= 3; ++id) BOOST_TEST(exporter->Send(Payments(id)));
    BOOST_TEST(!exporter->Send(Payments(4)));  // max_in_flight
    BOOST_TEST(exporter->Send(Payments(3)));   // known already: no third copy
    BOOST_TEST(kafka.messages.size() == 6u);
  }
  {
    FakeKafka kafka;
    const auto exporter = kafka.Make();
    kafka.ready = false;
    BOOST_TEST(!exporter->Send(Payments(1)));
    kafka.ready = true;
    kafka.produce = {full};
    BOOST_TEST(!exporter->Send(Payments(1)));
    kafka.produce = {never};
    BOOST_TEST(exporter->Send(Payments(1)));
    BOOST_TEST(absl::IsInvalidArgument(Poll(*exporter).at(0).status));
  }
  {
    FakeKafka kafka;
    const auto exporter = kafka.Make();
    kafka.produce = {absl::OkStatus(), full};  // only the first copy was taken
    BOOST_TEST(exporter->Send(Payments(1)));
    kafka.reports = {{1, absl::OkStatus()}};
    BOOST_TEST(absl::IsUnavailable(Poll(*exporter).at(0).status));
  }
  FakeKafka kafka;
  const auto exporter = kafka.Make();
  BOOST_TEST(exporter->Send({9, "k", "e", "not json"}));
  BOOST_TEST(absl::IsInvalidArgument(Poll(*exporter).at(0).status));
  BOOST_TEST(kafka.messages.empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_gives_up_or_makes_no_progress_for_30_s_is_made_anew) {
  for (const bool fatal : {true, false}) BOOST_TEST_CONTEXT("fatal " << fatal) {
      FakeKafka kafka;
      const auto exporter = kafka.Make();
      exporter->Send(Payments(2));
      exporter->Send(Payments(1));
      kafka.since_boot += absl::Seconds(29);
      kafka.reports = {{2, absl::OkStatus()}, {2, absl::OkStatus()}};  // progress: the 30 s begin again
      BOOST_TEST(Poll(*exporter).size() == 1u);
      kafka.since_boot += absl::Seconds(29);
      BOOST_TEST(Poll(*exporter).empty());
      BOOST_TEST(kafka.made == 1);
      fatal ? void(kafka.fatal = true) : void(kafka.since_boot += absl::Seconds(1));
      const auto results = Poll(*exporter);
      BOOST_TEST(kafka.made == 2);
      BOOST_REQUIRE_EQUAL(results.size(), 1u);
      BOOST_TEST(results[0].id == 1);
      BOOST_TEST(absl::IsUnavailable(results[0].status));
      BOOST_TEST(Contains(exporter->health(), "1 events were not acknowledged by k:9092"), exporter->health());
      BOOST_TEST(exporter->Send(Payments(1)));
      kafka.reports = {{1, absl::OkStatus()}};
      Poll(*exporter);
      BOOST_TEST(exporter->health().ok());
    }
}

BOOST_AUTO_TEST_CASE(an_idle_client_is_left_alone) {
  FakeKafka kafka;
  const auto exporter = kafka.Make();
  kafka.since_boot += absl::Hours(9);
  Poll(*exporter);
  exporter->Send(Payments(1));
  BOOST_TEST(Poll(*exporter).empty());
  BOOST_TEST(kafka.made == 1);
}

BOOST_AUTO_TEST_CASE(a_client_that_cannot_be_made_anew_is_tried_again) {
  FakeKafka kafka;
  const auto exporter = kafka.Make();
  kafka.fatal = true;
  kafka.make = absl::UnavailableError("no threads left");
  Poll(*exporter);
  BOOST_TEST(exporter->health() == kafka.make);
  BOOST_TEST(!exporter->Send(Payments(1)));
  kafka.make = absl::OkStatus();
  Poll(*exporter);
  BOOST_TEST(exporter->health().ok());
  BOOST_TEST(exporter->Send(Payments(1)));
}

BOOST_AUTO_TEST_CASE(settings_that_cannot_work_are_refused_by_name_and_without_secrets) {
  const struct {
    const char* what;
    KafkaSettings settings;
    const char* says;
  } rows[] = {
      {"no broker", {{}, "a", "b"}, "`brokers` is empty"},
      {"one topic twice", {{"k:1"}, "a", "a"}, "`topic` is \"a\""},
      {"unknown property", {{"k:1"}, "a", "b", true, {{"sasl.pasword", "hunter2"}}}, "no property \"sasl.pasword\""},
      {"bad value", {{"k:1"}, "a", "b", true, {{"security.protocol", "hunter2"}}}, "value of the property \"security.protocol\""},
      {"weaker acks", {{"k:1"}, "a", "b", true, {{"acks", "0"}}}, "\"acks\" is set by the agent"},
      {"code to load", {{"k:1"}, "a", "b", true, {{"plugin.library.paths", "/tmp/x.so"}}}, "\"plugin.library.paths\" is set by the agent"},
      {"too many in flight", {{"k:1"}, "a", "b", true, {{"max.in.flight.requests.per.connection", "9"}}}, "max.in.flight"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      const absl::Status status = MakeKafkaExporter("kafka", row.settings, {}).status();
      BOOST_TEST(absl::IsInvalidArgument(status));
      BOOST_TEST(Contains(status, row.says), status);
      BOOST_TEST(!Contains(status, "hunter2"), status);
    }
}

BOOST_AUTO_TEST_CASE(the_real_client_delivers_to_both_topics_byte_for_byte) {
  const MockCluster cluster;
  const auto exporter = cluster.Make(false);
  BOOST_TEST(exporter->Send(Payments(5)));
  const auto results = PollUntil(*exporter, [](const auto& r) { return !r.empty(); });
  BOOST_TEST(results.at(0).status.ok(), results.at(0).status);
  BOOST_TEST(exporter->health().ok(), exporter->health());
  for (const char* topic : {"events", "latest"}) BOOST_TEST_CONTEXT(topic) {
      const std::vector<Consumed> messages = Consume(cluster, topic, 1);
      BOOST_REQUIRE_EQUAL(messages.size(), 1u);
      BOOST_TEST(messages[0].key == "3b0d7c5f9a1e42d8");
      BOOST_TEST(messages[0].value == Payments(5).payload);
      BOOST_TEST((messages[0].headers == kHeaders));
    }
}

BOOST_AUTO_TEST_CASE(a_broker_that_goes_and_comes_back_costs_nothing) {
  MockCluster cluster;
  const auto exporter =
      cluster.Make(false, {{"reconnect.backoff.ms", "50"}, {"reconnect.backoff.max.ms", "100"}, {"retry.backoff.ms", "20"}});
  exporter->Send(Payments(1));
  PollUntil(*exporter, [](const auto& r) { return r.size() == 1; });
  cluster.SetUp(false);
  exporter->Send(Payments(2));
  PollUntil(*exporter, [&](const auto&) { return !exporter->health().ok(); });
  BOOST_TEST(absl::IsUnavailable(exporter->health()));
  BOOST_TEST(Contains(exporter->health(), cluster.brokers().c_str()), exporter->health());
  BOOST_TEST(Contains(exporter->health(), "check that Kafka runs"));
  cluster.SetUp(true);
  const auto results = PollUntil(*exporter, [](const auto& r) { return r.size() == 1; });
  BOOST_TEST(results.at(0).id == 2);
  BOOST_TEST(results.at(0).status.ok());
  BOOST_TEST(exporter->health().ok(), exporter->health());
  BOOST_TEST(Consume(cluster, "events", 2).size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_retried_request_does_not_double_a_message) {
  MockCluster cluster;
  const auto exporter = cluster.Make(false, {{"retry.backoff.ms", "20"}});
  cluster.FailNextProduce(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
  for (int id = 1; id <= 20; ++id) SendWhenReady(*exporter, Payments(id));
  PollUntil(*exporter, [](const auto& r) { return r.size() == 20; });
  BOOST_TEST(Consume(cluster, "events", 21).size() == 20u);
}

BOOST_AUTO_TEST_CASE(brokers_that_cannot_make_topics_do_not_stop_delivery) {
  const MockCluster cluster;  // knows no CreateTopics; its topics are there
  const auto exporter = cluster.Make(true);
  PollUntil(*exporter, [&](const auto&) { return Contains(exporter->health(), "the topics are not made yet"); });
  BOOST_TEST(!exporter->Send(Payments(1)));
  for (int second = 0; second < 5 && !exporter->Send(Payments(1)); ++second) PollFor(*exporter, 100);
  BOOST_TEST(PollUntil(*exporter, [](const auto& r) { return r.size() == 1; }).at(0).status.ok());
}

BOOST_AUTO_TEST_CASE(without_any_broker_it_starts_says_so_and_stops_quickly) {
  const auto exporter = *MakeKafkaExporter("kafka", {{"127.0.0.1:1"}, "events", "latest"}, {});
  BOOST_TEST(Contains(exporter->health(), "no broker of 127.0.0.1:1 has answered yet"));
  PollUntil(*exporter, [&](const auto&) { return Contains(exporter->health(), "refused"); });
  BOOST_TEST(!exporter->Send(Payments(1)));  // the topics are not known to be there
  exporter->Flush(absl::Milliseconds(10));
}

BOOST_AUTO_TEST_CASE(an_event_that_can_never_be_sent_is_refused_and_the_others_go_on) {
  const MockCluster cluster;
  const auto exporter = cluster.Make(false, {{"message.max.bytes", "1000"}});
  BOOST_TEST(exporter->Send(Payments(1)));  // about 2 kB
  const auto results = PollUntil(*exporter, [](const auto& r) { return r.size() == 1; });
  BOOST_TEST(absl::IsInvalidArgument(results.at(0).status));
  BOOST_TEST(Contains(results.at(0).status, "Kafka topic \"events\""));
  BOOST_TEST(exporter->Send({2, "k", "e", "{}"}));
  BOOST_TEST(PollUntil(*exporter, [](const auto& r) { return r.size() == 1; }).at(0).status.ok());
}

BOOST_AUTO_TEST_CASE(a_missing_topic_is_named_with_the_remedy) {
  MockCluster cluster;
  cluster.FailTopic("latest", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  const auto exporter = cluster.Make(false, {{"topic.metadata.propagation.max.ms", "0"}});
  SendWhenReady(*exporter, Payments(1));
  const auto results = PollUntil(*exporter, [](const auto& r) { return r.size() == 1; });
  BOOST_TEST(absl::IsUnavailable(results.at(0).status), results.at(0).status);
  BOOST_TEST(Contains(exporter->health(), "Kafka topic \"latest\""), exporter->health());
  BOOST_TEST(Contains(exporter->health(), "create_topics: true"), exporter->health());
}

BOOST_AUTO_TEST_CASE(a_topic_that_we_may_not_write_is_tried_again_and_parks_nothing) {
  MockCluster cluster;
  cluster.FailNextProduce(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  const auto exporter = cluster.Make(false);
  SendWhenReady(*exporter, Payments(1));
  const auto refused = PollUntil(*exporter, [](const auto& r) { return r.size() == 1; });
  BOOST_TEST(absl::IsUnavailable(refused.at(0).status), refused.at(0).status);
  BOOST_TEST(Contains(refused.at(0).status, "right to WRITE"), refused.at(0).status);
  SendWhenReady(*exporter, Payments(1));  // the right is there by now
  BOOST_TEST(PollUntil(*exporter, [](const auto& r) { return r.size() == 1; }).at(0).status.ok());
  BOOST_TEST(exporter->health().ok(), exporter->health());
}

BOOST_AUTO_TEST_CASE(what_one_topic_refuses_rests_and_only_its_copy_is_sent_again) {
  FakeKafka kafka;
  const auto exporter = kafka.Make();
  exporter->Send(Payments(1));
  kafka.reports = {{1, absl::OkStatus(), "events"}, {1, absl::FailedPreconditionError("denied"), "latest"}};
  BOOST_TEST(Poll(*exporter).empty());
  kafka.since_boot += absl::Milliseconds(999);
  BOOST_TEST(Poll(*exporter).empty());
  kafka.since_boot += absl::Milliseconds(1);
  const auto results = Poll(*exporter);
  BOOST_REQUIRE_EQUAL(results.size(), 1u);
  BOOST_TEST(absl::IsUnavailable(results[0].status));
  kafka.messages.clear();
  exporter->Send(Payments(1));
  BOOST_REQUIRE_EQUAL(kafka.messages.size(), 1u);
  BOOST_TEST(kafka.messages[0].topic == "latest");
  kafka.reports = {{1, absl::OkStatus(), "latest"}};
  BOOST_TEST(Poll(*exporter).at(0).status.ok());
}

BOOST_AUTO_TEST_CASE(acknowledgements_of_one_topic_do_not_hide_that_another_is_stuck) {
  FakeKafka kafka;
  const auto exporter = kafka.Make();
  for (int id = 1; id <= 2; ++id) {
    exporter->Send(Payments(id));
    kafka.reports = {{static_cast<std::uint64_t>(id), absl::OkStatus(), "events"}};
    kafka.since_boot += absl::Seconds(id == 1 ? 20 : 9);
    BOOST_TEST(Poll(*exporter).empty());
  }
  BOOST_TEST(kafka.made == 1);
  kafka.since_boot += absl::Seconds(1);
  BOOST_TEST(Poll(*exporter).size() == 2u);
  BOOST_TEST(kafka.made == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace nephoscope
