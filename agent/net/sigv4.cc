#include "agent/net/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/model/check.h"
#include "rules/model/sha256.h"

namespace nephoscope {
namespace {

constexpr absl::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr char kTimeFormat[] = "%Y%m%dT%H%M%SZ";
constexpr char kDayFormat[] = "%Y%m%d";

std::string HmacSha256(absl::string_view key, absl::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             digest, &size) != nullptr);
  return std::string(reinterpret_cast<const char*>(digest), size);
}

std::string PercentEncode(absl::string_view text, bool keep_slash) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~' || (keep_slash && c == '/');
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

std::string PercentDecode(absl::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded = text[i] == '%' && i + 2 < text.size() && absl::ascii_isxdigit(text[i + 1]) && absl::ascii_isxdigit(text[i + 2]);
    if (!coded) {
      out += text[i];
      continue;
    }
    out += absl::HexStringToBytes(text.substr(i + 1, 2));
    i += 2;
  }
  return out;
}

// Without `.`, `..` and empty segments; a slash at the end stays.
std::string RemoveDotSegments(absl::string_view path) {
  std::vector<absl::string_view> kept;
  for (const absl::string_view segment : absl::StrSplit(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
    } else {
      kept.push_back(segment);
    }
  }
  std::string out = absl::StrCat("/", absl::StrJoin(kept, "/"));
  const bool folder = absl::EndsWith(path, "/") || absl::EndsWith(path, "/.") || absl::EndsWith(path, "/..");
  if (folder && !kept.empty()) out += '/';
  return out;
}

// The parts of a URL that are signed, as they stand on the wire.
struct UrlParts {
  std::string host, path, query;
};

UrlParts SplitUrl(absl::string_view url) {
  UrlParts out;
  const bool secure = absl::StartsWithIgnoreCase(url, "https:");
  url = url.substr(0, url.find('#'));
  if (const auto scheme = url.find("://"); scheme != absl::string_view::npos) url.remove_prefix(scheme + 3);
  const auto question = url.find('?');
  if (question != absl::string_view::npos) out.query = std::string(url.substr(question + 1));
  url = url.substr(0, question);
  const auto slash = url.find('/');
  out.host = absl::AsciiStrToLower(url.substr(0, slash));
  out.path = slash == absl::string_view::npos ? "/" : std::string(url.substr(slash));
  const absl::string_view usual_port = secure ? ":443" : ":80";  // is not sent in the Host header
  if (absl::EndsWith(out.host, usual_port)) out.host.resize(out.host.size() - usual_port.size());
  return out;
}

std::string CanonicalPath(const std::string& path, SigV4Path rules) {
  if (rules == SigV4Path::kS3) return PercentEncode(PercentDecode(path), true);
  return PercentEncode(RemoveDotSegments(path), true);
}

std::string CanonicalQuery(const std::string& query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const absl::string_view part : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
    pairs.emplace_back(PercentEncode(PercentDecode(pair.first), false), PercentEncode(PercentDecode(pair.second), false));
  }
  std::sort(pairs.begin(), pairs.end());
  return absl::StrJoin(pairs, "&", absl::PairFormatter("="));
}

// Trimmed, and every run of blanks one blank.
std::string SqueezedValue(absl::string_view value) {
  std::string out(value);
  absl::RemoveExtraAsciiWhitespace(&out);
  return out;
}

// By lower-case name; the values of a header that occurs twice are joined in their order.
std::map<std::string, std::string> CanonicalHeaders(const Headers& headers) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : headers) {
    const auto [it, is_new] = out.emplace(absl::AsciiStrToLower(name), SqueezedValue(value));
    if (!is_new) absl::StrAppend(&it->second, ",", SqueezedValue(value));
  }
  return out;
}

void SetHeader(Headers& headers, absl::string_view name, std::string value) {
  headers.erase(std::remove_if(headers.begin(), headers.end(), [&](const auto& h) { return absl::EqualsIgnoreCase(h.first, name); }),
                headers.end());
  headers.emplace_back(std::string(name), std::move(value));
}

}  // namespace

std::string SigV4SignedHeaders(const Headers& headers) {
  return absl::StrJoin(CanonicalHeaders(headers), ";", [](std::string* out, const auto& header) { out->append(header.first); });
}

std::string SigV4CanonicalRequest(const HttpRequest& request, SigV4Path path) {
  const UrlParts url = SplitUrl(request.url);
  std::string out = absl::StrCat(request.method, "\n", CanonicalPath(url.path, path), "\n", CanonicalQuery(url.query), "\n");
  for (const auto& [name, value] : CanonicalHeaders(request.headers)) absl::StrAppend(&out, name, ":", value, "\n");
  absl::StrAppend(&out, "\n", SigV4SignedHeaders(request.headers), "\n", Sha256Hex(request.body));
  return out;
}

std::string SigV4StringToSign(absl::string_view canonical_request, absl::string_view scope, absl::Time time) {
  return absl::StrCat(kAlgorithm, "\n", absl::FormatTime(kTimeFormat, time, absl::UTCTimeZone()), "\n", scope, "\n",
                      Sha256Hex(canonical_request));
}

SigV4Signer::SigV4Signer(AwsCredentials credentials, std::string region, std::string service)
    : credentials_(std::move(credentials)),
      region_(std::move(region)),
      service_(std::move(service)),
      path_(service_ == "s3" ? SigV4Path::kS3 : SigV4Path::kNormalised) {}

const Secret& SigV4Signer::KeyOf(const std::string& day) {
  if (key_day_ == day) return key_;
  Secret key(absl::StrCat("AWS4", credentials_.secret_access_key.Reveal()));
  for (const absl::string_view part :
       {absl::string_view(day), absl::string_view(region_), absl::string_view(service_), absl::string_view("aws4_request")})
    key = Secret(HmacSha256(key.Reveal(), part));
  key_ = std::move(key);
  key_day_ = day;
  return key_;
}

std::string SigV4Signer::Authorization(const HttpRequest& request, absl::Time time) {
  const std::string day = absl::FormatTime(kDayFormat, time, absl::UTCTimeZone());
  const std::string scope = absl::StrCat(day, "/", region_, "/", service_, "/aws4_request");
  const std::string text = SigV4StringToSign(SigV4CanonicalRequest(request, path_), scope, time);
  return absl::StrCat(kAlgorithm, " Credential=", credentials_.access_key_id, "/", scope,
                      ", SignedHeaders=", SigV4SignedHeaders(request.headers),
                      ", Signature=", absl::BytesToHexString(HmacSha256(KeyOf(day).Reveal(), text)));
}

void SigV4Signer::Sign(HttpRequest& request, absl::Time now) {
  Headers& headers = request.headers;
  SetHeader(headers, "Host", SplitUrl(request.url).host);
  SetHeader(headers, "X-Amz-Date", absl::FormatTime(kTimeFormat, now, absl::UTCTimeZone()));
  if (path_ == SigV4Path::kS3) SetHeader(headers, "X-Amz-Content-Sha256", Sha256Hex(request.body));
  if (!credentials_.session_token.empty()) SetHeader(headers, "X-Amz-Security-Token", std::string(credentials_.session_token.Reveal()));
  headers.erase(
      std::remove_if(headers.begin(), headers.end(), [](const auto& h) { return absl::EqualsIgnoreCase(h.first, "Authorization"); }),
      headers.end());
  std::string authorization = Authorization(request, now);
  headers.emplace_back("Authorization", std::move(authorization));
}

}  // namespace nephoscope
