#include "agent/collectors/aws/errors.h"

#include <simdjson.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

// "aws.json#FooError:http://x" -> "FooError".
std::string BareCode(absl::string_view text) {
  text = text.substr(0, text.find(':'));
  const auto hash = text.find('#');
  if (hash != absl::string_view::npos) text.remove_prefix(hash + 1);
  return std::string(text.substr(0, 100));
}

std::string Between(absl::string_view text, absl::string_view begin, absl::string_view end) {
  const auto from = text.find(begin);
  if (from == absl::string_view::npos) return {};
  text.remove_prefix(from + begin.size());
  const auto to = text.find(end);
  return to == absl::string_view::npos ? std::string() : std::string(text.substr(0, to));
}

void TakeField(std::string_view key, simdjson::ondemand::value value, AwsError& out) {
  const bool code = key == "__type" || (key == "code" && out.code.empty());
  const bool message = key == "message" || key == "Message" || key == "errorMessage";
  std::string_view text;
  if ((!code && !message) || value.get_string().get(text) != simdjson::SUCCESS) return;
  if (code) out.code = BareCode(absl::string_view(text.data(), text.size()));
  if (message) out.message = std::string(text);
}

// What is no JSON says nothing: HTML of a proxy, an empty body.
AwsError FromJson(const std::string& body) {
  AwsError out;
  try {
    simdjson::ondemand::parser parser;
    const simdjson::padded_string padded(body);
    simdjson::ondemand::document document = parser.iterate(padded);
    for (auto field : document.get_object()) {
      const std::string_view key = field.unescaped_key();
      TakeField(key, field.value(), out);
    }
  } catch (const simdjson::simdjson_error&) {
  }
  return out;
}

bool OneOf(absl::string_view code, std::initializer_list<absl::string_view> list) {
  for (const absl::string_view one : list)
    if (one == code) return true;
  return false;
}

std::string Remedy(absl::string_view code, absl::string_view permissions) {
  if (OneOf(code, {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "InvalidAccessKeyIdException",
                   "AuthFailure", "MissingAuthenticationToken", "MissingAuthenticationTokenException"}))
    return "AWS does not know this access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key that is active (and "
           "AWS_SESSION_TOKEN, if it is a temporary one)";
  if (OneOf(code, {"SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException"}))
    return "the secret does not belong to the access key: set AWS_SECRET_ACCESS_KEY to the secret of AWS_ACCESS_KEY_ID";
  if (OneOf(code, {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}))
    return "the session has ended: set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to those of a new one";
  if (OneOf(code, {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}))
    return absl::StrCat("the key may not do this: allow it ", permissions);
  if (OneOf(code, {"OptInRequired", "SubscriptionRequiredException"}))
    return "the account has not opened this region or service: open it, or take it out of `regions`";
  if (IsClockSkew(code)) return "the clock of this machine is wrong: set it by a time server";
  return {};
}

}  // namespace

bool IsClockSkew(absl::string_view code) { return OneOf(code, {"RequestTimeTooSkewed", "RequestInTheFuture"}); }

AwsError ReadAwsError(const HttpResponse& response) {
  AwsError out = FromJson(response.body);
  if (out.code.empty()) out.code = BareCode(HeaderValue(response.headers, "x-amzn-errortype"));
  const absl::string_view query = HeaderValue(response.headers, "x-amzn-query-error");  // Code;Sender: the code of the former protocol wins
  if (!query.empty()) out.code = std::string(query.substr(0, query.find(';')));
  if (out.code.empty()) out.code = Between(response.body, "<Code>", "</Code>").substr(0, 100);
  if (out.message.empty()) out.message = Between(response.body, "<Message>", "</Message>");
  return out;
}

absl::Status AwsRefusal(const HttpResponse& response, absl::string_view account, absl::string_view region, absl::string_view permissions) {
  const std::string where = absl::StrCat(
      account.empty() ? "the account of the key in AWS_ACCESS_KEY_ID" : absl::StrCat("account ", account), ", region ", region);
  if (!response.transport.ok())
    return absl::Status(response.transport.code(), absl::StrCat("cannot ask CloudWatch for ", where, ": ", response.transport.message()));
  const std::string code = ReadAwsError(response).code;
  const std::string what = code.empty() ? absl::StrCat("status ", response.status) : absl::StrCat(code, " (status ", response.status, ")");
  const std::string remedy = Remedy(code, permissions);
  if (!remedy.empty()) return absl::PermissionDeniedError(absl::StrCat("CloudWatch refused us for ", where, ": ", remedy, " [", what, "]"));
  return absl::UnavailableError(absl::StrCat("CloudWatch did not answer our question for ", where, ": ", what));
}

}  // namespace nephoscope
