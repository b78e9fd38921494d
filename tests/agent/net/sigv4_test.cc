#include "agent/net/sigv4.h"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/paths.h"

namespace nephoscope {
namespace {

const absl::Time kSuiteTime = absl::FromCivil(absl::CivilSecond(2015, 8, 30, 12, 36, 0), absl::UTCTimeZone());
constexpr char kSuiteScope[] = "20150830/us-east-1/service/aws4_request";

AwsCredentials SuiteKey() { return {"AKIDEXAMPLE", Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), Secret()}; }

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// A raw request of the suite: folded header lines belong to the header before.
HttpRequest ParseRequest(const std::string& text) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits("\n\n", 1));
  HttpRequest out;
  out.body = parts.second;
  std::string target;
  for (const absl::string_view line : absl::StrSplit(parts.first, '\n', absl::SkipEmpty())) {
    if (target.empty()) {
      const auto first = line.find(' '), last = line.rfind(' ');
      out.method = std::string(line.substr(0, first));
      target = std::string(line.substr(first + 1, last - first - 1));
    } else if (line[0] == ' ') {
      absl::StrAppend(&out.headers.back().second, "\n", line);
    } else {
      const std::pair<std::string, std::string> header = absl::StrSplit(line, absl::MaxSplits(':', 1));
      out.headers.push_back(header);
    }
  }
  out.url = absl::StrCat("https://example.amazonaws.com", target);
  return out;
}

std::string TokenOf(const std::string& canonical) {
  for (const absl::string_view line : absl::StrSplit(canonical, '\n'))
    if (absl::StartsWith(line, "x-amz-security-token:")) return std::string(line.substr(21));
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sigv4_test)

BOOST_AUTO_TEST_CASE(agrees_with_every_case_of_the_official_suite) {
  const std::filesystem::path cases = std::filesystem::path(SharedDir()) / "data/aws-sigv4/cases";
  if (!std::filesystem::exists(cases)) {
    BOOST_TEST_MESSAGE("skipped: ../shared is absent");
    return;
  }
  int seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(cases)) {
    if (entry.path().extension() != ".req") continue;
    ++seen;
    const auto beside = [&](const char* extension) { return ReadFile(std::filesystem::path(entry.path()).replace_extension(extension)); };
    BOOST_TEST_CONTEXT(entry.path().stem().string()) {
      HttpRequest request = ParseRequest(ReadFile(entry.path()));
      // One .req lacks the token that its canonical request has (README of the suite).
      const std::string token = TokenOf(beside(".creq"));
      if (!token.empty() && HeaderValue(request.headers, "X-Amz-Security-Token").empty())
        request.headers.emplace_back("X-Amz-Security-Token", token);
      const std::string canonical = SigV4CanonicalRequest(request, SigV4Path::kNormalised);
      BOOST_TEST(canonical == beside(".creq"));
      BOOST_TEST(SigV4StringToSign(canonical, kSuiteScope, kSuiteTime) == beside(".sts"));
      BOOST_TEST(SigV4Signer(SuiteKey(), "us-east-1", "service").Authorization(request, kSuiteTime) == beside(".authz"));
    }
  }
  BOOST_TEST(seen >= 23);
}

