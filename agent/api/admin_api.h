// What the HTTP server answers: metrics, health, reload, and the API in JSON.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "agent/http/admin_server.h"
#include "rules/model/rule.h"

namespace nephoscope {

class AlertBoard;
class Clock;
class Readiness;
class ReachBoard;
class SelfMetrics;

struct AdminParts {
  const AlertBoard* board;
  const Readiness* readiness;
  const SelfMetrics* metrics;
  const ReachBoard* reach;
  Clock* clock;
  std::function<std::shared_ptr<const RuleSet>()> rules;     // those in force
  std::function<std::pair<bool, std::string>()> reload;      // all good, and a text that says what happened
};

// GET /metrics, /-/healthy, /-/ready, /api/v1/alerts, /api/v1/rules; POST /-/reload. Anything else: 404 or 405 with the list.
AdminServer::Handler MakeAdminHandler(AdminParts parts);

}  // namespace nephoscope
