// A rule file of any bytes is answered: no crash, no hang, each place inside the file, and rules only from a file without an error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "rules/language/language.h"
#include "rules/model/check.h"

using namespace nephoscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const SourceFile file = {"a.yaml", std::string(reinterpret_cast<const char*>(data), size)};
  const LoadedRules loaded = LoadRules({&file, 1});
  CHECK(loaded.rules != nullptr);
  CHECK(loaded.rejected.empty() == !HasErrors(loaded.diagnostics));
  CHECK(loaded.rejected.empty() || loaded.rules->rules.empty());
  const auto lines = std::count(file.text.begin(), file.text.end(), '\n') + 1;
  for (const Diagnostic& d : loaded.diagnostics) {
    CHECK(d.mark.line >= 1 && d.mark.line <= lines + 1);
    CHECK(d.mark.column >= 1 && d.mark.end_column >= d.mark.column);
    CHECK(!d.message.empty());
  }
  CHECK(RenderDiagnostics(loaded.diagnostics, {&file, 1}, true).size() < (1u << 20));
  DiagnosticsToJson(loaded.diagnostics, 1, static_cast<int>(loaded.rules->rules.size()));
  return 0;
}
