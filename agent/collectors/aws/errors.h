// What an AWS service says when it refuses, wherever it says it. Internal to agent/collectors.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/net/http.h"

namespace nephoscope {

struct AwsError {
  std::string code;     // "ThrottlingException"; empty: none was given
  std::string message;  // as AWS wrote it; may quote what we sent, so it is not for logs as it is
};

// The five places of an error code (boto/botocore: botocore/parsers.py): JSON `__type` or `code`, the headers x-amzn-errortype and
// x-amzn-query-error, and the element <Code> of the query, EC2 and S3 protocols.
AwsError ReadAwsError(const HttpResponse& response);

// Which account and region refused, why, and what to set. Never holds a key, a token or a signature.
absl::Status AwsRefusal(const HttpResponse& response, absl::string_view account, absl::string_view region, absl::string_view permissions);

// The clock of this machine is too far from AWS's: sign again with the time of the answer.
bool IsClockSkew(absl::string_view code);

}  // namespace nephoscope
