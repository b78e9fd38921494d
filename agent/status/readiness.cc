#include "agent/status/readiness.h"

#include "absl/strings/str_cat.h"

namespace nephoscope {

void Readiness::Expect(const std::string& part) {
  absl::MutexLock lock(&mutex_);
  parts_[part];
}

void Readiness::Report(const std::string& part, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  parts_[part].now = status;
}

void Readiness::Must(const std::string& part, const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  parts_[part] = {true, status};
}

Readiness::Answer Readiness::Ask() const {
  absl::MutexLock lock(&mutex_);
  Answer out;
  bool must = false, bad = false;
  std::string lines;
  for (const auto& [name, part] : parts_) {
    must = must || part.must;
    bad = bad || (part.must && !part.now.ok());
    out.good = (lines.empty() || out.good) && part.now.ok();
    absl::StrAppend(&lines, name, ": ", part.now.ok() ? "ok" : part.now.message(), "\n");
  }
  out.ready = must && !bad;
  out.good = out.good && out.ready;
  out.text = absl::StrCat(!out.ready ? "not ready\n" : out.good ? "ready\n" : "degraded\n", lines);
  return out;
}

}  // namespace nephoscope
