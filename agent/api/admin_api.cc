#include "agent/api/admin_api.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/status/alert_board.h"
#include "agent/status/blind_rules.h"
#include "agent/status/readiness.h"
#include "agent/seams/clock.h"
#include "agent/status/self_metrics.h"
#include "exporters/events/cloud_event.h"
#include "exporters/prometheus/prometheus_page.h"
#include "rules/kinds/spoken.h"

namespace nephoscope {
namespace {

constexpr char kJson[] = "application/json";

AdminResponse Metrics(const AdminParts& parts, const AdminRequest& request) {
  const ExpositionFormat format = NegotiateExposition(request.accept);
  AdminResponse response{.status = 200, .content_type = format.content_type(), .body = ""};
  response.shared = true;
  WritePrometheusPage(parts.board->All(), *parts.rules(), parts.metrics->registry(), format, response.body, parts.board->Quiet());
  return response;
}

// 200 while the agent does its work, whatever its providers do; `?strict=1`: 503 while any line is bad.
AdminResponse Ready(const AdminParts& parts, const AdminRequest& request) {
  Readiness::Answer answer = parts.readiness->Ask();
  const std::vector<std::string> asked = absl::StrSplit(request.query, '&');
  const bool strict = std::find(asked.begin(), asked.end(), "strict=1") != asked.end();
  return {.status = (strict ? answer.good : answer.ready) ? 200 : 503, .content_type = "text/plain; charset=utf-8", .body = std::move(answer.text)};
}

// A burst, then one a second: reading thousands of files again and again is work that nobody needs.
class ReloadRate {
 public:
  bool Take(absl::Duration now) {
    left_ = std::min(kBurst, left_ + absl::ToDoubleSeconds(now - last_));
    last_ = now;
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

 private:
  static constexpr double kBurst = 10;
  double left_ = kBurst;
  absl::Duration last_;
};

AdminResponse Reload(const AdminParts& parts, ReloadRate& rate) {
  if (!rate.Take(SystemClock().SinceBoot())) return {.status = 429, .body = "the rules were read again many times just now; try again in a second\n"};
  auto [all_good, text] = parts.reload();
  return {.status = all_good ? 200 : 422, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
}

// Sorted by money at stake, most first.
AdminResponse Alerts(const AdminParts& parts) {
  std::string body = R"({"status":"success","data":{"alerts":[)";
  bool first = true;
  for (const AlertSnapshot& alert : parts.board->All()) {
    absl::StrAppend(&body, first ? "" : ",", AlertToJson(alert, parts.clock->Now()));
    first = false;
  }
  return {.status = 200, .content_type = kJson, .body = body + "]}}\n", .shared = true};
}

nlohmann::ordered_json RuleToJson(const Rule& rule, const std::map<std::string, int>& active, const RuleReach& reach) {
  static constexpr const char* kModes[] = {"live", "shadow", "off"};
  const auto found = active.find(rule.id);
  return {{"name", rule.name}, {"id", rule.id}, {"kind", rule.kind}, {"mode", kModes[static_cast<int>(rule.mode)]},
          {"says", SayRule(rule)}, {"file", rule.file}, {"line", rule.line},
          {"revision", rule.revision}, {"active_alerts", found == active.end() ? 0 : found->second},
          {"evaluation_delay", absl::FormatDuration(std::max(rule.evaluation_delay, reach.delay.lag))}, {"arrival_delay", absl::FormatDuration(reach.delay.arrival)},
          {"series", reach.series}, {"blind", reach.blind.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(reach.blind)}};
}

AdminResponse Rules(const AdminParts& parts) {
  std::map<std::string, int> active;
  for (const AlertSnapshot& alert : parts.board->All())
    if (alert.last.status != AlertState::kInactive) ++active[alert.last.rule.id];
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  const std::map<std::string, RuleReach> reach = parts.reach->All();
  for (const auto& rule : parts.rules()->rules) {
    const auto of = reach.find(rule->id);
    rules.push_back(RuleToJson(*rule, active, of == reach.end() ? RuleReach{} : of->second));
  }
  const nlohmann::ordered_json out = {{"status", "success"}, {"data", {{"rules", std::move(rules)}}}};
  return {.status = 200, .content_type = kJson, .body = out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

using Answer = std::function<AdminResponse(const AdminParts&, const AdminRequest&)>;
struct Address {
  const char* method;
  const char* path;
  Answer answer;
};

const std::vector<Address>& Addresses() {
  static const auto* const addresses = new std::vector<Address>{
      {"GET", "/metrics", Metrics},
      {"GET", "/-/healthy", [](const AdminParts&, const AdminRequest&) { return AdminResponse{.body = "healthy\n"}; }},
      {"GET", "/-/ready", [](const AdminParts& parts, const AdminRequest& request) { return Ready(parts, request); }},
      {"POST", "/-/reload", [rate = std::make_shared<ReloadRate>()](const AdminParts& parts, const AdminRequest&) { return Reload(parts, *rate); }},
      {"GET", "/api/v1/alerts", [](const AdminParts& parts, const AdminRequest&) { return Alerts(parts); }},
      {"GET", "/api/v1/rules", [](const AdminParts& parts, const AdminRequest&) { return Rules(parts); }},
  };
  return *addresses;
}

AdminResponse NothingHere(bool wrong_method) {
  std::string body = wrong_method ? "this address wants another method; here are all:\n" : "nothing here; these are the addresses:\n";
  for (const Address& address : Addresses()) absl::StrAppend(&body, "  ", address.method, " ", address.path, "\n");
  return {.status = wrong_method ? 405 : 404, .content_type = "text/plain; charset=utf-8", .body = std::move(body)};
}

}  // namespace

AdminServer::Handler MakeAdminHandler(AdminParts parts) {
  return [parts = std::move(parts)](const AdminRequest& request) {
    bool path_known = false;
    for (const Address& address : Addresses()) {
      if (request.path != address.path) continue;
      path_known = true;
      if (request.method == address.method || (request.method == "HEAD" && absl::string_view(address.method) == "GET")) return address.answer(parts, request);
    }
    return NothingHere(path_known);
  };
}

}  // namespace nephoscope
