// A file of any bytes is formatted or left alone: no crash, no hang, the same values afterwards, and nothing more to do the second time.
#include <cstddef>
#include <cstdint>
#include <string>

#include "rules/language/out/format.h"
#include "rules/model/check.h"

using namespace nephoscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const SourceFile file = {"a.yaml", std::string(reinterpret_cast<const char*>(data), size)};
  const Formatted once = FormatYaml(file);
  if (!once.diagnostics.empty()) {
    CHECK(once.text == file.text);
    return 0;
  }
  const Formatted twice = FormatYaml({"a.yaml", once.text});
  CHECK(twice.diagnostics.empty());
  CHECK(twice.text == once.text);
  return 0;
}
