#include "agent/store/event_templates.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr std::size_t kLargestTemplate = 16 << 10;  // deflate looks back 32 KiB
constexpr std::size_t kNamesInMemory = 4096;

}  // namespace

absl::Status EventTemplates::Prepare(Connection& connection) {
  connection_ = &connection;
  const struct {
    Statement* statement;
    const char* sql;
  } all[] = {
      {&add_, "INSERT INTO templates (name, text) VALUES (?, ?)"},
      {&newest_, "SELECT max(id), count(*) FROM templates WHERE name = ?"},
      {&get_, "SELECT text FROM templates WHERE id = ?"},
  };
  for (const auto& one : all) {
    absl::StatusOr<Statement> statement = connection.Prepare(one.sql);
    if (!statement.ok()) return statement.status();
    *one.statement = *std::move(statement);
  }
  return absl::OkStatus();
}

void EventTemplates::Forget() {
  texts_.clear();
  named_.clear();
}

absl::StatusOr<const std::string*> EventTemplates::TextOf(std::int64_t number) {
  if (const auto found = texts_.find(number); found != texts_.end()) return &found->second;
  if (texts_.size() >= kNamesInMemory) texts_.clear();
  std::string text;
  if (number != 0) {
    const absl::StatusOr<bool> row = get_.Bind(number).Next();
    if (!row.ok()) return row.status();
    const std::string packed = *row ? std::string(get_.Text(0)) : "";
    get_.Reset();
    if (!codec_.Unpack(packed, "", text))
      return absl::DataLossError(absl::StrCat("database ", connection_->path(), ": template ", number, " is damaged"));
  }
  return &texts_.emplace(number, std::move(text)).first->second;
}

absl::StatusOr<EventTemplates::Named*> EventTemplates::Find(absl::string_view name) {
  if (const auto found = named_.find(name); found != named_.end()) return &found->second;
  if (named_.size() >= kNamesInMemory) named_.clear();
  const absl::StatusOr<bool> row = newest_.Bind(name).Next();
  if (!row.ok()) return row.status();
  const Named named{newest_.Integer(0), static_cast<int>(newest_.Integer(1))};
  newest_.Reset();
  return &named_.emplace(std::string(name), named).first->second;
}

absl::Status EventTemplates::Add(absl::string_view name, absl::string_view text, Named& named) {
  const std::string packed = codec_.Pack(text, "");
  if (absl::StatusOr<int> added = add_.Bind(name).BindBlob(packed).Run(); !added.ok()) return added.status();
  named.number = connection_->last_row();
  ++named.count;
  texts_[named.number] = std::string(text);
  return absl::OkStatus();
}

absl::StatusOr<EventTemplates::Packed> EventTemplates::Pack(absl::string_view name, absl::string_view text) {
  absl::StatusOr<Named*> named = Find(name);
  if (!named.ok()) return named.status();
  const bool first = (*named)->number == 0;
  Packed out;
  for (const bool anew : {false, true}) {
    const bool unlike = out.bytes.size() > std::max<std::size_t>(256, text.size() / 4);
    if (anew && (!unlike || text.size() > kLargestTemplate || (*named)->count >= kMost)) break;
    if ((anew || first) && text.size() <= kLargestTemplate)
      if (absl::Status s = Add(name, text, **named); !s.ok()) return s;
    absl::StatusOr<const std::string*> like = TextOf((*named)->number);
    if (!like.ok()) return like.status();
    out = {(*named)->number, codec_.Pack(text, **like)};
    if (first) break;
  }
  return out;
}

absl::StatusOr<std::string> EventTemplates::Unpack(std::int64_t number, absl::string_view bytes) {
  absl::StatusOr<const std::string*> like = TextOf(number);
  if (!like.ok()) return like.status();
  std::string text;
  if (codec_.Unpack(bytes, **like, text)) return text;
  return absl::DataLossError(absl::StrCat("database ", connection_->path(), ": a stored event is damaged"));
}

}  // namespace nephoscope
