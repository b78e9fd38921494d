// Answers of AWS: read, or refused as not the answer they should be.
#include <cstddef>
#include <cstdint>
#include <string>

#include "agent/collectors/aws/cloudwatch_wire.h"
#include "agent/collectors/aws/errors.h"

using namespace nephoscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string body = text;
  (void)ReadListMetrics(body);
  body = text;
  (void)ReadMetricData(body);
  HttpResponse response;
  response.status = 400;
  response.body = text;
  (void)ReadAwsError(response);
  (void)AwsRefusal(response, "123456789012", "eu-central-1", "cloudwatch:GetMetricData");
  return 0;
}
