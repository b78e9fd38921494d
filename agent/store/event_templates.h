// EventTemplates: one event in full for each rule; the others are stored as their difference from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/store/event_codec.h"
#include "agent/store/sqlite.h"

namespace nephoscope {

// Rows of the table `templates`; number 0 is the empty text. A rule whose events no longer resemble its template gets another,
// at most kMost of them.
class EventTemplates {
 public:
  static constexpr int kMost = 8;

  absl::Status Prepare(Connection& connection);

  struct Packed {
    std::int64_t number = 0;
    std::string bytes;
  };
  // Within a transaction, which may add a template. `name`: of events that look alike, the rule's id.
  absl::StatusOr<Packed> Pack(absl::string_view name, absl::string_view text);
  // DataLoss: the bytes or the template are damaged.
  absl::StatusOr<std::string> Unpack(std::int64_t number, absl::string_view bytes);

  // The transaction was rolled back: what it added is not there.
  void Forget();

 private:
  struct Named {
    std::int64_t number = 0;
    int count = 0;
  };
  absl::StatusOr<const std::string*> TextOf(std::int64_t number);
  absl::StatusOr<Named*> Find(absl::string_view name);
  absl::Status Add(absl::string_view name, absl::string_view text, Named& named);

  EventCodec codec_;
  Statement add_, newest_, get_;
  Connection* connection_ = nullptr;
  absl::flat_hash_map<std::int64_t, std::string> texts_;
  absl::flat_hash_map<std::string, Named> named_;
};

}  // namespace nephoscope
