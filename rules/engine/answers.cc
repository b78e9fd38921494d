#include "rules/engine/answers.h"

#include <algorithm>

namespace nephoscope {
namespace {

constexpr absl::Duration kNoOutage = absl::Minutes(10);  // answers so far apart are none, nor twice the usual step

}  // namespace

void Answers::Note(SourceId source, absl::Time watermark) {
  if (source >= sources_.size()) sources_.resize(source + 1);
  One& one = sources_[source];
  if (watermark <= one.newest || watermark == absl::InfiniteFuture()) return;
  if (one.newest == absl::InfinitePast()) {
    one.first = one.newest = watermark;
    return;
  }
  const absl::Duration step = watermark - one.newest;
  if (step > std::max(kNoOutage, 2 * one.step)) one.outages.push_back({watermark, step});
  if (one.outages.size() > kMostOutages) {
    one.first = one.outages.front().end;
    one.outages.erase(one.outages.begin());
  }
  one.step = step;
  one.newest = watermark;
}

absl::Duration Answers::Since(SourceId source, absl::Time heard) const {
  if (source >= sources_.size() || sources_[source].newest == absl::InfinitePast()) return absl::ZeroDuration();
  const One& one = sources_[source];
  const absl::Time from = std::max(heard, one.first);
  absl::Duration out = one.newest - from;
  for (const Outage& outage : one.outages)
    if (outage.end > from) out -= std::min(outage.length, outage.end - from);
  return std::max(out, absl::ZeroDuration());
}

void Answers::Name(SourceId source, absl::string_view name) {
  if (source >= sources_.size()) sources_.resize(source + 1);
  sources_[source].name = std::string(name);
}

const std::string& Answers::NameOf(SourceId source) const {
  static const std::string& none = *new std::string;
  return source < sources_.size() ? sources_[source].name : none;
}

bool Answers::Find(absl::string_view name, SourceId& source) const {
  const auto found = std::find_if(sources_.begin(), sources_.end(), [&](const One& one) { return one.name == name; });
  if (found == sources_.end()) return false;
  source = static_cast<SourceId>(found - sources_.begin());
  return true;
}

}  // namespace nephoscope
