#include "exporters/alertmanager/alertmanager_labels.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "exporters/text.h"

namespace nephoscope {

std::vector<Label> OutsideLabels(const Labels& labels, const Labels& ours) {
  std::vector<Label> out;
  for (const LabelView label : labels.pairs()) {
    Label clean{SanitiseLabelName(label.name), ValidUtf8(label.value)};
    const absl::string_view taken = ours.Get(clean.name);
    if (taken == clean.value) continue;
    if (!taken.empty()) clean.name = absl::StrCat("exported_", clean.name);
    out.push_back(std::move(clean));
  }
  return Labels(std::move(out)).Copy();  // two names may have become one
}

Labels AlertmanagerLabels(const Transition& transition) {
  const Labels ours({{"alertname", ValidUtf8(transition.rule.name)},
                     {"severity", ToText(transition.severity)},
                     {"kind", ValidUtf8(transition.rule.kind)},
                     {"owner", ValidUtf8(transition.owner.name)}});
  std::vector<Label> all = OutsideLabels(transition.labels, ours);
  for (Label& label : ours.Copy()) all.push_back(std::move(label));
  return Labels(std::move(all));
}

std::uint64_t Fingerprint(const Labels& labels) {
  std::uint64_t hash = 14695981039346656037u;
  const auto add = [&hash](absl::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    hash = (hash ^ 0xFFu) * 1099511628211u;
  };
  for (const LabelView label : labels.pairs()) {
    add(label.name);
    add(label.value);
  }
  return hash;
}

std::string FingerprintText(std::uint64_t fingerprint) { return absl::StrFormat("%016x", fingerprint); }

}  // namespace nephoscope