BOOST_AUTO_TEST_CASE(writes_the_path_as_the_service_wants_it) {
  const struct {
    const char* what;
    const char* url;
    SigV4Path rules;
    const char* want;
  } rows[] = {
      {"no path", "https://h.example", SigV4Path::kNormalised, "/"},
      {"an encoded blank is encoded once more", "https://h/a%20b", SigV4Path::kNormalised, "/a%2520b"},
      {"s3: an encoded blank stays", "https://h/a%20b", SigV4Path::kS3, "/a%20b"},
      {"s3: a raw equals sign is encoded", "https://h/BILLING_PERIOD=2026-08/x", SigV4Path::kS3, "/BILLING_PERIOD%3D2026-08/x"},
      {"s3: an encoded equals sign is the same", "https://h/BILLING_PERIOD%3d2026-08/x", SigV4Path::kS3, "/BILLING_PERIOD%3D2026-08/x"},
      {"s3: dots and double slashes are part of the key", "https://h/a//b/../c", SigV4Path::kS3, "/a//b/../c"},
      {"dots are removed elsewhere", "https://h/a//b/../c", SigV4Path::kNormalised, "/a/c"},
      {"more dots than folders", "https://h/../../a", SigV4Path::kNormalised, "/a"},
      {"a percent sign that codes nothing", "https://h/100%", SigV4Path::kS3, "/100%25"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      HttpRequest request;
      request.url = row.url;
      const std::vector<std::string> lines = absl::StrSplit(SigV4CanonicalRequest(request, row.rules), '\n');
      BOOST_TEST(lines[1] == row.want);
    }
}

BOOST_AUTO_TEST_CASE(sorts_and_encodes_the_query) {
  const struct {
    const char* what;
    const char* query;
    const char* want;
  } rows[] = {
      {"none", "", ""},
      {"out of order", "b=2&a=1", "a=1&b=2"},
      {"no value", "policy", "policy="},
      {"raw slash in a value", "prefix=a/b", "prefix=a%2Fb"},
      {"lower-case hex", "prefix=a%2fb", "prefix=a%2Fb"},
      {"an equals sign in the value", "a=b=c", "a=b%3Dc"},
      {"one name is the beginning of another", "ab=1&a=2", "a=2&ab=1"},
      {"empty parts are nothing", "&a=1&&", "a=1"},
      {"a plus sign is a plus sign", "a=1+1", "a=1%2B1"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.what) {
      HttpRequest request;
      request.url = absl::StrCat("https://h/?", row.query);
      const std::vector<std::string> lines = absl::StrSplit(SigV4CanonicalRequest(request, SigV4Path::kNormalised), '\n');
      BOOST_TEST(lines[2] == row.want);
    }
}

BOOST_AUTO_TEST_CASE(signs_the_host_that_is_sent) {
  const struct {
    const char* url;
    const char* want;
  } rows[] = {
      {"https://Monitoring.us-east-1.amazonaws.com/", "monitoring.us-east-1.amazonaws.com"},
      {"https://h:443/", "h"},
      {"http://h:80/", "h"},
      {"http://127.0.0.1:5000/", "127.0.0.1:5000"},
      {"https://h:80/", "h:80"},
  };
  for (const auto& row : rows) BOOST_TEST_CONTEXT(row.url) {
      HttpRequest request;
      request.url = row.url;
      SigV4Signer(SuiteKey(), "us-east-1", "monitoring").Sign(request, kSuiteTime);
      BOOST_TEST(HeaderValue(request.headers, "host") == row.want);
    }
}

BOOST_AUTO_TEST_CASE(signing_again_replaces_what_was_signed_before) {
  SigV4Signer signer({"AKID", Secret("key"), Secret("token")}, "us-east-1", "s3");
  HttpRequest once;
  once.url = "https://h/";
  once.body = "x";
  HttpRequest twice = once;
  signer.Sign(twice, kSuiteTime);
  signer.Sign(twice, kSuiteTime + absl::Hours(24));
  signer.Sign(once, kSuiteTime + absl::Hours(24));
  BOOST_TEST((once.headers == twice.headers));
  BOOST_TEST(HeaderValue(once.headers, "X-Amz-Security-Token") == "token");
  BOOST_TEST(HeaderValue(once.headers, "X-Amz-Content-Sha256") == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
  BOOST_TEST(absl::StrContains(HeaderValue(once.headers, "Authorization"), "20150831/us-east-1/s3/aws4_request"));
}

BOOST_AUTO_TEST_CASE(the_body_and_the_secret_are_part_of_the_signature) {
  HttpRequest request;
  request.url = "https://h/";
  HttpRequest other = request;
  other.body = "{}";
  SigV4Signer signer(SuiteKey(), "us-east-1", "monitoring");
  SigV4Signer wrong({"AKIDEXAMPLE", Secret("another"), Secret()}, "us-east-1", "monitoring");
  const std::string signature = signer.Authorization(request, kSuiteTime);
  BOOST_TEST(signature != signer.Authorization(other, kSuiteTime));
  BOOST_TEST(signature != wrong.Authorization(request, kSuiteTime));
  BOOST_TEST(!absl::StrContains(signature, "wJalrXUtnFEMI"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace nephoscope
