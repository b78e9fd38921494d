// Templates: any text has its places inside it, and is rendered.
#include <cstddef>
#include <cstdint>
#include <string>

#include "rules/engine/template.h"
#include "rules/language/source_text.h"
#include "rules/language/checks/template_check.h"
#include "rules/model/check.h"

using namespace nephoscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::size_t end = 0;
  for (const TemplatePlace& place : TemplatePlaces(text)) {
    CHECK(place.begin >= end && place.end > place.begin && place.end <= text.size());
    end = place.end;
  }
  const Places places = {{"team", "payments"}, {"value", "1234.5"}, {"impact", "12 USD"}, {"active_for", "90"}, {"at", "2026-01-05T00:00:00Z"}, {"empty", ""}};
  CHECK(RenderTemplate(text, places).size() <= 64 * (text.size() + 1));
  const SourceText source(text);
  DiagnosticSink sink("a.yaml", source);
  CheckTemplate(text, {1, 1, 2}, {{"team"}, {"value"}, 1}, sink);
  return 0;
}
