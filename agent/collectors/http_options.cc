#include "agent/collectors/http_options.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nephoscope {
namespace {

constexpr std::size_t kMostSecret = 64 << 10;

const Option kBasicAuthOptions[] = {
    {.name = "username", .type = OptionType::kText, .sentence = "The user's name.", .example = "nephoscope", .required = true},
    {.name = "password", .type = OptionType::kText, .sentence = "The password; better ${NAME} of the environment than written out.", .example = "${SCRAPE_PASSWORD}"},
    {.name = "password_file", .type = OptionType::kText, .sentence = "A file that holds the password; read for each request.", .example = "/etc/nephoscope/password"},
};
const OptionTable kBasicAuth = {"basic_auth", "User and password of each request.", kBasicAuthOptions};

const Option kTlsOptions[] = {
    {.name = "ca_file", .type = OptionType::kText, .sentence = "Authorities (PEM) that the target's certificate is verified by, instead of the system's.", .example = "/etc/nephoscope/ca.pem"},
    {.name = "cert_file", .type = OptionType::kText, .sentence = "Our certificate (PEM), where the target asks for one.", .example = "/etc/nephoscope/client.pem"},
    {.name = "key_file", .type = OptionType::kText, .sentence = "The key (PEM) of our certificate.", .example = "/etc/nephoscope/client.key"},
    {.name = "server_name", .type = OptionType::kText, .sentence = "The name that the certificate is to have, where it is not the host of the address.", .example = "metrics.internal"},
    {.name = "insecure_skip_verify", .type = OptionType::kFlag, .sentence = "Take any certificate: anybody may then answer in the target's place.", .default_text = "false"},
};
const OptionTable kTls = {"tls_config", "How a target's certificate is verified.", kTlsOptions};

const Option kShared[] = {
    {.name = "headers", .type = OptionType::kTextMap, .sentence = "Headers that each request carries.", .example = "{X-Scope-OrgID: finops}"},
    {.name = "basic_auth", .type = OptionType::kMap, .sentence = "User and password of each request.", .fields = &kBasicAuth},
    {.name = "bearer_token_file", .type = OptionType::kText, .sentence = "A file that holds a token, sent as Authorization: Bearer; read for each request.", .example = "/var/run/secrets/token"},
    {.name = "tls_config", .type = OptionType::kMap, .sentence = "How a target's certificate is verified, and which is ours.", .fields = &kTls},
};

bool HasAny(absl::string_view text, absl::string_view of) { return text.find_first_of(of) != absl::string_view::npos; }

std::string Based(const std::string& directory, const std::string& path) {
  return path.empty() || path[0] == '/' || directory.empty() ? path : absl::StrCat(directory, "/", path);
}

// Without the line ends behind it.
absl::StatusOr<std::string> ReadSecret(const std::string& path, absl::string_view what) {
  absl::StatusOr<std::unique_ptr<ByteStream>> stream = MakeFileReader()->Open(path);
  if (!stream.ok()) return absl::FailedPreconditionError(absl::StrCat(what, ": ", stream.status().message()));
  std::array<char, 4096> block;
  std::string out;
  for (;;) {
    const absl::StatusOr<std::size_t> got = (*stream)->Read(block.data(), block.size());
    if (!got.ok()) return absl::FailedPreconditionError(absl::StrCat(what, ": ", got.status().message()));
    if (*got == 0) break;
    out.append(block.data(), *got);
    if (out.size() > kMostSecret) return absl::FailedPreconditionError(absl::StrCat(what, ": ", path, " is longer than 64 KiB"));
  }
  while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.pop_back();
  if (out.empty()) return absl::FailedPreconditionError(absl::StrCat(what, ": ", path, " is empty"));
  return out;
}

}  // namespace

std::vector<Option> HttpOptions::Table(std::vector<Option> own) {
  own.insert(own.end(), std::begin(kShared), std::end(kShared));
  return own;
}

absl::StatusOr<HttpOptions> HttpOptions::Make(const OptionValues& values, const std::string& directory) {
  HttpOptions out;
  if (values.Has("headers")) out.headers_ = values.TextMap("headers");
  for (const auto& [name, value] : out.headers_)
    if (name.empty() || HasAny(name, absl::string_view(" \t\r\n\0:", 6)) || HasAny(value, absl::string_view("\r\n\0", 3)))
      return absl::InvalidArgumentError(absl::StrCat("`headers`: \"", absl::CHexEscape(name), "\" is no name of a header, or its value has a line break"));
  const OptionValues& basic = values.Map("basic_auth");
  if (values.Given("basic_auth")) {
    out.user_ = basic.Text("username");
    out.password_ = Secret(basic.Has("password") ? basic.Text("password") : "");
    out.password_file_ = Based(directory, basic.Has("password_file") ? basic.Text("password_file") : "");
    if (out.user_.find(':') != out.user_.npos) return absl::InvalidArgumentError("`basic_auth`: a username has no colon");
    if (!out.password_.empty() && !out.password_file_.empty())
      return absl::InvalidArgumentError("`basic_auth` has password and password_file: leave one of them out");
  }
  if (values.Has("bearer_token_file")) out.token_file_ = Based(directory, values.Text("bearer_token_file"));
  const int ways = (out.user_.empty() ? 0 : 1) + (out.token_file_.empty() ? 0 : 1) + (HeaderValue(out.headers_, "Authorization").empty() ? 0 : 1);
  if (ways > 1) return absl::InvalidArgumentError("basic_auth, bearer_token_file and a header Authorization are three ways to say the same: keep one");
  if (const OptionValues& tls = values.Map("tls_config"); values.Given("tls_config")) {
    const auto path = [&](const char* name) { return Based(directory, tls.Has(name) ? tls.Text(name) : ""); };
    out.tls_ = {.ca_file = path("ca_file"), .cert_file = path("cert_file"), .key_file = path("key_file"),
                .server_name = tls.Has("server_name") ? tls.Text("server_name") : "",
                .skip_verify = tls.Has("insecure_skip_verify") && tls.Flag("insecure_skip_verify")};
    if (out.tls_.cert_file.empty() != out.tls_.key_file.empty())
      return absl::InvalidArgumentError("`tls_config` needs both cert_file and key_file, or none of them");
  }
  return out;
}

absl::Status HttpOptions::Apply(HttpRequest& request) const {
  request.headers.insert(request.headers.end(), headers_.begin(), headers_.end());
  request.tls = tls_;
  if (!token_file_.empty()) {
    const absl::StatusOr<std::string> token = ReadSecret(token_file_, "bearer_token_file");
    if (!token.ok()) return token.status();
    request.headers.emplace_back("Authorization", absl::StrCat("Bearer ", *token));
  }
  if (user_.empty()) return absl::OkStatus();
  std::string password(password_.Reveal());
  if (!password_file_.empty()) {
    absl::StatusOr<std::string> read = ReadSecret(password_file_, "password_file");
    if (!read.ok()) return read.status();
    password = *std::move(read);
  }
  request.headers.emplace_back("Authorization", absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(user_, ":", password))));
  return absl::OkStatus();
}

}  // namespace nephoscope
