#include "agent/readiness.h"

#include "absl/strings/str_cat.h"

namespace nephoscope {

void Readiness::Expect(const std::string& part) {
  absl::MutexLock lock(&mutex_);
  parts_[part];
}

void Readiness::Report(const std::string& part, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  Part& slot = parts_[part];
  slot.worked = slot.worked || status.ok();
  slot.now = status;
}

void Readiness::Must(const std::string& part, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  Part& slot = parts_[part];
  slot.must = true;
  slot.worked = slot.worked || status.ok();
  slot.now = status;
}

Readiness::Answer Readiness::Ask() const {
  absl::MutexLock lock(&mutex_);
  Answer out{.ready = !parts_.empty(), .text = ""};
  for (const auto& [name, part] : parts_) {
    if (!part.worked || (part.must && !part.now.ok())) out.ready = false;
    absl::StrAppend(&out.text, name, ": ", part.now.ok() ? "ok" : part.now.message(), "\n");
  }
  return {out.ready, absl::StrCat(out.ready ? "ready\n" : "not ready\n", out.text)};
}

}  // namespace nephoscope
