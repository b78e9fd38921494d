#include "rules/model/labels.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/model/check.h"

namespace nephoscope {

namespace {

// Sorted by name, of two with one name the later, without empty values.
std::vector<Label> Kept(std::vector<Label> pairs) {
  std::stable_sort(pairs.begin(), pairs.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
  std::vector<Label> out;
  out.reserve(pairs.size());
  for (Label& pair : pairs) {
    if (!out.empty() && out.back().name == pair.name) {
      out.back() = std::move(pair);
    } else {
      out.push_back(std::move(pair));
    }
  }
  out.erase(std::remove_if(out.begin(), out.end(), [](const Label& p) { return p.value.empty(); }), out.end());
  return out;
}

std::size_t LengthSize(std::size_t length) {
  std::size_t out = 1;
  for (; length >= 128; length >>= 7) ++out;
  return out;
}

char* PutText(absl::string_view text, char* at) {
  std::size_t length = text.size();
  for (; length >= 128; length >>= 7) *at++ = static_cast<char>(length | 128);
  *at++ = static_cast<char>(length);
  return std::copy(text.begin(), text.end(), at);
}

absl::string_view GetText(const char*& at) {
  std::size_t length = 0;
  int shift = 0;
  for (; (*at & 128) != 0; shift += 7) length |= static_cast<std::size_t>(*at++ & 127) << shift;
  length |= static_cast<std::size_t>(*at++) << shift;
  const absl::string_view out(at, length);
  at += length;
  return out;
}

}  // namespace

Labels::Labels(std::vector<Label> given) {
  const std::vector<Label> pairs = Kept(std::move(given));
  if (pairs.empty()) return;
  std::uint32_t size = 0;
  for (const Label& pair : pairs)
    for (const std::string* text : {&pair.name, &pair.value}) {
      const std::size_t more = LengthSize(text->size()) + text->size();
      CHECK(more <= UINT32_MAX - size);
      size += static_cast<std::uint32_t>(more);
    }
  std::shared_ptr<char[]> block = std::make_shared_for_overwrite<char[]>(sizeof size + size);
  std::memcpy(block.get(), &size, sizeof size);
  char* at = block.get() + sizeof size;
  for (const Label& pair : pairs) at = PutText(pair.value, PutText(pair.name, at));
  block_ = std::move(block);
}

absl::string_view Labels::Bytes() const {
  if (block_ == nullptr) return {};
  std::uint32_t size;
  std::memcpy(&size, block_.get(), sizeof size);
  return {block_.get() + sizeof size, size};
}

LabelView Labels::Pairs::Iterator::operator*() const {
  const char* at = next_;
  const absl::string_view name = GetText(at);
  return {name, GetText(at)};
}

Labels::Pairs::Iterator& Labels::Pairs::Iterator::operator++() {
  GetText(next_);
  GetText(next_);
  return *this;
}

std::size_t Labels::size() const { return static_cast<std::size_t>(std::distance(pairs().begin(), pairs().end())); }

std::vector<Label> Labels::Copy() const {
  std::vector<Label> out;
  for (const LabelView pair : pairs()) out.push_back({std::string(pair.name), std::string(pair.value)});
  return out;
}

std::strong_ordering operator<=>(const Labels& a, const Labels& b) {
  if (a.block_ == b.block_) return std::strong_ordering::equal;
  const auto by = [](absl::string_view x, absl::string_view y) { return x.compare(y) <=> 0; };
  const Labels::Pairs of_a = a.pairs(), of_b = b.pairs();
  auto x = of_a.begin(), y = of_b.begin();
  for (; x != of_a.end() && y != of_b.end(); ++x, ++y) {
    if (const auto names = by((*x).name, (*y).name); names != 0) return names;
    if (const auto values = by((*x).value, (*y).value); values != 0) return values;
  }
  return (x != of_a.end()) <=> (y != of_b.end());
}

absl::string_view Labels::Get(absl::string_view name) const {
  for (const LabelView pair : pairs())
    if (pair.name == name) return pair.value;
  return {};
}

Labels Labels::Project(absl::Span<const std::string> names) const {
  std::vector<Label> kept;
  kept.reserve(names.size());
  for (const std::string& name : names) {
    absl::string_view value = Get(name);
    kept.push_back({name, std::string(value.empty() ? kNoGroup : value)});
  }
  return Labels(std::move(kept));
}

Labels Labels::With(absl::string_view name, absl::string_view value) const {
  std::vector<Label> pairs = Copy();
  pairs.push_back({std::string(name), std::string(value)});
  return Labels(std::move(pairs));
}

std::string Labels::ToString() const {
  std::string out = "{";
  for (const LabelView pair : pairs()) {
    if (out.size() > 1) out += ',';
    absl::StrAppend(&out, pair.name, "=\"");
    for (char c : pair.value) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
    out += '"';
  }
  return out + "}";
}

std::string Labels::Canonical() const {
  std::string out;
  for (const LabelView pair : pairs()) absl::StrAppend(&out, pair.name, "\xff", pair.value, "\xff");
  return out;
}

std::string SanitiseLabelName(absl::string_view name) {
  std::string out;
  out.reserve(name.size() + 1);
  for (char c : name) out += absl::ascii_isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (out.empty() || absl::ascii_isdigit(static_cast<unsigned char>(out[0]))) out.insert(out.begin(), '_');
  return out;
}

}  // namespace nephoscope
