#include "rules/engine/owner.h"

#include "absl/strings/str_cat.h"

namespace nephoscope {

Owner ResolveOwner(const Rule& rule, const Settings& settings, absl::Span<const Labels* const> labels) {
  if (rule.owner) return *rule.owner;
  for (const Labels* one : labels)
    for (const std::string& tag : settings.owner_tags)
      if (const absl::string_view value = one->Get(tag); !value.empty() && value != kNoGroup)
        return {std::string(value), std::string(one->Get("contact")), absl::StrCat("tag ", tag)};
  return settings.default_owner;
}

}  // namespace nephoscope
