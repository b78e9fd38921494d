// HttpOptions: what the requests of a part carry and how their target is verified; the same keys as Prometheus and
// blackbox_exporter have.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/net/http.h"
#include "agent/net/secret.h"
#include "rules/model/option_table.h"

namespace nephoscope {

class HttpOptions {
 public:
  HttpOptions() = default;

  // `own`, and behind them headers, basic_auth, bearer_token_file and tls_config.
  static std::vector<Option> Table(std::vector<Option> own);

  // `directory`: relative paths start there. InvalidArgument: what does not go together.
  static absl::StatusOr<HttpOptions> Make(const OptionValues& values, const std::string& directory);

  // Adds them to `request`; files are read now, so that a new token is used at once. The status names the file.
  absl::Status Apply(HttpRequest& request) const;

 private:
  Headers headers_;
  std::string user_, password_file_, token_file_;
  Secret password_;
  TlsOptions tls_;
};

}  // namespace nephoscope
