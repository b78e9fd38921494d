#include "rules/language/out/schema.h"

#include <cstdio>

#include "agent/commands/commands.h"
#include "agent/config.h"

namespace nephoscope {

int Schema(const std::string& what) {
  const std::string text =
      what == "rules"
          ? RulesSchema()
          : OptionsSchema(AgentOptions(), {.title = "Nephoscope agent", .parts = {"collectors", "exporters"}, .references = true});
  std::printf("%s", text.c_str());
  return kExitOk;
}

}  // namespace nephoscope
