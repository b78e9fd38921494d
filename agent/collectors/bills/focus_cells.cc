#include "agent/collectors/bills/focus_cells.h"

#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

std::string NameOf(const Labels& labels) {
  std::string out(labels.Get("account"));
  if (out.empty()) out = std::string(labels.Get("billing_account"));
  const absl::string_view provider = labels.Get("provider");
  if (out.empty()) return provider.empty() ? "without a name" : std::string(provider);
  return provider.empty() ? out : absl::StrCat(out, " (", provider, ")");
}

}  // namespace

std::uint32_t BillGroups::IdOf(BillGroup group) {
  const auto [at, is_new] = ids_.emplace(std::move(group), static_cast<std::uint32_t>(groups_.size()));
  if (!is_new) return at->second;
  groups_.push_back(&at->first);
  const auto [account, first] =
      account_ids_.emplace(NameOf(at->first.labels), static_cast<std::uint32_t>(account_ids_.size()));
  if (first) names_.push_back(&account->first);
  accounts_.push_back(account->second);
  return at->second;
}

}  // namespace nephoscope
