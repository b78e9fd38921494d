// Numbers, units, money, times: any text is read or refused with a reason.
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "rules/language/words/scalars.h"
#include "rules/model/check.h"

using namespace nephoscope;

namespace {

template <typename Read>
auto Try(Read read) {
  Problem problem;
  auto out = read(problem);
  CHECK(out.has_value() || (*problem.code != 0 && !problem.what.empty()));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const ScalarContext context;
  if (const auto number = Try([&](Problem& p) { return ReadNumber(text, p); })) CHECK(std::isfinite(*number));
  if (const auto ratio = Try([&](Problem& p) { return ReadRatio(text, p); })) CHECK(std::isfinite(*ratio));
  if (const auto length = Try([&](Problem& p) { return ReadDuration(text, p); })) CHECK(*length >= absl::ZeroDuration() && *length < absl::InfiniteDuration());
  if (const auto bytes = Try([&](Problem& p) { return ReadBytes(text, p); })) CHECK(*bytes >= 0);
  Try([&](Problem& p) { return ReadInteger(text, p); });
  Try([&](Problem& p) { return ReadFlag(text, p); });
  Try([&](Problem& p) { return ReadDate(text, p); });
  Try([&](Problem& p) { return ReadUrl(text, p); });
  Try([&](Problem& p) { return ReadQuantity(text, context, p); });
  Try([&](Problem& p) { return ReadMoney(text, context, false, p); });
  Try([&](Problem& p) { return ReadMoney(text, context, true, p); });
  Try([&](Problem& p) { return SplitNumber(text, p); });
  return 0;
}
