// Agent: all parts, in their start order and their stop order.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/config.h"
#include "agent/files/rule_files.h"
#include "agent/store/store.h"

namespace nephoscope {

// The database file of this configuration.
std::string DatabasePath(const AgentConfig& config);
// The database, which is made if it is not there. A failure says what to do.
absl::StatusOr<Store::Opened> OpenStoreIn(const AgentConfig& config);

class Agent {
 public:
  // Starts everything. `rules`: the files that were checked, in force from the start. `store`: the pending result of OpenStoreIn.
  // A failure names the part, what was found and the remedy; nothing is left running.
  static absl::StatusOr<std::unique_ptr<Agent>> Start(const AgentConfig& config, RuleFiles files, RuleFiles::Result rules,
                                                      std::future<absl::StatusOr<Store::Opened>> store);
  // Stops in the order: polling, evaluation, delivery, HTTP. What is not delivered waits in the database.
  ~Agent();

  // Reads the rule files again. A file with an error keeps its last good version; the answer says which and why.
  struct ReloadAnswer {
    bool all_good = false;
    std::string text;  // for people
  };
  ReloadAnswer Reload();

  // When a rule's `mode: off` ends next, and what is to be called then.
  absl::Time ModesEnd() const;
  void FollowModes();

  std::string address() const;  // of the HTTP server: "127.0.0.1:9464"
  std::size_t alerts() const;   // that are active now

 private:
  struct Parts;
  explicit Agent(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace nephoscope
